package recon

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// ErrTooMuch says that the amounts of a run add up to more than 64 bits hold.
var ErrTooMuch = errors.New("the amounts add up to more than can be counted")

// tally is what one worker has counted. Tallies of workers are added.
type tally struct {
	rows, entries, matched, pending, unreadable int64
	breaks                                      map[settlement.Class]int64
	read                                        []total // of everything that was read; Expected sums entries
	totals                                      []total
	accounted                                   []total                  // Difference only: what the breaks account for
	exchanged                                   map[money.Currency]int64 // won or lost by exchange
	// size is the sum of all amounts in size: it bounds every other sum.
	size uint64
}

type total struct {
	currency uint16
	settlement.Total
}

func newTally() *tally {
	return &tally{breaks: map[settlement.Class]int64{}, exchanged: map[money.Currency]int64{}}
}

// of is the total of a currency; there are few, and nearly always the first is meant.
func of(list *[]total, currency uint16) *settlement.Total {
	for i := range *list {
		if t := &(*list)[i]; t.currency == currency {
			return &t.Total
		}
	}
	*list = append(*list, total{currency: currency})
	return &(*list)[len(*list)-1].Total
}

// entry counts one that was read.
func (t *tally) entry(e *entry) {
	t.entries++
	t.amount(e.amount)
	of(&t.read, e.currency).Expected += e.signed()
}

// row counts one that was read.
func (t *tally) row(r *row) {
	t.rows++
	t.amount(r.amount)
	sum := of(&t.read, r.currency)
	sum.Gross += r.amount
	sum.Fee += r.fee
	sum.Tax += r.tax
	sum.Net += r.net
}

// match counts a row that names its entry without a difference.
func (t *tally) match(r *row) {
	t.matched++
	sum := of(&t.totals, r.currency)
	sum.Gross += r.amount
	sum.Fee += r.fee
	sum.Tax += r.tax
	sum.Net += r.net
	sum.Expected += r.amount
}

// amount notes the size of an amount that was read. Error: ErrTooMuch.
func (t *tally) amount(minor int64) {
	if minor < 0 {
		minor = -minor
	}
	if t.size += uint64(minor); t.size > math.MaxInt64 {
		t.size = math.MaxInt64 + 1 // and stays there
	}
}

// result adds a part that was compared as a whole. Its rows and entries are counted where they are read.
func (t *tally) result(r settlement.Result) {
	t.matched, t.pending = t.matched+int64(r.Matched), t.pending+int64(r.Pending)
	for c, part := range r.Totals { // any order: sums by currency, which check sorts
		add(of(&t.totals, currencyCode([]byte(c))), part)
	}
	for i := range r.Breaks {
		t.broken(&r.Breaks[i])
	}
}

func (t *tally) broken(b *settlement.Break) {
	t.breaks[b.Class]++
	if b.Exchange() {
		t.exchanged[b.Currency] += b.Difference
	}
	b.Account(func(c money.Currency, minor int64) { of(&t.accounted, currencyCode([]byte(c))).Difference += minor })
}

func add(to *settlement.Total, more settlement.Total) {
	to.Gross += more.Gross
	to.Fee += more.Fee
	to.Tax += more.Tax
	to.Net += more.Net
	to.Expected += more.Expected
}

// addRead adds what was counted while reading.
func (t *tally) addRead(u *tally) {
	t.rows, t.entries, t.unreadable = t.rows+u.rows, t.entries+u.entries, t.unreadable+u.unreadable
	for _, x := range u.read {
		add(of(&t.read, x.currency), x.Total)
	}
	if t.size += u.size; t.size > math.MaxInt64 {
		t.size = math.MaxInt64 + 1
	}
}

// add all of a tally.
func (t *tally) add(u *tally) {
	t.addRead(u)
	t.matched, t.pending = t.matched+u.matched, t.pending+u.pending
	for c, n := range u.breaks {
		t.breaks[c] += n
	}
	for c, minor := range u.exchanged {
		t.exchanged[c] += minor
	}
	for _, x := range u.totals {
		add(of(&t.totals, x.currency), x.Total)
	}
	for _, x := range u.accounted {
		of(&t.accounted, x.currency).Difference += x.Difference
	}
}

// check holds the breaks against the totals, to the last unit. Errors: settlement.ErrUnbalanced, ErrTooMuch.
func (t *tally) check() error {
	if t.size > math.MaxInt64 {
		return ErrTooMuch
	}
	for i := range t.totals {
		x := &t.totals[i]
		x.Difference = x.Gross - x.Expected
		of(&t.accounted, x.currency)
	}
	for _, x := range t.accounted {
		if want := of(&t.totals, x.currency).Difference; want != x.Difference {
			return fmt.Errorf("%w: %s of %s %s", settlement.ErrUnbalanced, money.FormatMinor(x.Difference, 2),
				money.FormatMinor(want, 2), currencyText(x.currency))
		}
	}
	slices.SortFunc(t.totals, func(a, b total) int { return cmp.Compare(a.currency, b.currency) })
	return nil
}
