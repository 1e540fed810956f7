package pagoefectivo

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// ReadStatus asks for a refund by our reference. Only the documented "not found" says there is none: a router's own 404
// says nothing.
func (a *Adapter) ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	reply, err := a.call(ctx, http.MethodGet, "/api/v1/refunds/"+url.PathEscape(d.ID), nil, true)
	if err != nil {
		return disbursement.Observation{}, err
	}
	o, err := a.refund(reply, d, http.StatusOK)
	var refusal struct {
		Code string `json:"code"`
	}
	if reply.Status == http.StatusNotFound && provider.DecodeJSON(reply.Body, &refusal) == nil && refusal.Code == refundNotFound {
		return disbursement.Observation{}, provider.ErrNoSuchDisbursement
	}
	return o, err
}
