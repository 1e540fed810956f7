package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
)

// document is an answer for people.
type document string

// voucherPage is what the buyer prints or shows at the counter, in Spanish.
func (s *Server) voucherPage(r *http.Request, c request.Caller) (any, error) {
	p, err := s.Requester.FindPayment(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if p.Voucher.Code == "" {
		return nil, fmt.Errorf("%w: it has no voucher yet", request.ErrState)
	}
	country, err := calendar.ByNetwork(p.Network)
	if err != nil {
		return nil, err
	}
	name, steps := method(p.Network)
	until := p.Voucher.ExpiresAt.In(country.Zone()).Format("02/01/2006 15:04")
	state := "Pague antes del " + until + "."
	switch {
	case p.State == payment.Paid:
		state = "Este pago ya fue recibido. No lo pague otra vez."
	case p.State != payment.Pending || !s.Now().Before(p.Voucher.ExpiresAt):
		state = "Este cupón ya no es válido. No lo pague; pida uno nuevo a la tienda."
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="es"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%s</title><style>%s</style>`+
		`<header><svg viewBox="0 0 40 40" aria-hidden="true"><rect width="40" height="40" rx="8"/><text x="20" y="28">%s</text></svg><h1>Pago en efectivo con %s</h1></header>`+
		`<p class="state">%s</p><dl><dt>Tienda</dt><dd>%s</dd><dt>Pedido</dt><dd>%s</dd><dt>Total</dt><dd class="sum">%s</dd><dt>Código de pago</dt><dd class="code">%s</dd></dl>`,
		escaped(name+" "+p.Voucher.Code), voucherStyle, escaped(name[:1]), escaped(name), state, escaped(c.Merchant.Name), escaped(p.Order), escaped(local(p.Amount)), escaped(p.Voucher.Code))
	if drawn := bars(colombian(p.Voucher.Barcode, p.Voucher.Code)); drawn != "" && p.State == payment.Pending {
		fmt.Fprintf(&b, `<figure>%s<figcaption>%s</figcaption></figure>`, drawn, escaped(p.Voucher.Barcode))
	}
	b.WriteString("<ol>")
	for _, step := range steps {
		fmt.Fprintf(&b, "<li>%s</li>", step)
	}
	b.WriteString("</ol></html>\n")
	return document(b.String()), nil
}

const voucherStyle = `body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:1.5rem auto;padding:0 1rem;color:#111}header{display:flex;gap:.75rem;align-items:center}` +
	`header svg{width:2.5rem;height:2.5rem;fill:#123}header text{fill:#fff;font:bold 22px sans-serif;text-anchor:middle}h1{font-size:1.3rem}.state{background:#fff4ce;padding:.6rem .8rem}` +
	`dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}dd{margin:0;overflow-wrap:anywhere}.sum,.code{font-size:1.5rem;font-weight:bold}.code{letter-spacing:.08em}` +
	`figure{margin:1rem 0}figure svg{width:100%;height:5.5rem}figcaption{text-align:center;font:.75rem monospace;overflow-wrap:anywhere}@media print{.state{border:1px solid}}`

// method is a network's name and what to do at its counter.
func method(network string) (name string, steps []string) {
	if network == "efecty" {
		return "Efecty", []string{"Vaya a cualquier punto Efecty con este cupón, impreso o en su teléfono.", "Muestre el código de barras o diga el código de pago.",
			"Pague en efectivo el total exacto y guarde el recibo."}
	}
	return "PagoEfectivo", []string{"Vaya a un agente o entre a la banca por internet de su banco.", "Elija pagar a PagoEfectivo y dé el código de pago (CIP).",
		"Pague el total exacto y guarde la constancia."}
}

// local is an amount as it is written where its currency is used.
func local(a money.Amount) string {
	digits := fmt.Sprint(a.Minor() / 100)
	sign, group, point := "US$ ", ",", "."
	switch a.Currency() {
	case money.COP:
		sign, group, point = "$ ", ".", ","
	case money.PEN:
		sign = "S/ "
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + group + digits[i:]
	}
	if cents := a.Minor() % 100; cents != 0 || a.Currency() != money.COP {
		digits += fmt.Sprintf("%s%02d", point, cents)
	}
	return sign + digits
}
