package rate_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

// TestAnImportOfRatesThatBrokeOffIsDoneAgain: at whichever of its commits it ended, the same file again makes it what it is when imported once, corrections
// with their past included.
func TestAnImportOfRatesThatBrokeOffIsDoneAgain(t *testing.T) {
	ctx := context.Background()
	var first, better []rate.Rate
	for n := range 350 {
		d := day("2025-01-01").AddDays(n).String()
		first, better = append(first, trm(t, d, "4100")), append(better, trm(t, d, fmt.Sprint(4100+n%3)))
	}
	open := func() store.Store {
		s := memstore.New(memstore.Options{Now: now})
		if _, err := (rate.Book{Store: s}).Import(ctx, "demo", first[:200], "ana", now(), false); err != nil {
			t.Fatal(err)
		}
		return s
	}
	crashes := storetest.EveryCrash(t, open, func(s store.Store) error {
		_, err := rate.Book{Store: s}.Import(ctx, "demo", better, "eva", now(), true)
		return err
	}, func(s store.Store) string {
		list, err := rate.Book{Store: s}.List(ctx, "demo", rate.TRM, money.USD, money.COP, first[0].Day, first[349].Day)
		if err != nil || len(list) != 350 {
			t.Fatalf("%d, %v", len(list), err)
		}
		return fmt.Sprint(list)
	})
	if crashes != 2*3 { // 350 less those that stay as they are, by the hundred
		t.Errorf("it ended at %d commits", crashes)
	}
}
