package decide_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// overtaken is a payment that was decided about on the 10th, whose file was corrected before the books were told, and a row of the
// 11th that is about the same money.
func overtaken(t *testing.T) (r *rig, id, ten string, before, now []discrepancy.Discrepancy) {
	t.Helper()
	r = open(t, 0)
	id = r.book("T1")
	ten, before = r.day(november(10), row("T8"))
	_, now = r.day(november(11), row("T9"))
	_, err := r.decide.Move(context.Background(), shop(), before[0].ID, matched(id))
	r.must(err)
	r.corrected(ten)
	return r, id, ten, before, now
}

// due marks a day as asked for, as a file that comes does.
func (r *rig) due(id string) {
	r.t.Helper()
	d := r.stored(id)
	d.Due = calendar.Millis(r.decide.Now())
	r.must(r.Store.Commit(context.Background(), store.Put{Record: reconciliation.Encode(d)}))
}

// TestADecisionThatNeverReachedTheBooks keeps nobody from deciding about the money, and counts no more should its break come again.
func TestADecisionThatNeverReachedTheBooks(t *testing.T) {
	r, id, ten, before, now := overtaken(t)
	ctx := context.Background()
	c, err := r.decide.Move(ctx, shop(), now[0].ID, matched(id))
	if err != nil || len(c.Decision.Parts) != 1 || c.Decision.Parts[0].Transaction != "T1" {
		t.Fatalf("%v, %+v", err, c.Decision)
	}
	if _, err := r.decide.Move(ctx, shop(), before[0].ID, matched(id)); !errors.Is(err, decide.ErrNotFound) {
		t.Errorf("what was taken back is told as done: %v", err)
	}
	r.corrected(ten, row("T8"))
	again, err := r.decide.Find(ctx, "demo", before[0].ID)
	if s := again.Standing(november(30)); err != nil || s.Settled() || !s.Superseded || len(again.Decision.History) != 2 {
		t.Errorf("%v, %+v, %+v", err, s, again.Decision)
	}
	if _, err := r.decide.Move(ctx, shop(), before[0].ID, matched(id)); !errors.Is(err, discrepancy.ErrDecided) {
		t.Errorf("the money was decided about twice: %v", err)
	}
	other := matched(r.order("A-2", "T2"))
	if _, err := r.decide.Move(ctx, shop(), before[0].ID, other); err != nil {
		t.Error(err)
	}
}

// TestADecisionThatMayStillReachTheBooks is not overtaken: while its day is being compared, or asked for at the same moment, when
// the break is there.
func TestADecisionThatMayStillReachTheBooks(t *testing.T) {
	for name, first := range map[string]func(r *rig, id, ten string){
		"its day is being compared":        func(r *rig, _, ten string) { r.due(ten) },
		"its day is asked for at once":     func(r *rig, _, ten string) { r.before = func() { r.due(ten) } },
		"its break is there as it was":     func(r *rig, _, ten string) { r.corrected(ten, row("T8")) },
		"it comes back at the same moment": func(r *rig, _, ten string) { r.before = func() { r.corrected(ten, row("T8")) } },
	} {
		r, id, ten, _, now := overtaken(t)
		first(r, id, ten)
		if c, err := r.decide.Move(context.Background(), shop(), now[0].ID, matched(id)); !errors.Is(err, discrepancy.ErrDecided) {
			t.Errorf("%s: %v, %+v", name, err, c.Decision)
		}
	}
}

// TestMoneyThatIsSettledIsNotDecidedAbout again, whatever became of the decision that claimed it.
func TestMoneyThatIsSettledIsNotDecidedAbout(t *testing.T) {
	r, id, _, _, _ := overtaken(t)
	_, twelve := r.day(november(12), under(id, "T1", 9950))
	r.settled(id, "T1", 10)
	if c, err := r.decide.Move(context.Background(), shop(), twelve[0].ID, resolved(discrepancy.WriteOff)); !errors.Is(err, discrepancy.ErrDecided) {
		t.Errorf("%v, %+v", err, c.Decision)
	}
}

// TestACorrectedRowIsDecidedAbout although the row that it corrects was, on the same day.
func TestACorrectedRowIsDecidedAbout(t *testing.T) {
	r, id, ten, _, _ := overtaken(t)
	r.corrected(ten, row("T7"))
	list, err := r.stored(ten).Sheet.Page(context.Background(), r.files, 0)
	r.must(err)
	if _, err := r.decide.Move(context.Background(), shop(), list[0].ID, matched(id)); err != nil || r.stored(ten).Due == 0 {
		t.Error(err)
	}
}

// TestWhatOthersCountOnIsNotTakenBack: a link, of which another break is a part, and what is missing, which other days show.
func TestWhatOthersCountOnIsNotTakenBack(t *testing.T) {
	for name, decided := range map[string]func(id string) ([]settlement.Break, func(list []discrepancy.Discrepancy) discrepancy.Move){
		"a link": func(id string) ([]settlement.Break, func([]discrepancy.Discrepancy) discrepancy.Move) {
			gap := missing()
			gap.ID = id
			return []settlement.Break{row("T8"), gap}, func(list []discrepancy.Discrepancy) discrepancy.Move { return resolved(discrepancy.Link, list[1].ID) }
		},
		"what is missing": func(id string) ([]settlement.Break, func([]discrepancy.Discrepancy) discrepancy.Move) {
			gap := missing()
			gap.ID, gap.Expected, gap.Difference = id, 90, -90
			return []settlement.Break{gap}, func([]discrepancy.Discrepancy) discrepancy.Move { return resolved(discrepancy.WriteOff) }
		},
	} {
		r, ctx := open(t, 0), context.Background()
		id := r.book("T1")
		breaks, move := decided(id)
		ten, list := r.day(november(10), breaks...)
		_, eleven := r.day(november(11), row("T9"))
		_, err := r.decide.Move(ctx, shop(), list[0].ID, move(list))
		r.must(err)
		r.corrected(ten)
		if c, err := r.decide.Move(ctx, shop(), eleven[0].ID, matched(id)); !errors.Is(err, discrepancy.ErrDecided) {
			t.Errorf("%s: %v, %+v", name, err, c.Decision)
		}
	}
}
