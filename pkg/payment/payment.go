// Package payment is money a buyer hands over at a counter against a voucher. All that is ever learned about one arrives
// as an Observation and goes through Next.
package payment

import (
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
)

// State of a payment. Stored strings: append only.
type State string

const (
	Pending   State = "pending"   // voucher out, no cash yet
	Paid      State = "paid"      // cash received, whatever the amount
	Expired   State = "expired"   // nobody came in time
	Cancelled State = "cancelled" // the merchant withdrew it
)

// States lists every state.
func States() []State { return []State{Pending, Paid, Expired, Cancelled} }

// Situation names what is unusual about a paid payment. Stored strings: append only.
type Situation string

const (
	Usual     Situation = "none"
	PaidLate  Situation = "paid_late"  // after expiry or cancellation
	PaidTwice Situation = "paid_twice" // more than one receipt
	Underpaid Situation = "underpaid"
	Overpaid  Situation = "overpaid"
)

// Receipt is one hand-over of cash.
type Receipt struct {
	TransactionID string // the provider's id
	Minor         int64
	At            time.Time // when the cash changed hands, by the provider's clock
	SettledOn     calendar.Date
	Fee           int64 // minor units, of the settlement row
}

// Voucher is what the buyer takes to the counter.
type Voucher struct {
	Code      string // CIP, agreement reference: what the cashier types
	Barcode   string // digits to encode; empty if the provider gives none
	URL       string // page with instructions
	ExpiresAt time.Time
}

// Step is one line of the story.
type Step struct {
	At       time.Time
	From, To State
	Evidence string
	By       string
	Role     string // of the person, by the key they used
	Note     string
	Trail    identity.Trail // of the request that brought it; no part of the journal
}

// Payment is one voucher and the cash that came for it.
type Payment struct {
	Tenant   string
	ID       string // pay_…
	Store    string
	Network  string
	Provider string
	Account  string
	Order    string // the merchant's order reference, unique for ever
	Amount   money.Amount
	Payer    identity.Person

	State    State
	Voucher  Voucher
	Receipts []Receipt
	History  []Step

	Word    string   // the provider's last code or status word that changed it
	Said    string   // the provider's own text beside it, as it came, without the payer's details
	Handled Handling // what people did about an unusual situation

	KeyHash     string // of the Idempotency-Key that created it, so that a retry after a crash continues it
	BodyHash    string
	CreatedAt   time.Time
	ExpiresAt   time.Time // asked for; the provider may give its own in Voucher
	CancelledAt time.Time
	Polls       int
	Due         time.Time
	Version     int64

	// Free is what is neither reserved nor refunded: the balance that Take works on. Refunds are the ids that took.
	Free    int64
	Refunds []string
	Voided  []string // of those, what settled a situation and gave nothing back after all
}

// PaidMinor is what was received, in minor units.
func (p Payment) PaidMinor() int64 {
	var sum int64
	for _, r := range p.Receipts {
		sum += r.Minor
	}
	return sum
}

// TransactionID is the provider's id of the first receipt; empty until paid.
func (p Payment) TransactionID() string {
	if len(p.Receipts) == 0 {
		return ""
	}
	return p.Receipts[0].TransactionID
}

// PaidAt is the instant of the first receipt; zero until paid.
func (p Payment) PaidAt() time.Time {
	if len(p.Receipts) == 0 {
		return time.Time{}
	}
	return p.Receipts[0].At
}

// Deadline is when the voucher stops being payable.
func (p Payment) Deadline() time.Time {
	if !p.Voucher.ExpiresAt.IsZero() {
		return p.Voucher.ExpiresAt
	}
	return p.ExpiresAt
}

// Situation is what is unusual about the receipts; the first that holds of twice, late, less, more.
func (p Payment) Situation() Situation {
	paid := p.PaidMinor()
	switch {
	case len(p.Receipts) == 0:
		return Usual
	case len(p.Receipts) > 1:
		return PaidTwice
	case p.late():
		return PaidLate
	case paid < p.Amount.Minor():
		return Underpaid
	case paid > p.Amount.Minor():
		return Overpaid
	}
	return Usual
}

func (p Payment) late() bool {
	at := p.PaidAt()
	return at.After(p.Deadline()) || (!p.CancelledAt.IsZero() && !at.Before(p.CancelledAt))
}

// HasTransaction says whether one of the receipts carries the provider's id.
func (p Payment) HasTransaction(id string) bool {
	for _, r := range p.Receipts {
		if r.TransactionID == id {
			return true
		}
	}
	return false
}
