package recon_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/recon"
)

// FuzzOrders gives a comparison any export, books and receipts: it ends with a reason and leaves nothing, or every order and all money about it is in a leg
// that is counted and written.
func FuzzOrders(f *testing.F) {
	const (
		export   = "order_reference,date,status,currency,total\nA-1,2026-11-19,paid,PEN,120.00\n"
		books    = "id,kind,order_reference,amount,currency,status,occurred_at\npay_1,payment,A-1,120.00,PEN,paid,2026-11-19T10:00:00-05:00\n"
		receipts = "date,channel,amount,currency,order_reference,id\n2026-11-19,card,40.00,PEN,A-3,c1\n"
	)
	f.Add(export, books, receipts)
	f.Add(export+"A-3,2026-11-19,refunded,COP,40.00\n", books+"rf_1,refund,#A-1,20.00,PEN,pending,2026-11-20T10:00:00Z\n", receipts)
	f.Add(strings.Replace(export, "120.00", "12O.00", 1), books, "")
	f.Add(export, books+books, receipts)
	f.Add(export, strings.Replace(books, "A-1", "A-\xe9", 1), receipts)
	f.Add(export, strings.Replace(books, "A-1", `"A-1`, 1), receipts)
	f.Add(export, strings.Replace(books, "2026", "2569", 1), "")
	f.Add(string(gzipped(f, export)), string(zipped(f, "books.csv", books)), receipts)
	f.Fuzz(func(t *testing.T, export, books, receipts string) {
		dir := t.TempDir()
		o := recon.OrdersOptions{Export: order.Export{Shape: "csv"}, Orders: write(t, filepath.Join(dir, "orders.csv"), export), Books: write(t, filepath.Join(dir, "books.csv"), books),
			Out: filepath.Join(dir, "out"), Matches: true}
		if receipts != "" {
			o.Receipts = write(t, filepath.Join(dir, "receipts.csv"), receipts)
		}
		result, err := recon.Orders(t.Context(), o)
		if err != nil {
			if _, err := os.Stat(o.Out); !errors.Is(err, fs.ErrNotExist) {
				t.Error("a run that failed has left its directory")
			}
			return
		}
		defer result.Discard()
		if err := result.Publish(); err != nil {
			t.Fatal(err)
		}
		s, broken := result.Summary, 0
		for _, n := range s.Breaks {
			broken += n
		}
		for name, want := range map[string]int{"breaks.csv": broken, "matches.csv": s.Matched + s.Pending + s.Other} {
			text, err := os.ReadFile(filepath.Join(o.Out, name))
			if err != nil {
				t.Fatal(err)
			}
			records, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
			if err != nil || len(records) != want+1 {
				t.Errorf("%s: %d lines, %v, %+v", name, len(records)-1, err, s)
			}
		}
		if s.Matched+s.Pending+s.Other+broken < s.Orders {
			t.Errorf("an order is nowhere: %+v", s)
		}
	})
}
