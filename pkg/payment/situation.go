package payment

import (
	"github.com/vuelto/vuelto/pkg/identity"
	"slices"
	"time"
)

// Handling is what people did about an unusual situation. It holds for the receipts there were: the next one is a new
// situation.
type Handling struct {
	What     Way
	By       string
	At       time.Time
	Receipts int
	Refund   string // rf_… that gives it back
}

// Way is how a situation is settled. Stored strings: append only.
type Way string

const (
	Revive   Way = "revive" // the order goes on with the cash as it came
	GiveBack Way = "refund" // what is too much, or too late, goes back
)

// Open says that cash came in an unusual way and nobody has settled it yet, or that what was to settle it came to nothing.
func (p Payment) Open() bool {
	return p.Situation() != Usual && (p.Handled.Receipts != len(p.Receipts) || slices.Contains(p.Voided, p.Handled.Refund))
}

// Proposal is the one next action on an open situation: the order is revived, or an amount in minor units goes back, never
// more than is left. A late payment of an order that the merchant withdrew goes back; of one that merely ran out, the goods
// are wanted after all. What is too little buys nothing.
func (p Payment) Proposal() (Way, int64) {
	if !p.Open() {
		return "", 0
	}
	switch back := min(p.Excess(), p.Free); {
	case p.Situation() == PaidLate && p.CancelledAt.IsZero(), back <= 0:
		return Revive, 0
	default:
		return GiveBack, back
	}
}

// Excess is how much of the cash was not asked for.
func (p Payment) Excess() int64 {
	switch p.Situation() {
	case PaidTwice, Overpaid:
		return p.PaidMinor() - p.Amount.Minor()
	case PaidLate, Underpaid:
		return p.PaidMinor()
	}
	return 0
}

// Settle notes how people settled the situation that there is, in which role and by which request.
func (p Payment) Settle(what Way, by, role string, trail identity.Trail, at time.Time) Payment {
	p.Handled = Handling{What: what, By: by, At: at, Receipts: len(p.Receipts)}
	p = p.clone()
	p.History = append(p.History, Step{At: at, From: p.State, To: p.State, Evidence: "settle:" + string(what) + ":" + by, By: by, Role: role,
		Note: string(p.Situation()), Trail: trail})
	return p
}
