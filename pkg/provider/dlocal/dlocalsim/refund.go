package dlocalsim

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func (n *Network) createRefund(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		PaymentID     string         `json:"payment_id"`
		Amount        json.Number    `json:"amount"`
		Currency      money.Currency `json:"currency"`
		OrderRefundID string         `json:"order_refund_id"`
		Notify        string         `json:"notification_url"`
	}
	if json.Unmarshal(body, &ask) != nil {
		refusal(w, http.StatusBadRequest, 5000, "Invalid request")
		return
	}
	p := n.paid[ask.PaymentID]
	minor, ok := amount(ask.Amount, ask.Currency)
	switch {
	case p == nil || p.Account.ID != a.ID:
		refusal(w, http.StatusNotFound, 4000, "Payment not found")
		return
	case !ok || ask.OrderRefundID == "":
		refusal(w, http.StatusBadRequest, 5001, "Invalid parameter: amount")
		return
	case ask.Currency != p.Currency:
		refusal(w, http.StatusBadRequest, 5004, "Currency not allowed")
		return
	case n.DisbursementOf(a, ask.OrderRefundID) == nil && !n.Affords(a, minor):
		refusal(w, http.StatusBadRequest, 5012, "Insufficient funds")
		return
	}
	id := fmt.Sprintf("REF-4-%012d", n.Next())
	n.notify[id] = ask.Notify
	d, fresh := n.Accept(simnet.Disbursement{Account: a, Kind: simnet.KindRefund, Ours: ask.OrderRefundID, Reference: id,
		Transaction: ask.PaymentID, Minor: minor, Currency: ask.Currency, Status: simnet.Accepted}, a.Settings["idempotent"] != "false")
	if !fresh {
		refusal(w, http.StatusBadRequest, 5011, "Order refund id duplicated")
		return
	}
	n.refunds[id] = d
	simnet.WriteJSON(w, http.StatusOK, refund(d))
}

func (n *Network) readRefund(w http.ResponseWriter, a *simnet.Account, id string) {
	d := n.Shown(n.refunds[id])
	if d == nil || d.Account.ID != a.ID {
		refusal(w, http.StatusNotFound, 4001, "Refund not found")
		return
	}
	simnet.WriteJSON(w, http.StatusOK, refund(d))
}

// refund prints a refund. Of what a bank sends back dLocal's words tell only that it was cancelled.
func refund(d *simnet.Disbursement) map[string]any {
	status, code, detail := "PENDING", 100, "The refund is pending"
	switch d.Status {
	case simnet.Paid:
		status, code, detail = "SUCCESS", 200, "The refund was paid"
	case simnet.Rejected:
		status, code, detail = "REJECTED", 300, "The refund was rejected"
	case simnet.Returned, simnet.Expired, simnet.Cancelled:
		status, code, detail = "CANCELLED", 400, "The refund was cancelled"
	}
	return map[string]any{"id": d.Reference, "payment_id": d.Transaction, "amount": number(d.Minor, d.Currency), "currency": d.Currency,
		"status": status, "status_code": code, "status_detail": detail, "created_date": stamp(d.CreatedAt)}
}
