package mercadopago

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// refund is a refund as the wire has it, alone or among a payment's own.
type refund struct {
	ID          provider.Text `json:"id"`
	PaymentID   provider.Text `json:"payment_id"`
	Amount      json.Number   `json:"amount"`
	Status      string        `json:"status"`
	DateCreated string        `json:"date_created"`
}

// Refund gives (part of) a payment back. The amount is always sent: an empty body would give back whatever is left. Our id
// goes along as the idempotency key only, and shows nowhere afterwards.
func (a *Adapter) Refund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	amount, err := a.Profile().Wire(d.Amount)
	if err != nil {
		return disbursement.Observation{}, err
	}
	if d.OriginalTransaction == "" {
		return disbursement.Observation{}, fmt.Errorf("%w: no payment to give back", provider.ErrDetails)
	}
	reply, err := a.call(ctx, http.MethodPost, refundsOf(d), map[string]json.Number{"amount": json.Number(amount)}, d.ID)
	if err != nil {
		return disbursement.Observation{}, err
	}
	return a.observe(reply, d)
}

// refundsOf is the path of a payment's refunds.
func refundsOf(d disbursement.Disbursement) string {
	return "/v1/payments/" + url.PathEscape(d.OriginalTransaction) + "/refunds"
}

// observe reads a reply about d.
func (a *Adapter) observe(reply provider.Reply, d disbursement.Disbursement) (disbursement.Observation, error) {
	var r refund
	if err := read(reply, &r); err != nil {
		return disbursement.Observation{}, err
	}
	if !r.about(d) || (d.Reference != "" && string(r.ID) != d.Reference) {
		return disbursement.Observation{}, unreadable("the answer speaks of another refund")
	}
	o, err := r.observe()
	o.ResponseID = reply.Header.Get("X-Request-Id")
	return o, err
}

// about says the refund could be d: of its payment, and of its size.
func (r refund) about(d disbursement.Disbursement) bool {
	minor, err := provider.Minor(r.Amount, d.Amount.Currency())
	return err == nil && minor == d.Amount.Minor() && string(r.PaymentID) == d.OriginalTransaction
}

// observe reads how a refund stands. The only instant that Mercado Pago tells is that of the creation; what came later has
// none.
func (r refund) observe() (disbursement.Observation, error) {
	o := disbursement.Observation{Reference: string(r.ID), Code: provider.Word(r.Status)}
	switch r.Status {
	case "in_process":
		o.Claim = disbursement.ClaimAccepted
	case "approved":
		o.Claim = disbursement.ClaimPaid
	case "rejected":
		o.Claim = disbursement.ClaimRejected
	case "cancelled":
		o.Claim = disbursement.ClaimReturned
	}
	if o.Claim == "" || r.ID == "" {
		return disbursement.Observation{}, unreadable("a status that is not documented")
	}
	created, err := instant(r.DateCreated)
	if err != nil {
		return disbursement.Observation{}, unreadable("the instant cannot be read")
	}
	if o.Claim == disbursement.ClaimAccepted {
		o.OccurredAt = created
	}
	return o, nil
}
