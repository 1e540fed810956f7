package disbursement

import (
	"fmt"
	"time"
)

// ErrShown says that somebody was given the cash code already. It is also an ErrNotAllowed.
var ErrShown = fmt.Errorf("%w: the code was shown before", ErrNotAllowed)

// show gives the cash code to a person: once, and on record, because whoever holds it can try to collect.
func (d Disbursement) show(o Observation) (Disbursement, Transition, error) {
	t := Transition{From: d.State, To: d.State}
	switch {
	case d.CodeShownTo != "":
		return d, t, fmt.Errorf("%w: to %s", ErrShown, d.CodeShownTo)
	case d.State != Collectable || d.CashCode == "":
		return d, t, fmt.Errorf("%w: there is no code to collect with while %s", ErrNotAllowed, d.State)
	}
	next := d.clone()
	next.CodeShownTo = o.By
	next.History = append(next.History, o.step(d.State, d.State, "the cash code was shown"))
	t.Changed = true
	return next, t, nil
}

// Void says that a cash code can never be collected any more, by the provider's word or because it was never sent: only then
// may another one be issued for the same money.
func (d Disbursement) Void() bool {
	return d.Route == CashWithdrawal && d.State.Final() && (d.State != Returned || d.Returned == d.Amount.Minor())
}

// CodeMask is what is shown of a cash code once it has been given out, and before.
func (d Disbursement) CodeMask() string {
	if n := len(d.CashCode); n > 4 {
		return "****" + d.CashCode[n-2:]
	} else if n > 0 {
		return "****"
	}
	return ""
}

// remindAt is when the buyer is reminded of a code that runs out; zero if never, or if they were.
func (d Disbursement) remindAt() time.Time {
	if d.State != Collectable || d.RemindHours <= 0 || d.CashExpires.IsZero() {
		return time.Time{}
	}
	for _, s := range d.History {
		if s.Evidence == string(ClaimRemind) {
			return time.Time{}
		}
	}
	return d.CashExpires.Add(-time.Duration(d.RemindHours) * time.Hour)
}

// MustRemind says that the buyer is due a reminder: the code can be collected, and not for long any more.
func (d Disbursement) MustRemind(now time.Time) bool {
	at := d.remindAt()
	return !at.IsZero() && !now.Before(at) && now.Before(d.CashExpires)
}

// remind notes that the buyer is reminded, once.
func (d Disbursement) remind(o Observation) (Disbursement, Transition, error) {
	t := Transition{From: d.State, To: d.State}
	if !d.MustRemind(o.At) {
		return d, t, nil
	}
	next := d.clone()
	next.History = append(next.History, Step{At: o.At, From: d.State, To: d.State, Evidence: string(ClaimRemind), By: o.By, Role: o.Role, Note: "the cash code runs out soon"})
	next.Due = next.nextDue(o.At)
	t.Changed = true
	return next, t, nil
}
