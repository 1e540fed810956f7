package rapyd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// pages of refunds that are looked through for our reference. Lists cannot be filtered by it.
const pages = 10

// ReadStatus asks by Rapyd's id where we learned it, and else looks through the list of refunds. Only a list that was seen
// to its end says that there is none.
func (a *Adapter) ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	if d.Reference != "" {
		reply, err := a.call(ctx, http.MethodGet, "/v1/refunds/"+url.PathEscape(d.Reference), nil, "")
		if err != nil {
			return disbursement.Observation{}, err
		}
		o, err := answered(reply, d)
		return o, asked(err)
	}
	var dead *wireRefund // of two with our reference, the one that may still mean money counts
	after := ""
	for range pages {
		path := fmt.Sprintf("/v1/refunds?limit=%d", page)
		if after != "" {
			path += "&starting_after=" + url.QueryEscape(after)
		}
		reply, err := a.call(ctx, http.MethodGet, path, nil, "")
		if err != nil {
			return disbursement.Observation{}, err
		}
		var list []wireRefund
		if err := read(reply, &list); err != nil {
			return disbursement.Observation{}, asked(err)
		}
		if list == nil {
			return disbursement.Observation{}, unreadable("the answer holds no list")
		}
		for _, w := range list {
			switch {
			case w.MerchantReferenceID != d.ID:
			case w.Status == "Pending" || w.Status == "Completed":
				return w.refund(d)
			default:
				dead = &w
			}
		}
		if len(list) < page && dead != nil {
			return dead.refund(d)
		}
		if len(list) < page {
			return disbursement.Observation{}, provider.ErrNoSuchDisbursement
		}
		after = list[len(list)-1].ID
	}
	return disbursement.Observation{}, unreadable("the list of refunds is too long to be seen to its end")
}
