package ebanx

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// longestDescription is what ws/refund takes.
const longestDescription = 1500

// wireRefund is a refund as the wire has it.
type wireRefund struct {
	ID                 provider.Text `json:"id"`
	MerchantRefundCode string        `json:"merchant_refund_code"`
	Status             string        `json:"status"`
	RequestDate        string        `json:"request_date"`
	PendingDate        string        `json:"pending_date"`
	ConfirmDate        string        `json:"confirm_date"`
	CancelDate         string        `json:"cancel_date"`
	AmountExt          json.Number   `json:"amount_ext"`
}

// Refund gives (part of) a confirmed payment back. How a cash buyer is paid is EBANX's business: it asks for the bank
// details itself.
func (a *Adapter) Refund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	amount, err := a.Profile().Wire(d.Amount)
	if err != nil {
		return disbursement.Observation{}, err
	}
	if d.OriginalTransaction == "" {
		return disbursement.Observation{}, fmt.Errorf("%w: no payment to give back", provider.ErrDetails)
	}
	values := url.Values{"operation": {"request"}, "hash": {d.OriginalTransaction}, "amount": {amount},
		"description": {clip(d.Reason, longestDescription)}, "merchant_refund_code": {d.ID}}
	method := http.MethodPost
	if a.byGet {
		method = http.MethodGet
	}
	reply, err := a.form(ctx, method, "/ws/refund", values)
	if err != nil {
		return disbursement.Observation{}, err
	}
	an, err := read(reply)
	if err != nil {
		return disbursement.Observation{}, err
	}
	var w wireRefund
	if err := provider.DecodeJSON(an.Refund, &w); err != nil {
		return disbursement.Observation{}, unreadable("the answer's refund cannot be read")
	}
	var of wirePayment
	if err := provider.DecodeJSON(an.Payment, &of); err != nil {
		return disbursement.Observation{}, unreadable("the answer's payment cannot be read")
	}
	return a.refund(w, of, d)
}

// refund reads a refund that must be d; its currency is that of its payment.
func (a *Adapter) refund(w wireRefund, of wirePayment, d disbursement.Disbursement) (disbursement.Observation, error) {
	minor, err := minorOf(w.AmountExt, string(d.Amount.Currency()))
	if err != nil || of.CurrencyExt != string(d.Amount.Currency()) || w.MerchantRefundCode != d.ID || minor != d.Amount.Minor() {
		return disbursement.Observation{}, unreadable("the answer speaks of another refund")
	}
	return a.standing(w)
}

// standing reads how a refund stands, as of the date of its status.
func (a *Adapter) standing(w wireRefund) (disbursement.Observation, error) {
	o := disbursement.Observation{Reference: string(w.ID), Code: provider.Word(w.Status)}
	var date string
	switch w.Status {
	case "RE":
		o.Claim, date = disbursement.ClaimAccepted, w.RequestDate
	case "PE":
		o.Claim, date = disbursement.ClaimAccepted, w.PendingDate
	case "CO":
		o.Claim, date = disbursement.ClaimPaid, w.ConfirmDate
	case "CA":
		// Cancelled after it was confirmed means that the money came back.
		o.Claim, date = disbursement.ClaimVoided, w.CancelDate
		if w.ConfirmDate != "" {
			o.Claim = disbursement.ClaimReturned
		}
	default:
		return o, unreadable("a status that is not documented")
	}
	var err error
	if o.OccurredAt, err = a.instant(date); err != nil || o.Reference == "" {
		return disbursement.Observation{}, unreadable("the refund's date or id cannot be read")
	}
	return o, nil
}

func clip(s string, longest int) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest])
	}
	return s
}
