package dlocal

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// ReadStatus asks for a refund by dLocal's id, or by our reference while that is unknown.
func (a *Adapter) ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	path := strings.Replace(a.lookup, "{id}", url.PathEscape(d.ID), 1)
	if d.Reference != "" {
		path = "/refunds/" + url.PathEscape(d.Reference)
	}
	reply, err := a.call(ctx, http.MethodGet, path, nil)
	if err != nil {
		return disbursement.Observation{}, err
	}
	if missing(reply) {
		return disbursement.Observation{}, provider.ErrNoSuchDisbursement
	}
	return observe(reply, d)
}
