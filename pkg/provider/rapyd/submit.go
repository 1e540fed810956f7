package rapyd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
)

type refundRequest struct {
	Payment             string      `json:"payment"`
	Amount              json.Number `json:"amount"`
	Currency            string      `json:"currency"`
	MerchantReferenceID string      `json:"merchant_reference_id"`
	Reason              string      `json:"reason,omitempty"`
}

// wireRefund is a refund as the wire has it, in replies and in webhooks.
type wireRefund struct {
	ID                  string      `json:"id"`
	MerchantReferenceID string      `json:"merchant_reference_id"`
	Amount              json.Number `json:"amount"`
	Currency            string      `json:"currency"`
	Status              string      `json:"status"`
	FailureReason       string      `json:"failure_reason"`
	UpdatedAt           int64       `json:"updated_at"`
}

// Refund gives (part of) a closed payment back. Whether the method can be refunded at all is looked up; where that cannot
// be learned now, Rapyd itself will say.
func (a *Adapter) Refund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	amount, err := a.number(d.Amount)
	if err != nil {
		return disbursement.Observation{}, err
	}
	if d.OriginalTransaction == "" {
		return disbursement.Observation{}, fmt.Errorf("%w: no payment to give back", provider.ErrDetails)
	}
	m, err := a.find(ctx)
	switch {
	case err == nil && !m.IsRefundable:
		return disbursement.Observation{}, fmt.Errorf("%w: Rapyd says that %s is not refundable", provider.ErrUnsupported, m.Type)
	case provider.ClassOf(err) == provider.Denied, errors.Is(err, provider.ErrUnsupported):
		return disbursement.Observation{}, err
	}
	reply, err := a.call(ctx, http.MethodPost, "/v1/refunds", refundRequest{Payment: d.OriginalTransaction, Amount: amount,
		Currency: string(d.Amount.Currency()), MerchantReferenceID: d.ID, Reason: d.Reason}, d.ID)
	if err != nil {
		return disbursement.Observation{}, err
	}
	return answered(reply, d)
}

// answered reads a reply about d.
func answered(reply provider.Reply, d disbursement.Disbursement) (disbursement.Observation, error) {
	var w wireRefund
	if err := read(reply, &w); err != nil {
		return disbursement.Observation{}, err
	}
	return w.refund(d)
}

// refund reads a refund that must be d.
func (w wireRefund) refund(d disbursement.Disbursement) (disbursement.Observation, error) {
	minor, err := provider.Minor(w.Amount, money.Currency(w.Currency))
	if err != nil || w.MerchantReferenceID != d.ID || money.New(minor, money.Currency(w.Currency)) != d.Amount {
		return disbursement.Observation{}, unreadable("the answer speaks of another refund")
	}
	return w.standing()
}

// standing reads how a refund stands. Failed and Canceled are seen at integrations, not in the documents read.
func (w wireRefund) standing() (disbursement.Observation, error) {
	o := disbursement.Observation{Reference: w.ID, OccurredAt: instant(w.UpdatedAt), Code: provider.Word(w.FailureReason),
		Word: w.Status, Said: identity.Sensitive(w.FailureReason)}
	switch w.Status {
	case "Pending":
		o.Claim = disbursement.ClaimAccepted
	case "Completed":
		o.Claim = disbursement.ClaimPaid
	case "Rejected", "Failed":
		o.Claim = disbursement.ClaimRejected
	case "Canceled":
		o.Claim = disbursement.ClaimVoided
	default:
		return disbursement.Observation{}, unreadable("a status that is not documented")
	}
	if w.ID == "" || o.OccurredAt.IsZero() {
		return disbursement.Observation{}, unreadable("the refund's id or instant cannot be read")
	}
	return o, nil
}
