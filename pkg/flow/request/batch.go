package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/vuelto/vuelto/pkg/batch"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// ErrOver says that a batch has nothing left to stop.
var ErrOver = errors.New("the batch is over")

// Batch is what a merchant asks: the rows of a file that is stored already.
type Batch struct {
	Caller Caller
	Key    Key
	Batch  batch.Batch // status, instants and sums are filled in
	Answer func(batch.Batch) Answer
}

// Batch accepts a batch, once: who sends the same content again gets the batch that it is. Errors: ErrKeyReused, ErrBusy.
func (r *Requester) Batch(ctx context.Context, q Batch) (Answer, error) {
	b, now := q.Batch, r.Now()
	b.Tenant, b.Key, b.By, b.Created = q.Caller.Merchant.ID, q.Caller.Key.Hash, q.Caller.Key.Person, calendar.Millis(now)
	b.Status, b.Due = batch.Queued, b.Created
	if b.StartAt > b.Created {
		b.Status, b.Due = batch.Scheduled, b.StartAt
	}
	key := batch.Key(b.Tenant, b.ID)
	answer := q.Answer(b)
	err := r.Store.Commit(ctx, store.Put{Record: batch.Encode(b)}, r.keep(b.Tenant, q.Key, answer))
	switch {
	case err == nil && b.Status == batch.Queued:
		r.sendRows(ctx, key)
	case store.Lost(err, key) != "":
		return r.known(ctx, q, key)
	case err != nil:
		return r.orReplay(ctx, b.Tenant, q.Key, busy(err))
	}
	return answer, nil
}

// known answers with the batch that has the content already, under its first key or another. That is kept as this key's answer: else
// the batch, which goes on, would make the next one differ, and the key would take any other content.
func (r *Requester) known(ctx context.Context, q Batch, key store.Key) (Answer, error) {
	if a, found, err := r.replay(ctx, q.Caller.Merchant.ID, q.Key); err != nil || found {
		return a, err
	}
	record, err := r.Store.Get(ctx, key)
	if err != nil {
		return Answer{}, err
	}
	b, err := batch.Decode(record)
	if err != nil {
		return Answer{}, err
	}
	a := q.Answer(b)
	a.Status = 200
	return r.Settle(ctx, b.Tenant, q.Key, a)
}

// FindBatch reads a batch of the caller. Error: ErrNotFound.
func (r *Requester) FindBatch(ctx context.Context, c Caller, id string) (batch.Batch, error) {
	record, err := r.Store.Get(ctx, batch.Key(c.Merchant.ID, id))
	if err != nil {
		return batch.Batch{}, notFound(err, "batch")
	}
	return batch.Decode(record)
}

// CancelBatch stops a batch: at once if no row has been begun, else before the next rows are. What was accepted stays.
// Errors: ErrNotFound, ErrOver.
func (r *Requester) CancelBatch(ctx context.Context, c Caller, id string) (batch.Batch, error) {
	for {
		b, err := r.FindBatch(ctx, c, id)
		switch {
		case err != nil:
			return b, err
		case b.Status == batch.Cancelled || b.Stopping != "" && !b.Over():
			return b, nil // a double click
		case b.Over():
			return b, fmt.Errorf("%w: every row has its verdict", ErrOver)
		}
		now := calendar.Millis(r.Now())
		b.Stopping = c.Key.Person
		if b.Status != batch.Running { // rows are begun only after a commit of that status
			b.Status, b.Due, b.Finished = batch.Cancelled, 0, now
		} else {
			b.Due = now
		}
		err = r.Store.Commit(ctx, store.Put{Record: batch.Encode(b)})
		if store.IsConflict(err) {
			continue // its worker was quicker, or another person
		}
		if err != nil {
			return b, busy(err)
		}
		b.Version++
		if b.Due != 0 {
			r.sendRows(ctx, batch.Key(b.Tenant, b.ID))
		}
		return b, nil
	}
}

func (r *Requester) sendRows(ctx context.Context, key store.Key) {
	if err := r.Sender.Send(ctx, job.Job{Kind: job.Rows, Key: key}, 0); err != nil {
		r.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", key.String(), "error", err)
	}
}

// Settle gives a key its answer, unless it has one already: then that one counts, however often and by whomever the request is made
// again. Errors: ErrKeyReused, ErrInProgress.
func (r *Requester) Settle(ctx context.Context, tenant string, key Key, a Answer) (Answer, error) {
	err := r.Store.Commit(ctx, r.keep(tenant, key, a))
	if store.IsConflict(err) {
		a, found, err := r.replay(ctx, tenant, key)
		if err == nil && !found {
			err = ErrInProgress
		}
		return a, err
	}
	return a, busy(err)
}
