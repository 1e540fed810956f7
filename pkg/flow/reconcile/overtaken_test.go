package reconcile_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// paused is a file store in which something happens before the first report is kept.
type paused struct {
	file.Store
	before func()
}

// Put lets it happen, once.
func (p *paused) Put(ctx context.Context, name string, body []byte) error {
	if f := p.before; f != nil {
		p.before = nil
		f()
	}
	return p.Store.Put(ctx, name, body)
}

// TestARunThatIsOvertakenGivesUp: of two runs at once one ends, somebody decides, and the other does not end the run that the
// decision asks for.
func TestARunThatIsOvertakenGivesUp(t *testing.T) {
	r := open(t)
	r.book(1)
	r.file("f.csv", header+strings.Replace(line(1), "100.00,0.00,0.00,100.00", "90.00,0.00,0.00,90.00", 1))
	ctx, j := context.Background(), job.Job{Kind: job.Reconcile, Key: reconciliation.Key("demo", r.day.ID)}
	now := func() reconciliation.Reconciliation {
		record, err := r.store.Get(ctx, j.Key)
		if err != nil {
			t.Fatal(err)
		}
		day, err := reconciliation.Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	due := func() {
		day := now()
		day.Due, day.Status = 1, reconciliation.Running
		r.put(store.Put{Record: reconciliation.Encode(day)})
	}
	due()
	slow, happened := *r.run, false
	slow.Files = &paused{r.files, func() {
		happened = true
		if err := r.run.Handle(ctx, j); err != nil || now().Due != 0 {
			t.Errorf("the quick run: %v", err)
		}
		due() // as a decision leaves the day
	}}
	if err := slow.Handle(ctx, j); err != nil || !happened {
		t.Fatal(err, happened)
	}
	if day := now(); day.Due == 0 || day.Run != 2 {
		t.Errorf("run %d, due %d: the run that was asked for will not come", day.Run, day.Due)
	}
	if err := r.run.Handle(ctx, j); err != nil || now().Due != 0 || now().Run != 3 {
		t.Errorf("%v, %+v", err, now())
	}
}

// TestARunDoesNotEndWhatOtherFeesAskFor: while it compares, a contract comes, and the day stays due.
func TestARunDoesNotEndWhatOtherFeesAskFor(t *testing.T) {
	r := open(t)
	r.book(1)
	r.file("f.csv", header+line(1))
	ctx, j := context.Background(), job.Job{Kind: job.Reconcile, Key: reconciliation.Key("demo", r.day.ID)}
	overtake := func() {
		day := r.now()
		day.Due, day.Status = 1, reconciliation.Running
		r.put(store.Put{Record: reconciliation.Encode(day)})
	}
	overtake()
	slow := *r.run
	slow.Files = &paused{r.files, func() {
		day := r.now()
		day.Asked++
		day.Due = 2
		r.put(store.Put{Record: reconciliation.Encode(day)})
	}}
	if err := slow.Handle(ctx, j); err != nil || r.now().Due != 2 {
		t.Errorf("%v, %+v", err, r.now())
	}
	if err := r.run.Handle(ctx, j); err != nil || r.now().Due != 0 {
		t.Errorf("%v, %+v", err, r.now())
	}
}
