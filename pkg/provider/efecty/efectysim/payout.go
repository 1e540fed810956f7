package efectysim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// codeLife is how long a cash code can be collected.
const codeLife = 7 * 24 * time.Hour

func (n *Network) createDisbursement(w http.ResponseWriter, a *simnet.Account, kind string, body []byte) {
	var ask struct {
		MerchantRefundID string      `json:"merchant_refund_id"`
		MerchantPayoutID string      `json:"merchant_payout_id"`
		TransactionID    string      `json:"transaction_id"`
		Amount           json.Number `json:"amount"`
		Currency         string      `json:"currency"`
		Beneficiary      struct {
			Name           string `json:"name"`
			DocumentNumber string `json:"document_number"`
		} `json:"beneficiary"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.Currency != string(money.COP) ||
		ask.Beneficiary.Name == "" || ask.Beneficiary.DocumentNumber == "" {
		refusal(w, http.StatusBadRequest, "INVALID_REQUEST")
		return
	}
	ours := ask.MerchantPayoutID
	if kind == simnet.KindRefund {
		ours = ask.MerchantRefundID
	}
	minor, ok := whole(ask.Amount)
	if !ok || ours == "" {
		refusal(w, http.StatusBadRequest, "INVALID_REQUEST")
		return
	}
	if n.DisbursementOf(a, ours) == nil && !n.Affords(a, minor) {
		refusal(w, http.StatusPaymentRequired, "BALANCE_INSUFFICIENT")
		return
	}
	serial := n.Next()
	d, fresh := n.Accept(simnet.Disbursement{Account: a, Kind: kind, Ours: ours, Transaction: ask.TransactionID,
		Reference: fmt.Sprintf("EFD%09d", serial), Minor: minor, Currency: money.COP, Status: simnet.Collectable,
		CashCode: fmt.Sprintf("77%08d", serial), CashExpires: n.Now().Add(codeLife)}, a.Settings["idempotent"] == "true")
	status := http.StatusCreated
	if !fresh {
		status = http.StatusOK
	}
	n.write(w, status, d)
}

func (n *Network) readDisbursement(w http.ResponseWriter, a *simnet.Account, ours string) {
	d := n.Lookup(a, ours)
	if d == nil {
		refusal(w, http.StatusNotFound, "DISBURSEMENT_NOT_FOUND")
		return
	}
	n.write(w, http.StatusOK, d)
}

func (n *Network) write(w http.ResponseWriter, status int, d *simnet.Disbursement) {
	w.Header().Set("X-Request-Id", fmt.Sprintf("req-%08d", n.Next()))
	simnet.WriteJSON(w, status, payout(d))
}

type payoutJSON struct {
	DisbursementID    string      `json:"disbursement_id"`
	MerchantReference string      `json:"merchant_reference"`
	Amount            json.Number `json:"amount"`
	Currency          string      `json:"currency"`
	Status            string      `json:"status"`
	CashCode          string      `json:"cash_code,omitempty"`
	CashCodeExpiresAt string      `json:"cash_code_expires_at,omitempty"`
	ReasonCode        string      `json:"reason_code,omitempty"`
	UpdatedAt         string      `json:"updated_at"`
}

func payout(d *simnet.Disbursement) payoutJSON {
	return payoutJSON{d.Reference, d.Ours, pesos(d.Minor), string(d.Currency), word(d.Status), d.CashCode,
		stamp(d.CashExpires), d.Code, stamp(d.MovedAt)}
}

// word is a status as the contract writes it: cash at a counter is collected, not paid.
func word(status string) string {
	if status == simnet.Paid {
		return "COLLECTED"
	}
	return strings.ToUpper(status)
}

func (n *Network) settlements(w http.ResponseWriter, a *simnet.Account, date string) {
	day, err := calendar.Parse(date)
	if err != nil {
		refusal(w, http.StatusBadRequest, "INVALID_REQUEST")
		return
	}
	file, ok := n.File(a, day)
	if !ok {
		refusal(w, http.StatusNotFound, "SETTLEMENT_NOT_PUBLISHED")
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	_, _ = w.Write(file)
}
