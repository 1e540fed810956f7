package rapydsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func (n *Network) createRefund(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		Payment             string         `json:"payment"`
		Amount              json.Number    `json:"amount"`
		Currency            money.Currency `json:"currency"`
		MerchantReferenceID string         `json:"merchant_reference_id"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.MerchantReferenceID == "" {
		n.refusal(w, http.StatusBadRequest, "INVALID_FIELDS")
		return
	}
	p := n.VoucherByID(a, ask.Payment)
	minor, err := provider.Minor(ask.Amount, ask.Currency)
	switch {
	case p == nil || p.Status != simnet.Paid || err != nil || minor <= 0:
		n.refusal(w, http.StatusBadRequest, "ERROR_ADDING_REFUND")
		return
	case ask.Currency != p.Currency:
		n.refusal(w, http.StatusBadRequest, "ERROR_CREATE_REFUND_CURRENCY_NOT_VALID")
		return
	}
	d, _ := n.Accept(simnet.Disbursement{Account: a, Kind: simnet.KindRefund, Ours: ask.MerchantReferenceID,
		Reference: fmt.Sprintf("refund_%032x", n.Next()), Transaction: p.ID, Minor: minor, Currency: ask.Currency,
		Status: simnet.Accepted}, a.Settings["idempotent"] != "false")
	n.good(w, refund(d))
}

// listRefunds lists an account's refunds, newest first, from behind the one named.
func (n *Network) listRefunds(w http.ResponseWriter, a *simnet.Account, q url.Values) {
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 10
	}
	list, seen := []map[string]any{}, q.Get("starting_after") == ""
	for _, d := range n.DisbursementsOf(a) {
		if shown := n.Shown(d); shown != nil && seen && len(list) < limit {
			list = append(list, refund(shown))
		}
		seen = seen || d.Reference == q.Get("starting_after")
	}
	n.good(w, list)
}

func (n *Network) readRefund(w http.ResponseWriter, a *simnet.Account, id string) {
	for _, d := range n.DisbursementsOf(a) {
		if d = n.Shown(d); d != nil && d.Reference == id {
			n.good(w, refund(d))
			return
		}
	}
	n.refusal(w, http.StatusBadRequest, "ERROR_GET_REFUND")
}

// refund prints a refund.
func refund(d *simnet.Disbursement) map[string]any {
	return map[string]any{"id": d.Reference, "payment": d.Transaction, "amount": number(d.Minor), "currency": d.Currency,
		"status": word(d.Status), "failure_reason": d.Code, "merchant_reference_id": d.Ours, "created_at": d.CreatedAt.Unix(),
		"updated_at": d.MovedAt.Unix(), "metadata": map[string]string{}, "reason": ""}
}

// word is a status as Rapyd writes it.
func word(status string) string {
	switch status {
	case simnet.Paid:
		return "Completed"
	case simnet.Rejected:
		return "Rejected"
	case simnet.Expired, simnet.Returned, simnet.Cancelled:
		return "Canceled"
	}
	return "Pending"
}
