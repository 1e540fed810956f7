package sim

import (
	"context"
	"time"
)

// Virtual is a clock that only events move: for simulations and tests.
type Virtual struct{ now time.Time }

// NewVirtual starts at an instant.
func NewVirtual(start time.Time) *Virtual { return &Virtual{start.UTC()} }

// Now is the instant of the event that runs.
func (v *Virtual) Now() time.Time { return v.now }

// Reach moves the clock forward.
func (v *Virtual) Reach(t time.Time) {
	if t.After(v.now) {
		v.now = t
	}
}

// Real is real time plus an offset that jumps make larger; during a jump it stands at the event that runs.
type Real struct {
	wall    func() time.Time
	offset  time.Duration
	jumping bool
	now     time.Time
}

// NewReal follows the given wall clock.
func NewReal(wall func() time.Time) *Real { return &Real{wall: wall} }

// Now is the world's time.
func (r *Real) Now() time.Time {
	if r.jumping {
		return r.now
	}
	return r.wall().UTC().Add(r.offset)
}

// Reach moves the clock during a jump; otherwise real time does.
func (r *Real) Reach(t time.Time) {
	if r.jumping && t.After(r.now) {
		r.now = t
	}
}

// Jump stops real time, lets f run events, and goes on from the target.
func (r *Real) Jump(target time.Time, f func()) {
	r.now, r.jumping = r.Now(), true
	f()
	r.Reach(target)
	r.jumping = false
	r.offset = r.now.Sub(r.wall().UTC())
}

// deadline is a context whose deadline is an instant of the world: no timer, no goroutine.
type deadline struct {
	context.Context
	at  time.Time
	now func() time.Time
}

func (d deadline) Deadline() (time.Time, bool) {
	if outer, ok := d.Context.Deadline(); ok && outer.Before(d.at) {
		return outer, true
	}
	return d.at, true
}

func (d deadline) Err() error {
	if err := d.Context.Err(); err != nil {
		return err
	}
	if !d.now().Before(d.at) {
		return context.DeadlineExceeded
	}
	return nil
}

// until is the context of an invocation that knows when it will be stopped. It does not end by itself: what was frozen goes on
// with its call, however late it is, and so does the call.
type until struct {
	context.Context
	at time.Time
}

func (u until) Deadline() (time.Time, bool) { return u.at, true }

// WithTimeout is context.WithTimeout on the world's clock.
func (l *Loop) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return deadline{ctx, l.Now().Add(d), l.Now}, func() {}
}

// workerClock is the clock of the machine that runs the current invocation: the world's, wrong by its skew. Its time-outs are
// right, as those of a machine are, whose timers do not jump with its clock.
type workerClock struct{ w *World }

func (c workerClock) Now() time.Time { return c.w.Now().Add(c.w.skew()) }

// WithTimeout is context.WithTimeout.
func (c workerClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.w.WithTimeout(ctx, d)
}

// skew is drawn once per invocation.
func (w *World) skew() time.Duration {
	t := w.current
	if t == nil || w.hooks.Skew == nil {
		return 0
	}
	if t.looks++; t.looks == 1 {
		t.skew, t.skewedAt = w.hooks.Skew()
	}
	if t.looks < t.skewedAt {
		return 0
	}
	return t.skew
}
