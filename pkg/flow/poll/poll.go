// Package poll asks providers how things stand, and finds what is due. It is how lost callbacks, lost sends and crashes
// heal: the sweep sends the same jobs that the ordinary road sends.
package poll

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// Clients finds the provider client of an account.
type Clients interface {
	Client(ctx context.Context, account string) (*provider.Client, error)
}

// Poller does job.Poll.
type Poller struct {
	Store    store.Store
	Observer observe.Observer
	Clients  Clients
	Breaker  *provider.Breaker
	Now      func() time.Time
	Log      *slog.Logger
}

// Handle asks about the record of the job, if it is due.
func (p *Poller) Handle(ctx context.Context, j job.Job) error {
	if j.Key.SK == payment.SK {
		return p.payment(ctx, j.Key)
	}
	record, err := p.Store.Get(ctx, j.Key)
	if err != nil {
		return err
	}
	d, err := disbursement.Decode(record)
	if err != nil || d.Due.IsZero() || p.Now().Before(d.Due) {
		return err
	}
	_, err = p.ask(ctx, d, p.Breaker)
	return err
}

// Disbursement asks about one disbursement now, because a person wants to know, and returns how it stands afterwards.
func (p *Poller) Disbursement(ctx context.Context, d disbursement.Disbursement) (disbursement.Disbursement, error) {
	return p.ask(ctx, d, nil)
}

func (p *Poller) ask(ctx context.Context, d disbursement.Disbursement, breaker *provider.Breaker) (disbursement.Disbursement, error) {
	key := disbursement.Key(d.Tenant, d.ID)
	switch d.State {
	case disbursement.AwaitingApproval:
		if d.MustWarn(p.Now()) {
			return p.Observer.Warn(ctx, d, p.Now())
		}
		if d.AskUntil.IsZero() || p.Now().Before(d.AskUntil) {
			return d, nil
		}
		return p.fold(ctx, key, disbursement.Observation{Claim: disbursement.ClaimCancel, By: "sweep", Evidence: "lapsed", At: p.Now(),
			Note: "nobody agreed in time"}, d)
	case disbursement.Queued:
		return d, nil
	case disbursement.Submitting:
		if p.Now().Before(d.LastSentAt.Add(disbursement.SubmitLease)) {
			return d, nil // the call may still be in flight
		}
		var err error
		if d, err = p.fold(ctx, key, disbursement.Observation{Claim: disbursement.ClaimUnknown, By: "sweep",
			Attempt: len(d.Attempts), Evidence: "lease:" + strconv.Itoa(len(d.Attempts)), At: p.Now(),
			Note: "no reply was recorded"}, d); err != nil {
			return d, err
		}
	}
	client, err := p.Clients.Client(ctx, d.Account)
	if err != nil {
		return p.closed(ctx, d, err)
	}
	pass := breaker.Admit(ctx, client, provider.CanReadStatus)
	if !pass.Until.IsZero() {
		return p.nothingNew(ctx, d, disbursement.Observation{}, d.Awaiting(pass.Until, p.Now()))
	}
	defer breaker.Heard(ctx, client, provider.CanReadStatus, pass)
	seen := client.Status(ctx, d)
	if seen.Claim != disbursement.ClaimUnknown {
		after, err := p.fold(ctx, key, seen, d)
		if err != nil || after.Version != d.Version {
			return after, err
		}
	}
	return p.nothingNew(ctx, d, seen, d.Asked(p.Now()))
}

// Closed is how long what waits for an account that cannot be opened is left alone: the sweep takes the oldest first, and many of
// such would keep it from everything else.
const Closed = 15 * time.Minute

// closed lets what has an account that cannot be opened wait, or hands it over to a person when it has waited long enough. A store
// that is busy is none of the account's doing.
func (p *Poller) closed(ctx context.Context, d disbursement.Disbursement, why error) (disbursement.Disbursement, error) {
	exhausted := d.Exhausted(p.Now())
	if errors.Is(why, store.ErrBusy) && !exhausted {
		return d, why
	}
	after, err := p.nothingNew(ctx, d, disbursement.Observation{}, d.Awaiting(p.Now().Add(Closed), p.Now()))
	if exhausted {
		return after, err
	}
	return after, errors.Join(why, err)
}

// nothingNew sets the next question, as next has it, or hands over to a person when there have been enough.
func (p *Poller) nothingNew(ctx context.Context, d disbursement.Disbursement, seen disbursement.Observation, next disbursement.Disbursement) (disbursement.Disbursement, error) {
	now, key := p.Now(), disbursement.Key(d.Tenant, d.ID)
	if d.Due.IsZero() {
		return d, nil // nothing is outstanding: a person wanted to know
	}
	if d.Exhausted(now) || seen.HoldReason != "" {
		reason, note := disbursement.HoldExhausted, "no final answer within eleven days"
		if seen.HoldReason != "" {
			reason, note = seen.HoldReason, seen.Note
		}
		return p.fold(ctx, key, disbursement.Observation{Claim: disbursement.ClaimHold, By: "sweep", Evidence: d.Anew("hold:" + reason),
			At: now, HoldReason: reason, Note: note})
	}
	if d.MustWarn(now) {
		return p.Observer.Warn(ctx, d, now)
	}
	if d.MustRemind(now) {
		return p.fold(ctx, key, disbursement.Observation{Claim: disbursement.ClaimRemind, By: "sweep", Evidence: string(disbursement.ClaimRemind), At: now})
	}
	err := p.Store.Commit(ctx, store.Put{Record: disbursement.Encode(next)})
	if store.IsConflict(err) {
		return d, nil // it moved meanwhile, which set its own due instant
	}
	next.Version++
	return next, err
}

func (p *Poller) fold(ctx context.Context, key store.Key, seen disbursement.Observation, read ...disbursement.Disbursement) (disbursement.Disbursement, error) {
	d, _, err := p.Observer.Disbursement(ctx, key, seen, read...)
	if errors.Is(err, disbursement.ErrNotAllowed) {
		err = nil
	}
	return d, err
}
