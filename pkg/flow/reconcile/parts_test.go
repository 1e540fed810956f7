package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/reconcile"
	"github.com/vuelto/vuelto/pkg/mem/memmachine"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

// deployed is the template, read once.
var deployed = sync.OnceValues(func() (sim.Template, error) { return sim.ReadTemplate("../../../template.yaml") })

// definition of the state machine that deploys.
func definition(t testing.TB) []byte {
	t.Helper()
	template, err := deployed()
	if err != nil || len(template.Machines) != 1 || template.Machines[0].Prefix != reconcile.Ordered ||
		template.Machines[0].Functions["${Function}"] != "settlement-partition" {
		t.Fatalf("%+v, %v", template.Machines, err)
	}
	return template.Machines[0].Definition
}

// largeDay is a busy day that one function leaves to the machine, ordered.
func largeDay(t *testing.T) (r *rig, keys []store.Key, order string) {
	t.Helper()
	r, keys = busyDay(t)
	r.run.Large = reconcile.Large
	r.day = r.now()
	r.day.Files[0].Size = 9 << 20
	r.put(store.Put{Record: reconciliation.Encode(r.day)})
	if err := r.handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	rec := r.now()
	order = fmt.Sprintf("%s%s/%s/%d", reconcile.Ordered, rec.Tenant, rec.ID, rec.Version)
	if _, err := r.files.Get(t.Context(), order); err != nil || rec.Run != 0 || rec.Due == 0 {
		t.Fatalf("%+v: %v", rec, err)
	}
	return r, keys, order
}

func (r *rig) now() reconciliation.Reconciliation {
	r.t.Helper()
	record, err := r.store.Get(context.Background(), reconciliation.Key("demo", r.day.ID))
	if err != nil {
		r.t.Fatal(err)
	}
	rec, err := reconciliation.Decode(record)
	if err != nil {
		r.t.Fatal(err)
	}
	return rec
}

// machine plays the deployed definition; before may look at each step.
func (r *rig) machine(order string, before func(reconcile.Step)) error {
	r.t.Helper()
	_, err := memmachine.Run(context.Background(), definition(r.t), []byte(`{"key":"`+order+`"}`), func(ctx context.Context, _ string, input []byte) ([]byte, error) {
		var s reconcile.Step
		if err := json.Unmarshal(input, &s); err != nil {
			return nil, err
		}
		if before != nil {
			before(s)
		}
		answer, err := r.run.Step(ctx, s)
		if err != nil {
			return nil, err
		}
		return json.Marshal(answer)
	})
	return err
}

// TestPartsComeToWhatOneRunComesTo: the same bytes of breaks and reports, the same records, whichever way a day is compared; and
// a machine that is started twice changes nothing.
func TestPartsComeToWhatOneRunComesTo(t *testing.T) {
	r, keys := busyDay(t)
	if err := r.handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := r.outcome(keys)
	r, keys, order := largeDay(t)
	steps := map[string]int{}
	for range 2 {
		if err := r.machine(order, func(s reconcile.Step) { steps[s.Do]++ }); err != nil {
			t.Fatal(err)
		}
		if got := r.outcome(keys); got != want {
			t.Errorf("in parts:\n%s\nwant\n%s", got, want)
		}
	}
	if steps[""] != 2 || steps["match"] != 9 || steps["merge"] != 2 {
		t.Errorf("steps %v", steps)
	}
}

// fullDay is a busy day on which one voucher was paid twice, and one row finds its entry under another reference.
func fullDay(t *testing.T) (*rig, []store.Key) {
	t.Helper()
	r, keys := busyDay(t)
	keys = append(keys, r.book(6), r.book(7), r.book(8))
	p := r.payment(keys[6])
	p, _, err := payment.Next(p, payment.Observation{Claim: payment.ClaimPaid, Evidence: "again", At: friday(), OccurredAt: friday(), TransactionID: "T7b", Minor: 10000})
	if err != nil {
		t.Fatal(err)
	}
	r.put(store.Put{Record: payment.Encode(p)})
	body := r.read("settlement/f.csv") + strings.Replace(line(6), "C6", "C99", 1) + line(7) + strings.Replace(line(7), "T7", "T7b", 1)
	if err := r.files.Put(t.Context(), "settlement/g.csv", []byte(body)); err != nil {
		t.Fatal(err)
	}
	r.day = r.now()
	r.day.Files = []reconciliation.File{{Name: "f.csv", Digest: "g", Path: "settlement/g.csv", Size: 9 << 20}}
	r.put(store.Put{Record: reconciliation.Encode(r.day)})
	return r, keys
}

// decidedDay is a full day, not run yet, of which somebody has already decided about a row that the books do not have.
func decidedDay(t *testing.T) (*rig, []store.Key) {
	t.Helper()
	r, _ := fullDay(t)
	if err := r.handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := r.now().Sheet.Page(t.Context(), r.files, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, keys := fullDay(t)
	for _, b := range list {
		if b.Class == settlement.MissingInBooks {
			r.put(store.Put{Record: discrepancy.Encode(discrepancy.Key("demo", "pe", r.day.ID, b), discrepancy.Decision{Tenant: "demo", ID: b.ID, Mark: b.Mark(),
				Status: discrepancy.Resolved, Method: discrepancy.ForceMatch, Parts: []discrepancy.Part{{Entry: r.payment(keys[7]).ID, Minor: 10000, Transaction: "T8"}},
				History: []discrepancy.Step{{By: "ana", Reason: "r"}}})})
		}
	}
	return r, keys
}

func (r *rig) payment(key store.Key) payment.Payment {
	r.t.Helper()
	record, err := r.store.Get(context.Background(), key)
	if err != nil {
		r.t.Fatal(err)
	}
	p, err := payment.Decode(record)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// TestPartsFoldWhatOneRunFolds: what no part could settle alone, the second cash of a voucher, and what people decided.
func TestPartsFoldWhatOneRunFolds(t *testing.T) {
	r, keys := decidedDay(t)
	if err := r.handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := r.outcome(keys)
	for i, key := range keys[5:] {
		for _, receipt := range r.payment(key).Receipts {
			if receipt.SettledOn != monday() {
				t.Errorf("payment %d: %+v", i+6, receipt)
			}
		}
	}
	r, keys = decidedDay(t)
	r.run.Large = reconcile.Large
	if err := r.handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	rec := r.now()
	if err := r.machine(fmt.Sprintf("%s%s/%s/%d", reconcile.Ordered, rec.Tenant, rec.ID, rec.Version), nil); err != nil {
		t.Fatal(err)
	}
	if got := r.outcome(keys); got != want {
		t.Errorf("in parts:\n%s\nwant\n%s", got, want)
	}
}

// once is a store of which one commit fails, before its effect or after, and no other.
type once struct {
	store.Store
	left    int
	applied bool
}

// Commit fails when its time has come.
func (o *once) Commit(ctx context.Context, writes ...store.Write) error {
	o.left--
	if o.left == -1 && !o.applied {
		return storetest.ErrCrash
	}
	err := o.Store.Commit(ctx, writes...)
	if o.left == -1 && err == nil {
		return storetest.ErrCrash
	}
	return err
}

// TestACrashInAPartShowsInNothing: whether the step is repeated, or the machine fails and starts anew.
func TestACrashInAPartShowsInNothing(t *testing.T) {
	r, keys, order := largeDay(t)
	if err := r.machine(order, nil); err != nil {
		t.Fatal(err)
	}
	want, crashes := r.outcome(keys), 0
	for _, applied := range []bool{false, true} {
		for after := 0; ; after++ {
			r, keys, order := largeDay(t)
			r.on(&once{r.store, after, applied})
			if err := r.machine(order, nil); err != nil {
				t.Fatal(err)
			}
			if got := r.outcome(keys); got != want {
				t.Errorf("repeated after %d commits, effect %v:\n%s\nwant\n%s", after, applied, got, want)
			}
			r, keys, order = largeDay(t)
			r.on(storetest.Dying(r.store, after, applied))
			if err := r.machine(order, nil); err == nil {
				break
			} else if !errors.Is(err, storetest.ErrCrash) {
				t.Fatal(err)
			}
			crashes++
			r.on(r.store)
			if err := r.machine(order, nil); err != nil {
				t.Fatal(err)
			}
			if got := r.outcome(keys); got != want {
				t.Errorf("anew after %d commits, effect %v:\n%s\nwant\n%s", after, applied, got, want)
			}
		}
	}
	if crashes < 7 {
		t.Errorf("only %d crashes were played", crashes)
	}
}

// TestAFileThatComesWhilePartsRun: what was split is about other files than those that count now, and settles nothing more.
func TestAFileThatComesWhilePartsRun(t *testing.T) {
	r, _, order := largeDay(t)
	err := r.machine(order, func(s reconcile.Step) {
		if s.Do != "merge" {
			return
		}
		rec := r.now()
		rec.Files = append(rec.Files, reconciliation.File{Name: "g.csv", Digest: "g", Path: "settlement/f.csv"})
		r.put(store.Put{Record: reconciliation.Encode(rec)})
	})
	if rec := r.now(); err != nil || rec.Due == 0 || rec.Run != 0 {
		t.Errorf("%+v: %v", rec, err)
	}
}

// TestFeesThatComeWhilePartsRun: what was split by the old ones is not the day's result.
func TestFeesThatComeWhilePartsRun(t *testing.T) {
	r, _, order := largeDay(t)
	err := r.machine(order, func(s reconcile.Step) {
		if s.Do == "merge" {
			rec := r.now()
			rec.Asked++
			r.put(store.Put{Record: reconciliation.Encode(rec)})
		}
	})
	if rec := r.now(); err != nil || rec.Due == 0 || rec.Run != 0 {
		t.Errorf("%+v: %v", rec, err)
	}
}

// TestAnOrderThatIsNone is refused, and so is a step that does not exist.
func TestAnOrderThatIsNone(t *testing.T) {
	r, _, order := largeDay(t)
	for _, s := range []reconcile.Step{{}, {Key: "settlement/x"}, {Key: reconcile.Ordered + "demo"}, {Key: strings.Replace(order, "/rec_", "/rec_0", 1)},
		{Do: "fold", Plan: "x"}, {Do: "match", Plan: "none"}} {
		if _, err := r.run.Step(t.Context(), s); err == nil {
			t.Errorf("%+v is taken", s)
		}
	}
}
