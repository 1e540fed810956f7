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
	for t := p.begin(); ; {
		if r, err = p.Store.Get(ctx, key); !t.again(ctx, &err) {
			return r, err
		}
	}
}

// Query implements Store.
func (p Patient) Query(ctx context.Context, q Query) (page Page, err error) {
	for t := p.begin(); ; {
		if page, err = p.Store.Query(ctx, q); !t.again(ctx, &err) {
			return page, err
		}
	}
}

// Commit implements Store. Trying again is safe: ErrBusy says that nothing was written.
func (p Patient) Commit(ctx context.Context, writes ...Write) error {
	for t := p.begin(); ; {
		if err := p.Store.Commit(ctx, writes...); !t.again(ctx, &err) {
			return err
		}
	}
}

// tries are those of one call.
type tries struct {
	Patient
	made int
	most time.Duration // of the next wait
}

func (p Patient) begin() tries {
	if p.Tries == 0 {
		p.Tries = 10
	}
	return tries{Patient: p, most: firstWait}
}

// again waits if the store was busy and there is time, and says whether to try once more. It adds why it could not wait.
func (t *tries) again(ctx context.Context, err *error) bool {
	if t.made++; *err == nil || !errors.Is(*err, ErrBusy) || t.made >= t.Tries {
		return false
	}
	wait := time.Duration(t.Float() * float64(t.most))
	if deadline, ok := ctx.Deadline(); ok && t.Now().Add(wait).After(deadline.Add(-reserve)) {
		return false
	}
	if stop := t.Sleep(ctx, wait); stop != nil {
		*err = errors.Join(*err, stop)
		return false
	}
	t.most = min(2*t.most, mostWait)
	return true
}
