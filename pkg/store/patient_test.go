package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/store"
)

// sulky is busy for so many calls, whatever they are.
type sulky struct {
	store.Store
	busy  int
	calls int
	err   error // instead of success
}

func (s *sulky) sulk() error {
	s.calls++
	if s.calls <= s.busy {
		return fmt.Errorf("%w: others are at it", store.ErrBusy)
	}
	return s.err
}

func (s *sulky) Get(ctx context.Context, key store.Key) (store.Record, error) {
	return store.Record{Key: key}, s.sulk()
}

func (s *sulky) Query(context.Context, store.Query) (store.Page, error) {
	return store.Page{Next: "x"}, s.sulk()
}

func (s *sulky) Commit(context.Context, ...store.Write) error { return s.sulk() }

var epoch = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// patient waits on a clock of its own and always the longest.
func patient(s store.Store, slept *[]time.Duration) store.Patient {
	now := epoch
	return store.Patient{
		Store: s,
		Float: func() float64 { return 1 },
		Now:   func() time.Time { return now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			*slept = append(*slept, d)
			now = now.Add(d)
			return ctx.Err()
		},
	}
}

func TestPatientWaitsWhileBusy(t *testing.T) {
	for name, call := range map[string]func(store.Store) error{
		"get": func(s store.Store) error {
			r, err := s.Get(context.Background(), store.Key{PK: "p", SK: "s"})
			if r.Key.PK != "p" {
				t.Errorf("record %v", r)
			}
			return err
		},
		"query": func(s store.Store) error {
			page, err := s.Query(context.Background(), store.Query{PK: "p"})
			if page.Next != "x" {
				t.Errorf("page %v", page)
			}
			return err
		},
		"commit": func(s store.Store) error { return s.Commit(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			var slept []time.Duration
			s := &sulky{busy: 8}
			if err := call(patient(s, &slept)); err != nil {
				t.Fatal(err)
			}
			want := []time.Duration{25, 50, 100, 200, 400, 800, 1000, 1000}
			if s.calls != 9 || len(slept) != len(want) {
				t.Fatalf("%d calls, slept %v", s.calls, slept)
			}
			for i, ms := range want {
				if slept[i] != ms*time.Millisecond {
					t.Errorf("wait %d was %s, want %d ms", i, slept[i], ms)
				}
			}
		})
	}
}

func TestPatientGivesUp(t *testing.T) {
	deadline, cancel := context.WithDeadline(context.Background(), time.Now().Add(time.Hour))
	defer cancel()
	until, _ := deadline.Deadline()
	for name, c := range map[string]struct {
		left  time.Duration // until the deadline; 0 = none
		tries int
		err   error
		calls int
	}{
		"after ten tries":                 {0, 0, store.ErrBusy, 10},
		"after as many as it is told":     {0, 3, store.ErrBusy, 3},
		"a second before the deadline":    {1175 * time.Millisecond, 0, store.ErrBusy, 4}, // waits 25, 50, 100
		"just short of it":                {1174 * time.Millisecond, 0, store.ErrBusy, 3},
		"at once when no time is left":    {500 * time.Millisecond, 0, store.ErrBusy, 1},
		"at once when the error is other": {0, 0, store.ErrNotFound, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := &sulky{busy: 100}
			if c.err != store.ErrBusy {
				s.busy, s.err = 0, c.err
			}
			var slept []time.Duration
			p := patient(s, &slept)
			p.Tries = c.tries
			ctx := context.Background()
			if c.left > 0 {
				ctx = deadline
				clock, passed := p.Now, until.Add(-c.left).Sub(epoch)
				p.Now = func() time.Time { return clock().Add(passed) }
			}
			if err := p.Commit(ctx); !errors.Is(err, c.err) || s.calls != c.calls {
				t.Errorf("%v after %d calls, want %v after %d", err, s.calls, c.err, c.calls)
			}
		})
	}
}

func TestPatientStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var slept []time.Duration
	s := &sulky{busy: 100}
	err := patient(s, &slept).Commit(ctx)
	if !errors.Is(err, store.ErrBusy) || !errors.Is(err, context.Canceled) || s.calls != 1 {
		t.Errorf("%v after %d calls", err, s.calls)
	}
}

func TestPatientIsAStore(t *testing.T) {
	var slept []time.Duration
	var s store.Store = patient(memstore.New(memstore.Options{}), &slept)
	if err := s.Commit(context.Background(), store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: "s"}}}); err != nil {
		t.Fatal(err)
	}
}
