package decide_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// rig is a Decider in whose store something may happen just before a commit.
type rig struct {
	store.Store
	t      *testing.T
	before func()
	files  *memfile.Store
	jobs   []job.Job
	lost   error // what becomes of sends
	decide *decide.Decider
}

// Commit lets it happen, once.
func (r *rig) Commit(ctx context.Context, writes ...store.Write) error {
	if f := r.before; f != nil {
		r.before = nil
		f()
	}
	return r.Store.Commit(ctx, writes...)
}

// Send keeps the job.
func (r *rig) Send(_ context.Context, j job.Job, _ time.Duration) error {
	r.jobs = append(r.jobs, j)
	return r.lost
}

func november(day int) calendar.Date { return calendar.Date{Year: 2026, Month: 11, Day: day} }

// open starts on 1 December 2026, with indexes that lag for as long as is said.
func open(t *testing.T, lag time.Duration) *rig {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 12, 1, 17, 0, 0, 0, time.UTC) }
	r := &rig{t: t, files: memfile.New(), Store: memstore.New(memstore.Options{Now: now, Lag: func() time.Duration { return lag }})}
	r.decide = &decide.Decider{Store: r, Files: r.files, Sender: r, Now: now, Log: slog.New(slog.DiscardHandler)}
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// shop may write off one sol.
func shop() merchant.Merchant {
	return merchant.Merchant{ID: "demo", Stores: []merchant.Store{{Currency: money.PEN, Limits: merchant.Limits{WriteOff: 100},
		Accounts: []merchant.AccountRef{{Account: "pe"}}}}}
}

func expecting() []decide.Expecting {
	return []decide.Expecting{{Account: "pe", Network: "pagoefectivo"}}
}

// day is a compared day of the account, with breaks.
func (r *rig) day(date calendar.Date, breaks ...settlement.Break) (string, []discrepancy.Discrepancy) {
	r.t.Helper()
	ctx := context.Background()
	d := reconciliation.Reconciliation{Tenant: "demo", ID: reconciliation.ID("demo", "pe", date), Provider: "pagoefectivo", Network: "pagoefectivo", Account: "pe",
		Date: date, Run: 1, Status: reconciliation.Balanced, Files: []reconciliation.File{{Name: "f.csv"}}, Breaks: map[string]int{}, Open: len(breaks)}
	list := discrepancy.Name(d.ID, breaks)
	for _, b := range breaks {
		d.Breaks[string(b.Class)]++
		d.Status = reconciliation.Broken
	}
	var err error
	d.Sheet, err = discrepancy.Write(ctx, r.files, d.ID+"/", 0, list)
	r.must(err)
	r.must(r.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(d)}, store.Put{Record: discrepancy.EncodePointer("demo", d.ID)}))
	return d.ID, list
}

// stored is a day as it is.
func (r *rig) stored(id string) reconciliation.Reconciliation {
	r.t.Helper()
	record, err := r.Get(context.Background(), reconciliation.Key("demo", id))
	r.must(err)
	d, err := reconciliation.Decode(record)
	r.must(err)
	return d
}

// compared marks a day as compared again, as a run does.
func (r *rig) compared(id string) {
	r.t.Helper()
	d := r.stored(id)
	d.Due, d.Run = 0, d.Run+1
	r.must(r.Store.Commit(context.Background(), store.Put{Record: reconciliation.Encode(d)}))
}

func (r *rig) closed(id string) {
	r.t.Helper()
	_, err := r.decide.CloseDay(context.Background(), "demo", id, "ana")
	r.must(err)
}

// corrected is a day that was compared again and has other breaks.
func (r *rig) corrected(id string, breaks ...settlement.Break) {
	r.t.Helper()
	ctx := context.Background()
	d := r.stored(id)
	d.Due, d.Run, d.Open = 0, d.Run+1, len(breaks)
	var err error
	d.Sheet, err = discrepancy.Write(ctx, r.files, d.ID+"/", 0, discrepancy.Name(d.ID, breaks))
	r.must(err)
	r.must(r.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(d)}))
}
