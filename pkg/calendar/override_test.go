package calendar_test

import (
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// FuzzReadOverrides: a table is read whole, each day of it once and with who says so, or it is told which lines are wrong.
func FuzzReadOverrides(f *testing.F) {
	const head = "date,working,source\n"
	for _, text := range []string{head + "2026-12-24,no,decree 1\n", "\xef\xbb\xbfsource,date,working\nx,2026-12-24,yes\n", head + "2026-12-24,no,a\n2026-12-24,yes,b\n",
		head + "2569-12-24,no,a\n", head + "\"2026", head + "2026-12-24\n", "", head + "2026-12-24,maybe,\xff\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := calendar.ReadOverrides([]byte(text))
		if err != nil {
			if list != nil || !strings.Contains(err.Error(), "line ") && !strings.Contains(err.Error(), "more than") {
				t.Fatalf("%d days, and %v", len(list), err)
			}
			return
		}
		seen := map[calendar.Date]bool{}
		for _, o := range list {
			if seen[o.Date] || !o.Date.Ours() || o.Source == "" {
				t.Fatalf("%+v", o)
			}
			seen[o.Date] = true
			if c := calendar.Peru().Overridden([]calendar.Override{o}); c.IsHoliday(o.Date) == o.Working {
				t.Fatalf("%+v does not count", o)
			}
		}
	})
}
