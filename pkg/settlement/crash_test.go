package settlement_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

// TestAnImportThatBrokeOffIsDoneAgain: at whichever of its commits it ended, the same statement and the same calendar again make it what it is when
// imported once.
func TestAnImportThatBrokeOffIsDoneAgain(t *testing.T) {
	ctx := context.Background()
	var lines strings.Builder
	lines.WriteString("date,amount,currency,reference\n")
	for n := range 250 {
		fmt.Fprintf(&lines, "2026-11-%02d,%d.00,PEN,counter %d\n", 10+n%9, n+1, n)
	}
	deposits, err := settlement.ReadDeposits("demo", []byte(lines.String()))
	if err != nil {
		t.Fatal(err)
	}
	days := strike(t, "2026-11-23,yes,decree 2\n2026-11-24,no,decree 3\n")
	open := func() store.Store {
		s := memstore.New(memstore.Options{})
		if _, err := (settlement.CalendarBook{Store: s}).Import(ctx, "demo", calendar.Peru(), strike(t, "2026-11-23,no,decree 1\n"), "ana", 1, false); err != nil {
			t.Fatal(err)
		}
		return s
	}
	crashes := storetest.EveryCrash(t, open, func(s store.Store) error {
		if _, err := (settlement.DepositBook{Store: s}).Keep(ctx, "demo", deposits, "eva", 2); err != nil {
			return err
		}
		_, err := settlement.CalendarBook{Store: s}.Import(ctx, "demo", calendar.Peru(), days, "eva", 2, true)
		return err
	}, func(s store.Store) string {
		list, err := settlement.DepositBook{Store: s}.Between(ctx, "demo", date("2026-11-01"), date("2026-11-30"))
		if err != nil || len(list) != 250 {
			t.Fatalf("%d, %v", len(list), err)
		}
		table, err := settlement.CalendarBook{Store: s}.List(ctx, "demo", calendar.Peru())
		return fmt.Sprint(list, table, err)
	})
	if crashes != 2*8 { // forty deposits to a commit, and the calendar
		t.Errorf("it ended at %d commits", crashes)
	}
}
