package disbursement

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ByBuyer marks what the buyer told by themselves, over an invitation.
const ByBuyer = "buyer"

// maxInvitations bounds how often a link for the buyer is given out for one hold.
const maxInvitations = 10

// Invitable says that the buyer may tell what is missing: the disbursement waits for nothing else, and no provider has it.
func (d Disbursement) Invitable() bool {
	return d.State == Held && d.HeldReason == HoldDetails && d.Unsent()
}

// Invited says that an invitation for a hold may still be used: the disbursement waits for what it asks for, since then.
func (d Disbursement) Invited(held time.Time) bool {
	return d.Invitable() && d.HeldAt().UnixMilli() == held.UnixMilli()
}

// MayHaveTold says that a person was given a link over which the buyer's answer came. Nobody can see who wrote into a form, so
// that whoever had its link may be who said where the money goes, and is not to agree to it as well.
func (d Disbursement) MayHaveTold(person string) bool {
	var given, told bool // in the hold that is being read; in any that the buyer's answer ended
	for _, s := range d.History {
		switch {
		case s.To == Held && s.From != Held:
			given = false
		case s.isInvitation() && s.By == person:
			given = true
		case s.From == Held && s.To != Held && s.By == ByBuyer:
			told = told || given
		}
	}
	return told
}

func (s Step) isInvitation() bool {
	return s.From == Held && s.To == Held && strings.HasPrefix(s.Evidence, string(ClaimInvite)+":")
}

// Answered is the evidence of what a buyer told over an invitation: one for each hold, so that none is answered twice.
func Answered(held time.Time) string { return "told:" + strconv.FormatInt(held.UnixMilli(), 36) }

// WasAnswered says that a buyer has answered the invitation for a hold.
func (d Disbursement) WasAnswered(held time.Time) bool { return d.seen(Answered(held)) }

// invite notes that a person was given a link for the buyer: whoever has it can say where the money goes.
func (d Disbursement) invite(o Observation) (Disbursement, Transition, error) {
	t := Transition{From: d.State, To: d.State}
	if !d.Invitable() {
		return d, t, fmt.Errorf("%w: nothing is asked of the buyer while %s", ErrNotAllowed, d.State)
	}
	given := 0
	for _, s := range d.History {
		if s.isInvitation() {
			given++
		}
	}
	if given >= maxInvitations {
		return d, t, fmt.Errorf("%w: %d links were given out", ErrNotAllowed, given)
	}
	next := d.clone()
	next.History = append(next.History, o.step(d.State, d.State, "a link for the buyer was given"))
	t.Changed = true
	return next, t, nil
}
