package store

import (
	"context"
	"errors"
	"time"
)

// Patient is a Store that waits while another is busy. It tries again with full jitter until one second before the
// context's deadline, or until it has tried often enough, and only then returns ErrBusy. Other errors pass at once.
type Patient struct {
	Store Store
	// Sleep waits, and fails when ctx ends.
	Sleep func(ctx context.Context, d time.Duration) error
	// Float is a number in [0,1).
	Float func() float64
	Now   func() time.Time
	// Tries is how often a call is made in all; 0 = 10.
	Tries int
}

const (
	firstWait = 25 * time.Millisecond // doubled with every try
	mostWait  = time.Second
	// reserve is what is left of the deadline to answer in.
	reserve = time.Second
)

// Get implements Store.
func (p Patient) Get(ctx context.Context, key Key) (r Record, err error) {
	err = p.insist(ctx, func() error {
		r, err = p.Store.Get(ctx, key)
		return err
	})
	return r, err
}

// Query implements Store.
func (p Patient) Query(ctx context.Context, q Query) (page Page, err error) {
	err = p.insist(ctx, func() error {
		page, err = p.Store.Query(ctx, q)
		return err
	})
	return page, err
}

// Commit implements Store. Trying again is safe: ErrBusy says that nothing was written.
func (p Patient) Commit(ctx context.Context, writes ...Write) error {
	return p.insist(ctx, func() error { return p.Store.Commit(ctx, writes...) })
}

func (p Patient) insist(ctx context.Context, call func() error) error {
	tries := p.Tries
	if tries == 0 {
		tries = 10
	}
	most := firstWait
	for try := 1; ; try++ {
		err := call()
		if !errors.Is(err, ErrBusy) || try >= tries {
			return err
		}
		wait := time.Duration(p.Float() * float64(most))
		if deadline, ok := ctx.Deadline(); ok && p.Now().Add(wait).After(deadline.Add(-reserve)) {
			return err
		}
		if stop := p.Sleep(ctx, wait); stop != nil {
			return errors.Join(err, stop)
		}
		most = min(2*most, mostWait)
	}
}
