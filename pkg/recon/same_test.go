package recon_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/recon"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// The generators draw from few identifiers and amounts, so that everything meets everything.

func anyEntry(i int) *rapid.Generator[settlement.Entry] {
	return rapid.Custom(func(t *rapid.T) settlement.Entry {
		return settlement.Entry{ID: fmt.Sprintf("e%d", i),
			Kind:          rapid.SampledFrom([]settlement.Kind{"payment", "payment", "refund", "payout"}).Draw(t, "kind"),
			Reference:     rapid.SampledFrom([]string{"a", "b", "c", "d", "x", "y", fmt.Sprint("own", i), fmt.Sprint("own", i)}).Draw(t, "reference"),
			TransactionID: rapid.SampledFrom([]string{"", "x", "y", "z", "w", "a", "b", fmt.Sprint("T", i), fmt.Sprint("T", i)}).Draw(t, "transaction"),
			Amount:        rapid.SampledFrom([]int64{100, 200, 10000, 101, 50}).Draw(t, "amount"),
			Fee:           rapid.SampledFrom([]*int64{nil, nil, minor(5)}).Draw(t, "fee"),
			Tax:           rapid.SampledFrom([]*int64{nil, nil, minor(1)}).Draw(t, "tax"),
			Currency:      rapid.SampledFrom([]money.Currency{"PEN", "PEN", "PEN", "USD"}).Draw(t, "currency"),
			Status:        rapid.SampledFrom([]string{"paid", "paid", "paid", "expired"}).Draw(t, "status"),
			OccurredAt:    time.Date(2026, 11, rapid.IntRange(18, 21).Draw(t, "day"), 17, 0, 0, 0, time.UTC)}
	})
}

func anyRow(line int) *rapid.Generator[settlement.Row] {
	return rapid.Custom(func(t *rapid.T) settlement.Row {
		r := settlement.Row{Line: line,
			Type:          rapid.SampledFrom([]settlement.Type{"PAYMENT", "PAYMENT", "REFUND", "PAYOUT", "REVERSAL"}).Draw(t, "type"),
			Reference:     rapid.SampledFrom([]string{"a", "b", "c", "d", "x", "y", ""}).Draw(t, "reference"),
			TransactionID: rapid.SampledFrom([]string{"", "x", "y", "z", "w", "a", "b"}).Draw(t, "transaction"),
			Amount:        rapid.SampledFrom([]int64{100, 200, 10000, 101, -100, -200, 50}).Draw(t, "amount"),
			Fee:           rapid.SampledFrom([]int64{0, 5}).Draw(t, "fee"),
			Currency:      rapid.SampledFrom([]money.Currency{"PEN", "PEN", "PEN", "USD"}).Draw(t, "currency"),
			Status:        rapid.SampledFrom([]string{"SETTLED", "SETTLED", "SETTLED", "FAILED"}).Draw(t, "status"),
			At:            time.Date(2026, 11, rapid.IntRange(18, 21).Draw(t, "day"), 17, 0, 0, 0, time.UTC)}
		r.Net = r.Amount - r.Fee - rapid.SampledFrom([]int64{0, 0, 0, 1}).Draw(t, "off")
		r.Raw = content(r)
		return r
	})
}

// copyOf is the row that an entry asks for, or nearly.
func copyOf(e settlement.Entry, line int) *rapid.Generator[settlement.Row] {
	return rapid.Custom(func(t *rapid.T) settlement.Row {
		r := settlement.Row{Line: line, Type: settlement.Type(strings.ToUpper(string(e.Kind))), Reference: e.Reference, TransactionID: e.TransactionID,
			Amount: e.Amount, Currency: e.Currency, Status: "SETTLED", At: e.OccurredAt}
		if e.Kind != settlement.KindPayment {
			r.Amount = -e.Amount
		}
		if e.Fee != nil {
			r.Fee = *e.Fee
		}
		if e.Tax != nil {
			r.Tax = *e.Tax
		}
		r.Net = r.Amount - r.Fee - r.Tax
		switch rapid.IntRange(0, 11).Draw(t, "slip") {
		case 0:
			r.Status = "REJECTED"
		case 1:
			r.Net++
		case 2:
			r.Fee, r.Net = r.Fee+1, r.Net-1
		case 3:
			r.Tax, r.Net = r.Tax+1, r.Net-1
		case 4:
			r.At = r.At.AddDate(0, 0, 1)
		case 5:
			r.Type, r.Amount, r.Net, r.Reference = settlement.Reversal, -r.Amount, -r.Amount-r.Fee-r.Tax, "none"
		}
		r.Raw = content(r)
		return r
	})
}

// content is what makes two rows identical.
func content(r settlement.Row) string {
	return fmt.Sprint(r.Type, r.Reference, "|", r.TransactionID, "|", r.Amount, " ", r.Fee, " ", r.Tax, " ", r.Net, r.Currency, r.Status, r.At)
}

func minor(n int64) *int64 { return &n }

const (
	booksHeader = "id,kind,reference,transaction_id,amount,fee,tax,currency,status,occurred_at\n"
	rowsHeader  = "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n"
)

func bookLine(e settlement.Entry) string {
	cost := func(n *int64) string {
		if n == nil {
			return ""
		}
		return money.FormatMinor(*n, 2)
	}
	return fmt.Sprintf("%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", e.ID, e.Kind, e.Reference, e.TransactionID, money.FormatMinor(e.Amount, 2),
		cost(e.Fee), cost(e.Tax), e.Currency, e.Status, e.OccurredAt.Format(time.RFC3339))
}

func rowLine(r settlement.Row) string {
	return fmt.Sprintf("%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", r.TransactionID, r.Reference, r.Type, money.FormatMinor(r.Amount, 2),
		money.FormatMinor(r.Fee, 2), money.FormatMinor(r.Tax, 2), money.FormatMinor(r.Net, 2), r.Currency,
		r.At.In(calendar.Peru().Zone()).Format(time.DateTime), r.Status)
}

func write(t rapid.TB, path string, lines ...string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func theDay() calendar.Date { return calendar.Date{Year: 2026, Month: 11, Day: 20} }

func options(t rapid.TB, dir, books string, rows ...string) recon.Options {
	t.Helper()
	rules, err := recon.NetworkRules("pagoefectivo", 1)
	if err != nil {
		t.Fatal(err)
	}
	return recon.Options{Network: "pagoefectivo", Profile: recon.Generic(), Rules: rules, Date: theDay(), Books: books,
		Settlements: rows, Out: filepath.Join(dir, "out"), Language: settlement.English, Matches: true}
}

// outcome is everything a run wrote, without what may differ between two runs.
type outcome struct {
	Summary         recon.Summary
	Breaks, Matches string
}

func runIt(t rapid.TB, o recon.Options) outcome {
	t.Helper()
	result, err := recon.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Publish(); err != nil {
		t.Fatal(err)
	}
	out := outcome{Summary: *result.Summary}
	for name, into := range map[string]*string{"breaks.csv": &out.Breaks, "matches.csv": &out.Matches} {
		text, err := os.ReadFile(filepath.Join(o.Out, name))
		if err != nil && (o.Matches || name != "matches.csv") {
			t.Fatal(err)
		}
		*into = string(text)
	}
	if !o.Matches {
		out.Matches = ""
	}
	return out
}

// TestTheEngineIsTheRules holds every way of running against the rules on everything at once, to the last byte.
func TestTheEngineIsTheRules(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		entries := make([]settlement.Entry, rapid.IntRange(0, 10).Draw(t, "entries"))
		books := []string{booksHeader}
		for i := range entries {
			entries[i] = anyEntry(i).Draw(t, "entry")
			books = append(books, bookLine(entries[i]))
		}
		rows := make([]settlement.Row, rapid.IntRange(0, 12).Draw(t, "rows"))
		lines := []string{rowsHeader}
		for i := range rows {
			if len(entries) > 0 && rapid.Bool().Draw(t, "copy") {
				rows[i] = copyOf(rapid.SampledFrom(entries).Draw(t, "of"), i+2).Draw(t, "row")
			} else {
				rows[i] = anyRow(i+2).Draw(t, "row")
			}
			rows[i].File = "rows.csv"
			lines = append(lines, rowLine(rows[i]))
		}
		o := options(t, dir, write(t, filepath.Join(dir, "books.csv"), books...), write(t, filepath.Join(dir, "rows.csv"), lines...))
		o.Workers = 1
		first := runIt(t, o)
		againstTheRules(t, first, settlement.Compare(o.Date, o.Rules, entries, rows))

		write(t, o.Books, append(books[:1:1], rapid.Permutation(books[1:]).Draw(t, "other order")...)...)
		o.Workers = rapid.IntRange(1, 3).Draw(t, "workers")
		o.Partitions = rapid.SampledFrom([]int{1, 2, 7, 64}).Draw(t, "partitions")
		o.Memory = rapid.SampledFrom([]int64{1, 64 << 20}).Draw(t, "memory")
		second := runIt(t, o)
		o.Matches = false
		sieved := runIt(t, o)
		if sieved.Breaks != second.Breaks || !cmp.Equal(sieved.Summary, second.Summary) {
			t.Fatalf("through the sieve:\n%s%s", cmp.Diff(second.Breaks, sieved.Breaks), cmp.Diff(second.Summary, sieved.Summary))
		}
		first.Summary.Digests, second.Summary.Digests = nil, nil // the books are in another order
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("%d workers, %d partitions, %d bytes:\n%s", o.Workers, o.Partitions, o.Memory, diff)
		}
	})
}

func againstTheRules(t rapid.TB, got outcome, want settlement.Result) {
	t.Helper()
	classes := map[settlement.Class]int64{}
	var text strings.Builder
	for _, b := range want.Breaks {
		classes[b.Class]++
		fmt.Fprintf(&text, "%s %d %s %v %d %s\n", b.File, b.Line, b.ID, b.Class, b.Difference, settlement.Explain(b, settlement.English))
	}
	s := got.Summary
	if int(s.Rows) != want.Rows || int(s.Entries) != want.Entries || int(s.Matched) != want.Matched || int(s.Pending) != want.Pending ||
		!maps.Equal(s.Breaks, classes) || strings.Count(got.Breaks, "\n") != len(want.Breaks)+1 || strings.Count(got.Matches, "\n") != len(want.Matches)+1 {
		t.Fatalf("%+v\nwant %+v\n%s\n%s", s, want, got.Breaks, text.String())
	}
	for _, c := range slices.Sorted(maps.Keys(want.Totals)) {
		w, g := want.Totals[c], s.Totals[string(c)]
		if g.Gross != money.FormatMinor(w.Gross, 2) || g.Expected != money.FormatMinor(w.Expected, 2) || g.Net != money.FormatMinor(w.Net, 2) {
			t.Fatalf("%s: %+v, want %+v", c, g, w)
		}
	}
	for _, b := range want.Breaks {
		if e := settlement.Explain(b, settlement.English); !strings.Contains(got.Breaks, e) && !strings.Contains(got.Breaks, strings.ReplaceAll(e, `"`, `""`)) {
			t.Fatalf("no break says %q:\n%s", e, got.Breaks)
		}
	}
}
