package settlement

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Break is one row or entry that does not fit, with everything a person needs to look at it. Amounts are minor units,
// signed as the merchant sees them. The JSON names are stored: append only.
type Break struct {
	Class         Class   `json:"class"`
	Also          []Class `json:"also,omitempty"`
	Kind          Kind    `json:"kind,omitempty"`  // of the entry, else what the row's type says; empty if neither tells
	ID            string  `json:"entry,omitempty"` // of the entry; empty if there is none
	Reference     string  `json:"reference,omitempty"`
	TransactionID string  `json:"transaction,omitempty"`
	File          string  `json:"file,omitempty"`
	Line          int     `json:"line,omitempty"` // physical, 1-based; 0 if there is no row
	Expected      int64   `json:"expected,omitempty"`
	Actual        int64   `json:"actual,omitempty"`
	// Difference is what the break adds to the total difference of its currency; 0 where two currencies meet.
	Difference       int64          `json:"difference,omitempty"`
	Currency         money.Currency `json:"currency,omitempty"`
	ExpectedCurrency money.Currency `json:"expected_currency,omitempty"` // of Expected, where it is another than Currency; else empty
	BusinessDay      calendar.Date  `json:"business_day,omitzero"`       // local day of the row, or of the entry
	DueDay           calendar.Date  `json:"due_day,omitzero"`            // zero if there is no entry
	Reason           string         `json:"reason,omitempty"`            // of UNREADABLE
	Why              Why            `json:"why,omitzero"`                // the numbers an explanation is made of
}

// Match is a row and the entry it names.
type Match struct {
	Entry Entry
	Row   Row
}

// Total sums one currency, in minor units, signed as the merchant sees it.
type Total struct {
	Gross, Fee, Tax, Net, Expected, Difference int64
}

// Result is a day compared: every row and every entry is in exactly one of matched, pending and breaks.
type Result struct {
	Rows, Entries, Matched, Pending, Unreadable int
	Matches                                     []Match // without a difference
	// Proven are rows that are breaks and yet prove that their entry's money moved, or came back: cost, date or status
	// differ, not the money.
	Proven []Match
	Breaks []Break // by file, line, id
	Totals map[money.Currency]Total
}

// ErrUnbalanced says the breaks do not add up to the difference of the totals: a fault of the matcher.
var ErrUnbalanced = errors.New("settlement: the breaks do not account for the difference")

// Exchanged sums what was won or lost, per currency, because settlements differ from the locked rate: a line of its own.
func Exchanged(breaks []Break) map[money.Currency]int64 {
	sums := map[money.Currency]int64{}
	for _, b := range breaks {
		if b.Exchange() {
			sums[b.Currency] += b.Difference
		}
	}
	return sums
}

// Exchange says that the break's difference is a gain or a loss by exchange.
func (b Break) Exchange() bool { return b.Why.Rate != nil && b.has(FXDifference) }

// Check holds the breaks against the totals, per currency and to the last unit. Error: ErrUnbalanced.
func (r Result) Check() error {
	left := make(map[money.Currency]int64, len(r.Totals))
	for c, t := range r.Totals {
		left[c] = t.Difference
	}
	for _, b := range r.Breaks {
		b.Account(func(c money.Currency, minor int64) { left[c] -= minor })
	}
	var wrong []string
	for c, minor := range left { // any order: sorted below
		if minor != 0 {
			wrong = append(wrong, money.New(minor, c).String())
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return fmt.Errorf("%w: %s", ErrUnbalanced, strings.Join(wrong, ", "))
	}
	return nil
}

// Account tells add what the break contributes to the difference of each currency's total.
func (b Break) Account(add func(c money.Currency, minor int64)) {
	switch {
	case b.Class == Unreadable:
	case b.ExpectedCurrency != "":
		add(b.Currency, b.Actual)
		add(b.ExpectedCurrency, -b.Expected)
	default:
		add(b.Currency, b.Difference)
	}
}

// AlsoText is the further classes, joined by "+".
func (b Break) AlsoText() string {
	names := make([]string, len(b.Also))
	for i, c := range b.Also {
		names[i] = string(c)
	}
	return strings.Join(names, "+")
}

// Order is the order of breaks: file, line, id.
func Order(a, b Break) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.ID, b.ID))
}
