package ebanx

import (
	"context"
	"net/url"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// ReadStatus asks for the payment and looks for the refund with our reference among its refunds. Where two have it, the
// one that may still mean money counts.
func (a *Adapter) ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	by := url.Values{"merchant_payment_code": {d.Payment}}
	if d.OriginalTransaction != "" {
		by = url.Values{"hash": {d.OriginalTransaction}}
	}
	w, err := a.query(ctx, by)
	if err != nil {
		// Not even "no such payment" is a word about the refund.
		return disbursement.Observation{}, &provider.Error{Class: provider.Unknown, Note: "the refund's payment cannot be read", Err: err}
	}
	if d.OriginalTransaction != "" && w.Hash != d.OriginalTransaction {
		return disbursement.Observation{}, unreadable("the answer speaks of another payment")
	}
	var found *wireRefund
	for i, r := range w.Refunds {
		if r.MerchantRefundCode == d.ID && (found == nil || found.Status == "CA") {
			found = &w.Refunds[i]
		}
	}
	if found == nil {
		return disbursement.Observation{}, provider.ErrNoSuchDisbursement
	}
	return a.refund(*found, w, d)
}
