package event

import (
	"encoding/json"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/reconciliation"
)

// What merchants are told of each kind of thing: enough to act on, nothing of the person, and no code with which cash can
// be collected. Amounts are minor units. Names are a promise: append only.

type disbursementData struct {
	ID               string  `json:"id"`
	Object           string  `json:"object"`
	Status           string  `json:"status"`
	PreviousStatus   string  `json:"previous_status,omitempty"`
	Payment          string  `json:"payment,omitempty"`
	OrderReference   string  `json:"order_reference,omitempty"`
	MerchantRefundID string  `json:"merchant_refund_id,omitempty"`
	MerchantPayoutID string  `json:"merchant_payout_id,omitempty"`
	Store            string  `json:"store"`
	Network          string  `json:"network"`
	Provider         string  `json:"provider"`
	Amount           int64   `json:"amount"`
	Currency         string  `json:"currency"`
	ReceivedAmount   int64   `json:"received_amount"`
	ReturnedAmount   int64   `json:"returned_amount"`
	Route            string  `json:"route"`
	ReasonCode       string  `json:"reason_code,omitempty"`
	Purpose          string  `json:"purpose,omitempty"`
	NetworkReference string  `json:"network_reference,omitempty"`
	HeldReason       string  `json:"held_reason,omitempty"`
	SettledOn        string  `json:"settled_on,omitempty"`
	OccurredAt       string  `json:"occurred_at"`
	Journal          Journal `json:"journal"`
}

func dataOf(d disbursement.Disbursement, s disbursement.Step, j Journal) json.RawMessage {
	v := disbursementData{ID: d.ID, Object: string(d.Kind), Status: string(s.To), PreviousStatus: string(s.From), Payment: d.Payment,
		OrderReference: d.Order, Store: d.Store, Network: d.Network, Provider: d.Provider, Amount: d.Amount.Minor(),
		Currency: string(d.Amount.Currency()), ReceivedAmount: d.Received, ReturnedAmount: d.Returned, Route: string(d.Route),
		NetworkReference: d.Reference, HeldReason: d.HeldReason, SettledOn: d.SettledOn.String(), OccurredAt: stamp(s.At), Journal: j}
	if d.Kind == disbursement.Refund {
		v.MerchantRefundID, v.ReasonCode = d.MerchantRef, d.Reason
	} else {
		v.MerchantPayoutID, v.Purpose = d.MerchantRef, d.Reason
	}
	return encode(v)
}

// HeldFor is why what an event tells of is held, as the merchant is told; empty if it is not.
func (e Event) HeldFor() string {
	var d struct {
		HeldReason string `json:"held_reason"`
	}
	_ = json.Unmarshal(e.Data, &d) // ours: it has the field or has it not
	return d.HeldReason
}

type paymentData struct {
	ID                   string  `json:"id"`
	Object               string  `json:"object"`
	Status               string  `json:"status"`
	PreviousStatus       string  `json:"previous_status,omitempty"`
	OrderReference       string  `json:"order_reference"`
	Store                string  `json:"store"`
	Network              string  `json:"network"`
	Provider             string  `json:"provider"`
	Amount               int64   `json:"amount"`
	Currency             string  `json:"currency"`
	PaidAmount           int64   `json:"paid_amount"`
	Situation            string  `json:"situation"`
	Reference            string  `json:"reference,omitempty"`
	NetworkTransactionID string  `json:"network_transaction_id,omitempty"`
	OccurredAt           string  `json:"occurred_at"`
	Journal              Journal `json:"journal"`
}

func dataOfPayment(p payment.Payment, s payment.Step, j Journal) json.RawMessage {
	return encode(paymentData{ID: p.ID, Object: "payment", Status: string(s.To), PreviousStatus: string(s.From), OrderReference: p.Order,
		Store: p.Store, Network: p.Network, Provider: p.Provider, Amount: p.Amount.Minor(), Currency: string(p.Amount.Currency()),
		PaidAmount: p.PaidMinor(), Situation: string(p.Situation()), Reference: p.Voucher.Code,
		NetworkTransactionID: p.TransactionID(), OccurredAt: stamp(s.At), Journal: j})
}

type dayData struct {
	ID         string         `json:"id"`
	Object     string         `json:"object"`
	Status     string         `json:"status"`
	Provider   string         `json:"provider"`
	Network    string         `json:"network"`
	Date       string         `json:"date"`
	Run        int            `json:"run"`
	Rows       int            `json:"rows"`
	Entries    int            `json:"entries"`
	Matched    int            `json:"matched"`
	Pending    int            `json:"pending"`
	Unreadable int            `json:"unreadable"`
	Breaks     map[string]int `json:"breaks"`
}

func dataOfDay(r reconciliation.Reconciliation) json.RawMessage {
	breaks := r.Breaks
	if breaks == nil {
		breaks = map[string]int{}
	}
	return encode(dayData{ID: r.ID, Object: "reconciliation", Status: string(r.Status), Provider: r.Provider, Network: r.Network,
		Date: r.Date.String(), Run: r.Run, Rows: r.Outcome.Rows, Entries: r.Outcome.Entries, Matched: r.Outcome.Matched,
		Pending: r.Outcome.Pending, Unreadable: r.Outcome.Unreadable, Breaks: breaks})
}

// stamp is an instant as every answer of ours has it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
