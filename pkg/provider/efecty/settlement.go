package efecty

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

// ReadSettlement reads a file in the generic columns; dates are in Bogota's time.
func (a *Adapter) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return csvsettlement.Read(file, csvsettlement.Layout{Zone: calendar.Colombia().Zone()})
}

// FetchSettlement pulls the file that settles on a day.
func (a *Adapter) FetchSettlement(ctx context.Context, day calendar.Date) (provider.File, error) {
	reply, err := a.call(ctx, http.MethodGet, "/settlements?date="+day.String(), nil, csvsettlement.Largest)
	if err != nil {
		return provider.File{}, err
	}
	switch {
	case reply.Status == http.StatusOK:
		return provider.File{Name: Name + "-" + day.String() + ".csv", Body: reply.Body}, nil
	case reply.Status == http.StatusNotFound && codeOf(reply) == notPublished:
		return provider.File{}, provider.ErrNotPublished
	}
	return provider.File{}, Codes().Error(reply.Status, codeOf(reply))
}
