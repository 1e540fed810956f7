package payment

import (
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/store"
)

// ErrNotAllowed says a person's move does not fit the state.
var ErrNotAllowed = errors.New("payment: not allowed in this state")

// Claim is what an observation says.
type Claim string

const (
	ClaimVoucher   Claim = "voucher"   // the provider issued it
	ClaimPaid      Claim = "paid"      // cash was received
	ClaimSettled   Claim = "settled"   // a settlement row shows the receipt
	ClaimExpired   Claim = "expired"   // nobody came in time
	ClaimCancelled Claim = "cancelled" // withdrawn
	ClaimPending   Claim = "pending"   // asked, and still nothing
)

// Observation is one thing learned about a payment.
type Observation struct {
	Claim      Claim
	Evidence   string // stable key of the source
	By         string // "reply", "webhook", "poll", "settlement", "sweep" or a person's id
	Role       string // of the person, by the key they used; empty for the others
	At         time.Time
	OccurredAt time.Time // the provider's instant, if told

	Voucher       Voucher
	TransactionID string // identifies the receipt: the same id is the same cash
	Minor         int64  // minor units received
	Currency      string // as the provider named it, if it did
	Fee           int64
	SettledOn     calendar.Date
	Word          string             // the provider's code or status word, by which to translate it
	Said          identity.Sensitive // the provider's own text beside it, as it came
	Note          string
	Trail         identity.Trail // of the request that brought it
}

// table: what a claim makes of a state. A missing cell changes nothing. Cash always wins, from whatever state. A first
// voucher opens what ended before we knew its number: a try whose answer was lost, and then the next one's.
var table = map[State]map[Claim]State{
	Pending:   {ClaimVoucher: Pending, ClaimPaid: Paid, ClaimSettled: Paid, ClaimExpired: Expired, ClaimCancelled: Cancelled},
	Paid:      {ClaimVoucher: Paid, ClaimPaid: Paid, ClaimSettled: Paid},
	Expired:   {ClaimVoucher: Pending, ClaimPaid: Paid, ClaimSettled: Paid},
	Cancelled: {ClaimVoucher: Pending, ClaimPaid: Paid, ClaimSettled: Paid},
}

// Transition says what an observation changed.
type Transition struct {
	From, To State
	Changed  bool
	Receipt  bool // new cash: Free has grown by it
	Named    bool // a receipt got its transaction id: new cash, or cash that a poll had seen without one
}

// Next folds one observation; pure. Error: ErrNotAllowed when a person cancels what is not pending.
func Next(p Payment, o Observation) (Payment, Transition, error) {
	t := Transition{From: p.State, To: p.State}
	if o.Claim == ClaimCancelled && o.By != "webhook" && o.By != "poll" && p.State != Pending {
		return p, t, fmt.Errorf("%w: cancel while %s", ErrNotAllowed, p.State)
	}
	to, listed := table[p.State][o.Claim]
	if !listed {
		return p, t, nil
	}
	next := p.clone()
	switch o.Claim {
	case ClaimVoucher:
		if p.Voucher.Code != "" {
			return p, t, nil
		}
		next.Voucher = o.Voucher
	case ClaimPaid, ClaimSettled:
		t.Receipt, t.Named = next.receive(o)
		settled := o.Claim == ClaimSettled && next.settle(o)
		if !t.Receipt && !t.Named && !settled {
			return p, t, nil
		}
	case ClaimCancelled:
		next.CancelledAt = o.At
	}
	t.To, t.Changed = to, true
	next.State, next.Polls = to, 0
	if o.Word != "" || o.Said != "" {
		next.Word, next.Said = o.Word, p.Payer.Hide(o.Said.Reveal())
	}
	next.History = append(next.History, Step{At: o.At, From: p.State, To: to, Evidence: o.Evidence, By: o.By, Role: o.Role, Note: o.Note, Trail: o.Trail})
	next.Due = next.nextDue(o.At)
	return next, t, nil
}

// receive adds a receipt unless it is known. Not every answer carries the transaction's id: cash that came without one is
// the same cash as the next that comes with one, and an answer without one tells nothing new once there is a receipt.
func (p *Payment) receive(o Observation) (added, named bool) {
	for i, r := range p.Receipts {
		switch {
		case mutant.On("no-dedupe"):
		case r.TransactionID == o.TransactionID, o.TransactionID == "":
			return false, false
		case r.TransactionID == "" && r.Minor == o.Minor:
			p.Receipts[i].TransactionID = o.TransactionID
			return false, true
		}
	}
	at := o.OccurredAt
	if at.IsZero() {
		at = o.At
	}
	p.Receipts = append(p.Receipts, Receipt{TransactionID: o.TransactionID, Minor: o.Minor, At: at})
	p.Free += o.Minor
	return true, o.TransactionID != ""
}

// settle notes the settlement day on the receipt that the row names.
func (p *Payment) settle(o Observation) bool {
	for i, r := range p.Receipts {
		if r.TransactionID == o.TransactionID && r.SettledOn.IsZero() {
			p.Receipts[i].SettledOn, p.Receipts[i].Fee = o.SettledOn, o.Fee
			return true
		}
	}
	return false
}

// Settled says every receipt has been seen in a settlement file.
func (p Payment) Settled() bool {
	for _, r := range p.Receipts {
		if r.SettledOn.IsZero() {
			return false
		}
	}
	return len(p.Receipts) > 0
}

func (p Payment) clone() Payment {
	p.Receipts = append([]Receipt(nil), p.Receipts...)
	p.History = append([]Step(nil), p.History...)
	return p
}

// gaps between questions about a voucher whose callback may have been lost.
var gaps = [...]time.Duration{15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}

// ExpiryGrace is how long after the deadline we still ask before we close a voucher: a cashier's last sale may reach the
// provider late.
const ExpiryGrace = 30 * time.Minute

// nextDue is when the sweep must ask about the payment. One question falls just after the deadline.
func (p Payment) nextDue(now time.Time) time.Time {
	if p.State != Pending {
		return time.Time{}
	}
	base := gaps[min(p.Polls, len(gaps)-1)]
	due := now.Add(base + base/4*time.Duration(store.Spread(p.ID)%1000)/1000)
	if closing := p.Deadline().Add(ExpiryGrace); now.Before(closing) && due.After(closing) {
		return closing
	}
	return due
}

// Awaiting is a payment whose provider is not asked before an instant. It is no question that was asked.
func (p Payment) Awaiting(until time.Time) Payment {
	p.Due = until
	return p
}

// Asked notes that a question brought nothing new and sets the next one.
func (p Payment) Asked(now time.Time) Payment {
	p.Polls++
	p.Due = p.nextDue(now)
	return p
}
