package mercadopagosim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// pendingLife is how long a payment stays pending where the caller names no end.
const pendingLife = 30 * 24 * time.Hour

// methodOf is the voucher of an account's country.
func methodOf(a *simnet.Account) (id, kind string, currency money.Currency) {
	if a.Network == "efecty" {
		return "efecty", "ticket", money.COP
	}
	return "pagoefectivo_atm", "atm", money.PEN
}

func (n *Network) createPayment(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		Amount            json.Number `json:"transaction_amount"`
		PaymentMethodID   string      `json:"payment_method_id"`
		ExternalReference string      `json:"external_reference"`
		Notify            string      `json:"notification_url"`
		DateOfExpiration  time.Time   `json:"date_of_expiration"`
		Payer             struct {
			Email string `json:"email"`
		} `json:"payer"`
	}
	method, _, currency := methodOf(a)
	if json.Unmarshal(body, &ask) != nil || ask.PaymentMethodID != method || ask.Payer.Email == "" {
		refusal(w, http.StatusBadRequest, "2085", "Invalid value")
		return
	}
	minor, ok := amount(ask.Amount, currency)
	if !ok || (!ask.DateOfExpiration.IsZero() && !ask.DateOfExpiration.After(n.Now())) {
		refusal(w, http.StatusBadRequest, "2085", "Invalid value")
		return
	}
	if p := n.VoucherOf(a, ask.ExternalReference); p != nil {
		simnet.WriteJSON(w, http.StatusOK, n.payment(p, p.ID)) // the same X-Idempotency-Key: our callers send the reference
		return
	}
	if ask.DateOfExpiration.IsZero() {
		ask.DateOfExpiration = n.Now().Add(pendingLife)
	}
	serial := n.Next()
	p := n.Issue(simnet.Payment{Account: a, ID: fmt.Sprint(7_186_000_000 + serial), Ours: ask.ExternalReference, Minor: minor,
		Code: fmt.Sprint(9_100_000_000 + serial), Currency: currency, ExpiresAt: ask.DateOfExpiration})
	n.payments[p.ID], n.notify[p.ID] = &cash{p, p.ID}, ask.Notify
	simnet.WriteJSON(w, http.StatusCreated, n.payment(p, p.ID))
}

func (n *Network) search(w http.ResponseWriter, a *simnet.Account, ours string) {
	results := []paymentJSON{}
	if p := n.VoucherOf(a, ours); p != nil {
		results = append(results, n.payment(p, p.ID))
		for _, r := range p.Receipts {
			if r.ID != p.ID {
				results = append(results, n.payment(p, r.ID))
			}
		}
	}
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"paging": map[string]int{"total": len(results), "limit": 30, "offset": 0}, "results": results})
}

// known is an account's payment under one of its ids; it has answered if it returns nil.
func (n *Network) known(w http.ResponseWriter, a *simnet.Account, id string) *simnet.Payment {
	if c := n.payments[id]; c != nil && c.payment.Account.ID == a.ID {
		return c.payment
	}
	refusal(w, http.StatusNotFound, "2000", "Payment not found")
	return nil
}

func (n *Network) onePayment(w http.ResponseWriter, method string, a *simnet.Account, id string, body []byte) {
	p := n.known(w, a, id)
	if p == nil {
		return
	}
	if method == http.MethodPut {
		var ask struct {
			Status string `json:"status"`
		}
		if json.Unmarshal(body, &ask) != nil || ask.Status != "cancelled" || p.Status != simnet.Pending {
			refusal(w, http.StatusBadRequest, "2063", "The action requested is not valid for the current payment state")
			return
		}
		p.Status, p.RemovedAt = simnet.Cancelled, n.Now()
	}
	simnet.WriteJSON(w, http.StatusOK, n.payment(p, id))
}

// payment prints a payment under one of its ids, with what came for it and what was given back of it.
func (n *Network) payment(p *simnet.Payment, id string) paymentJSON {
	method, kind, _ := methodOf(p.Account)
	status, detail := "pending", "pending_waiting_payment"
	switch p.Status {
	case simnet.Paid:
		status, detail = "approved", "accredited"
	case simnet.Expired:
		status, detail = "cancelled", "expired"
	case simnet.Cancelled:
		status, detail = "cancelled", "by_collector"
	}
	out := paymentJSON{CurrencyID: p.Currency, DateCreated: stamp(p.CreatedAt), DateOfExpiration: stamp(p.ExpiresAt), ExternalReference: p.Ours,
		ID: json.Number(id), PaymentMethodID: method, PaymentTypeID: kind, Refunds: []refundJSON{}, Status: status, StatusDetail: detail,
		TransactionAmount: number(p.Minor)}
	given := int64(0)
	for _, d := range n.refunds[id] {
		if d = n.Shown(d); d == nil {
			continue
		}
		out.Refunds = append(out.Refunds, refund(d))
		if d.Status == simnet.Paid {
			given += d.Minor
		}
	}
	out.Refunded = number(given)
	out.Details = detailsJSON{URL: "https://" + name + ".sim/ticket/" + p.Code, Reference: p.Code}
	for _, r := range p.Receipts {
		if r.ID == id {
			at := stamp(r.At)
			out.DateApproved, out.Details.Total = &at, number(r.Minor)
			out.Details.Overpaid = number(max(r.Minor-p.Minor, 0))
			if given == r.Minor {
				out.Status, out.StatusDetail = "refunded", "refunded"
			}
		}
	}
	return out
}

type paymentJSON struct {
	CurrencyID        money.Currency `json:"currency_id"`
	DateApproved      *string        `json:"date_approved"`
	DateCreated       string         `json:"date_created"`
	DateOfExpiration  string         `json:"date_of_expiration"`
	ExternalReference string         `json:"external_reference"`
	ID                json.Number    `json:"id"`
	PaymentMethodID   string         `json:"payment_method_id"`
	PaymentTypeID     string         `json:"payment_type_id"`
	Refunds           []refundJSON   `json:"refunds"`
	Status            string         `json:"status"`
	StatusDetail      string         `json:"status_detail"`
	TransactionAmount json.Number    `json:"transaction_amount"`
	Refunded          json.Number    `json:"transaction_amount_refunded"`
	Details           detailsJSON    `json:"transaction_details"`
}

type detailsJSON struct {
	URL       string      `json:"external_resource_url"`
	Overpaid  json.Number `json:"overpaid_amount,omitempty"`
	Reference string      `json:"payment_method_reference_id"`
	Total     json.Number `json:"total_paid_amount,omitempty"`
}

// amount reads a positive amount in the country's decimals.
func amount(n json.Number, c money.Currency) (int64, bool) {
	minor, err := provider.Minor(n, c)
	return minor, err == nil && minor > 0 && (c != money.COP || minor%100 == 0)
}
