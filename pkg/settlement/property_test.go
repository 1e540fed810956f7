package settlement_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// The generators draw from few identifiers and amounts, so that everything meets everything.

func anyEntries() *rapid.Generator[[]settlement.Entry] {
	return rapid.Custom(func(t *rapid.T) []settlement.Entry {
		entries := make([]settlement.Entry, rapid.IntRange(0, 8).Draw(t, "entries"))
		for i := range entries {
			e := booked()
			e.ID = fmt.Sprintf("e%d", i)
			e.Kind = rapid.SampledFrom([]settlement.Kind{"payment", "payment", "refund", "payout"}).Draw(t, "kind")
			e.Reference = rapid.SampledFrom([]string{"a", "b", "c", "x"}).Draw(t, "reference")
			e.TransactionID = rapid.SampledFrom([]string{"", "x", "y", "z", "a"}).Draw(t, "transaction")
			e.Amount = rapid.SampledFrom([]int64{100, 200, 10000, 101}).Draw(t, "amount")
			e.Currency = rapid.SampledFrom([]money.Currency{"PEN", "PEN", "USD"}).Draw(t, "currency")
			e.Status = rapid.SampledFrom([]string{"paid", "paid", "paid", "expired"}).Draw(t, "status")
			e.OccurredAt = noonOn(rapid.IntRange(19, 24).Draw(t, "day"))
			if rapid.Bool().Draw(t, "locked") {
				e.Lock = &settlement.Lock{Currency: "USD", Units: 27, Decimals: 2}
			}
			entries[i] = e
		}
		return entries
	})
}

func anyRows() *rapid.Generator[[]settlement.Row] {
	return rapid.Custom(func(t *rapid.T) []settlement.Row {
		rows := make([]settlement.Row, rapid.IntRange(0, 10).Draw(t, "rows"))
		for i := range rows {
			r := row(i + 2)
			r.Type = rapid.SampledFrom([]settlement.Type{"PAYMENT", "PAYMENT", "REFUND", "PAYOUT", "REVERSAL"}).Draw(t, "type")
			r.Reference = rapid.SampledFrom([]string{"a", "b", "c", "x"}).Draw(t, "reference")
			r.TransactionID = rapid.SampledFrom([]string{"", "x", "y", "z", "a"}).Draw(t, "transaction")
			r.Amount = rapid.SampledFrom([]int64{100, 200, 10000, 101, -100, -200, 50, 27}).Draw(t, "amount")
			r.Net = rapid.SampledFrom([]int64{0, r.Amount - r.Fee - r.Tax}).Draw(t, "net")
			r.Currency = rapid.SampledFrom([]money.Currency{"PEN", "PEN", "USD"}).Draw(t, "currency")
			r.Status = rapid.SampledFrom([]string{"SETTLED", "SETTLED", "FAILED"}).Draw(t, "status")
			r.At = noonOn(rapid.IntRange(19, 24).Draw(t, "day"))
			if rapid.IntRange(0, 9).Draw(t, "unreadable") == 0 {
				r.Unreadable = "Amount is not a decimal"
			}
			rows[i] = r
		}
		return raw(rows)
	})
}

// TestEverythingIsInOneBucketAndAddsUp is the heart of the contract, on inputs that nobody would write by hand.
func TestEverythingIsInOneBucketAndAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, rows := anyEntries().Draw(t, "books"), anyRows().Draw(t, "file")
		result := settlement.Compare(theDay, peru(), entries, rows)
		if err := result.Check(); err != nil {
			t.Fatal(err)
		}
		lines, broken := map[int]int{}, map[string]bool{}
		for _, m := range result.Matches {
			lines[m.Row.Line]++
		}
		for _, b := range result.Breaks {
			if b.Line > 0 {
				lines[b.Line]++
			}
			if b.ID != "" && b.Class != settlement.Reversed {
				broken[b.ID] = true
			}
		}
		for _, r := range rows {
			if lines[r.Line] != 1 {
				t.Fatalf("line %d is in %d buckets", r.Line, lines[r.Line])
			}
		}
		if sum := result.Matched + result.Pending + len(broken); sum != len(entries) || result.Entries != len(entries) {
			t.Fatalf("%d matched, %d pending, %d broken of %d entries", result.Matched, result.Pending, len(broken), len(entries))
		}
	})
}

func TestOrderOfTheBooksDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, rows := anyEntries().Draw(t, "books"), anyRows().Draw(t, "file")
		want := settlement.Compare(theDay, peru(), entries, rows)
		got := settlement.Compare(theDay, peru(), rapid.Permutation(slices.Clone(entries)).Draw(t, "other order"), rows)
		if g, w := fmt.Sprintf("%+v", printed(got)), fmt.Sprintf("%+v", printed(want)); g != w {
			t.Fatalf("\n got %s\nwant %s", g, w)
		}
	})
}

// printed is all of a result that people see.
func printed(r settlement.Result) string {
	text := print(r)
	for _, b := range r.Breaks {
		text += fmt.Sprintf("\n%d %s %d %d %d %s %s", b.Line, b.ID, b.Expected, b.Actual, b.Difference, b.DueDay, settlement.Explain(b, settlement.English))
	}
	for _, c := range []money.Currency{money.PEN, money.USD} {
		text += fmt.Sprintf("\n%s %+v", c, r.Totals[c])
	}
	return text
}

// TestClassesComeInTheirOrder holds every break's classes against the printed order.
func TestClassesComeInTheirOrder(t *testing.T) {
	rank := func(c settlement.Class) int { return slices.Index(settlement.Classes(), c) }
	rapid.Check(t, func(t *rapid.T) {
		entries, rows := anyEntries().Draw(t, "books"), anyRows().Draw(t, "file")
		for _, b := range settlement.Compare(theDay, peru(), entries, rows).Breaks {
			last := rank(b.Class)
			for _, c := range b.Also {
				if rank(c) <= last {
					t.Fatalf("%s before %s", b.Class, c)
				}
				last = rank(c)
			}
		}
	})
}

// TestAPartOfTheRunSettledApart says that taking out pairs which step 1 names alone, and telling CompareRest of their
// entries, changes no other break.
func TestAPartOfTheRunSettledApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, rows := anyEntries().Draw(t, "books"), anyRows().Draw(t, "file")
		whole := settlement.Compare(theDay, peru(), entries, rows)
		alone := func(txn string) bool {
			n := 0
			for _, r := range rows {
				if r.TransactionID == txn {
					n++
				}
			}
			for _, e := range entries {
				if e.TransactionID == txn {
					n++
				}
			}
			return txn != "" && n == 2
		}
		apart := map[string]bool{}
		for _, m := range whole.Matches {
			if m.Row.TransactionID == m.Entry.TransactionID && alone(m.Row.TransactionID) {
				apart[m.Row.TransactionID] = true
			}
		}
		var open, named []settlement.Entry
		for _, e := range entries {
			if apart[e.TransactionID] {
				named = append(named, e)
			} else {
				open = append(open, e)
			}
		}
		left := slices.DeleteFunc(slices.Clone(rows), func(r settlement.Row) bool { return apart[r.TransactionID] })
		rest := settlement.CompareRest(theDay, peru(), open, named, left)
		if err := rest.Check(); err != nil {
			t.Fatal(err)
		}
		whole.Matched -= len(apart)
		whole.Totals, rest.Totals = nil, nil
		if got, want := printed(rest), printed(whole); got != want {
			t.Fatalf("\n got %s\nwant %s", got, want)
		}
	})
}
