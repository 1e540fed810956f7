package ingest_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// told are the errors of a pull at an hour of Monday 23 November 2026 in Bogotá.
func (r *rig) told(hour int) string {
	r.t.Helper()
	var lines bytes.Buffer
	r.ingester.Log = slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelError}))
	r.host.Sleep(time.Date(2026, 11, 23, hour+5, 0, 0, 0, time.UTC).Sub(r.host.Now()))
	if err := r.pull(); err != nil {
		r.t.Fatal(err)
	}
	return lines.String()
}

// TestSilenceIsTold by its hour, of an account that has sent files, for each business day; not before, and not of one that never did.
func TestSilenceIsTold(t *testing.T) {
	r := open(t)
	r.down["b"] = false
	if got := r.told(12); got != "" {
		t.Errorf("at noon: %s", got)
	}
	if got := r.told(18); got != "" {
		t.Errorf("of accounts that have never sent a file: %s", got)
	}
	r = open(t)
	r.published["2026-11-19"] = "thursday"
	if got := r.told(12); got != "" { // the days before are asked for
		t.Errorf("at noon: %s", got)
	}
	if got := r.told(17); got != "" {
		t.Errorf("at five: %s", got)
	}
	got := r.told(18)
	for _, want := range []string{"account=a date=2026-11-20", "account=a date=2026-11-23", "account=b date=2026-11-20", "account=b date=2026-11-23"} {
		if !strings.Contains(got, `msg="settlement file missing" tenant=demo `+want) {
			t.Errorf("nobody is told %s:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "file missing"); n != 4 { // no weekend
		t.Errorf("%d lines:\n%s", n, got)
	}
	r.published["2026-11-20"], r.published["2026-11-23"] = "friday", "monday"
	if got := r.told(19); strings.Contains(got, "2026-11-23") {
		t.Errorf("told of a file that is there: %s", got)
	}
}

// TestADayThatIsNotComparedIsTold once its run is an hour overdue.
func TestADayThatIsNotComparedIsTold(t *testing.T) {
	r := open(t)
	r.published["2026-11-23"] = "monday"
	if got := r.told(18); got != "" {
		t.Errorf("at once: %s", got)
	}
	got := r.told(20)
	if strings.Count(got, `msg="day not reconciled"`) != 2 || !strings.Contains(got, "date=2026-11-23") {
		t.Errorf("two hours later: %s", got)
	}
	for _, account := range []string{"a", "b"} {
		day, _ := r.day(account, calendar.Date{Year: 2026, Month: 11, Day: 23}.String())
		day.Due, day.Status = 0, reconciliation.Balanced
		if err := r.store.Commit(context.Background(), store.Put{Record: reconciliation.Encode(day)}); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.told(21); got != "" {
		t.Errorf("compared: %s", got)
	}
}
