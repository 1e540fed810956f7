package ingest_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// meanwhile is a store in which something happens just before a commit, once.
type meanwhile struct {
	store.Store
	before func()
}

// Commit lets it happen.
func (m *meanwhile) Commit(ctx context.Context, writes ...store.Write) error {
	if f := m.before; f != nil {
		m.before = nil
		f()
	}
	return m.Store.Commit(ctx, writes...)
}

// TestAFileAndItsMonthAtOnce: the month is closed while a file of a day that has none is taken: it is kept beside the day, which is
// not compared.
func TestAFileAndItsMonthAtOnce(t *testing.T) {
	r, ctx := open(t), context.Background()
	day := calendar.Date{Year: 2026, Month: 10, Day: 30}
	held := &meanwhile{r.store, func() {
		month, err := reconciliation.ReadMonth(ctx, r.store, "demo", day)
		if err != nil {
			t.Fatal(err)
		}
		month.Seals = []reconciliation.Seal{{At: 1, By: "ana"}}
		if err := r.store.Commit(ctx, store.Put{Record: reconciliation.EncodeMonth(month)}); err != nil {
			t.Fatal(err)
		}
	}}
	r.ingester.Store, r.ingester.Log = held, slog.New(slog.DiscardHandler)
	body := []byte("Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n")
	got, err := r.ingester.Upload(ctx, "demo", "a", day, provider.File{Name: "f.csv", Body: body})
	if err != nil || held.before != nil {
		t.Fatal(err)
	}
	if rec, _ := r.day("a", "2026-10-30"); len(rec.Files) != 0 || len(rec.Late) != 1 || rec.Due != 0 || rec.Status != reconciliation.Held {
		t.Errorf("%s: a running day in a closed month: %+v", got.Kept, rec)
	}
}
