package dlocalsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// ticketLife is how long a ticket can be paid: dLocal sets it, not the merchant.
const ticketLife = 72 * time.Hour

// market is a country's ticket.
type market struct {
	country, method, network string
	currency                 money.Currency
}

func markets() []market {
	return []market{{"CO", "EY", "efecty", money.COP}, {"PE", "EF", "pagoefectivo", money.PEN}}
}

func (n *Network) createPayment(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		Amount   json.Number    `json:"amount"`
		Currency money.Currency `json:"currency"`
		Country  string         `json:"country"`
		Method   string         `json:"payment_method_id"`
		Flow     string         `json:"payment_method_flow"`
		OrderID  string         `json:"order_id"`
		Notify   string         `json:"notification_url"`
		Payer    struct {
			Name, Email, Document string
		} `json:"payer"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.OrderID == "" || ask.Flow != "DIRECT" {
		refusal(w, http.StatusBadRequest, 5001, "Invalid parameter")
		return
	}
	known := false
	for _, m := range markets() {
		known = known || (m.country == ask.Country && m.method == ask.Method && m.currency == ask.Currency && m.network == a.Network)
	}
	minor, ok := amount(ask.Amount, ask.Currency)
	switch {
	case !known:
		refusal(w, http.StatusBadRequest, 5003, "Country not supported")
	case !ok:
		refusal(w, http.StatusBadRequest, 5001, "Invalid parameter: amount")
	case ask.Payer.Name == "" || ask.Payer.Email == "" || ask.Payer.Document == "":
		refusal(w, http.StatusBadRequest, 5001, "Invalid parameter: payer")
	case n.VoucherOf(a, ask.OrderID) != nil:
		refusal(w, http.StatusBadRequest, 5009, "Order id duplicated")
	default:
		serial := n.Next()
		p := n.Issue(simnet.Payment{Account: a, ID: fmt.Sprintf("D-4-%012d", serial), Ours: ask.OrderID, Minor: minor,
			Code: fmt.Sprint(28000000 + serial), Currency: ask.Currency, ExpiresAt: n.Now().Add(ticketLife)})
		n.notify[p.ID] = ask.Notify
		simnet.WriteJSON(w, http.StatusOK, n.payment(p, nil))
	}
}

// readOrder answers for the orders of payments and of refunds alike.
func (n *Network) readOrder(w http.ResponseWriter, a *simnet.Account, ours string) {
	if p := n.VoucherOf(a, ours); p != nil {
		simnet.WriteJSON(w, http.StatusOK, n.payment(p, nil))
		return
	}
	if d := n.Lookup(a, ours); d != nil {
		simnet.WriteJSON(w, http.StatusOK, refund(d))
		return
	}
	refusal(w, http.StatusNotFound, 4000, "Payment not found")
}

// payment prints a payment with one receipt: the one told of, else the first.
func (n *Network) payment(p *simnet.Payment, r *simnet.Receipt) map[string]any {
	if r == nil && len(p.Receipts) > 0 {
		r = &p.Receipts[0]
	}
	status, code := standing(p.Status)
	out := map[string]any{"id": p.ID, "amount": number(p.Minor, p.Currency), "currency": p.Currency, "payment_method_type": "TICKET",
		"payment_method_flow": "DIRECT", "status": status, "status_code": code, "status_detail": "The payment is " + strings.ToLower(status) + ".",
		"order_id": p.Ours, "created_date": stamp(p.CreatedAt), "notification_url": n.notify[p.ID],
		"ticket": map[string]any{"type": "CUSTOM", "number": p.Code, "expiration_date": stamp(p.ExpiresAt), "amount": number(p.Minor, p.Currency),
			"currency": p.Currency, "image_url": "https://" + name + ".sim/ticket/" + p.Code + ".png"}}
	for _, m := range markets() {
		if m.currency == p.Currency {
			out["country"], out["payment_method_id"] = m.country, m.method
		}
	}
	if r != nil {
		out["id"], out["amount"], out["approved_date"] = r.ID, number(r.Minor, p.Currency), stamp(r.At)
	}
	return out
}

// standing is the status word and code of a payment.
func standing(status string) (word, code string) {
	switch status {
	case simnet.Paid:
		return "PAID", "200"
	case simnet.Expired:
		return "EXPIRED", "600"
	case simnet.Cancelled:
		return "CANCELLED", "400"
	}
	return "PENDING", "100"
}

// amount reads a positive amount in the country's decimals.
func amount(n json.Number, c money.Currency) (int64, bool) {
	minor, err := provider.Minor(n, c)
	return minor, err == nil && minor > 0 && (c != money.COP || minor%100 == 0)
}
