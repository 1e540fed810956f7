package settlement

import (
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// judge puts every row and entry into its bucket.
func (m *matcher) judge() Result {
	out := Result{Rows: len(m.rows), Totals: map[money.Currency]Total{}}
	broken := make([]bool, len(m.entries))
	for i, r := range m.rows {
		n := m.names[i]
		m.totalRow(&out, r, n.step)
		if r.Unreadable != "" {
			out.Unreadable++
			out.Breaks = append(out.Breaks, Break{Class: Unreadable, Reference: r.Reference, TransactionID: r.TransactionID,
				File: r.File, Line: r.Line, Reason: r.Unreadable})
			continue
		}
		j := m.judgement(i)
		classes := j.classes()
		if len(classes) == 0 {
			out.Matches = append(out.Matches, Match{j.entry, r})
			continue
		}
		if j.named && r.Type != Reversal {
			broken[n.entry] = true
		}
		out.Breaks = append(out.Breaks, j.breakOf(classes))
		if j.proves(classes[0]) {
			out.Proven = append(out.Proven, Match{j.entry, r})
		}
	}
	m.judgeEntries(&out, broken)
	for c, t := range out.Totals {
		t.Difference = t.Gross - t.Expected
		out.Totals[c] = t
	}
	slices.SortStableFunc(out.Breaks, Order)
	return out
}

func (m *matcher) totalRow(out *Result, r Row, s step) {
	if r.Unreadable != "" || s == repeated {
		return
	}
	t := out.Totals[r.Currency]
	t.Gross, t.Fee, t.Tax, t.Net = t.Gross+r.Amount, t.Fee+r.Fee, t.Tax+r.Tax, t.Net+r.Net
	out.Totals[r.Currency] = t
}

// judgeEntries sorts the entries: expected are those that a row names and those that are due.
func (m *matcher) judgeEntries(out *Result, broken []bool) {
	settled := m.settledAs()
	for i, e := range m.entries {
		if e.outside {
			continue
		}
		out.Entries++
		owed := e.Status == Paid && !e.taken && !m.day.Before(m.due(e.Entry))
		if e.taken || owed {
			currency, minor := e.Currency, e.signed()
			if s, converted := settled[i]; converted {
				currency, minor = s.Currency(), s.Minor()
			}
			t := out.Totals[currency]
			t.Expected += minor
			out.Totals[currency] = t
		}
		switch {
		case e.taken && broken[i]:
		case e.taken, e.Status != Paid:
			out.Matched++
		case !owed:
			out.Pending++
		default:
			out.Breaks = append(out.Breaks, m.missing(e.Entry))
		}
	}
}

// missing is the break of an entry that is due and that no row accounts for.
func (m *matcher) missing(e Entry) Break {
	return Break{Class: MissingAtNetwork, Kind: e.Kind, ID: e.ID, Reference: e.Reference, TransactionID: e.TransactionID,
		Expected: e.signed(), Difference: -e.signed(), Currency: e.Currency, BusinessDay: m.rules.local(e.OccurredAt),
		DueDay: m.due(e)}
}

// settledAs are the amounts, in the row's currency, that entries with a locked rate were expected to settle at.
func (m *matcher) settledAs() map[int]money.Amount {
	converted := map[int]money.Amount{}
	for i, n := range m.names {
		if n.step <= repeated || n.step == beside || m.rows[i].Type == Reversal {
			continue
		}
		if j := m.judgement(i); j.locked {
			converted[n.entry] = money.New(j.expected, j.row.Currency)
		}
	}
	return converted
}

// judgement holds one row against what it names.
type judgement struct {
	m        *matcher
	row      Row
	step     step
	named    bool
	entry    Entry // if named
	expected int64 // signed; at the locked rate, if there is one for the row's currency
	locked   bool
	fx       bool // settled otherwise than at the locked rate
}

func (m *matcher) judgement(i int) judgement {
	n := m.names[i]
	j := judgement{m: m, row: m.rows[i], step: n.step, named: n.step > repeated && n.step != beside}
	if !j.named {
		return j
	}
	j.entry = m.entries[n.entry].Entry
	j.expected = j.entry.signed()
	if l := j.entry.Lock; l != nil && l.Currency == j.row.Currency && l.Currency != j.entry.Currency && j.row.Type != Reversal {
		j.expected, j.locked = l.convert(j.expected)
		switch gap := j.row.Amount - j.expected; {
		case !j.locked:
			j.expected = j.entry.signed()
		case abs(gap) > m.rules.smallest(l.Currency):
			j.fx = true
		default:
			j.expected = j.row.Amount // within the rounding rule the row is what was meant
		}
	}
	return j
}

// classes lists every class that holds, in order of precedence.
func (j judgement) classes() []Class {
	if !j.named {
		return j.standalone()
	}
	r, e, m := j.row, j.entry, j.m
	var list []Class
	add := func(holds bool, c Class) {
		if holds {
			list = append(list, c)
		}
	}
	reversal := r.Type == Reversal
	whole := j.step != part // a part is smaller than its entry, and carries a part of its cost, by nature
	expected, actual := j.sizes()
	gap := actual - expected
	numbers := whole && !j.locked && gap != 0
	p := j.pair()

	add(reversal, Reversed)
	add(j.step == swapped, ReferenceSwapped)
	add(p.OtherCurrency && !j.locked, CurrencyMismatch)
	add(p.statusDiffers(), StatusMismatch)
	add(numbers && hundredfold(expected, actual), Exponent)
	add(!whole, Split)
	add(numbers && abs(gap) <= m.rules.smallest(e.Currency), Rounding)
	add(numbers && gap > 0, AmountOver)
	add(numbers && gap < 0, AmountUnder)
	add(p.netGap() != 0, NetMismatch)
	add(j.fx, FXDifference)
	add(whole && p.feeDiffers(), FeeDifference)
	add(whole && p.taxDiffers(), TaxDifference)
	add(j.step == byReference && e.TransactionID != "" && r.TransactionID != "" && e.TransactionID != r.TransactionID, IDMismatch)
	add(p.shifted(), DateShift)
	add(p.late(), LateSettlement)
	return list
}

// pair is the row beside its entry.
func (j judgement) pair() Pair {
	r, e := j.row, j.entry
	p := Pair{Expected: j.expected, Actual: r.Amount, Fee: r.Fee, Tax: r.Tax, Net: r.Net, OtherCurrency: r.Currency != e.Currency,
		Settled: r.Status == Settled, Paid: e.Status == Paid, RowDay: number(j.m.rules.local(r.At)),
		EntryDay: number(j.m.rules.local(e.OccurredAt)), DueDay: number(j.m.due(e)), Date: number(j.m.day)}
	if e.Fee != nil {
		p.CompareFee, p.ExpectedFee = true, *e.Fee
	}
	if e.Tax != nil {
		p.CompareTax, p.ExpectedTax = true, *e.Tax
	}
	return p
}

// number puts days in their order.
func number(d calendar.Date) int32 { return int32((d.Year*16+int(d.Month))*32 + d.Day) }

// standalone are the classes of a row that names no entry.
func (j judgement) standalone() []Class {
	var list []Class
	switch j.step {
	case repeated:
		list = append(list, DuplicateRow)
	case beside:
		list = append(list, DuplicatePayment)
	}
	if j.row.netGap() != 0 {
		list = append(list, NetMismatch)
	}
	if len(list) == 0 {
		list = append(list, MissingInBooks)
	}
	return list
}

// sizes are what was expected and what came, in the entry's direction: a payment that takes money away is smaller than
// one that brings it. Of a reversal only the size counts, for it is to go the other way.
func (j judgement) sizes() (expected, actual int64) {
	switch {
	case j.row.Type == Reversal:
		return j.entry.Amount, abs(j.row.Amount)
	case j.entry.Kind == KindPayment:
		return j.expected, j.row.Amount
	}
	return -j.expected, -j.row.Amount
}

func (j judgement) breakOf(classes []Class) Break {
	r := j.row
	b := Break{Class: classes[0], Also: classes[1:], Kind: kindOf(r.Type), Reference: r.Reference,
		TransactionID: r.TransactionID, File: r.File, Line: r.Line, Actual: r.Amount, Currency: r.Currency,
		BusinessDay: j.m.rules.local(r.At), Difference: r.Amount}
	if j.named {
		b.Kind, b.ID, b.DueDay = j.entry.Kind, j.entry.ID, j.m.due(j.entry)
	}
	switch {
	case j.step == repeated, j.step == part:
		// A repeated row is in no total, and parts make up their entry together: alone each adds nothing.
		b.Expected, b.Difference = r.Amount, 0
	case j.named && r.Type != Reversal && r.Currency != j.entry.Currency && !j.locked:
		b.Expected, b.ExpectedCurrency, b.Difference = j.expected, j.entry.Currency, 0
	case j.named && r.Type != Reversal:
		b.Expected, b.Difference = j.expected, r.Amount-j.expected
	}
	b.Why = j.why()
	return b
}

// proves says whether a broken row still proves that its entry's money moved, or came back.
func (j judgement) proves(class Class) bool {
	switch class {
	case Reversed, Rounding, FeeDifference, TaxDifference, DateShift, LateSettlement:
		return true
	case FXDifference:
		return abs(j.row.Amount-j.expected) <= abs(j.expected)/10 // rates of a day are no further apart; else it may be about something else
	case NetMismatch:
		return j.named
	case StatusMismatch:
		return j.row.Status == Settled && abs(j.row.Amount) == j.entry.Amount
	}
	return false
}

// hundredfold says whether one size is exactly a hundred times the other: minor units read as major ones, or the reverse.
func hundredfold(a, b int64) bool {
	a, b = min(a, b), max(a, b)
	return a > 0 && b%100 == 0 && b/100 == a
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
