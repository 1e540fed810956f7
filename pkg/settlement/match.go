package settlement

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Compare holds a settlement day's rows against the books. It is pure; neither the order of the entries nor that of equal
// inputs shows in the result. Rows are to come in the order of their files and lines.
//
//	result := settlement.Compare(day, settlement.Rules{Country: calendar.Peru(), SettlesIn: 1}, entries, rows)
//	for _, b := range result.Breaks {
//		fmt.Println(b.File, b.Line, b.Class, settlement.Explain(b, settlement.English))
//	}
func Compare(day calendar.Date, rules Rules, entries []Entry, rows []Row) Result {
	return CompareRest(day, rules, entries, nil, rows)
}

// CompareRest is Compare for a run of which a part is settled already: named are entries that rows outside of this call
// have named. They are in no bucket here and take no row, but a row can be a second payment beside them, or reverse them.
func CompareRest(day calendar.Date, rules Rules, entries, named []Entry, rows []Row) Result {
	m := &matcher{day: day, rules: rules, rows: rows, names: make([]name, len(rows)),
		dues: map[calendar.Date]calendar.Date{}}
	m.entries = make([]entry, 0, len(entries)+len(named))
	for _, e := range entries {
		m.entries = append(m.entries, entry{Entry: e})
	}
	for _, e := range named {
		m.entries = append(m.entries, entry{Entry: e, taken: true, outside: true})
	}
	slices.SortFunc(m.entries, func(a, b entry) int {
		return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), strings.Compare(a.ID, b.ID))
	})
	m.findDuplicates()
	m.byTransaction()
	m.bySwap()
	m.byReference()
	m.reversals()
	return m.judge()
}

// step says how a row came to its entry.
type step uint8

const (
	unnamed       step = iota
	repeated           // identical to an earlier row: out of the run
	byTransaction      // step 1
	swapped            // its two references stand in each other's place
	part               // with others it adds up to the entry
	byReference        // step 2
	beside             // no entry is left for it, but other rows named entries of its reference and kind
)

// name is what a row names.
type name struct {
	step  step
	entry int // index; only if step names one
}

type entry struct {
	Entry
	taken   bool // accounted for by a row
	outside bool // by a row that is not in this call
}

type matcher struct {
	day     calendar.Date
	rules   Rules
	entries []entry // by instant and id
	rows    []Row
	names   []name // per row
	dues    map[calendar.Date]calendar.Date
}

// due is the day on which an entry should be settled; business days are counted once for each local day.
func (m *matcher) due(e Entry) calendar.Date {
	local := m.rules.local(e.OccurredAt)
	due, known := m.dues[local]
	if !known {
		due = m.rules.Due(e.OccurredAt)
		m.dues[local] = due
	}
	return due
}

// key is an identifier with a kind: which rows may stand for which entries.
type key struct {
	text string
	kind Kind
}

func (m *matcher) free(i int) bool {
	return m.names[i].step == unnamed && m.rows[i].Unreadable == "" && m.rows[i].Type != Reversal
}

func (m *matcher) take(row, entry int, s step) {
	m.names[row] = name{s, entry}
	m.entries[entry].taken = true
}

func (m *matcher) findDuplicates() {
	seen := make(map[string]bool, len(m.rows))
	for i, r := range m.rows {
		if r.Unreadable != "" || r.Raw == "" {
			continue
		}
		if seen[r.Raw] {
			m.names[i].step = repeated
		}
		seen[r.Raw] = true
	}
}

// group is the rows and entries, still free, of one key.
type group struct{ rows, entries []int }

// groups collects by a key of both sides, in the order in which keys appear. An empty text is no key.
func (m *matcher) groups(ofRow func(Row) string, ofEntry func(Entry) string) []*group {
	at := map[key]*group{}
	var list []*group
	for i, r := range m.rows {
		k := key{ofRow(r), kindOf(r.Type)}
		if !m.free(i) || k.text == "" {
			continue
		}
		if at[k] == nil {
			at[k] = &group{}
			list = append(list, at[k])
		}
		at[k].rows = append(at[k].rows, i)
	}
	for i, e := range m.entries {
		if g := at[key{ofEntry(e.Entry), e.Kind}]; g != nil && !e.taken {
			g.entries = append(g.entries, i)
		}
	}
	return list
}

// byTransaction is step 1. An id given twice names once, where the reference agrees too before where it does not: what is
// left over may still be found by its reference.
func (m *matcher) byTransaction() {
	for _, g := range m.groups(func(r Row) string { return together(r.TransactionID, r.Reference) },
		func(e Entry) string { return together(e.TransactionID, e.Reference) }) {
		m.pairEqual(g, byTransaction)
		m.pairRest(g, byTransaction)
	}
	for _, g := range m.groups(func(r Row) string { return r.TransactionID }, func(e Entry) string { return e.TransactionID }) {
		m.pairEqual(g, byTransaction)
		m.pairRest(g, byTransaction)
	}
}

// bySwap finds rows whose two references stand in each other's place. For a reference some providers print our own id. Of an entry
// whose reference nobody told us, its transaction in the other place says it alone.
func (m *matcher) bySwap() {
	for _, named := range []func(Entry) string{func(e Entry) string { return e.Reference }, func(e Entry) string { return e.ID }} {
		for _, g := range m.groups(func(r Row) string { return together(r.Reference, r.TransactionID) },
			func(e Entry) string { return together(e.TransactionID, named(e)) }) {
			m.pairEqual(g, swapped)
			m.pairRest(g, swapped)
		}
	}
	for _, g := range m.groups(func(r Row) string { return r.TransactionID }, func(e Entry) string { return e.ID }) {
		m.pairEqual(g, swapped)
	}
	for _, g := range m.groups(func(r Row) string { return onlyIf(r.TransactionID != "", r.Reference) },
		func(e Entry) string { return onlyIf(e.Reference == "", e.TransactionID) }) {
		m.pairEqual(g, swapped)
	}
}

func onlyIf(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

// together is a key of two identifiers; empty, which is no key, unless there are both.
func together(a, b string) string {
	if a == "" || b == "" {
		return ""
	}
	return strconv.Itoa(len(a)) + ":" + a + b
}

// byReference is step 2, with SPLIT where parts add up to the one entry that equal amounts leave over.
func (m *matcher) byReference() {
	for _, g := range m.groups(func(r Row) string { return r.Reference }, func(e Entry) string { return e.ID }) {
		m.pairEqual(g, byReference)
		m.pairRest(g, byReference)
	}
	for _, g := range m.groups(func(r Row) string { return r.Reference }, func(e Entry) string { return e.Reference }) {
		m.pairEqual(g, byReference)
		if !m.split(g) {
			m.pairRest(g, byReference)
		}
	}
	named := map[key]bool{}
	for _, e := range m.entries {
		if e.taken {
			named[key{e.Reference, e.Kind}] = true
		}
	}
	for i, r := range m.rows {
		if m.free(i) && named[key{r.Reference, kindOf(r.Type)}] {
			m.names[i].step = beside
		}
	}
}

// pairEqual pairs rows and entries of equal amount, rows in order, entries in order, and leaves the others in the group.
func (m *matcher) pairEqual(g *group, s step) {
	open := make(map[int64][]int, len(g.entries))
	for _, e := range g.entries {
		amount := m.entries[e].signed()
		open[amount] = append(open[amount], e)
	}
	rows := g.rows[:0]
	for _, r := range g.rows {
		amount := m.rows[r].Amount
		if same := open[amount]; len(same) > 0 {
			m.take(r, same[0], s)
			open[amount] = same[1:]
			continue
		}
		rows = append(rows, r)
	}
	g.rows = rows
	g.entries = slices.DeleteFunc(g.entries, func(e int) bool { return m.entries[e].taken })
}

// pairRest pairs what is left, first with first.
func (m *matcher) pairRest(g *group, s step) {
	n := min(len(g.rows), len(g.entries))
	for i := range n {
		m.take(g.rows[i], g.entries[i], s)
	}
}

// split says whether all the group's rows are parts of its one entry.
func (m *matcher) split(g *group) bool {
	if len(g.rows) < 2 || len(g.entries) != 1 {
		return false
	}
	e := m.entries[g.entries[0]]
	ids := make(map[string]bool, len(g.rows))
	var sum int64
	for _, i := range g.rows {
		r := m.rows[i]
		if ids[r.TransactionID] || r.Currency != e.Currency {
			return false
		}
		ids[r.TransactionID] = true
		sum += r.Amount
	}
	if sum != e.signed() {
		return false
	}
	for _, i := range g.rows {
		m.take(i, g.entries[0], part)
	}
	return true
}

// reversals names what each REVERSAL row takes back, by transaction first, else by reference or our own id: any kind, of several the one
// of the opposite amount, else of the opposite sign, else the first. It consumes nothing.
func (m *matcher) reversals() {
	byID, byRef := map[string][]int{}, map[string][]int{}
	for i, r := range m.rows {
		if m.names[i].step == unnamed && r.Unreadable == "" && r.Type == Reversal {
			byID[r.TransactionID], byRef[r.Reference] = nil, nil
		}
	}
	if len(byRef) == 0 {
		return
	}
	for i, e := range m.entries {
		if of, asked := byID[e.TransactionID]; asked && e.TransactionID != "" {
			byID[e.TransactionID] = append(of, i)
		}
		if of, asked := byRef[e.Reference]; asked {
			byRef[e.Reference] = append(of, i)
		}
		if of, asked := byRef[e.ID]; asked && e.ID != e.Reference { // the provider's id may be news, told by a row beside this one
			byRef[e.ID] = append(of, i)
		}
	}
	for i, r := range m.rows {
		if m.names[i].step != unnamed || r.Unreadable != "" || r.Type != Reversal {
			continue
		}
		if e, found := m.opposite(byID[r.TransactionID], r.Amount); found {
			m.names[i] = name{byTransaction, e}
		} else if e, found := m.opposite(byRef[r.Reference], r.Amount); found {
			m.names[i] = name{byReference, e}
		}
	}
}

func (m *matcher) opposite(entries []int, amount int64) (int, bool) {
	best, rank := 0, 0
	for _, i := range entries {
		signed, this := m.entries[i].signed(), 1
		if signed == -amount {
			this = 3
		} else if (signed < 0) != (amount < 0) {
			this = 2
		}
		if this > rank {
			best, rank = i, this
		}
	}
	return best, rank > 0
}
