package ingest_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// broken keeps a compared day of account a with these breaks.
func (r *rig) broken(date string, breaks ...settlement.Break) []discrepancy.Discrepancy {
	r.t.Helper()
	day, err := calendar.Parse(date)
	if err != nil {
		r.t.Fatal(err)
	}
	id := reconciliation.ID("demo", "a", day)
	list := discrepancy.Name(id, breaks)
	sheet, err := discrepancy.Write(context.Background(), r.files, "reconciliation/demo/"+id+"/", 0, list)
	if err != nil {
		r.t.Fatal(err)
	}
	rec := reconciliation.Reconciliation{Tenant: "demo", ID: id, Network: "efecty", Account: "a", Date: day, Run: 1, Status: reconciliation.Broken,
		Sheet: sheet, Open: len(list)}
	if err := r.store.Commit(context.Background(), store.Put{Record: reconciliation.Encode(rec)}); err != nil {
		r.t.Fatal(err)
	}
	return list
}

// waits are the lines of what is open at an hour of Monday 23 November 2026 in Bogotá.
func (r *rig) waits(hour int) string {
	r.t.Helper()
	var lines bytes.Buffer
	r.ingester.Log = slog.New(slog.NewTextHandler(&lines, nil))
	r.host.Sleep(time.Date(2026, 11, 23, hour+5, 0, 0, 0, time.UTC).Sub(r.host.Now()))
	if err := r.pull(); err != nil {
		r.t.Fatal(err)
	}
	return strings.Join(slices.DeleteFunc(strings.Split(lines.String(), "\n"), func(l string) bool { return !strings.Contains(l, "open") }), "\n")
}

// TestWhatWaitsForPeopleIsTold: how many breaks, the age of the oldest, and the money of each currency; of what somebody has settled nothing.
func TestWhatWaitsForPeopleIsTold(t *testing.T) {
	r := open(t)
	r.broken("2026-11-20", settlement.Break{Class: settlement.AmountUnder, ID: "pay_1", Difference: -500, Currency: money.COP, DueDay: calendar.Date{Year: 2026, Month: 11, Day: 13}},
		settlement.Break{Class: settlement.CurrencyMismatch, ID: "pay_2", Expected: 700, ExpectedCurrency: money.COP, Actual: 30, Currency: money.USD})
	june := r.broken("2026-06-10", settlement.Break{Class: settlement.MissingInBooks, TransactionID: "T9", Difference: 4000, Currency: money.COP})
	got := r.waits(12)
	for _, want := range []string{`msg="breaks are open" tenant=demo account=a reconciliation=` + reconciliation.ID("demo", "a", calendar.Date{Year: 2026, Month: 6, Day: 10}) +
		" date=2026-06-10 breaks=3 age=109", `msg="money is open" currency=COP minor=5200`, `msg="money is open" currency=USD minor=30`} {
		if !strings.Contains(got, want) {
			t.Errorf("nobody is told %s:\n%s", want, got)
		}
	}
	if got := r.waits(13); got != "" {
		t.Errorf("told every hour: %s", got)
	}
	key := discrepancy.Key("demo", "a", reconciliation.ID("demo", "a", calendar.Date{Year: 2026, Month: 6, Day: 10}), june[0])
	settled := discrepancy.Decision{Mark: june[0].Mark(), Status: discrepancy.Explained}
	if err := r.store.Commit(context.Background(), store.Put{Record: discrepancy.Encode(key, settled)}); err != nil {
		t.Fatal(err)
	}
	if got := r.waits(18); !strings.Contains(got, "date=2026-11-20 breaks=2 age=5") || !strings.Contains(got, "currency=COP minor=1200") {
		t.Errorf("with one explained: %s", got)
	}
}
