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

// kindOf is the kind that a row of a type is about; empty for REVERSAL, which fits any.
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

// Paid is the only status of an entry that owes a settlement row.
const Paid = "paid"

// Settled is the status of a row whose money moved; REJECTED and FAILED are the others.
const Settled = "SETTLED"

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
	Lock          *Lock // of a cross-currency settlement; nil = settled in its own currency
}

// signed is the amount as the merchant sees it.
func (e Entry) signed() int64 {
	if e.Kind == KindPayment {
		return e.Amount
	}
	return -e.Amount
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
	return r.Country.AddBusinessDays(r.local(occurred), r.SettlesIn)
}

func (r Rules) local(t time.Time) calendar.Date { return calendar.On(t, r.Country.Zone()) }

func (r Rules) smallest(c money.Currency) int64 { return max(r.Smallest[c], 1) }
