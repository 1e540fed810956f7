package pagoefectivo

import (
	"context"
	"io"
	"iter"
	"net/http"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// ReadSettlement reads a file in the generic columns; dates are in Lima's time.
func (a *Adapter) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return csvsettlement.Read(file, csvsettlement.Layout{Zone: lima()})
}

// FetchSettlement pulls the file that settles on a day.
func (a *Adapter) FetchSettlement(ctx context.Context, day calendar.Date) (provider.File, error) {
	bearer, err := a.bearer(ctx)
	if err != nil {
		return provider.File{}, err
	}
	reply, err := provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodGet,
		URL: a.account.Endpoint + "/api/v1/settlements?date=" + day.String(), Cap: csvsettlement.Largest, Limited: true,
		Header: http.Header{"Authorization": {"Bearer " + bearer}}})
	if err != nil {
		return provider.File{}, err
	}
	if reply.Status == http.StatusOK {
		return provider.File{Name: Name + "-" + day.String() + ".csv", Body: reply.Body}, nil
	}
	var refusal struct {
		Code string `json:"code"`
	}
	if err := provider.DecodeJSON(reply.Body, &refusal); err != nil {
		return provider.File{}, unreadable("the answer cannot be read")
	}
	if reply.Status == http.StatusNotFound && refusal.Code == notPublished {
		return provider.File{}, provider.ErrNotPublished
	}
	refused := Codes().Error(reply.Status, refusal.Code)
	if refused.Code == tokenExpired {
		a.token.forget()
	}
	return provider.File{}, refused
}
