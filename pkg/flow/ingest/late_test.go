package ingest_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// troubled is a store one of whose commits goes wrong: refused, or applied and its answer lost.
type troubled struct {
	store.Store
	left    int // commits until then
	applied bool
	err     error
}

func (s *troubled) Commit(ctx context.Context, writes ...store.Write) error {
	if s.left--; s.left != 0 {
		return s.Store.Commit(ctx, writes...)
	}
	if s.applied {
		if err := s.Store.Commit(ctx, writes...); err != nil {
			return err
		}
	}
	return s.err
}

// TestALateFileIsNotedOnce whatever befalls the note, a process that ends before it or after it among that: the file comes again, and
// stands beside its closed day once. The simulator's days are closed for some hours only, in which hardly ever a file comes.
func TestALateFileIsNotedOnce(t *testing.T) {
	day := calendar.Date{Year: 2026, Month: 10, Day: 30}
	body := []byte("Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n")
	for name, s := range map[string]troubled{
		"ends before it":  {left: 1, err: context.Canceled},
		"ends after it":   {left: 1, err: context.Canceled, applied: true},
		"its answer lost": {left: 1, err: errors.New("connection reset"), applied: true},
		"throttled":       {left: 1, err: store.ErrBusy},
		"all in order":    {left: 9},
	} {
		r, ctx := open(t), context.Background()
		month, err := reconciliation.ReadMonth(ctx, r.store, "demo", day)
		if err != nil {
			t.Fatal(err)
		}
		month.Seals = []reconciliation.Seal{{At: 1, By: "ana"}}
		if err := r.store.Commit(ctx, store.Put{Record: reconciliation.EncodeMonth(month)}); err != nil {
			t.Fatal(err)
		}
		s.Store = r.store
		r.ingester.Store, r.ingester.Log = &s, slog.New(slog.DiscardHandler)
		bring := func() error {
			_, err := r.ingester.Upload(ctx, "demo", "a", day, provider.File{Name: "f.csv", Body: body})
			return err
		}
		if err := bring(); !errors.Is(err, s.err) {
			t.Errorf("%s: %v", name, err)
		}
		for range 2 {
			if err := bring(); err != nil {
				t.Errorf("%s, again: %v", name, err)
			}
		}
		if rec, _ := r.day("a", "2026-10-30"); len(rec.Files) != 0 || len(rec.Late) != 1 || rec.Status != reconciliation.Held {
			t.Errorf("%s: %+v", name, rec)
		}
	}
}
