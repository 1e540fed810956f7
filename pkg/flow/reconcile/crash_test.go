package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

// busyDay is a day with everything in it, not run yet: rows that fold, that break and prove, that repeat, that nobody knows.
func busyDay(t *testing.T) (*rig, []store.Key) {
	t.Helper()
	r := open(t)
	keys := []store.Key{r.book(1), r.book(2), r.book(3), r.book(4), r.book(5)}
	body := header + line(1) + line(2) + line(2) + strings.Replace(line(3), "2026-11-20 10", "2026-11-19 10", 1) +
		strings.Replace(line(4), "100.00,0.00,0.00,100.00", "90.00,0.00,0.00,90.00", 1) + "broken\n" + line(9)
	if err := r.files.Put(t.Context(), "settlement/f.csv", []byte(body)); err != nil {
		t.Fatal(err)
	}
	r.day.Files = []reconciliation.File{{Name: "f.csv", Digest: "f", Path: "settlement/f.csv"}}
	r.day.Due = 1
	r.put(store.Put{Record: reconciliation.Encode(r.day)})
	return r, keys
}

func (r *rig) on(s store.Store) {
	r.run.Store, r.run.Observer = s, observe.Observer{Store: s, Log: r.run.Log}
}

func (r *rig) handle(ctx context.Context) error {
	return r.run.Handle(ctx, job.Job{Kind: job.Reconcile, Key: reconciliation.Key("demo", r.day.ID)})
}

// outcome is all that a day has come to, with every byte of its reports named by their content, but for when each step was taken.
func (r *rig) outcome(keys []store.Key) string {
	r.t.Helper()
	record, err := r.store.Get(context.Background(), reconciliation.Key("demo", r.day.ID))
	if err != nil {
		r.t.Fatal(err)
	}
	rec, err := reconciliation.Decode(record)
	if err != nil {
		r.t.Fatal(err)
	}
	text := fmt.Sprint(rec.Status, rec.Outcome, rec.Breaks, rec.Sheet, rec.Reports, rec.Open, rec.Due, rec.Problem)
	for _, k := range keys {
		record, err := r.store.Get(context.Background(), k)
		if err != nil {
			r.t.Fatal(err)
		}
		text += fmt.Sprintf("\n%d %s", record.Version, record.Body)
	}
	return regexp.MustCompile(`{"a":\d+,`).ReplaceAllString(text, "{")
}

// TestACrashAnywhereShowsInNothing: whichever commit a run ends at, before its effect or after, the next run comes to the same bytes.
func TestACrashAnywhereShowsInNothing(t *testing.T) {
	r, keys := busyDay(t)
	if err := r.handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	want, crashes := r.outcome(keys), 0
	for _, applied := range []bool{false, true} {
		for after := 0; ; after++ {
			r, keys := busyDay(t)
			r.on(storetest.Dying(r.store, after, applied))
			if err := r.handle(t.Context()); err == nil {
				break // there was no such commit
			} else if !errors.Is(err, storetest.ErrCrash) {
				t.Fatal(err)
			}
			crashes++
			r.on(r.store)
			if err := r.handle(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := r.outcome(keys); got != want {
				t.Errorf("after %d commits, effect %v:\n%s\nwant\n%s", after, applied, got, want)
			}
		}
	}
	if crashes < 8 {
		t.Errorf("only %d crashes were played", crashes)
	}
}

// until is a context of the rig's own clock.
type until struct {
	context.Context
	end time.Time
}

// Deadline is when the function is stopped.
func (u until) Deadline() (time.Time, bool) { return u.end, true }

// slow is a store whose every commit takes a while of the clock that the run looks at.
type slow struct {
	store.Store
	now *time.Time
}

// Commit takes ten seconds.
func (s slow) Commit(ctx context.Context, writes ...store.Write) error {
	*s.now = s.now.Add(10 * time.Second)
	return s.Store.Commit(ctx, writes...)
}

// TestARunHandsOnBeforeItIsStopped: it ends in time, without an error, and the runs after it finish the day as one would have.
func TestARunHandsOnBeforeItIsStopped(t *testing.T) {
	r, keys := busyDay(t)
	if err := r.handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := r.outcome(keys)
	r, keys = busyDay(t)
	now := r.run.Now()
	r.run.Now = func() time.Time { return now }
	r.on(slow{r.store, &now})
	runs := 0
	for ; runs < 20; runs++ {
		if err := r.handle(until{t.Context(), now.Add(75 * time.Second)}); err != nil { // a lease, a fold, and no more
			t.Fatal(err)
		}
		record, err := r.store.Get(t.Context(), reconciliation.Key("demo", r.day.ID))
		if err != nil {
			t.Fatal(err)
		}
		rec, err := reconciliation.Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		if rec.Due == 0 {
			break
		}
		if rec.Due > now.UnixMilli() {
			t.Errorf("run %d: the next one has to wait until %d, it is %d", runs, rec.Due, now.UnixMilli())
		}
	}
	if got := r.outcome(keys); got != want || runs < 2 || runs == 20 {
		t.Errorf("after %d runs:\n%s\nwant\n%s", runs, got, want)
	}
}
