package sim_test

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

// A template that is rescheduled has the other times where it had the old ones, in their own zone, and the one it was made of
// keeps its own.
func TestRescheduledLeavesTheTemplateAsItIs(t *testing.T) {
	template, err := sim.ReadTemplate("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	next := func(x sim.Template) map[string]time.Time {
		times := map[string]time.Time{}
		for _, s := range x.Schedules {
			times[s.Name] = s.Expression.Next(time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)).UTC()
		}
		return times
	}
	before := next(template)
	changed, err := template.Rescheduled("cron(15 6-22 ? * MON-SAT *)", "cron(0 18 ? * MON-FRI *)")
	if err != nil {
		t.Fatal(err)
	}
	six := time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC) // in Bogotá and in Lima
	for name, at := range next(changed) {
		want := before[name]
		if name == "EfectyIngestSchedule" || name == "PagoEfectivoIngestSchedule" {
			want = six
		}
		if !at.Equal(want) {
			t.Errorf("%s: %s, want %s", name, at, want)
		}
	}
	for name, at := range next(template) {
		if !at.Equal(before[name]) {
			t.Errorf("%s of the first template is changed too", name)
		}
	}
	if _, err := template.Rescheduled("rate(7 minutes)", "rate(1 minute)"); err == nil {
		t.Error("an expression that no schedule has was replaced")
	}
	if _, err := template.Rescheduled("rate(1 minute)", "now and then"); err == nil {
		t.Error("an expression that cannot be read was taken")
	}
}
