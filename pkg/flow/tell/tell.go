// Package tell turns what the table's stream says into events: each is kept once under its own id, with a delivery for every
// endpoint that wants it, and a job is sent for it. The commit that moved the money pays nothing for this, and an event
// exists if and only if that commit landed.
package tell

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/store"
)

// Teller listens to the table.
type Teller struct {
	Store  store.Store
	Sender job.Sender
	Now    func() time.Time
	Log    *slog.Logger
}

// Changed keeps the events of one change. It may be told the same change any number of times. An error asks for it again.
func (t *Teller) Changed(ctx context.Context, c store.Change) error {
	events, err := event.Of(c)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return nil
	}
	endpoints, err := t.endpoints(ctx, events[0].Tenant)
	if err != nil {
		return err
	}
	for _, e := range events {
		if err := t.keep(ctx, e, endpoints); err != nil {
			return err
		}
	}
	return nil
}

func (t *Teller) endpoints(ctx context.Context, tenant string) (event.Endpoints, error) {
	record, err := t.Store.Get(ctx, event.EndpointsKey(tenant))
	if errors.Is(err, store.ErrNotFound) {
		return event.Endpoints{Tenant: tenant}, nil
	}
	if err != nil {
		return event.Endpoints{}, err
	}
	return event.DecodeEndpoints(tenant, record)
}

// keep puts an event that must not exist yet. One that does was told before; if it still waits to be delivered its job is
// sent all the same, because the first try may have died between the put and the send.
func (t *Teller) keep(ctx context.Context, e event.Event, endpoints event.Endpoints) error {
	e.To = endpoints.To(e.Type)
	record := event.Encode(e, t.Now())
	writes := []store.Write{store.Put{Record: record}}
	note, buyers := notices(e, t.Now())
	if buyers {
		writes = append(writes, store.Put{Record: notice.Encode(note)})
	}
	err := t.Store.Commit(ctx, writes...)
	if store.IsConflict(err) {
		if record, err = t.Store.Get(ctx, record.Key); err == nil {
			e, err = event.Decode(record)
		}
	}
	if err != nil {
		return err
	}
	if e.Waits(t.Now()) {
		t.send(ctx, job.Job{Kind: job.Deliver, Key: record.Key})
	}
	if buyers {
		t.send(ctx, job.Job{Kind: job.Notify, Key: notice.Key(e.Tenant, e.ID)})
	}
	return nil
}

// send asks for a job. A send that fails is repeated by the sweep.
func (t *Teller) send(ctx context.Context, j job.Job) {
	if err := t.Sender.Send(ctx, j, 0); err != nil {
		t.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", j.Key.String(), "error", err)
	}
}

// notices says what a buyer is to hear of an event: that something is asked of them, that a cash code is ready, that the
// money is there.
func notices(e event.Event, now time.Time) (notice.Notice, bool) {
	n := notice.Notice{Tenant: e.Tenant, Event: e.ID, Subject: e.Subject, Due: now}
	switch e.Type {
	case "refund.paid", "payout.paid":
		n.Kind = notice.Paid
	case "refund.collectable", "payout.collectable":
		n.Kind = notice.Ready
	case event.RefundExpiring, event.PayoutExpiring:
		n.Kind = notice.Expiring
	case "refund.held":
		n.Kind = notice.Details
		return n, e.HeldFor() == disbursement.HoldDetails
	default:
		return n, false
	}
	return n, true
}
