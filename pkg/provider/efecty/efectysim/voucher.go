package efectysim

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

// voucherLife is how long a voucher can be paid where the caller names no end.
const voucherLife = 48 * time.Hour

func (n *Network) createPayment(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		MerchantReference string      `json:"merchant_reference"`
		Amount            json.Number `json:"amount"`
		Currency          string      `json:"currency"`
		ExpiresAt         time.Time   `json:"expires_at"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.MerchantReference == "" || ask.Currency != string(money.COP) {
		refusal(w, http.StatusBadRequest, "INVALID_REQUEST")
		return
	}
	minor, ok := whole(ask.Amount)
	if !ok || (!ask.ExpiresAt.IsZero() && !ask.ExpiresAt.After(n.Now())) {
		refusal(w, http.StatusBadRequest, "INVALID_REQUEST")
		return
	}
	if p := n.VoucherOf(a, ask.MerchantReference); p != nil {
		simnet.WriteJSON(w, http.StatusOK, voucher(p, nil))
		return
	}
	if ask.ExpiresAt.IsZero() {
		ask.ExpiresAt = n.Now().Add(voucherLife)
	}
	p := n.Issue(simnet.Payment{Account: a, Ours: ask.MerchantReference, Code: fmt.Sprintf("110%09d", n.Next()),
		Minor: minor, Currency: money.COP, ExpiresAt: ask.ExpiresAt})
	simnet.WriteJSON(w, http.StatusCreated, voucher(p, nil))
}

// find takes the voucher's code or the caller's reference; it has answered if it returns nil.
func (n *Network) find(w http.ResponseWriter, a *simnet.Account, reference string) *simnet.Payment {
	p := n.Voucher(a, reference)
	if p == nil {
		p = n.VoucherOf(a, reference)
	}
	if p == nil {
		refusal(w, http.StatusNotFound, "PAYMENT_NOT_FOUND")
	}
	return p
}

func (n *Network) readPayment(w http.ResponseWriter, a *simnet.Account, reference string) {
	if p := n.find(w, a, reference); p != nil {
		simnet.WriteJSON(w, http.StatusOK, voucher(p, nil))
	}
}

func (n *Network) cancelPayment(w http.ResponseWriter, a *simnet.Account, reference string) {
	p := n.find(w, a, reference)
	if p == nil {
		return
	}
	switch p.Status {
	case simnet.Paid:
		refusal(w, http.StatusConflict, "PAYMENT_ALREADY_PAID")
	case simnet.Expired:
		refusal(w, http.StatusConflict, "PAYMENT_EXPIRED")
	default:
		p.Status, p.RemovedAt = simnet.Cancelled, n.Now()
		simnet.WriteJSON(w, http.StatusOK, voucher(p, nil))
	}
}

type voucherJSON struct {
	MerchantReference string      `json:"merchant_reference"`
	Reference         string      `json:"reference"`
	Barcode           string      `json:"barcode"`
	InstructionsURL   string      `json:"instructions_url"`
	Status            string      `json:"status"`
	Amount            json.Number `json:"amount"`
	Currency          string      `json:"currency"`
	ExpiresAt         string      `json:"expires_at"`
	TransactionID     string      `json:"transaction_id,omitempty"`
	PaidAmount        json.Number `json:"paid_amount,omitempty"`
	PaidAt            string      `json:"paid_at,omitempty"`
}

// voucher prints a payment with one receipt: the one told of, else the first.
func voucher(p *simnet.Payment, r *simnet.Receipt) voucherJSON {
	v := voucherJSON{MerchantReference: p.Ours, Reference: p.Code, Barcode: barcode(p), Status: strings.ToUpper(p.Status),
		InstructionsURL: "https://efecty.sim/pagar/" + p.Code, Amount: pesos(p.Minor), Currency: string(p.Currency),
		ExpiresAt: stamp(p.ExpiresAt)}
	if r == nil && len(p.Receipts) > 0 {
		r = &p.Receipts[0]
	}
	if r != nil {
		v.TransactionID, v.PaidAmount, v.PaidAt = r.ID, pesos(r.Minor), stamp(r.At)
	}
	return v
}

// barcode is shaped like Colombian collection codes: place (415), reference (8020), amount (3900), last day (96).
func barcode(p *simnet.Payment) string {
	return fmt.Sprintf("4157709998000018%s%s3900%010d96%s", "8020", p.Code, p.Minor/100, p.ExpiresAt.UTC().Format("20060102"))
}

// whole reads a positive number of whole pesos into minor units.
func whole(n json.Number) (int64, bool) {
	minor, err := provider.Minor(n, money.COP)
	return minor, err == nil && minor > 0 && minor%100 == 0
}
