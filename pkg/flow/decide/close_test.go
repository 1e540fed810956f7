package decide_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
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
	if m, err := r.decide.CloseMonth(ctx, "demo", november(1), expecting(), "ana", decide.Accepting{Silence: "silence"}); !errors.As(err, &open1) || m.Closed() {
		t.Errorf("closed over a day that was reopened meanwhile: %v", err)
	}

	r = open(t, 0)
	id, _ = r.day(november(10))
	r.closed(id)
	r.before = func() {
		_, err := r.decide.CloseMonth(ctx, "demo", november(1), expecting(), "ana", decide.Accepting{Silence: "silence"})
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
	m, err := r.decide.CloseMonth(context.Background(), "demo", november(1), expecting(), "ana", decide.Accepting{Silence: "silence"})
	if !errors.As(err, &open1) || m.Closed() {
		t.Errorf("%+v, %v", m, err)
	}
	if again, err := reconciliation.ReadMonth(context.Background(), r, "demo", november(1)); err != nil || again.Closed() {
		t.Errorf("%+v, %v", again, err)
	}
}

// missing is an entry of 100.00 PEN that no file shows.
func missing() settlement.Break {
	return settlement.Break{Class: settlement.MissingAtNetwork, Kind: settlement.KindPayment, ID: "pay_1", Expected: 10000, Difference: -10000, Currency: money.PEN}
}

// explained and reopened are what people say of a break.
func explained() discrepancy.Move {
	return discrepancy.Move{Action: discrepancy.Explain, By: "ana", Reason: "known", Seen: -1}
}

func reopened() discrepancy.Move {
	return discrepancy.Move{Action: discrepancy.Reopen, By: "ana", Reason: "it was not", Seen: -1}
}

// TestAClosedDayKeepsWhatWasDecided although a later day shares the decision, and somebody takes it back there.
func TestAClosedDayKeepsWhatWasDecided(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	ten, list := r.day(november(10), missing())
	eleven, later := r.day(november(11), missing())
	_, err := r.decide.Move(ctx, shop(), list[0].ID, explained())
	r.must(err)
	r.closed(ten)
	before, err := r.decide.Find(ctx, "demo", list[0].ID)
	r.must(err)
	_, err = r.decide.Move(ctx, shop(), later[0].ID, reopened())
	r.must(err)
	all, err := r.decide.Decisions(ctx, r.stored(ten))
	r.must(err)
	if now, err := r.decide.Find(ctx, "demo", list[0].ID); err != nil || now.Decision.Status != discrepancy.Explained || now.Decision.Version != before.Decision.Version {
		t.Errorf("%v: the closed day says %+v", err, now.Decision)
	}
	if got := all[discrepancy.Key("demo", "pe", ten, list[0])]; got.Status != discrepancy.Explained || len(got.History) != 1 {
		t.Errorf("the closed day lists %+v", got)
	}
	if now, err := r.decide.Find(ctx, "demo", later[0].ID); err != nil || now.Decision.Status != discrepancy.Open {
		t.Errorf("%v: the open day says %+v", err, now.Decision)
	}
	if _, err := r.decide.CloseDay(ctx, "demo", eleven, "ana"); err == nil {
		t.Error("the open day is closed over it")
	}
	_, err = r.decide.ReopenDay(ctx, "demo", ten, "ana", "as on the 11th")
	r.must(err)
	if now, err := r.decide.Find(ctx, "demo", list[0].ID); err != nil || now.Decision.Status != discrepancy.Open {
		t.Errorf("%v: the reopened day says %+v", err, now.Decision)
	}
}

// TestADayIsNotClosedOverWhatIsTakenBack on another day at the same moment.
func TestADayIsNotClosedOverWhatIsTakenBack(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	ten, list := r.day(november(10), missing())
	_, later := r.day(november(11), missing())
	_, err := r.decide.Move(ctx, shop(), list[0].ID, explained())
	r.must(err)
	r.before = func() {
		_, err := r.decide.Move(ctx, shop(), later[0].ID, reopened())
		r.must(err)
	}
	// the first commit of a closing is that of the copies; what is taken back comes between it and the last
	first := r.before
	r.before = func() { r.before = first }
	var open1 *decide.OpenError
	if _, err := r.decide.CloseDay(ctx, "demo", ten, "ana"); !errors.As(err, &open1) || r.stored(ten).Closed() {
		t.Errorf("closed: %v", err)
	}
}

// TestAMonthThatIsNotOver stays open, also for a merchant without accounts.
func TestAMonthThatIsNotOver(t *testing.T) {
	r, december := open(t, 0), calendar.Date{Year: 2026, Month: 12, Day: 1}
	for _, accounts := range [][]decide.Expecting{nil, expecting()} {
		for _, first := range []calendar.Date{december, december.AddDays(31)} {
			if m, err := r.decide.CloseMonth(context.Background(), "demo", first, accounts, "ana", decide.Accepting{Silence: "silence"}); !errors.Is(err, decide.ErrState) || m.Closed() {
				t.Errorf("%s of %d accounts: %v", first, len(accounts), err)
			}
		}
	}
}

// TestAMonthOfSilence: an account that sent nothing all month, nothing at its start, or nothing in between, keeps the month open
// until somebody says why that is all right.
func TestAMonthOfSilence(t *testing.T) {
	october := calendar.Date{Year: 2026, Month: 10, Day: 30}
	business := []int{2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30}
	for name, c := range map[string]struct {
		before bool
		days   []int
		open   int
		says   string
	}{
		"no file all month":             {false, nil, 1, "2026-11 pe no file all month"},
		"none of an account that sent":  {true, nil, 1, "2026-11 pe no file all month"},
		"none in between":               {false, []int{26, 30}, 1, "2026-11-27 pe no file"},
		"none at the start, as it sent": {true, business[2:], 2, "2026-11-02 pe no file"},
		"it began in the month":         {false, business[2:], 0, ""},
		"all of them":                   {true, business, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, ctx := open(t, 0), context.Background()
			if c.before {
				r.day(october)
			}
			for _, day := range c.days {
				id, _ := r.day(november(day))
				r.closed(id)
			}
			m, err := r.decide.CloseMonth(ctx, "demo", november(1), append(expecting(), expecting()...), "ana", decide.Accepting{})
			var open *decide.OpenError
			if c.open == 0 {
				if err != nil || !m.Closed() {
					t.Fatalf("%+v, %v", m, err)
				}
				return
			}
			if !errors.As(err, &open) || open.Count != c.open || open.First[0] != c.says {
				t.Fatalf("%+v, %v", open, err)
			}
			if m, err := r.decide.CloseMonth(ctx, "demo", november(1), expecting(), "ana", decide.Accepting{Silence: "nothing was sold"}); err != nil || !m.Closed() || m.Seals[0].Silence != "nothing was sold" {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
}

// TestAMonthThatTheBankShowsOtherwise stays open until somebody decides about each difference, or says why that is all right. Without any statement
// there is nothing to differ, and the month says so.
func TestAMonthThatTheBankShowsOtherwise(t *testing.T) {
	business := []int{2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30}
	for name, c := range map[string]struct {
		deposits string
		accept   decide.Accepting
		known    int
		open     int
	}{
		"no statement":                  {"", decide.Accepting{}, 0, 0},
		"a deposit that nobody expects": {"2026-11-10,50.00,PEN,D1,pe\n", decide.Accepting{}, 1, 1},
		"silence is another thing":      {"2026-11-10,50.00,PEN,D1,pe\n", decide.Accepting{Silence: "none"}, 1, 1},
		"it is all right":               {"2026-11-10,50.00,PEN,D1,pe\n", decide.Accepting{Bank: "a loan"}, 1, 1},
		"it is another month's":         {"2026-12-01,50.00,PEN,D1,pe\n", decide.Accepting{}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, ctx := open(t, 0), context.Background()
			for _, day := range business {
				id, _ := r.day(november(day))
				r.closed(id)
			}
			if c.deposits != "" {
				list, err := settlement.ReadDeposits("demo", []byte("date,amount,currency,id,account\n"+c.deposits))
				r.must(err)
				_, err = settlement.DepositBook{Store: r.Store}.Keep(ctx, "demo", list, "ana", 1)
				r.must(err)
			}
			m, err := r.decide.CloseMonth(ctx, "demo", november(1), expecting(), "ana", c.accept)
			var open *decide.OpenError
			if errors.As(err, &open) && c.open > 0 && c.accept.Bank == "" {
				if open.Count != c.open || !strings.HasPrefix(open.First[0], "2026-11-10 leg_") || !strings.HasSuffix(open.First[0], "MISSING_IN_BOOKS at the bank") {
					t.Fatalf("%+v", open)
				}
				id := strings.Fields(open.First[0])[1]
				_, err = r.decide.MoveMatter(ctx, shop(), id, explained())
				r.must(err)
				if m, err = r.decide.CloseMonth(ctx, "demo", november(1), expecting(), "ana", c.accept); err != nil || m.Bank.Open != 0 || m.Bank.Legs != 1 || m.Seals[0].Bank != "" {
					t.Fatalf("decided, %+v: %v", m, err)
				}
				return
			}
			if err != nil || !m.Closed() || m.Bank.Deposits != c.known || m.Bank.Open != c.open || m.Seals[0].Bank != c.accept.Bank {
				t.Errorf("%+v %+v, %v", m, m.Bank, err)
			}
		})
	}
}
