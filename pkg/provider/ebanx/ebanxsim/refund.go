package ebanxsim

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func (n *Network) refund(w http.ResponseWriter, a *simnet.Account, values url.Values) {
	p := n.find(a, values)
	if p == nil || p.Status != simnet.Paid || values.Get("operation") != "request" {
		refusal(w, "BP-REF-CAN-2")
		return
	}
	minor, ok := positive(values.Get("amount"), p.Currency)
	if !ok {
		refusal(w, "BP-DR-5")
		return
	}
	d, _ := n.Accept(simnet.Disbursement{Account: a, Kind: simnet.KindRefund, Ours: values.Get("merchant_refund_code"),
		Reference: fmt.Sprint(21_000 + n.Next()), Transaction: p.ID, Minor: minor, Currency: p.Currency,
		Status: simnet.Accepted}, a.Settings["idempotent"] == "true")
	n.good(w, "refund", map[string]any{"payment": n.payment(p), "refund": refundJSON(d)})
}

func refundJSON(d *simnet.Disbursement) map[string]any {
	var confirmed, cancelled time.Time
	word := "RE"
	switch d.Status {
	case simnet.Paid:
		word, confirmed = "CO", d.MovedAt
	case simnet.Rejected, simnet.Expired, simnet.Cancelled, simnet.Returned:
		word, cancelled, confirmed = "CA", d.MovedAt, d.PaidAt
	}
	return map[string]any{"id": d.Reference, "merchant_refund_code": d.Ours, "status": word,
		"request_date": stamp(d.Account, d.CreatedAt), "pending_date": nil, "confirm_date": stamp(d.Account, confirmed),
		"cancel_date": stamp(d.Account, cancelled), "amount_ext": money.FormatMinor(d.Minor, 2), "description": ""}
}
