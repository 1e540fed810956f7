package settlement

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// judge puts every row and entry into its bucket.
func (m *matcher) judge() Result {
	out := Result{Rows: len(m.rows), Entries: len(m.entries), Totals: map[money.Currency]Total{}}
	broken := make([]bool, len(m.entries))
	for i, r := range m.rows {
		classes := m.classesOf(i)
		m.total(&out, i)
		if r.Unreadable != "" {
			out.Unreadable++
		}
		e := m.named[i]
		if len(classes) == 0 {
			out.Matches = append(out.Matches, Match{m.entries[e], r})
			continue
		}
		if e != none {
			broken[e] = true
		}
		out.Breaks = append(out.Breaks, m.breakOf(i, classes))
		if e := m.provenBy(i, classes[0]); e != none {
			out.Proven = append(out.Proven, Match{m.entries[e], r})
		}
	}
	for i, e := range m.entries {
		due := m.rules.Due(e.OccurredAt)
		named := m.taken[i]
		if e.Status == "paid" && (named || !m.day.Before(due)) {
			t := out.Totals[e.Currency]
			t.Expected += e.signed()
			out.Totals[e.Currency] = t
		}
		switch {
		case named && broken[i]:
		case named, e.Status != "paid":
			out.Matched++
		case m.day.Before(due):
			out.Pending++
		default:
			out.Breaks = append(out.Breaks, Break{Class: MissingAtNetwork, Kind: e.Kind, ID: e.ID, Reference: e.Reference,
				TransactionID: e.TransactionID, Expected: e.signed(), Difference: -e.signed(), Currency: e.Currency,
				BusinessDay: calendar.On(e.OccurredAt, m.rules.Country.Zone()), DueDay: due})
		}
	}
	for c, t := range out.Totals {
		t.Difference = t.Gross - t.Expected
		out.Totals[c] = t
	}
	slices.SortStableFunc(out.Breaks, func(a, b Break) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.ID, b.ID))
	})
	return out
}

func (m *matcher) total(out *Result, i int) {
	r := m.rows[i]
	if r.Unreadable != "" || m.duplicate[i] {
		return
	}
	t := out.Totals[r.Currency]
	t.Gross, t.Fee, t.Tax, t.Net = t.Gross+r.Amount, t.Fee+r.Fee, t.Tax+r.Tax, t.Net+r.Net
	out.Totals[r.Currency] = t
}

// classesOf lists every class that holds for a row, in order of precedence.
func (m *matcher) classesOf(i int) []Class {
	r := m.rows[i]
	switch {
	case r.Unreadable != "":
		return []Class{Unreadable}
	case m.duplicate[i]:
		return []Class{DuplicateRow}
	case r.Type == Reversal:
		if m.reversedEntry(r) != none {
			return []Class{Reversed}
		}
		return []Class{MissingInBooks}
	case m.named[i] == none && m.names[nameKey{r.Reference, kindOf(r.Type)}]:
		return []Class{DuplicatePayment}
	case m.named[i] == none:
		return []Class{MissingInBooks}
	}
	return m.differences(i, m.entries[m.named[i]])
}

// differences lists what is wrong between a row and the entry it names.
func (m *matcher) differences(i int, e Entry) []Class {
	r, zone := m.rows[i], m.rules.Country.Zone()
	var classes []Class
	add := func(holds bool, c Class) {
		if holds {
			classes = append(classes, c)
		}
	}
	expected, actual := e.Amount, abs(r.Amount)
	same := r.Currency == e.Currency
	gap := abs(actual - expected)
	exponent := same && gap != 0 && (actual == expected*100 || actual*100 == expected)
	rounding := same && gap != 0 && gap <= max(m.rules.Smallest[e.Currency], 1)
	sized := same && gap != 0 && !m.split[i] && !exponent && !rounding
	settled := r.Status == "SETTLED"

	add(m.swapped[i], ReferenceSwapped)
	add(!same, CurrencyMismatch)
	add((!settled && e.Status == "paid") || (settled && e.Status != "paid"), StatusMismatch)
	add(exponent && !m.split[i], Exponent)
	add(m.split[i], Split)
	add(rounding && !m.split[i], Rounding)
	add(sized && actual > expected, AmountOver)
	add(sized && actual < expected, AmountUnder)
	add(r.Amount-r.Fee-r.Tax != r.Net, NetMismatch)
	add(e.Fee != nil && *e.Fee != r.Fee && !m.split[i], FeeDifference)
	add(e.Tax != nil && *e.Tax != r.Tax && !m.split[i], TaxDifference)
	add(m.second[i] && e.TransactionID != "" && r.TransactionID != "" && e.TransactionID != r.TransactionID, IDMismatch)
	add(calendar.On(r.At, zone) != calendar.On(e.OccurredAt, zone), DateShift)
	add(m.rules.Due(e.OccurredAt).Before(m.day), LateSettlement)
	return classes
}

// provenBy is the entry whose money a broken row still proves to have moved.
func (m *matcher) provenBy(i int, class Class) int {
	switch class {
	case Reversed:
		return m.reversedEntry(m.rows[i])
	case Rounding, NetMismatch, FeeDifference, TaxDifference, DateShift, LateSettlement:
		return m.named[i]
	case StatusMismatch:
		if r := m.rows[i]; r.Status == "SETTLED" && abs(r.Amount) == m.entries[m.named[i]].Amount {
			return m.named[i]
		}
	}
	return none
}

// reversedEntry finds what a REVERSAL row names: any kind, by transaction or by reference.
func (m *matcher) reversedEntry(r Row) int {
	for i, e := range m.entries {
		if e.TransactionID != "" && e.TransactionID == r.TransactionID {
			return i
		}
	}
	for i, e := range m.entries {
		if e.Reference == r.Reference {
			return i
		}
	}
	return none
}

func (m *matcher) breakOf(i int, classes []Class) Break {
	r, zone := m.rows[i], m.rules.Country.Zone()
	b := Break{Class: classes[0], Also: classes[1:], Reference: r.Reference, TransactionID: r.TransactionID, File: r.File,
		Line: r.Line, Actual: r.Amount, Currency: r.Currency, Reason: r.Unreadable}
	e := m.named[i]
	if r.Type == Reversal && r.Unreadable == "" {
		e = m.reversedEntry(r)
	}
	if r.Unreadable == "" {
		b.BusinessDay = calendar.On(r.At, zone)
		b.Difference = r.Amount
	}
	if e != none {
		named := m.entries[e]
		b.Kind, b.ID, b.DueDay = named.Kind, named.ID, m.rules.Due(named.OccurredAt)
		if r.Type != Reversal {
			b.Expected = named.signed()
			b.Difference = b.Actual - b.Expected
		}
	}
	return b
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
