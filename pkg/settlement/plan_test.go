package settlement_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// friday is the day that is split.
var friday = calendar.Date{Year: 2026, Month: 11, Day: 20}

// world draws rows and entries from so few identifiers that everything meets everything.
func world(t *rapid.T) ([]settlement.Entry, []settlement.Row) {
	pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(t, what) }
	amount := func() int64 { return rapid.SampledFrom([]int64{100, 200, 10000, 50}).Draw(t, "amount") }
	at := func() time.Time {
		return time.Date(2026, 11, rapid.IntRange(18, 20).Draw(t, "day"), 17, 0, 0, 0, time.UTC)
	}
	entries := make([]settlement.Entry, rapid.IntRange(0, 10).Draw(t, "entries"))
	for i := range entries {
		entries[i] = settlement.Entry{ID: fmt.Sprint("e", i), Kind: settlement.Kind(pick("kind", "payment", "payment", "refund")),
			Reference: pick("reference", "a", "b", "c", "x", "", fmt.Sprint("e", i)), TransactionID: pick("transaction", "", "x", "y", "a", "e1", fmt.Sprint("T", i)),
			Amount: amount(), Currency: "PEN", Status: pick("status", "paid", "paid", "expired"), OccurredAt: at()}
		if rapid.IntRange(0, 5).Draw(t, "locked") == 0 {
			entries[i].Lock = &settlement.Lock{Currency: "USD", Units: 27, Decimals: 2}
		}
	}
	rows := make([]settlement.Row, rapid.IntRange(0, 12).Draw(t, "rows"))
	for i := range rows {
		r := settlement.Row{Type: settlement.Type(pick("type", "PAYMENT", "PAYMENT", "REFUND", "REVERSAL")), Reference: pick("reference", "a", "b", "c", "x", "", "e0", "e1", "e2"),
			TransactionID: pick("transaction", "", "x", "y", "a", "e0", "e1"), Amount: amount(), Currency: money.Currency(pick("currency", "PEN", "PEN", "USD")),
			Status: pick("status", "SETTLED", "SETTLED", "FAILED"), At: at()}
		if len(entries) > 0 && rapid.Bool().Draw(t, "copy") {
			e := rapid.SampledFrom(entries).Draw(t, "of")
			r.Type, r.Reference, r.TransactionID, r.Amount, r.At = settlement.Type(strings.ToUpper(string(e.Kind))), e.Reference, e.TransactionID, e.Amount, e.OccurredAt
		}
		if r.Type != settlement.Payment {
			r.Amount = -r.Amount
		}
		r.Net, r.Raw = r.Amount, ""
		r.Raw = fmt.Sprint(r)
		r.Line, r.File = i+2, []string{"b.csv", "a.csv"}[2*i/len(rows)]
		if rapid.IntRange(0, 9).Draw(t, "unreadable") == 0 {
			r.Unreadable = "Amount is not a decimal"
		}
		rows[i] = r
	}
	return entries, rows
}

// TestPartsAreTheWhole: whatever a part has is compared there or waits, and the sum is one comparison of everything.
func TestPartsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, rows := world(t)
		done, plan := matched(t, rapid.IntRange(1, 9).Draw(t, "parts"), entries, rows)
		isTheWhole(t, plan, rapid.Permutation(done).Draw(t, "order"), entries, rows)
	})
}

// TestWhatLeadsToOtherParts plays what is rare, in parts of every number and in both orders.
func TestWhatLeadsToOtherParts(t *testing.T) {
	entry := func(id, reference, transaction string) settlement.Entry {
		return settlement.Entry{ID: id, Kind: "payment", Reference: reference, TransactionID: transaction, Amount: 100, Currency: "PEN", Status: "paid",
			OccurredAt: time.Date(2026, 11, 19, 17, 0, 0, 0, time.UTC)}
	}
	row := func(line int, reference, transaction string) settlement.Row {
		return settlement.Row{File: "b.csv", Line: line, Type: "PAYMENT", Reference: reference, TransactionID: transaction, Amount: 100, Net: 100, Currency: "PEN",
			Status: "SETTLED", At: time.Date(2026, 11, 19, 17, 0, 0, 0, time.UTC), Raw: reference + transaction}
	}
	back := row(3, "none", "T1")
	back.Type, back.Amount, back.Net, back.Raw = settlement.Reversal, -100, -100, "back"
	ours := back
	ours.Reference, ours.TransactionID, ours.Raw = "e1", "T2", "ours"
	for name, c := range map[string]struct {
		entries []settlement.Entry
		rows    []settlement.Row
	}{
		"an entry whose id at the provider nobody told is named by ours":      {[]settlement.Entry{entry("e1", "R1", "")}, []settlement.Row{row(2, "e1", "T1")}},
		"by ours, in the place of a transaction":                              {[]settlement.Entry{entry("e1", "R1", "")}, []settlement.Row{row(2, "R2", "e1")}},
		"a row without a transaction names an entry by our id":                {[]settlement.Entry{entry("e1", "R1", "T1")}, []settlement.Row{row(2, "e1", "")}},
		"a row of its reference would have the entry that another names":      {[]settlement.Entry{entry("e1", "R1", "")}, []settlement.Row{row(2, "R1", ""), row(3, "e1", "T1")}},
		"what bears our id for a reference is named in a transaction's place": {[]settlement.Entry{entry("e1", "e1", "")}, []settlement.Row{row(2, "R1", "e1")}},
		"a settled entry is reversed under our own id":                        {[]settlement.Entry{entry("e1", "R1", "T1")}, []settlement.Row{row(2, "R1", "T1"), ours}},
		"a settled entry is reversed under another reference":                 {[]settlement.Entry{entry("e1", "R1", "T1")}, []settlement.Row{row(2, "R1", "T1"), back}},
		"a repeated row names nothing, and another reference names the second entry": {[]settlement.Entry{entry("e1", "R1", "T1"), entry("e2", "R1", "T1")},
			[]settlement.Row{row(2, "R1", "T1"), row(3, "R1", "T1"), row(4, "R2", "T1")}},
		"the earlier row of two other references has the entry": {[]settlement.Entry{entry("e1", "R1", "T1")}, []settlement.Row{row(2, "R2", "T1"), row(3, "R3", "T1"), row(4, "R4", "T1")}},
	} {
		t.Run(name, func(t *testing.T) {
			for parts := range 12 {
				done, plan := matched(t, parts+1, c.entries, c.rows)
				isTheWhole(t, plan, done, c.entries, c.rows)
				slices.Reverse(done)
				isTheWhole(t, plan, done, c.entries, c.rows)
			}
		})
	}
}

// matched splits and compares, each part twice: a crash before it is kept shows in nothing.
func matched(t rapid.TB, parts int, entries []settlement.Entry, rows []settlement.Row) ([]settlement.Matched, settlement.Plan) {
	plan := settlement.NewPlan(parts, []string{"b.csv", "a.csv"}, entries, rows)
	ofRows, ofEntries := make([][]settlement.Row, plan.Parts), make([][]settlement.Entry, plan.Parts)
	for _, r := range rows {
		n := plan.Row(r)
		ofRows[n] = append(ofRows[n], r)
	}
	for _, e := range entries {
		n := plan.Entry(e)
		ofEntries[n] = append(ofEntries[n], e)
	}
	plan = kept(t, plan)
	done := make([]settlement.Matched, plan.Parts)
	for n := range done {
		done[n] = kept(t, plan.Match(friday, peru(), ofEntries[n], ofRows[n]))
		if again := kept(t, plan.Match(friday, peru(), ofEntries[n], ofRows[n])); !cmp.Equal(done[n], again) {
			t.Fatal(cmp.Diff(done[n], again))
		}
	}
	return done, plan
}

func isTheWhole(t rapid.TB, plan settlement.Plan, done []settlement.Matched, entries []settlement.Entry, rows []settlement.Row) {
	want := settlement.Compare(friday, peru(), entries, rows)
	got := plan.Merge(friday, peru(), done)
	if diff := cmp.Diff(kept(t, want), kept(t, got), cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
	if err := got.Check(); err != nil {
		t.Fatal(err)
	}
}

// kept is a value that has been written down and read again, as it is between two functions.
func kept[T any](t rapid.TB, v T) T {
	text, err := json.Marshal(v)
	var back T
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// TestWhatWaitsIsLittle: of a day as days are, only what has no counterpart is left to Merge, and what only our id names.
func TestWhatWaitsIsLittle(t *testing.T) {
	const n = 3000
	at := time.Date(2026, 11, 19, 17, 0, 0, 0, time.UTC)
	var entries []settlement.Entry
	var rows []settlement.Row
	for i := range n {
		e := settlement.Entry{ID: fmt.Sprint("pay_", i), Kind: "payment", Reference: fmt.Sprint("R", i), TransactionID: fmt.Sprint("T", i), Amount: 100, Currency: "PEN", Status: "paid", OccurredAt: at}
		r := settlement.Row{File: "a.csv", Line: i + 2, TransactionID: e.TransactionID, Reference: e.Reference, Type: settlement.Payment, Amount: 100, Net: 100, Currency: "PEN", Status: "SETTLED", At: at}
		if i%100 == 1 {
			r.Reference, e.TransactionID = e.ID, ""
		}
		entries = append(entries, e)
		if r.Raw = e.ID; i%100 != 0 {
			rows = append(rows, r)
		}
	}
	plan := settlement.NewPlan(7, []string{"a.csv"}, entries, rows)
	ofRows, ofEntries := make([][]settlement.Row, plan.Parts), make([][]settlement.Entry, plan.Parts)
	for _, e := range entries {
		ofEntries[plan.Entry(e)] = append(ofEntries[plan.Entry(e)], e)
	}
	for _, r := range rows {
		ofRows[plan.Row(r)] = append(ofRows[plan.Row(r)], r)
	}
	waits := 0
	var done []settlement.Matched
	for p := range plan.Parts {
		m := plan.Match(friday, peru(), ofEntries[p], ofRows[p])
		if len(ofEntries[p]) < n/plan.Parts/2 {
			t.Errorf("part %d has %d of %d entries", p, len(ofEntries[p]), n)
		}
		waits += len(m.Entries) + len(m.Rows) + len(m.Named)
		done = append(done, m)
	}
	got := plan.Merge(friday, peru(), done)
	if waits != 3*n/100 || len(plan.Ours) != n/100 || got.Matched != n-n/100 || len(got.Breaks) != n/100 || !slices.IsSortedFunc(got.Breaks, settlement.Order) {
		t.Errorf("%d wait, %d by our id, %d matched, %d breaks", waits, len(plan.Ours), got.Matched, len(got.Breaks))
	}
}
