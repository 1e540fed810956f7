// Package deliver tells merchants' endpoints about events, signed by Standard Webhooks, until they answer with a 2xx or the
// schedule is over. Every try and its answer is in the event's record.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// Doer sends a request to an address that a merchant gave. It must refuse private addresses, follow no redirect and ignore
// proxies.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Deliverer does job.Deliver.
type Deliverer struct {
	Store  store.Store
	Sender job.Sender
	Doer   Doer
	Clock  Clock
	Log    *slog.Logger
}

// Clock is the time and its limits.
type Clock interface {
	Now() time.Time
	WithTimeout(context.Context, time.Duration) (context.Context, context.CancelFunc)
}

// Timeout of one try, from the first byte to the end of the answer.
const Timeout = 15 * time.Second

// reserve is what must be left of the function's time when a try ends, to write down how.
const reserve = 5 * time.Second

// maxJobDelay is the longest a queue holds a message back; what is due later is found by the sweep.
const maxJobDelay = 15 * time.Minute

// errLater says that the function has no time for another try; the message comes again.
var errLater = errors.New("deliver: no time left for another endpoint")

// tries bounds how often a result is written anew because another writer came first.
const tries = 20

// Handle tries every delivery of the event that is due. One that is not is left to its own time.
func (d *Deliverer) Handle(ctx context.Context, j job.Job) error {
	e, err := d.event(ctx, j.Key)
	if errors.Is(err, store.ErrNotFound) {
		return nil // events are not deleted: this is no key of one
	}
	if err != nil {
		return err
	}
	if !e.Waits(d.Clock.Now()) {
		return nil
	}
	endpoints, err := d.endpoints(ctx, e.Tenant)
	if err != nil {
		return err
	}
	for i := range e.To {
		if !e.To[i].Wants(d.Clock.Now()) {
			continue
		}
		if e, err = d.one(ctx, e, i, endpoints); err != nil {
			return err
		}
	}
	return nil
}

// one makes one try and writes down what came of it. It gives the event as it then stands.
func (d *Deliverer) one(ctx context.Context, e event.Event, i int, all event.Endpoints) (event.Event, error) {
	to := e.To[i]
	at := all.Find(to.Endpoint)
	if at < 0 || all.List[at].Disabled != "" {
		return d.note(ctx, e, to.Endpoint, func(x event.Delivery) event.Delivery {
			x.Outcome, x.NextAt = event.Stopped, time.Time{}
			return x
		})
	}
	if deadline, ok := ctx.Deadline(); ok && d.Clock.Now().Add(Timeout+reserve).After(deadline) {
		return e, errLater
	}
	got := d.try(ctx, e, to, all.List[at])
	if got.Fault != "" {
		d.Log.InfoContext(ctx, "delivery failed", "tenant", e.Tenant, "event", e.ID, "endpoint", to.Endpoint, "code", got.Fault, "attempt", to.Tries+1)
	}
	e, err := d.note(ctx, e, to.Endpoint, func(x event.Delivery) event.Delivery {
		return x.Tried(e.ID, got.Attempt, got.retryAfter)
	})
	if err != nil {
		return e, err
	}
	return e, d.judge(ctx, all, to.Endpoint, got)
}

// note changes one delivery of the event as it was read; where another writer came first, of the event as it is by then. The
// next try's job is sent at once if a queue can hold it so long.
func (d *Deliverer) note(ctx context.Context, e event.Event, endpoint string, change func(event.Delivery) event.Delivery) (event.Event, error) {
	key, _ := event.Key(e.Tenant, e.ID)
	for range tries {
		var next time.Time
		for i, to := range e.To {
			if to.Endpoint == endpoint {
				e.To[i] = change(to)
				next = e.To[i].NextAt
			}
		}
		now := d.Clock.Now()
		err := d.Store.Commit(ctx, store.Put{Record: event.Encode(e, now)})
		if store.IsConflict(err) {
			if e, err = d.event(ctx, key); err != nil {
				return e, err
			}
			continue
		}
		if err != nil {
			return e, err
		}
		e.Version++
		if wait := next.Sub(now); !next.IsZero() && wait <= maxJobDelay {
			d.send(ctx, key, max(wait, 0))
		}
		return e, nil
	}
	return e, fmt.Errorf("%w: %s changes faster than it can be read", store.ErrBusy, key)
}

// send asks for a delivery. A send that fails is repeated by the sweep.
func (d *Deliverer) send(ctx context.Context, key store.Key, delay time.Duration) {
	if err := d.Sender.Send(ctx, job.Job{Kind: job.Deliver, Key: key}, delay); err != nil {
		d.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", key.String(), "error", err)
	}
}

func (d *Deliverer) event(ctx context.Context, key store.Key) (event.Event, error) {
	record, err := d.Store.Get(ctx, key)
	if err != nil {
		return event.Event{}, err
	}
	return event.Decode(record)
}

func (d *Deliverer) endpoints(ctx context.Context, tenant string) (event.Endpoints, error) {
	record, err := d.Store.Get(ctx, event.EndpointsKey(tenant))
	if errors.Is(err, store.ErrNotFound) {
		return event.Endpoints{Tenant: tenant}, nil
	}
	if err != nil {
		return event.Endpoints{}, err
	}
	return event.DecodeEndpoints(tenant, record)
}
