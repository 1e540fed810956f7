package rapydsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// voucherLife is how long a voucher can be paid where the caller names no end.
const voucherLife = 14 * 24 * time.Hour

// listMethods lists what this sandbox carries. The Peruvian code is made up: Rapyd's own is not public.
func (n *Network) listMethods(w http.ResponseWriter, country string) {
	type method struct {
		Type         string   `json:"type"`
		Category     string   `json:"category"`
		Currencies   []string `json:"currencies"`
		IsRefundable bool     `json:"is_refundable"`
		FlowType     string   `json:"payment_flow_type"`
	}
	list := []method{}
	switch country {
	case "CO":
		list = append(list, method{"co_efecty_cash", "cash", []string{"COP"}, true, "cash"}, method{"co_visa_card", "card", []string{"COP"}, true, "card"})
	case "PE":
		list = append(list, method{"pe_pagoefectivo_cash", "cash", []string{"PEN"}, true, "cash"}, method{"pe_visa_card", "card", []string{"PEN"}, true, "card"})
	}
	n.good(w, list)
}

func (n *Network) createPayment(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		Amount              json.Number    `json:"amount"`
		Currency            money.Currency `json:"currency"`
		Expiration          int64          `json:"expiration"`
		MerchantReferenceID string         `json:"merchant_reference_id"`
		PaymentMethod       struct {
			Type string `json:"type"`
		} `json:"payment_method"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.MerchantReferenceID == "" || !strings.Contains(ask.PaymentMethod.Type, a.Network) {
		n.refusal(w, http.StatusBadRequest, "INVALID_FIELDS")
		return
	}
	minor, err := provider.Minor(ask.Amount, ask.Currency)
	expires := n.Now().Add(voucherLife)
	if ask.Expiration != 0 {
		expires = time.Unix(ask.Expiration, 0).UTC()
	}
	if err != nil || minor <= 0 || !expires.After(n.Now()) {
		n.refusal(w, http.StatusBadRequest, "INVALID_FIELDS")
		return
	}
	p := n.VoucherOf(a, ask.MerchantReferenceID)
	if p == nil {
		serial := n.Next()
		p = n.Issue(simnet.Payment{Account: a, ID: fmt.Sprintf("payment_%032x", serial), Ours: ask.MerchantReferenceID,
			Code: fmt.Sprintf("57%09d", serial), Minor: minor, Currency: ask.Currency, ExpiresAt: expires})
	}
	n.good(w, payment(p))
}

func (n *Network) listPayments(w http.ResponseWriter, a *simnet.Account, q url.Values) {
	list := []map[string]any{}
	if p := n.VoucherOf(a, q.Get("merchant_reference_id")); p != nil {
		list = append(list, payment(p))
	}
	n.good(w, list)
}

func (n *Network) cancelPayment(w http.ResponseWriter, a *simnet.Account, id string) {
	p := n.VoucherByID(a, id)
	if p == nil {
		n.refusal(w, http.StatusBadRequest, "ERROR_GET_PAYMENT")
		return
	}
	if p.Status == simnet.Pending {
		p.Status, p.RemovedAt = simnet.Cancelled, n.Now()
	}
	n.good(w, payment(p))
}

// payment prints a payment.
func payment(p *simnet.Payment) map[string]any {
	out := map[string]any{"id": p.ID, "merchant_reference_id": p.Ours, "amount": number(p.Minor), "currency_code": p.Currency,
		"status": "ACT", "expiration": p.ExpiresAt.Unix(), "paid": false, "paid_at": 0, "redirect_url": "https://checkout.rapyd.sim/" + p.ID,
		"textual_codes": map[string]string{"reference": p.Code}, "visual_codes": map[string]string{}}
	switch p.Status {
	case simnet.Paid:
		out["status"], out["paid"], out["paid_at"] = "CLO", true, p.Receipts[0].At.Unix()
	case simnet.Expired:
		out["status"] = "EXP"
	case simnet.Cancelled:
		out["status"] = "CAN"
	}
	return out
}

// number prints an amount as JSON does: without zeros that carry nothing.
func number(minor int64) json.Number {
	return json.Number(strings.TrimSuffix(strings.TrimRight(money.FormatMinor(minor, 2), "0"), "."))
}

func encode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return raw
}
