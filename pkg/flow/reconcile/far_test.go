package reconcile_test

import (
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// TestRowsOfAnotherCalendar cannot be read, whether their digits can be days of ours or not; none of them is shifted, moves money or is a match.
func TestRowsOfAnotherCalendar(t *testing.T) {
	for name, date := range map[string]string{"Ethiopian": "2019-03-11", "Ethiopian, a year before": "2018-03-11", "Thai Buddhist": "2569-11-20", "Persian": "1405-08-29", "Islamic": "1448-06-10"} {
		r := open(t)
		r.book(1)
		r.book(2)
		r.file("f.csv", header+strings.Replace(line(1), "2026-11-20", date, 1)+line(2))
		if b := r.day.Breaks; len(b) != 2 || b[string(settlement.Unreadable)] != 1 || b[string(settlement.MissingAtNetwork)] != 1 || r.day.Outcome.Unreadable != 1 || r.day.Outcome.Matched != 1 {
			t.Errorf("%s: %v, %+v", name, b, r.day.Outcome)
		}
		if report := r.read(r.day.Report); !strings.Contains(report, ",f.csv,2,") || strings.Contains(report, "DATE_SHIFT") {
			t.Errorf("%s: %s", name, report)
		}
	}
}
