package decide_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// netted is a compared day of the account that comes to so much.
func (r *rig) netted(date calendar.Date, net int64) {
	r.t.Helper()
	rec := reconciliation.Reconciliation{Tenant: "demo", ID: reconciliation.ID("demo", "pe", date), Network: "pagoefectivo", Account: "pe", Date: date, Run: 1,
		Status: reconciliation.Balanced, Outcome: reconciliation.Outcome{Totals: map[string]reconciliation.Total{"PEN": {Net: net}}}}
	r.must(r.Store.Commit(context.Background(), store.Put{Record: reconciliation.Encode(rec)}))
}

// bank brings a deposit.
func (r *rig) bank(date calendar.Date, id string, minor int64, c money.Currency, reference string) {
	r.t.Helper()
	_, err := settlement.DepositBook{Store: r.Store}.Keep(context.Background(), "demo", []settlement.Deposit{{ID: "dep_" + id, Day: date, Minor: minor, Currency: c,
		Reference: reference}}, "ana", 1)
	r.must(err)
}

func (r *rig) matters() []decide.Matter {
	r.t.Helper()
	list, err := r.decide.Matters(context.Background(), "demo", november(1), november(30))
	r.must(err)
	return list
}

func (r *rig) standing(id string) discrepancy.Standing {
	r.t.Helper()
	x, err := r.decide.Matter(context.Background(), shop(), id)
	r.must(err)
	return x.Standing(x.Today(r.decide))
}

// TestADifferenceOfTheBankIsDecided as a break is: taken, explained, disputed, expected, borne within the limit; of other numbers it is open again.
func TestADifferenceOfTheBankIsDecided(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	r.netted(november(10), 50000)
	r.bank(november(10), "b1", 49950, money.PEN, "")
	list := r.matters()
	if len(list) != 1 || list[0].Bank.Class != settlement.AmountUnder {
		t.Fatalf("%+v", list)
	}
	id := list[0].ID
	do := func(want error, move discrepancy.Move) {
		t.Helper()
		if x, err := r.decide.MoveMatter(ctx, shop(), id, move); !errors.Is(err, want) {
			t.Errorf("%s %s: %v, %+v", move.Action, move.Method, err, x.Decision)
		}
	}
	do(nil, discrepancy.Move{Action: discrepancy.Assign, By: "ana", Owner: "luz", Seen: -1})
	do(nil, explained())
	do(nil, explained()) // a double click
	if got := r.standing(id); got.Status != discrepancy.Explained {
		t.Errorf("%+v", got)
	}
	do(nil, reopened())
	do(nil, resolved(discrepancy.Dispute))
	late := resolved(discrepancy.Expected)
	late.Until = november(30)
	do(discrepancy.ErrMove, late)
	late.Until = calendar.Date{Year: 2026, Month: 12, Day: 2}
	do(nil, late)
	for _, m := range []discrepancy.Method{discrepancy.Split, discrepancy.Link} {
		do(discrepancy.ErrMove, resolved(m))
	}
	stale := resolved(discrepancy.WriteOff)
	stale.Seen = 1
	do(discrepancy.ErrDecided, stale)
	do(nil, resolved(discrepancy.WriteOff))
	do(discrepancy.ErrDecided, reopened())
	r.bank(november(10), "b2", -10, money.PEN, reconciliation.ID("demo", "pe", november(10)))
	r.bank(november(10), "b3", 1, money.PEN, reconciliation.ID("demo", "pe", november(10)))
	if len(r.matters()) != 2 { // the first deposit names nothing: it is another's now
		t.Fatalf("%+v", r.matters())
	}
	if got := r.standing(id); got.Status != discrepancy.Open || !got.Superseded {
		t.Errorf("other numbers: %+v", got)
	}
	do(decide.ErrLimit, resolved(discrepancy.WriteOff))
	do(decide.ErrLimit, resolved(discrepancy.ForceMatch))
}

// TestADayAndADepositAreLinked by a person when nothing else says that they belong together; what is left must be within the limit.
func TestADayAndADepositAreLinked(t *testing.T) {
	for deposited, want := range map[int64]error{49900: nil, 49899: decide.ErrLimit} {
		r, ctx := open(t, 0), context.Background()
		r.netted(november(10), 50000)
		r.bank(november(12), "b1", deposited, money.PEN, "")
		r.bank(november(12), "b2", 100, money.USD, "")
		list := r.matters()
		if len(list) != 3 {
			t.Fatalf("%+v", list)
		}
		ids := map[money.Currency]string{}
		for _, x := range list[1:] {
			ids[x.Bank.Currency] = x.ID
		}
		day := list[0].ID
		for name, bad := range map[string]discrepancy.Move{"another currency": resolved(discrepancy.Link, ids[money.USD]), "itself": resolved(discrepancy.Link, day),
			"twice": resolved(discrepancy.Link, ids[money.PEN], ids[money.PEN]), "one side": resolved(discrepancy.ForceMatch)} {
			if _, err := r.decide.MoveMatter(ctx, shop(), day, bad); !errors.Is(err, discrepancy.ErrMove) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := r.decide.MoveMatter(ctx, shop(), day, resolved(discrepancy.Link, "leg_0000000000000000000000000")); !errors.Is(err, decide.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
		_, err := r.decide.MoveMatter(ctx, shop(), day, resolved(discrepancy.Link, ids[money.PEN]))
		if !errors.Is(err, want) {
			t.Errorf("%d: %v", deposited, err)
		}
		for _, id := range []string{day, ids[money.PEN]} {
			if got := r.standing(id); got.Settled() != (want == nil) {
				t.Errorf("%d: %s is %+v", deposited, id, got)
			}
		}
		if got := r.standing(ids[money.USD]); got.Status != discrepancy.Open {
			t.Errorf("the third: %+v", got)
		}
	}
}

// TestWhatAgreesIsNotDecided, and of two people at once one is told.
func TestWhatAgreesIsNotDecided(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	r.netted(november(10), 50000)
	r.netted(november(11), 60000)
	r.bank(november(10), "b1", 50000, money.PEN, "")
	list := r.matters()
	if len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	if _, err := r.decide.MoveMatter(ctx, shop(), list[0].ID, explained()); !errors.Is(err, discrepancy.ErrMove) {
		t.Errorf("%v", err)
	}
	r.before = func() {
		mine := explained()
		mine.By = "luz"
		_, err := r.decide.MoveMatter(ctx, shop(), list[1].ID, mine)
		r.must(err)
	}
	if x, err := r.decide.MoveMatter(ctx, shop(), list[1].ID, explained()); !errors.Is(err, discrepancy.ErrDecided) {
		t.Errorf("%v, %+v", err, x.Decision)
	}
}
