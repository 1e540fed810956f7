package provider

import (
	"context"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

// apart is how far a provider's clock may be from ours before the instant that it gives its answers is not believed: either of
// the two may be wrong by as much as two of our own machines may.
const apart = 2 * ClockTolerance

// dated keeps the Date of the last answer within a call to a provider, as it came.
type dated struct{ header string }

type datedKey struct{}

// dating is a context whose exchanges note when they were answered.
func dating(ctx context.Context) (context.Context, *dated) {
	d := new(dated)
	return context.WithValue(ctx, datedKey{}, d), d
}

// noteDate keeps an answer's Date for whoever made the call, if they want it.
func noteDate(ctx context.Context, answer http.Header) {
	if d, ok := ctx.Value(datedKey{}).(*dated); ok {
		d.header = answer.Get("Date")
	}
}

// asOf is the provider's instant of an answer that gives what happened none of its own: so that one clock alone orders what one
// provider says, whichever of our machines heard it. A server that has a clock dates each answer (RFC 9110, section 6.6.1). Zero
// if the answer has an instant, none of the two, or one that cannot be.
func (d *dated) asOf(o disbursement.Observation) time.Time {
	if !o.OccurredAt.IsZero() {
		return time.Time{}
	}
	at, err := http.ParseTime(d.header)
	if err != nil || at.Sub(o.At).Abs() > apart {
		return time.Time{}
	}
	return at.UTC()
}
