package pagoefectivosim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func (n *Network) createRefund(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		OriginalTransactionID string         `json:"original_transaction_id"`
		RefundAmount          json.Number    `json:"refund_amount"`
		Currency              money.Currency `json:"currency"`
		Reason                string         `json:"reason"`
		MerchantRefundID      string         `json:"merchant_refund_id"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.MerchantRefundID == "" || ask.OriginalTransactionID == "" || ask.Reason == "" {
		refusal(w, http.StatusBadRequest, "MALFORMED_REQUEST")
		return
	}
	minor, err := provider.Minor(ask.RefundAmount, ask.Currency)
	if err != nil || minor <= 0 {
		refusal(w, http.StatusUnprocessableEntity, "INVALID_AMOUNT")
		return
	}
	d, fresh := n.Accept(simnet.Disbursement{Account: a, Kind: simnet.KindRefund, Ours: ask.MerchantRefundID,
		Reference: fmt.Sprintf("PER-%08d", n.Next()), Transaction: ask.OriginalTransactionID, Minor: minor,
		Currency: ask.Currency, Status: simnet.Accepted}, a.Settings["idempotent"] != "false")
	status := http.StatusCreated
	if !fresh {
		status = http.StatusOK
	}
	n.writeRefund(w, status, d)
}

func (n *Network) readRefund(w http.ResponseWriter, a *simnet.Account, ours string) {
	d := n.Lookup(a, ours)
	if d == nil {
		refusal(w, http.StatusNotFound, "REFUND_NOT_FOUND")
		return
	}
	n.writeRefund(w, http.StatusOK, d)
}

func (n *Network) writeRefund(w http.ResponseWriter, status int, d *simnet.Disbursement) {
	w.Header().Set("X-Request-Id", fmt.Sprintf("req-%08d", n.Next()))
	simnet.WriteJSON(w, status, refundJSON{stamp(d.CreatedAt), d.Currency, d.Ours, d.Transaction, d.Code,
		json.Number(money.FormatMinor(d.Minor, 2)), d.Reference, word(d.Status), stamp(d.MovedAt)})
}

type refundJSON struct {
	CreatedAt             string         `json:"created_at"`
	Currency              money.Currency `json:"currency"`
	MerchantRefundID      string         `json:"merchant_refund_id"`
	OriginalTransactionID string         `json:"original_transaction_id"`
	ReasonCode            string         `json:"reason_code"`
	RefundAmount          json.Number    `json:"refund_amount"`
	RefundID              string         `json:"refund_id"`
	Status                string         `json:"status"`
	UpdatedAt             string         `json:"updated_at"`
}

// word is a status as the S3 contract writes it. It knows no expiry: what comes back is returned.
func word(status string) string {
	if status == simnet.Expired {
		status = simnet.Returned
	}
	return strings.ToUpper(status)
}

func (n *Network) settlements(w http.ResponseWriter, a *simnet.Account, date string) {
	day, err := calendar.Parse(date)
	if err != nil {
		refusal(w, http.StatusBadRequest, "MALFORMED_REQUEST")
		return
	}
	file, ok := n.File(a, day)
	if !ok {
		refusal(w, http.StatusNotFound, "SETTLEMENT_NOT_FOUND")
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	_, _ = w.Write(file)
}
