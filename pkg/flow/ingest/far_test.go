package ingest_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/ingest"
	"github.com/vuelto/vuelto/pkg/provider"
)

// TestAFileOfAnotherCalendar is refused as one of which no line can be read; among others such a line is told with its reason.
func TestAFileOfAnotherCalendar(t *testing.T) {
	const header, row = "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n", "T1,R1,PAYMENT,100.00,0.00,0.00,100.00,COP,2026-11-20 10:00:00,SETTLED\n"
	r, day := open(t), calendar.Date{Year: 2026, Month: 11, Day: 23}
	bring := func(name, text string) (ingest.Receipt, error) {
		return r.ingester.Upload(context.Background(), "demo", "a", day, provider.File{Name: name, Body: []byte(text)})
	}
	ethiopian := strings.Replace(row, "2026-11-20", "2019-03-11", 1)
	if got, err := bring("f.csv", header+ethiopian+strings.Replace(ethiopian, "T1", "T2", 1)); !errors.Is(err, ingest.ErrUnusable) || got.Unreadable != 2 || len(r.jobs) != 0 {
		t.Errorf("%v, %+v", err, got)
	}
	if got, err := bring("g.csv", header+row+ethiopian); err != nil || got.Rows != 1 || got.Unreadable != 1 || !strings.HasPrefix(got.First, "line 3: Date is more than 1400 days from") {
		t.Errorf("%v, %+v", err, got)
	}
}
