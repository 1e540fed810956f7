package ingest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestOtherFeesHaveOpenDaysComparedAgain: those of the account from the day on, due before anything is entered; closed days, earlier ones and
// other accounts stay.
func TestOtherFeesHaveOpenDaysComparedAgain(t *testing.T) {
	r, ctx := open(t), context.Background()
	put := func(account, date string, closed bool) store.Key {
		day, err := calendar.Parse(date)
		if err != nil {
			t.Fatal(err)
		}
		rec := reconciliation.Reconciliation{Tenant: "demo", ID: reconciliation.ID("demo", account, day), Account: account, Date: day, Run: 1,
			Status: reconciliation.Balanced, Files: []reconciliation.File{{Name: "f.csv"}}}
		if closed {
			rec.Seals = []reconciliation.Seal{{By: "ana"}}
		}
		if err := r.store.Commit(ctx, store.Put{Record: reconciliation.Encode(rec)}); err != nil {
			t.Fatal(err)
		}
		return reconciliation.Key("demo", rec.ID)
	}
	keys := map[string]store.Key{"before": put("a", "2026-10-29", false), "first": put("a", "2026-10-30", false), "closed": put("a", "2026-11-19", true),
		"today": put("a", "2026-11-23", false), "other": put("b", "2026-11-20", false)}
	due := func() map[string]bool {
		asked := map[string]bool{}
		for name, key := range keys {
			record, err := r.store.Get(ctx, key)
			if err != nil {
				t.Fatal(err)
			}
			day, err := reconciliation.Decode(record)
			if err != nil || (day.Due != 0) != (day.Asked > 0) {
				t.Fatalf("%v: %+v", err, day)
			}
			if day.Due != 0 {
				asked[name] = true
			}
		}
		return asked
	}
	from := calendar.Date{Year: 2026, Month: 10, Day: 30}
	err := r.ingester.Recompare(ctx, "demo", "a", from, func() error {
		if got := due(); len(got) != 2 || !got["first"] || !got["today"] || len(r.jobs) != 0 {
			t.Errorf("before anything is entered: %v, %d jobs", got, len(r.jobs))
		}
		return nil
	})
	if err != nil || len(r.jobs) != 2 {
		t.Errorf("%v, %d jobs", err, len(r.jobs))
	}
	if err := r.ingester.Recompare(ctx, "demo", "", from, func() error { return nil }); err != nil || len(due()) != 3 {
		t.Errorf("of every account: %v, %v", err, due())
	}
	refused := errors.New("refused")
	if err := r.ingester.Recompare(ctx, "demo", "", from, func() error { return refused }); !errors.Is(err, refused) || len(r.jobs) != 5 {
		t.Errorf("%v, %d jobs", err, len(r.jobs))
	}
}

// TestADayThatIsComparedMeanwhile, after it was asked for and before what counts was entered, is compared once more; one that nobody has taken up is not
// written again.
func TestADayThatIsComparedMeanwhile(t *testing.T) {
	r, ctx := open(t), context.Background()
	var keys []store.Key
	for _, account := range []string{"a", "b"} {
		day := calendar.Date{Year: 2026, Month: 11, Day: 20}
		rec := reconciliation.Reconciliation{Tenant: "demo", ID: reconciliation.ID("demo", account, day), Account: account, Date: day, Files: []reconciliation.File{{Name: "f.csv"}}}
		if err := r.store.Commit(ctx, store.Put{Record: reconciliation.Encode(rec)}); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, reconciliation.Key("demo", rec.ID))
	}
	read := func(key store.Key) reconciliation.Reconciliation {
		t.Helper()
		record, err := r.store.Get(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		day, err := reconciliation.Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	err := r.ingester.Recompare(ctx, "demo", "", calendar.Date{Year: 2026, Month: 11, Day: 1}, func() error {
		day := read(keys[0]) // a run that was asked for before, by what counts no more
		day.Run, day.Due, day.Status = 1, 0, reconciliation.Balanced
		return r.store.Commit(ctx, store.Put{Record: reconciliation.Encode(day)})
	})
	if err != nil {
		t.Fatal(err)
	}
	if taken, left := read(keys[0]), read(keys[1]); taken.Due == 0 || taken.Asked != 2 || left.Due == 0 || left.Asked != 1 || len(r.jobs) != 2 {
		t.Errorf("%+v\n%+v, %d jobs", taken, left, len(r.jobs))
	}
}
