package settlement

import (
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Kind of an entry of the books.
type Kind string

const (
	KindPayment Kind = "payment"
	KindRefund  Kind = "refund"
	KindPayout  Kind = "payout"
)

// fits says whether a row of a type can be about an entry of a kind.
func (k Kind) fits(t Type) bool {
	return (k == KindPayment && t == Payment) || (k == KindRefund && t == Refund) || (k == KindPayout && t == Payout)
}

// Entry is one line of the books. Amount is positive; the direction follows from the kind.
type Entry struct {
	ID            string
	Kind          Kind
	Reference     string // voucher code, CIP or order reference
	TransactionID string // the provider's; empty while unknown
	Amount        int64  // minor units
	Fee, Tax      *int64 // expected cost; nil = not compared
	Currency      money.Currency
	Status        string // pending, paid, expired, cancelled, failed, rejected, returned: as the books hold it
	OccurredAt    time.Time
}

// signed is the amount as the merchant sees it.
func (e Entry) signed() int64 {
	if e.Kind == KindPayment {
		return e.Amount
	}
	return -e.Amount
}

// Class of a break, in order of precedence.
type Class string

const (
	Unreadable       Class = "UNREADABLE"
	DuplicateRow     Class = "DUPLICATE_ROW"
	Reversed         Class = "REVERSED"
	ReferenceSwapped Class = "REFERENCE_SWAPPED"
	CurrencyMismatch Class = "CURRENCY_MISMATCH"
	StatusMismatch   Class = "STATUS_MISMATCH"
	Exponent         Class = "EXPONENT"
	Split            Class = "SPLIT"
	DuplicatePayment Class = "DUPLICATE_PAYMENT"
	Rounding         Class = "ROUNDING"
	AmountOver       Class = "AMOUNT_OVER"
	AmountUnder      Class = "AMOUNT_UNDER"
	NetMismatch      Class = "NET_MISMATCH"
	FXDifference     Class = "FX_DIFFERENCE"
	FeeDifference    Class = "FEE_DIFFERENCE"
	TaxDifference    Class = "TAX_DIFFERENCE"
	IDMismatch       Class = "ID_MISMATCH"
	DateShift        Class = "DATE_SHIFT"
	LateSettlement   Class = "LATE_SETTLEMENT"
	MissingAtNetwork Class = "MISSING_AT_NETWORK"
	MissingInBooks   Class = "MISSING_IN_BOOKS"
)

// Break is one row or entry that does not fit, with everything a person needs to look at it.
type Break struct {
	Class         Class
	Also          []Class
	Kind          Kind // of the entry; empty if there is none
	ID            string
	Reference     string
	TransactionID string
	File          string
	Line          int // physical, 1-based; 0 if there is no row
	Expected      int64
	Actual        int64
	Difference    int64
	Currency      money.Currency
	BusinessDay   calendar.Date // local day of the row, or of the entry
	DueDay        calendar.Date
	Reason        string // of UNREADABLE
}

// Match is a row and the entry it names, without a difference.
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
	Matches                                     []Match
	// Proven are rows that are breaks and yet prove that their entry's money moved, or came back: cost, date or status
	// differ, not the money.
	Proven []Match
	Breaks []Break
	Totals map[money.Currency]Total
}

// Rules are what a network's day is judged by.
type Rules struct {
	Country   calendar.Country
	SettlesIn int // T+n business days
	// Smallest is the smallest amount the network carries, in minor units; 0 = 1.
	Smallest map[money.Currency]int64
}

// Due is the day on which an entry should be in a settlement file.
func (r Rules) Due(occurred time.Time) calendar.Date {
	return r.Country.AddBusinessDays(calendar.On(occurred, r.Country.Zone()), r.SettlesIn)
}
