package ebanxsim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// days a voucher lives where the caller names no due date.
const days = 3

func (n *Network) direct(w http.ResponseWriter, body []byte) {
	var ask struct {
		IntegrationKey string `json:"integration_key"`
		Payment        *struct {
			MerchantPaymentCode string         `json:"merchant_payment_code"`
			Country             string         `json:"country"`
			PaymentTypeCode     string         `json:"payment_type_code"`
			CurrencyCode        money.Currency `json:"currency_code"`
			AmountTotal         json.Number    `json:"amount_total"`
			DueDate             string         `json:"due_date"`
		} `json:"payment"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.Payment == nil {
		refusal(w, "BP-DR-2")
		return
	}
	a, q := n.Holder("integration_key", ask.IntegrationKey), ask.Payment
	if a == nil {
		refusal(w, "BP-SA-1")
		return
	}
	country := map[string]string{"efecty": "co", "pagoefectivo": "pe"}[q.PaymentTypeCode]
	minor, ok := positive(q.AmountTotal.String(), q.CurrencyCode)
	switch {
	case q.MerchantPaymentCode == "":
		refusal(w, "BP-DR-9")
		return
	case country == "" || country != q.Country || q.PaymentTypeCode != a.Network:
		refusal(w, "BP-CH-1")
		return
	case !ok:
		refusal(w, "BP-DR-5")
		return
	case n.VoucherOf(a, q.MerchantPaymentCode) != nil:
		refusal(w, "BP-DR-0")
		return
	}
	due := calendar.On(n.Now(), zone(a)).AddDays(days)
	if t, err := time.ParseInLocation("02/01/2006", q.DueDate, zone(a)); err == nil {
		due = calendar.On(t, zone(a))
	}
	serial := n.Next()
	p := n.Issue(simnet.Payment{Account: a, ID: hashOf(fmt.Sprintf("payment %d", serial)), Ours: q.MerchantPaymentCode,
		Code: fmt.Sprintf("6%08d", serial), Minor: minor, Currency: q.CurrencyCode,
		ExpiresAt: due.AddDays(1).Start(zone(a)).Add(-time.Second)})
	n.good(w, "request", map[string]any{"payment": n.payment(p)})
}

func (n *Network) good(w http.ResponseWriter, operation string, parts map[string]any) {
	parts["status"], parts["operation"] = "SUCCESS", operation
	simnet.WriteJSON(w, http.StatusOK, parts)
}

// find takes the hash or the caller's reference; nil if the account has no such payment.
func (n *Network) find(a *simnet.Account, values url.Values) *simnet.Payment {
	if ours := values.Get("merchant_payment_code"); ours != "" {
		return n.VoucherOf(a, ours)
	}
	return n.VoucherByID(a, values.Get("hash"))
}

func (n *Network) query(w http.ResponseWriter, a *simnet.Account, values url.Values) {
	p := n.find(a, values)
	if p == nil {
		refusal(w, a.Settings["not_found_code"])
		return
	}
	n.good(w, "query", map[string]any{"payment": n.payment(p)})
}

func (n *Network) cancel(w http.ResponseWriter, a *simnet.Account, values url.Values) {
	p := n.find(a, values)
	if p == nil || p.Status != simnet.Pending {
		refusal(w, "BP-CAN-1")
		return
	}
	p.Status, p.RemovedAt = simnet.Cancelled, n.Now()
	n.good(w, "cancel", map[string]any{"payment": n.payment(p)})
}

// payment prints a payment with its refunds.
func (n *Network) payment(p *simnet.Payment) map[string]any {
	refunds := []map[string]any{}
	for _, d := range n.RefundsOf(p) {
		if d = n.Shown(d); d != nil {
			refunds = append(refunds, refundJSON(d))
		}
	}
	out := map[string]any{"hash": p.ID, "pin": p.Code, "merchant_payment_code": p.Ours, "status": "PE",
		"status_date": stamp(p.Account, p.CreatedAt), "open_date": stamp(p.Account, p.CreatedAt), "confirm_date": nil, "transfer_date": nil,
		"amount_ext": money.FormatMinor(p.Minor, 2), "currency_ext": p.Currency, "payment_type_code": p.Account.Network,
		"due_date": calendar.On(p.ExpiresAt, zone(p.Account)).String(), "voucher_url": "https://print.ebanx.sim/?hash=" + p.ID,
		"refunds": refunds}
	switch p.Status {
	case simnet.Paid:
		out["status"], out["status_date"] = "CO", stamp(p.Account, p.Receipts[0].At)
		out["confirm_date"] = stamp(p.Account, p.Receipts[0].At)
	case simnet.Expired:
		out["status"], out["status_date"] = "CA", stamp(p.Account, p.ExpiresAt)
	case simnet.Cancelled:
		out["status"], out["status_date"] = "CA", stamp(p.Account, p.RemovedAt)
	}
	return out
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:24])
}
