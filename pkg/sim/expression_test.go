package sim_test

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

func TestSchedulesFallWhenTheTemplateSays(t *testing.T) {
	// 20 November 2026 is a Friday.
	from := time.Date(2026, 11, 21, 3, 14, 30, 0, time.UTC) // Friday 22:14:30 in Bogotá
	cases := []struct{ text, zone, want string }{
		{"rate(1 minute)", "", "2026-11-21T03:15:00Z"},
		{"rate(2 hours)", "", "2026-11-21T04:00:00Z"},
		{"cron(15 6-22 ? * MON-SAT *)", "America/Bogota", "2026-11-21T03:15:00Z"},
		{"cron(10 6-22 ? * MON-SAT *)", "America/Bogota", "2026-11-21T11:10:00Z"},
		{"cron(0 9 ? * MON-FRI *)", "America/Lima", "2026-11-23T14:00:00Z"},
		{"cron(*/20 * ? * * *)", "", "2026-11-21T03:20:00Z"},
		{"cron(0 0,12 ? * 7 *)", "", "2026-11-21T12:00:00Z"},
	}
	for _, c := range cases {
		e, err := sim.ParseExpression(c.text, c.zone)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := e.Next(from).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %q: %s, want %s", c.text, c.zone, got, c.want)
		}
	}
	for _, bad := range []string{"", "rate(0 minutes)", "rate(x)", "cron(0 0 1 * ? *)", "cron(61 * ? * * *)", "cron(* *)", "cron(5-1 * ? * * *)"} {
		if _, err := sim.ParseExpression(bad, ""); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if _, err := sim.ParseExpression("rate(1 day)", "Europe/Berlin"); err == nil {
		t.Error("a zone that is not of a network's country was taken")
	}
}
