// Package decide is what finance does about breaks and days: somebody takes a break, explains or resolves it, and closes the
// day when nothing is open. Every move is one conditional write of the decision and its day together.
package decide

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// The decisions a caller can meet, beside those of pkg/discrepancy. One table maps them to HTTP (pkg/api).
var (
	ErrNotFound = errors.New("decide: not found")
	ErrLimit    = errors.New("decide: beyond the write-off limit")
	ErrSum      = errors.New("decide: the parts do not add up")
	ErrRunning  = errors.New("decide: the day is being compared")
	ErrClosed   = errors.New("decide: the day is closed")
	ErrState    = errors.New("decide: not in this state")
)

// OpenError says what keeps a day or a month from being closed.
type OpenError struct {
	Count int
	First []string // ids, at most twenty
}

func (e *OpenError) Error() string { return fmt.Sprintf("%d still open, such as %v", e.Count, e.First) }

// Decider does what finance asks.
type Decider struct {
	Store  store.Store
	Files  file.Store
	Sender job.Sender
	Now    func() time.Time
	Log    *slog.Logger
	// Readers is how many records of a shop's day are read at a time; 0 = readers.
	Readers int
}

// Case is a break with what was decided about it.
type Case struct {
	Day      reconciliation.Reconciliation
	Break    discrepancy.Discrepancy
	Decision discrepancy.Decision
	key      store.Key
}

// Standing is where it stands now.
func (c Case) Standing(today calendar.Date) discrepancy.Standing {
	return c.Decision.Stands(c.Break.Mark(), today, c.Day.Closed())
}

// Today is the day in the country of a network.
func (d *Decider) Today(network string) (calendar.Date, error) {
	country, err := calendar.ByNetwork(network)
	if err != nil {
		return calendar.Date{}, err
	}
	return calendar.On(d.Now(), country.Zone()), nil
}

// Find reads a break by its id, in the last run of its day. Error: ErrNotFound.
func (d *Decider) Find(ctx context.Context, tenant, id string) (Case, error) {
	pointer, err := d.Store.Get(ctx, discrepancy.PointerKey(tenant, id))
	if errors.Is(err, store.ErrNotFound) {
		return Case{}, fmt.Errorf("%w: no such break", ErrNotFound)
	}
	if err != nil {
		return Case{}, err
	}
	day, err := d.day(ctx, tenant, string(pointer.Body))
	if err != nil {
		return Case{}, err
	}
	found, err := day.Sheet.Find(ctx, d.Files, id)
	if errors.Is(err, discrepancy.ErrNone) {
		return Case{}, fmt.Errorf("%w: no such break in run %d of its day", ErrNotFound, day.Run)
	}
	if err != nil {
		return Case{}, err
	}
	return d.with(ctx, day, found)
}

// with adds what was decided about a break.
func (d *Decider) with(ctx context.Context, day reconciliation.Reconciliation, b discrepancy.Discrepancy) (Case, error) {
	c := Case{Day: day, Break: b, key: discrepancy.Key(day.Tenant, day.Account, day.ID, b)}
	c.Decision = discrepancy.Decision{Tenant: day.Tenant, ID: b.ID, Reconciliation: day.ID, Account: day.Account, Day: day.Date}
	if day.Closed() && discrepancy.Shared(b) {
		all, err := d.Decisions(ctx, day)
		if decision, ok := all[c.key]; ok {
			c.Decision = decision
		}
		return c, err
	}
	record, err := d.Store.Get(ctx, c.key)
	if errors.Is(err, store.ErrNotFound) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.Decision, err = discrepancy.Decode(day.Tenant, record)
	return c, err
}

// Day reads a reconciliation. Error: ErrNotFound.
func (d *Decider) day(ctx context.Context, tenant, id string) (reconciliation.Reconciliation, error) {
	record, err := d.Store.Get(ctx, reconciliation.Key(tenant, id))
	if errors.Is(err, store.ErrNotFound) {
		return reconciliation.Reconciliation{}, fmt.Errorf("%w: no such reconciliation", ErrNotFound)
	}
	if err != nil {
		return reconciliation.Reconciliation{}, err
	}
	return reconciliation.Decode(record)
}

// tries bounds how often a move starts over because another writer of the day came first.
const tries = 20

// Move does something about a break. The decision and its day are written together, so that a day cannot close over a break
// that is being opened, and of two people at once one is told. Errors: ErrNotFound, ErrClosed, ErrRunning, ErrLimit, ErrSum,
// discrepancy.ErrDecided, discrepancy.ErrMove, store.ErrBusy.
func (d *Decider) Move(ctx context.Context, m merchant.Merchant, id string, move discrepancy.Move) (Case, error) {
	for range tries {
		c, err := d.Find(ctx, m.ID, id)
		if errors.Is(err, ErrNotFound) {
			if c, again := d.gone(ctx, m.ID, id, move); !errors.Is(again, ErrNotFound) {
				return c, again
			}
		}
		if err != nil {
			return c, err
		}
		switch {
		case c.Decision.Repeats(c.Break.Mark(), move):
			return c, nil
		case c.Day.Closed():
			return c, ErrClosed
		case c.Day.Due != 0:
			return c, ErrRunning
		}
		cases, move, err := d.fit(ctx, m, c, move)
		if err != nil {
			return c, err
		}
		claims, move, err := d.claims(ctx, c, move)
		if err != nil {
			return c, err
		}
		writes, changed, err := d.writes(&c, cases, move)
		if err != nil || !changed {
			return c, err
		}
		writes = once(writes, claims)
		if discrepancy.Shared(c.Break) || slices.ContainsFunc(cases, func(x Case) bool { return discrepancy.Shared(x.Break) }) {
			fence, err := d.fence(ctx, c.Day)
			if err != nil {
				return c, err
			}
			writes = append(writes, fence)
		}
		err = d.Store.Commit(ctx, writes...)
		if store.IsConflict(err) {
			continue
		}
		if err != nil {
			return c, err
		}
		c.Decision.Version++
		d.told(ctx, c, move)
		if move.Method.Final() {
			d.run(ctx, reconciliation.Key(c.Day.Tenant, c.Day.ID))
		}
		return c, nil
	}
	return Case{}, fmt.Errorf("%w: %s is decided about by many", store.ErrBusy, id)
}

// writes are the decision, those about the breaks it is linked to, and the day.
func (d *Decider) writes(c *Case, linked []Case, move discrepancy.Move) ([]store.Write, bool, error) {
	today, err := d.Today(c.Day.Network)
	if err != nil {
		return nil, false, err
	}
	var writes []store.Write
	for i, x := range append([]Case{*c}, linked...) {
		before := x.Decision.Stands(x.Break.Mark(), today, false)
		mine := move
		if i > 0 {
			mine.Seen, mine.Parts = -1, nil // the first one settles the entries of all
		}
		next, changed, err := x.Decision.Next(x.Break.Mark(), mine, d.Now())
		if err != nil || (i == 0 && !changed) {
			return nil, false, err
		}
		next.Entry = x.Break.Break.ID
		if move.Method.Final() {
			next.Was = &x.Break
		}
		writes = append(writes, store.Put{Record: discrepancy.Encode(x.key, next)})
		after := next.Stands(x.Break.Mark(), today, false)
		if before.Settled() && !after.Settled() {
			c.Day.Open++
		} else if !before.Settled() && after.Settled() {
			c.Day.Open--
		}
		if i == 0 {
			c.Decision = next
		}
	}
	if move.Method.Final() {
		c.Day.Due = calendar.Millis(d.Now().Add(time.Minute)) // a run settles what was decided
		c.Day.Status = reconciliation.Running
	}
	return append(writes, store.Put{Record: reconciliation.Encode(c.Day)}), true, nil
}

// run asks for the day to be compared. The send may be lost: the day is due and the sweep repeats it.
func (d *Decider) run(ctx context.Context, key store.Key) {
	if err := d.Sender.Send(ctx, job.Job{Kind: job.Reconcile, Key: key}, 0); err != nil {
		d.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", key.String(), "error", err)
	}
}

func (d *Decider) told(ctx context.Context, c Case, move discrepancy.Move) {
	d.Log.InfoContext(ctx, "break decided", "tenant", c.Day.Tenant, "reconciliation", c.Day.ID, "key", c.Break.ID, "by", move.By,
		"outcome", string(move.Action)+" "+string(move.Method))
}
