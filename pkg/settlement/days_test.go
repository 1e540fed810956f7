package settlement_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

func strike(t *testing.T, text string) []calendar.Override {
	t.Helper()
	list, err := calendar.ReadOverrides([]byte("date,working,source\n" + text))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestDaysCountAsTheMerchantSays: in a country of theirs, in order, once, with what was corrected; no other merchant's.
func TestDaysCountAsTheMerchantSays(t *testing.T) {
	ctx := context.Background()
	book := settlement.CalendarBook{Store: memstore.New(memstore.Options{})}
	put := func(text string, correct bool) (int, error) {
		return book.Import(ctx, "demo", calendar.Colombia(), strike(t, text), "ana", 1, correct)
	}
	friday := calendar.Date{Year: 2026, Month: 11, Day: 20}
	due := func(tenant, network string) string {
		country, err := book.Of(ctx, tenant, network)
		if err != nil {
			t.Fatal(err)
		}
		return country.AddBusinessDays(friday, 1).String()
	}
	for written, text := range []string{"", "2026-11-23,no,decree 1\n", "2026-11-24,no,decree 2\n2026-11-22,no,decree 3\n"} {
		if n, err := put(text, false); n != written || err != nil {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
	if n, err := put("2026-11-23,no,decree 1\n", false); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	if got := due("demo", "efecty"); got != "2026-11-25" {
		t.Errorf("over two strikes: %s", got)
	}
	if one, other := due("other", "efecty"), due("demo", "pagoefectivo"); one != "2026-11-23" || other != one {
		t.Errorf("another merchant's %s, another country's %s", one, other)
	}
	if n, err := put("2026-11-26,no,decree 4\n2026-11-23,yes,decree 5\n", false); n != 0 || !errors.Is(err, calendar.ErrOverrides) {
		t.Errorf("%d, %v", n, err)
	}
	first, err := book.Changes(ctx, "demo", calendar.Colombia(), strike(t, "2026-11-26,no,decree 4\n2026-11-23,yes,decree 5\n"), true)
	if err != nil || first.String() != "2026-11-23" {
		t.Errorf("%s, %v", first, err)
	}
	if n, err := put("2026-11-23,yes,decree 5\n", true); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	list, err := book.List(ctx, "demo", calendar.Colombia())
	if err != nil || len(list) != 3 || list[0].Date.Day != 22 || list[2].Date.Day != 24 || !reflect.DeepEqual(list[1].Was, []settlement.PastDay{{Source: "decree 1", By: "ana", At: 1}}) {
		t.Errorf("%v, %v", list, err)
	}
	if got := due("demo", "efecty"); got != "2026-11-23" {
		t.Errorf("one strike did not come about: %s", got)
	}
}

// TestACalendarHasAnEnd, and one that is being written by somebody else is told so.
func TestACalendarHasAnEnd(t *testing.T) {
	ctx, mem := context.Background(), memstore.New(memstore.Options{})
	book := settlement.CalendarBook{Store: mem}
	var text strings.Builder
	for n := range 900 {
		day := calendar.Date{Year: 2026, Month: 1, Day: 1}.AddDays(n)
		fmt.Fprintf(&text, "%s,no,%s\n", day, strings.Repeat("x", 199))
	}
	n, err := book.Import(ctx, "demo", calendar.Peru(), strike(t, text.String()), "ana", 1, false)
	if n != 0 || !errors.Is(err, calendar.ErrOverrides) {
		t.Errorf("%d, %.80v", n, err)
	}
	book.Store = busy{mem}
	if n, err = book.Import(ctx, "demo", calendar.Peru(), strike(t, "2026-11-23,no,a\n"), "ana", 1, false); n != 0 || !errors.Is(err, store.ErrBusy) {
		t.Errorf("%d, %v", n, err)
	}
}

// busy is a store in which somebody else always comes first.
type busy struct{ store.Store }

func (busy) Commit(context.Context, ...store.Write) error { return &store.ConflictError{} }
