package settlement

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Compare holds a settlement day's rows against the books. It is pure; neither the order of the entries nor that of equal
// inputs shows in the result. Rows are to come in the order of their files and lines.
func Compare(day calendar.Date, rules Rules, entries []Entry, rows []Row) Result {
	m := &matcher{day: day, rules: rules, entries: slices.Clone(entries), rows: rows,
		named: make([]int, len(rows)), taken: make([]bool, len(entries)), split: make([]bool, len(rows)),
		swapped: make([]bool, len(rows)), second: make([]bool, len(rows)), duplicate: make([]bool, len(rows))}
	slices.SortFunc(m.entries, func(a, b Entry) int {
		return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), strings.Compare(a.ID, b.ID))
	})
	for i := range m.named {
		m.named[i] = none
	}
	m.findDuplicates()
	m.byTransaction()
	m.bySwap()
	m.bySplit()
	m.byReference()
	return m.judge()
}

const none = -1

type matcher struct {
	day     calendar.Date
	rules   Rules
	entries []Entry
	rows    []Row

	named     []int  // per row: index of the entry it names
	taken     []bool // per entry: accounted for by a row
	duplicate []bool // per row: identical to an earlier one
	swapped   []bool // per row: its two references are the wrong way round
	split     []bool // per row: part of a sum that makes up an entry
	second    []bool // per row: named in step 2
	names     map[nameKey]bool
}

// nameKey is a reference with a kind: which rows may stand for which entries.
type nameKey struct {
	reference string
	kind      Kind
}

func (m *matcher) usable(i int) bool {
	return m.rows[i].Unreadable == "" && !m.duplicate[i] && m.rows[i].Type != Reversal
}

func (m *matcher) findDuplicates() {
	seen := make(map[string]bool, len(m.rows))
	for i, r := range m.rows {
		if r.Unreadable != "" {
			continue
		}
		if seen[r.Raw] && r.Raw != "" {
			m.duplicate[i] = true
		}
		seen[r.Raw] = true
	}
}

func (m *matcher) take(row, entry int) {
	m.named[row], m.taken[entry] = entry, true
}

// byTransaction is step 1: a row names the entry with its Transaction ID.
func (m *matcher) byTransaction() {
	type key struct {
		id   string
		kind Kind
	}
	entries := map[key][]int{}
	for i, e := range m.entries {
		if e.TransactionID != "" {
			k := key{e.TransactionID, e.Kind}
			entries[k] = append(entries[k], i)
		}
	}
	for i, r := range m.rows {
		if !m.usable(i) {
			continue
		}
		for _, e := range entries[key{r.TransactionID, kindOf(r.Type)}] {
			if !m.taken[e] {
				m.take(i, e)
				break
			}
		}
	}
}

func kindOf(t Type) Kind {
	switch t {
	case Payment:
		return KindPayment
	case Refund:
		return KindRefund
	case Payout:
		return KindPayout
	}
	return ""
}

// bySwap finds rows whose two references stand in each other's place.
func (m *matcher) bySwap() {
	entries := map[[2]string][]int{}
	for i, e := range m.entries {
		if e.TransactionID != "" && !m.taken[i] {
			k := [2]string{e.Reference, e.TransactionID}
			entries[k] = append(entries[k], i)
		}
	}
	for i, r := range m.rows {
		if !m.usable(i) || m.named[i] != none {
			continue
		}
		for _, e := range entries[[2]string{r.TransactionID, r.Reference}] {
			if !m.taken[e] && m.entries[e].Kind.fits(r.Type) {
				m.take(i, e)
				m.swapped[i] = true
				break
			}
		}
	}
}

// left groups what step 1 left over, by reference and kind.
func (m *matcher) left() (rows, entries map[nameKey][]int) {
	rows, entries = map[nameKey][]int{}, map[nameKey][]int{}
	for i, r := range m.rows {
		if m.usable(i) && m.named[i] == none {
			k := nameKey{r.Reference, kindOf(r.Type)}
			rows[k] = append(rows[k], i)
		}
	}
	for i, e := range m.entries {
		if !m.taken[i] {
			k := nameKey{e.Reference, e.Kind}
			entries[k] = append(entries[k], i)
		}
	}
	return rows, entries
}

// bySplit finds entries that were settled in parts.
func (m *matcher) bySplit() {
	rows, entries := m.left()
	for k, parts := range rows {
		open := entries[k]
		if len(parts) < 2 || len(open) != 1 || !distinct(m.rows, parts) {
			continue
		}
		var sum int64
		for _, i := range parts {
			sum += m.rows[i].Amount
		}
		if e := m.entries[open[0]]; sum == e.signed() && sameCurrency(m.rows, parts, e.Currency) {
			for _, i := range parts {
				m.take(i, open[0])
				m.split[i] = true
			}
		}
	}
}

func distinct(rows []Row, at []int) bool {
	seen := map[string]bool{}
	for _, i := range at {
		if seen[rows[i].TransactionID] {
			return false
		}
		seen[rows[i].TransactionID] = true
	}
	return true
}

func sameCurrency(rows []Row, at []int, c money.Currency) bool {
	return !slices.ContainsFunc(at, func(i int) bool { return rows[i].Currency != c })
}

// byReference is step 2: equal amounts first, then rows by file and line, entries by instant and id.
func (m *matcher) byReference() {
	for _, equalOnly := range []bool{true, false} {
		rows, entries := m.left()
		for k, is := range rows {
			for _, i := range is {
				for _, e := range entries[k] {
					if m.taken[e] || (equalOnly && m.rows[i].Amount != m.entries[e].signed()) {
						continue
					}
					m.take(i, e)
					m.second[i] = true
					break
				}
			}
		}
	}
	m.names = map[nameKey]bool{}
	for i, r := range m.rows {
		if m.named[i] != none {
			m.names[nameKey{r.Reference, kindOf(r.Type)}] = true
		}
	}
}
