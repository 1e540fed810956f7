package mercadopago

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// ReadStatus asks for a refund by Mercado Pago's id. Without it only the payment's own refunds can be listed, and they do
// not say which of ours they are: none of this size means that it is not there, one of this size may be another of ours.
func (a *Adapter) ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	if d.OriginalTransaction == "" {
		return disbursement.Observation{}, provider.ErrUntold
	}
	if d.Reference == "" {
		return disbursement.Observation{}, a.among(ctx, d)
	}
	reply, err := a.call(ctx, http.MethodGet, refundsOf(d)+"/"+url.PathEscape(d.Reference), nil, "")
	if err != nil {
		return disbursement.Observation{}, err
	}
	if reply.Status == http.StatusNotFound && codeOf(reply) == noRefund {
		return disbursement.Observation{}, provider.ErrNoSuchDisbursement
	}
	return a.observe(reply, d)
}

// among looks for d among its payment's refunds. Errors: ErrNoSuchDisbursement, ErrUntold, *Error.
func (a *Adapter) among(ctx context.Context, d disbursement.Disbursement) error {
	reply, err := a.call(ctx, http.MethodGet, refundsOf(d), nil, "")
	if err != nil {
		return err
	}
	var listed []refund
	if err := read(reply, &listed); err != nil {
		return err
	}
	if listed == nil {
		return unreadable("the answer lists nothing")
	}
	for _, r := range listed {
		if _, err := provider.Minor(r.Amount, d.Amount.Currency()); err != nil || r.ID == "" || string(r.PaymentID) != d.OriginalTransaction {
			return unreadable("the answer lists a refund that cannot be read")
		}
		if r.about(d) {
			return provider.ErrUntold
		}
	}
	return provider.ErrNoSuchDisbursement
}
