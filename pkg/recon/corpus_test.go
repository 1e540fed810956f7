package recon_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/recon"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// A corpus is books and rows with the truth about each: movements that are right, movements with one defect, and movements
// with two, where the class is the first of both in the contract's order.

// movement is a pair as it should be, to be spoilt.
type movement struct {
	entry settlement.Entry
	rows  []settlement.Row // the first is the movement's own
	// missing keeps the movement's own row out of the file.
	missing bool
}

// defect spoils a movement, and says what every row, and the entry if no row does, is then.
type defect struct {
	class settlement.Class
	spoil func(m *movement, random *rand.Rand)
}

// defects that touch different columns, so that any two of them hold together.
func independent() []defect {
	own := func(change func(m *movement, r *settlement.Row)) func(*movement, *rand.Rand) {
		return func(m *movement, _ *rand.Rand) { change(m, &m.rows[0]) }
	}
	return []defect{
		{settlement.ReferenceSwapped, own(func(_ *movement, r *settlement.Row) { r.TransactionID, r.Reference = r.Reference, r.TransactionID })},
		{settlement.CurrencyMismatch, own(func(_ *movement, r *settlement.Row) { r.Currency = money.USD })},
		{settlement.StatusMismatch, func(m *movement, random *rand.Rand) {
			if random.IntN(2) == 0 {
				m.rows[0].Status = []string{"REJECTED", "FAILED"}[random.IntN(2)]
				return
			}
			m.entry.Status = []string{"pending", "expired", "cancelled", "failed", "rejected", "returned"}[random.IntN(6)]
		}},
		{settlement.Exponent, own(func(_ *movement, r *settlement.Row) { r.Net += r.Amount * 99; r.Amount *= 100 })},
		{settlement.NetMismatch, own(func(_ *movement, r *settlement.Row) { r.Net -= 13 })},
		{settlement.FeeDifference, own(func(_ *movement, r *settlement.Row) { r.Fee += 50; r.Net -= 50 })},
		{settlement.TaxDifference, own(func(_ *movement, r *settlement.Row) { r.Tax += 9; r.Net -= 9 })},
		{settlement.IDMismatch, own(func(_ *movement, r *settlement.Row) { r.TransactionID += "-other" })},
		{settlement.DateShift, own(func(_ *movement, r *settlement.Row) { r.At = r.At.Add(24 * time.Hour) })},
		{settlement.LateSettlement, func(m *movement, _ *rand.Rand) {
			m.entry.OccurredAt, m.rows[0].At = m.entry.OccurredAt.AddDate(0, 0, -2), m.rows[0].At.AddDate(0, 0, -2)
		}},
	}
}

// sizes are defects of one amount: no two of them hold together.
func sizes() []defect {
	gap := func(by int64) func(*movement, *rand.Rand) {
		return func(m *movement, _ *rand.Rand) { m.rows[0].Amount += by; m.rows[0].Net += by }
	}
	return []defect{{settlement.Rounding, gap(1)}, {settlement.AmountOver, gap(700)}, {settlement.AmountUnder, gap(-700)}}
}

// exchanged is the defect of what settles in another currency: more came than the locked rate says.
func exchanged() defect {
	return defect{settlement.FXDifference, func(m *movement, _ *rand.Rand) { m.rows[0].Amount += 700; m.rows[0].Net += 700 }}
}

// inDollars are the defects that what settles in another currency may have as well: its cost is compared with nothing.
func inDollars() []defect {
	beside := []settlement.Class{settlement.ReferenceSwapped, settlement.StatusMismatch, settlement.NetMismatch, settlement.IDMismatch,
		settlement.DateShift, settlement.LateSettlement}
	return slices.DeleteFunc(independent(), func(d defect) bool { return !slices.Contains(beside, d.class) })
}

// truth is the class of every row of the corpus by its line, and of every entry without a row by its id.
type truth struct {
	lines map[int]settlement.Class
	ids   map[string]settlement.Class
}

// corpus builds books and rows; each gets a movement of its own, in shuffled order.
type corpus struct {
	random  *rand.Rand
	n       int
	entries []settlement.Entry
	rows    []labelled
	ids     map[string]settlement.Class
}

type labelled struct {
	settlement.Row
	class settlement.Class // empty for a match
	text  string           // the line, if it is no row
}

func (c *corpus) movement() *movement {
	c.n++
	at := time.Date(2026, 11, 19, 15, c.n%60, 0, 0, time.UTC) // Thursday: due on Friday the 20th
	m := &movement{entry: settlement.Entry{ID: fmt.Sprintf("pay_%06d", c.n), Kind: settlement.KindPayment, Reference: fmt.Sprintf("R%06d", c.n),
		TransactionID: fmt.Sprintf("T%06d", c.n), Amount: int64(2000 + c.random.IntN(100000)), Fee: minor(420), Tax: minor(76), Currency: money.PEN,
		Status: "paid", OccurredAt: at}}
	m.rows = []settlement.Row{{TransactionID: m.entry.TransactionID, Reference: m.entry.Reference, Type: settlement.Payment,
		Amount: m.entry.Amount, Fee: 420, Tax: 76, Net: m.entry.Amount - 496, Currency: money.PEN, Status: "SETTLED", At: at}}
	return m
}

// foreign is a movement that settles in dollars at a quarter.
func (c *corpus) foreign() *movement {
	m := c.movement()
	m.entry.Lock = &settlement.Lock{Currency: money.USD, Units: 25, Decimals: 2}
	m.entry.Amount, m.entry.Fee, m.entry.Tax = m.entry.Amount/4*4, nil, nil
	r := &m.rows[0]
	r.Currency, r.Amount = money.USD, m.entry.Amount/4
	r.Net = r.Amount - r.Fee - r.Tax
	return m
}

// add a movement whose own row is of a class, empty for none.
func (c *corpus) add(m *movement, class settlement.Class, others ...labelled) {
	c.entries = append(c.entries, m.entry)
	if !m.missing {
		c.rows = append(c.rows, labelled{Row: m.rows[0], class: class})
	}
	c.rows = append(c.rows, others...)
}

// special are the classes that are about more than one row, or about none.
func (c *corpus) special() {
	c.rows = append(c.rows, labelled{text: "T,R,PAYMENT,1.0x,0,0,1.00,PEN,2026-11-19 10:00:00,SETTLED\n", class: settlement.Unreadable})

	m := c.movement()
	back := m.rows[0]
	back.Type, back.Amount, back.Fee, back.Tax, back.Net = settlement.Reversal, -back.Amount, 420, 76, -back.Amount-496
	c.add(m, "", labelled{Row: back, class: settlement.Reversed})

	m = c.movement()
	again := m.rows[0]
	again.TransactionID += "-again"
	c.add(m, "", labelled{Row: again, class: settlement.DuplicatePayment})

	m = c.movement()
	m.missing = true
	half, rest := m.rows[0], m.rows[0]
	half.TransactionID, half.Amount, half.Net = half.TransactionID+"-1", 1000, 504
	rest.TransactionID, rest.Amount = rest.TransactionID+"-2", rest.Amount-1000
	rest.Net = rest.Amount - 496
	c.add(m, "", labelled{Row: half, class: settlement.Split}, labelled{Row: rest, class: settlement.Split})

	m = c.movement()
	m.missing = true
	c.add(m, "")
	c.ids[m.entry.ID] = settlement.MissingAtNetwork

	m = c.movement()
	c.rows = append(c.rows, labelled{Row: m.rows[0], class: settlement.MissingInBooks})

	for _, status := range []string{"pending", "expired", "cancelled", "failed", "rejected", "returned"} {
		m = c.movement()
		m.missing, m.entry.Status = true, status
		c.add(m, "")
	}
	m = c.movement() // Friday's payment is due on Monday
	m.missing, m.entry.OccurredAt = true, m.entry.OccurredAt.AddDate(0, 0, 1)
	c.add(m, "")
}

// spoilt adds a movement with the defects: its class is the first of theirs in the contract's order.
func (c *corpus) spoilt(m *movement, defects ...defect) {
	rank := func(d defect) int { return slices.Index(settlement.Classes(), d.class) }
	first := slices.MinFunc(defects, func(a, b defect) int { return rank(a) - rank(b) })
	for _, d := range defects {
		d.spoil(m, c.random)
	}
	c.add(m, first.class)
}

func build(seed uint64, size int) *corpus {
	c := &corpus{random: rand.New(rand.NewPCG(seed, seed)), ids: map[string]settlement.Class{}}
	all := append(independent(), sizes()...)
	for len(c.entries) < size {
		c.special()
		for i, d := range all {
			c.spoilt(c.movement(), d)
			for _, e := range all[i+1:] {
				if pairs(d.class, e.class) {
					c.spoilt(c.movement(), d, e)
				}
			}
		}
		c.add(c.foreign(), "")
		c.spoilt(c.foreign(), exchanged())
		for _, d := range inDollars() {
			c.spoilt(c.foreign(), d)
			c.spoilt(c.foreign(), exchanged(), d)
		}
		for range 800 { // right ones are most, as in any file: the sieve is made for that
			c.add(c.movement(), "")
		}
	}
	c.random.Shuffle(len(c.rows), func(i, j int) { c.rows[i], c.rows[j] = c.rows[j], c.rows[i] })
	c.random.Shuffle(len(c.entries), func(i, j int) { c.entries[i], c.entries[j] = c.entries[j], c.entries[i] })
	return c
}

// pairs says whether two defects can be in one row and both hold.
func pairs(a, b settlement.Class) bool {
	size := []settlement.Class{settlement.Exponent, settlement.Rounding, settlement.AmountOver, settlement.AmountUnder}
	if slices.Contains(size, a) && slices.Contains(size, b) {
		return false
	}
	// Swapped references leave no transaction to differ in.
	return a != settlement.ReferenceSwapped || b != settlement.IDMismatch
}

// repeated adds, for each row, an identical one at the end with a small chance.
func (c *corpus) repeated() {
	for _, r := range c.rows {
		if r.text == "" && c.random.IntN(20) == 0 {
			c.rows = append(c.rows, labelled{Row: r.Row, class: settlement.DuplicateRow})
		}
	}
}

func (c *corpus) write(t testing.TB, dir string) (recon.Options, truth) {
	t.Helper()
	books, rows := []string{strings.TrimSuffix(booksHeader, "\n") + ",settles_currency,locked_rate\n"}, []string{rowsHeader}
	for _, e := range c.entries {
		locked := ",,\n"
		if l := e.Lock; l != nil {
			locked = fmt.Sprintf(",%s,%s\n", l.Currency, money.FormatMinor(l.Units, l.Decimals))
		}
		books = append(books, strings.TrimSuffix(bookLine(e), "\n")+locked)
	}
	known := truth{map[int]settlement.Class{}, c.ids}
	for i, r := range c.rows {
		if r.class != "" {
			known.lines[i+2] = r.class
		}
		if r.text == "" {
			r.text = rowLine(r.Row)
		}
		rows = append(rows, r.text)
	}
	return options(t, dir, write(t, filepath.Join(dir, "books.csv"), books...), write(t, filepath.Join(dir, "rows.csv"), rows...)), known
}

// corpusSize is how many entries the corpus has; VUELTO_CORPUS asks for more.
func corpusSize() int {
	if n, err := strconv.Atoi(os.Getenv("VUELTO_CORPUS")); err == nil {
		return n
	}
	return 20_000
}

// TestEveryDefectIsFoundAndNamed asks for recall, precision and classes of 1.0 on a corpus with every class and every pair
// of defects that can be in one row.
func TestEveryDefectIsFoundAndNamed(t *testing.T) {
	c := build(1, corpusSize())
	c.repeated()
	dir := t.TempDir()
	o, known := c.write(t, dir)
	o.Partitions, o.Matches = 16, false
	got := runIt(t, o)
	records, err := csv.NewReader(strings.NewReader(got.Breaks)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := truth{map[int]settlement.Class{}, map[string]settlement.Class{}}
	for _, r := range records[1:] {
		if line, err := strconv.Atoi(r[7]); err == nil && line > 0 {
			found.lines[line] = settlement.Class(r[0])
		} else {
			found.ids[r[3]] = settlement.Class(r[0])
		}
	}
	t.Logf("%d rows, %d entries, %d broken rows and %d entries without one: %v", got.Summary.Rows, got.Summary.Entries, len(known.lines), len(known.ids), got.Summary.Breaks)
	wrong := 0
	for line, class := range known.lines {
		if found.lines[line] != class {
			if wrong++; wrong < 10 {
				t.Errorf("line %d is %q, found %q: %s", line, class, found.lines[line], rowLine(c.rows[line-2].Row))
			}
		}
	}
	for id, class := range known.ids {
		if found.ids[id] != class {
			t.Errorf("%s is %q, found %q", id, class, found.ids[id])
		}
	}
	if len(found.lines) != len(known.lines) || len(found.ids) != len(known.ids) {
		t.Errorf("%d rows and %d entries are broken, found %d and %d", len(known.lines), len(known.ids), len(found.lines), len(found.ids))
	}
	classes := 0
	for _, class := range settlement.Classes() {
		if got.Summary.Breaks[class] > 0 {
			classes++
		}
	}
	if want := len(settlement.Classes()); classes != want {
		t.Errorf("%d classes in the corpus, want %d: %v", classes, want, got.Summary.Breaks)
	}
}
