package order_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

// TestAnImportThatBrokeOffIsDoneAgain: at whichever of its commits it ended, the same export again makes it what it is when brought once, orders that
// changed and orders that moved their day included; so do receipts.
func TestAnImportThatBrokeOffIsDoneAgain(t *testing.T) {
	ctx := context.Background()
	export := func(total, moved int) string {
		var b strings.Builder
		b.WriteString("order_reference,date,status,currency,total\n")
		for n := range 60 {
			fmt.Fprintf(&b, "Z-%d,2026-11-%02d,paid,PEN,%d.00\n", n, 10+(n+moved)%3, total+n%2)
		}
		return b.String()
	}
	bring := func(s store.Store, text, by string) error {
		list, err := order.Read(order.Export{Shape: "csv", Shop: "shop", Text: []byte(text)})
		if err == nil {
			_, err = order.Book{Store: s}.Keep(ctx, "demo", list, by, 1)
		}
		return err
	}
	receipts := "date,channel,amount,currency,id\n"
	for n := range 30 {
		receipts += fmt.Sprintf("2026-11-%02d,card,%d.00,PEN,r-%d\n", 10+n%3, n+1, n)
	}
	open := func() store.Store {
		s := memstore.New(memstore.Options{})
		if err := bring(s, export(30, 0), "ana"); err != nil {
			t.Fatal(err)
		}
		return s
	}
	crashes := storetest.EveryCrash(t, open, func(s store.Store) error {
		if err := bring(s, export(40, 1), "eva"); err != nil {
			return err
		}
		list, err := order.ReadReceipts("demo", []byte(receipts))
		if err == nil {
			_, err = order.Book{Store: s}.KeepReceipts(ctx, "demo", list, "eva", 1)
		}
		return err
	}, func(s store.Store) string {
		text := ""
		for _, kind := range []string{"demo#orders", "demo#receipts"} {
			page, err := s.Query(ctx, store.Query{PK: kind, Limit: 1000})
			if err != nil || page.Next != "" || len(page.Records) == 0 {
				t.Fatalf("%d, %v", len(page.Records), err)
			}
			for _, r := range page.Records {
				text += fmt.Sprintf("%s %d %s\n", r.Key, r.Version, r.Body)
			}
		}
		return text
	})
	if crashes < 2*50 { // up to sixteen records for each of three days, twice
		t.Errorf("it ended at %d commits", crashes)
	}
}
