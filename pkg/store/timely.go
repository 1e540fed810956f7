package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// Timely is a Store that fails on a machine whose clock is too far from the store's own. Instants that decide about money are
// written by one machine and read by another, so one whose clock is wrong must stop before it acts on what it wrote: whoever
// sends money away writes the intent first, and its answer ends here.
type Timely struct {
	Store  Store
	Now    func() time.Time // the clock that the callers write down
	Within time.Duration    // how far the two clocks may be apart, either way
	Log    *slog.Logger
}

// ClockError says that this machine's clock is too far from the store's. A commit that ends with it may have been written.
type ClockError struct {
	Ahead time.Duration // at least; negative: behind
}

func (e *ClockError) Error() string {
	return fmt.Sprintf("store: this machine's clock is ahead of the store's by %s", e.Ahead)
}

// asking is one call: when it began, by our clock, and when it was answered, by the store's.
type asking struct{ began, told time.Time }

// Answered tells whoever made the call of ctx when it was answered, by the store's own clock. Implementations say it of every
// answer that they know it of, refusals included.
func Answered(ctx context.Context, at time.Time) {
	if a, ok := ctx.Value((*asking)(nil)).(*asking); ok {
		a.told = at
	}
}

func (t *Timely) ask(ctx context.Context) (context.Context, *asking) {
	a := &asking{began: t.Now()}
	return context.WithValue(ctx, (*asking)(nil), a), a
}

// Get implements Store. Error: *ClockError.
func (t *Timely) Get(ctx context.Context, key Key) (r Record, err error) {
	ctx, a := t.ask(ctx)
	r, err = t.Store.Get(ctx, key)
	err = t.judge(ctx, a, err)
	return r, err
}

// Query implements Store. Error: *ClockError.
func (t *Timely) Query(ctx context.Context, q Query) (page Page, err error) {
	ctx, a := t.ask(ctx)
	page, err = t.Store.Query(ctx, q)
	err = t.judge(ctx, a, err)
	return page, err
}

// Commit implements Store. Error: *ClockError.
func (t *Timely) Commit(ctx context.Context, writes ...Write) error {
	ctx, a := t.ask(ctx)
	return t.judge(ctx, a, t.Store.Commit(ctx, writes...))
}

// judge holds our clock against the instant of the answer, which lies between the question and now however long either was
// under way. An answer without an instant, or none at all, proves nothing of our clock.
func (t *Timely) judge(ctx context.Context, a *asking, err error) error {
	ahead := a.began.Sub(a.told)
	if ahead <= t.Within {
		ahead = min(t.Now().Sub(a.told), 0)
	}
	if a.told.IsZero() || ahead.Abs() <= t.Within {
		return err
	}
	t.Log.ErrorContext(ctx, "clocks differ", "name", "store", "late", ahead)
	return &ClockError{ahead}
}
