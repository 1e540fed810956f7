package settlement_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// TestNear: a row is read up to the bound on either side of its settlement day, by the days of its zone, and not a day beyond.
func TestNear(t *testing.T) {
	if !strings.Contains(settlement.FarReason, fmt.Sprint(settlement.Far)) {
		t.Errorf("%q names another bound than %d", settlement.FarReason, settlement.Far)
	}
	zone, day := calendar.Colombia().Zone(), calendar.Date{Year: 2026, Month: 11, Day: 20}
	for off, read := range map[int]bool{0: true, settlement.Far: true, -settlement.Far: true, settlement.Far + 1: false, -settlement.Far - 1: false} {
		for _, hour := range []time.Duration{0, 24*time.Hour - time.Second} {
			r := settlement.Row{At: day.AddDays(off).Start(zone).Add(hour)}.Near(day, zone)
			if (r.Unreadable == "") != read {
				t.Errorf("%d days off, at %v: %q", off, hour, r.Unreadable)
			}
		}
	}
	if r := (settlement.Row{Unreadable: "Amount is not a decimal"}).Near(day, zone); r.Unreadable != "Amount is not a decimal" {
		t.Errorf("a row that cannot be read has another reason now: %q", r.Unreadable)
	}
}
