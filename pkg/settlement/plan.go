package settlement

import (
	"cmp"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// Plan splits a settlement day into parts that are compared apart, wherever and as often as need be, and puts their results
// together: what comes out is, to the last unit, what one Compare of everything gives. It is made once, kept, and the same for
// every part.
//
//	plan := settlement.NewPlan(64, names, entries, rows)
//	for _, r := range rows {
//		n := plan.Row(r) // keep the row, in its order, with part n
//	}
//	for _, e := range entries {
//		n := plan.Entry(e)
//	}
//	done[n] = plan.Match(day, rules, entriesOf(n), rowsOf(n)) // for each part, in any order, again after a crash
//	result := plan.Merge(day, rules, done)
//
// A part holds all rows and entries of its references. What has its counterpart within its reference is settled there. The
// rest, whose transaction ids or whose name with us may lead to another part, waits for Merge: it is what has no row or no
// entry, and is few.
type Plan struct {
	Parts int      `json:"parts"`
	Files []string `json:"files"` // base names, in the order in which rows count as earlier
	// Reversed are the transactions and our ids that REVERSAL rows name: an entry that is settled in its part may be one of them.
	Reversed []string `json:"reversed,omitempty"`
	// Ours are the ids of entries that a row names by them alone: no transaction id says so within one reference.
	Ours []string `json:"ours,omitempty"`
}

// NewPlan is for all the entries and rows of a day.
func NewPlan(parts int, files []string, entries []Entry, rows []Row) Plan {
	p := Plan{Parts: parts, Files: files}
	ids := make(map[string]*Entry, len(entries))
	for i := range entries {
		ids[entries[i].ID] = &entries[i]
	}
	for i := range rows {
		r := &rows[i]
		if r.Type == Reversal {
			p.Reversed = append(p.Reversed, r.TransactionID, r.Reference)
			continue
		}
		if e := ids[r.Reference]; e != nil && e.Reference != e.ID && (e.TransactionID == "" || r.TransactionID == "") {
			p.Ours = append(p.Ours, e.ID)
		}
		if e := ids[r.TransactionID]; e != nil && e.TransactionID == "" && e.Reference != r.Reference {
			p.Ours = append(p.Ours, e.ID)
		}
	}
	p.Reversed, p.Ours = distinct(p.Reversed), distinct(p.Ours)
	return p
}

// distinct sorts identifiers and drops what is twice or empty.
func distinct(list []string) []string {
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(id string) bool { return id == "" })
}

// Row says which part a row belongs to.
func (p *Plan) Row(r Row) int { return p.part(cmp.Or(r.Reference, r.TransactionID)) }

// Entry says which part an entry belongs to.
func (p *Plan) Entry(e Entry) int { return p.part(cmp.Or(e.Reference, e.TransactionID)) }

// part of an identifier: the same in every process.
func (p *Plan) part(identifier string) int {
	return int(store.SpreadWide(identifier) % uint64(max(p.Parts, 1)))
}

// Matched is a part: what is settled, and what may have its counterpart in another part.
type Matched struct {
	Result Result `json:"result"`
	// Named are settled entries that a REVERSAL row of any part may name.
	Named   []Entry `json:"named,omitempty"`
	Entries []Entry `json:"entries,omitempty"`
	Rows    []Row   `json:"rows,omitempty"`
}

// Match compares a part. Its rows are to come in the order of their files and lines.
func (p Plan) Match(day calendar.Date, rules Rules, entries []Entry, rows []Row) Matched {
	byReference := map[string]*held{}
	for i := range entries {
		g := heldOf(byReference, entries[i].Reference)
		g.entry(&entries[i])
		g.ours = g.ours || has(p.Ours, entries[i].ID)
	}
	for i := range rows {
		g := heldOf(byReference, rows[i].Reference)
		g.row(&rows[i])
		g.ours = g.ours || has(p.Ours, rows[i].Reference)
	}
	var m Matched
	var closedEntries []Entry
	var closedRows []Row
	for _, e := range entries {
		if byReference[e.Reference].open() {
			m.Entries = append(m.Entries, e)
			continue
		}
		closedEntries = append(closedEntries, e)
		if has(p.Reversed, e.TransactionID) || has(p.Reversed, e.ID) {
			m.Named = append(m.Named, e)
		}
	}
	for _, r := range rows {
		if byReference[r.Reference].open() {
			m.Rows = append(m.Rows, r)
		} else {
			closedRows = append(closedRows, r)
		}
	}
	m.Result = Compare(day, rules, closedEntries, closedRows)
	return m
}

func has(sorted []string, id string) bool {
	_, found := slices.BinarySearch(sorted, id)
	return found
}

// Merge compares what has waited in all parts and adds up the results. The parts may come in any order.
func (p Plan) Merge(day calendar.Date, rules Rules, parts []Matched) Result {
	return p.Sum(parts, p.Rest(day, rules, parts))
}

// Rest compares what has waited in all parts.
func (p Plan) Rest(day calendar.Date, rules Rules, parts []Matched) Result {
	var all Matched
	for _, m := range parts {
		all.Entries, all.Named, all.Rows = append(all.Entries, m.Entries...), append(all.Named, m.Named...), append(all.Rows, m.Rows...)
	}
	slices.SortStableFunc(all.Rows, p.order())
	return CompareRest(day, rules, all.Entries, all.Named, all.Rows)
}

// Sum adds up the results of the parts and that of the rest.
func (p Plan) Sum(parts []Matched, rest Result) Result {
	sum := Result{Totals: map[money.Currency]Total{}}
	for _, m := range parts {
		addTo(&sum, m.Result)
	}
	addTo(&sum, rest)
	order := p.order()
	slices.SortStableFunc(sum.Breaks, Order)
	byRow := func(a, b Match) int { return order(a.Row, b.Row) }
	slices.SortStableFunc(sum.Matches, byRow)
	slices.SortStableFunc(sum.Proven, byRow)
	return sum
}

// order of rows: of their files as they were given, then of their lines.
func (p *Plan) order() func(a, b Row) int {
	at := map[string]int{}
	for i, name := range p.Files {
		at[name] = i
	}
	return func(a, b Row) int {
		return cmp.Or(cmp.Compare(at[a.File], at[b.File]), cmp.Compare(a.Line, b.Line))
	}
}

func addTo(sum *Result, r Result) {
	sum.Rows, sum.Entries, sum.Matched = sum.Rows+r.Rows, sum.Entries+r.Entries, sum.Matched+r.Matched
	sum.Pending, sum.Unreadable = sum.Pending+r.Pending, sum.Unreadable+r.Unreadable
	sum.Matches, sum.Proven, sum.Breaks = append(sum.Matches, r.Matches...), append(sum.Proven, r.Proven...), append(sum.Breaks, r.Breaks...)
	for c, t := range r.Totals {
		s := sum.Totals[c]
		sum.Totals[c] = Total{Gross: s.Gross + t.Gross, Fee: s.Fee + t.Fee, Tax: s.Tax + t.Tax, Net: s.Net + t.Net,
			Expected: s.Expected + t.Expected, Difference: s.Difference + t.Difference}
	}
}
