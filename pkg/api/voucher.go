package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// document is an answer for people.
type document string

// voucherPage is what the buyer prints or shows at the counter: in Spanish, or in the language that is asked for by name.
func (s *Server) voucherPage(r *http.Request, c request.Caller) (any, error) {
	language := settlement.Spanish
	if r.URL.Query().Get("lang") != "" {
		asked, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		language = asked
	}
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
	name, words := networkNames[p.Network], slips[string(language)]
	until := p.Voucher.ExpiresAt.In(country.Zone()).Format(words.moment) + " (" + fmt.Sprintf(words.zone, capitals[p.Network][string(language)]) + ")"
	state := fmt.Sprintf(words.before, until)
	switch {
	case p.State == payment.Paid:
		state = words.paid
	case p.State != payment.Pending || !s.Now().Before(p.Voucher.ExpiresAt):
		state = words.over
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="%s"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%s</title><style>%s</style>`+
		`<header>%s<h1>%s</h1></header><p class="state">%s</p>`, language, escaped(name+" "+p.Voucher.Code), voucherStyle, icons[p.Network+".svg"],
		escaped(fmt.Sprintf(words.heading, name)), escaped(state))
	fmt.Fprintf(&b, `<dl><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd class="sum">%s</dd><dt>%s</dt><dd class="code">%s</dd></dl>`,
		words.shop, escaped(c.Merchant.Name), words.order, escaped(p.Order), words.total, escaped(local(p.Amount)), words.code, escaped(p.Voucher.Code))
	if drawn := bars(colombian(p.Voucher.Barcode, p.Voucher.Code)); drawn != "" && p.State == payment.Pending {
		fmt.Fprintf(&b, `<figure>%s<figcaption>%s</figcaption></figure>`, drawn, escaped(p.Voucher.Barcode))
	}
	b.WriteString("<ol>")
	for _, step := range methods[p.Network][string(language)].steps {
		fmt.Fprintf(&b, "<li>%s</li>", escaped(step))
	}
	b.WriteString("</ol></html>\n")
	return document(b.String()), nil
}

const voucherStyle = `body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:1.5rem auto;padding:0 1rem;color:#111}header{display:flex;gap:.75rem;align-items:center}` +
	`header svg{width:3rem;height:3rem;flex:none}h1{font-size:1.3rem}.state{background:#fff4ce;padding:.6rem .8rem}` +
	`dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}dd{margin:0;overflow-wrap:anywhere}.sum,.code{font-size:1.5rem;font-weight:bold}.code{letter-spacing:.08em}` +
	`figure{margin:1rem 0}figure svg{width:100%;height:5.5rem}figcaption{text-align:center;font:.75rem monospace;overflow-wrap:anywhere}@media print{.state{border:1px solid}}`

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
