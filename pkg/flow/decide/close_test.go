package decide_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/reconciliation"
)

// TestAMonthAndADayAtOnce: while a month is being closed one of its days is reopened, or the other way round. One of them is told.
func TestAMonthAndADayAtOnce(t *testing.T) {
	ctx := context.Background()
	var open1 *decide.OpenError
	r := open(t, 0)
	id, _ := r.day(november(10))
	r.closed(id)
	r.before = func() {
		_, err := r.decide.ReopenDay(ctx, "demo", id, "ana", "a mail came")
		r.must(err)
	}
	if m, err := r.decide.CloseMonth(ctx, "demo", november(1), expecting(), "ana", "silence"); !errors.As(err, &open1) || m.Closed() {
		t.Errorf("closed over a day that was reopened meanwhile: %v", err)
	}

	r = open(t, 0)
	id, _ = r.day(november(10))
	r.closed(id)
	r.before = func() {
		_, err := r.decide.CloseMonth(ctx, "demo", november(1), expecting(), "ana", "silence")
		r.must(err)
	}
	if _, err := r.decide.ReopenDay(ctx, "demo", id, "ana", "a mail came"); !errors.Is(err, decide.ErrState) || !r.stored(id).Closed() {
		t.Errorf("a day of a closed month was reopened: %v", err)
	}
}

// TestADayThatTheIndexDoesNotKnowYet keeps its month open.
func TestADayThatTheIndexDoesNotKnowYet(t *testing.T) {
	r := open(t, time.Hour)
	r.day(november(30))
	var open1 *decide.OpenError
	m, err := r.decide.CloseMonth(context.Background(), "demo", november(1), expecting(), "ana", "silence")
	if !errors.As(err, &open1) || m.Closed() {
		t.Errorf("%+v, %v", m, err)
	}
	if again, err := reconciliation.ReadMonth(context.Background(), r, "demo", november(1)); err != nil || again.Closed() {
		t.Errorf("%+v, %v", again, err)
	}
}
