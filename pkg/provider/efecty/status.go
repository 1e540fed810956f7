package efecty

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// ReadStatus asks for a refund or payout by our reference. Only the contract's own "not found" says there is none: a
// router's 404 says nothing.
func (a *Adapter) ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	reply, err := a.call(ctx, http.MethodGet, "/disbursements/"+url.PathEscape(d.ID), nil, 0)
	if err != nil {
		return disbursement.Observation{}, err
	}
	if reply.Status == http.StatusNotFound && codeOf(reply) == disbursementNotFound {
		return disbursement.Observation{}, provider.ErrNoSuchDisbursement
	}
	return observe(reply, d, http.StatusOK)
}
