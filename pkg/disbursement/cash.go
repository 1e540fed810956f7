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
	next.History = append(next.History, Step{At: o.At, From: d.State, To: d.State, Evidence: o.Evidence, By: o.By, Note: "the cash code was shown"})
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

// ExpiresWithin says that the code can be collected and runs out within a span: the buyer is to be reminded.
func (d Disbursement) ExpiresWithin(span time.Duration, now time.Time) bool {
	return d.State == Collectable && !d.CashExpires.IsZero() && !now.Add(span).Before(d.CashExpires)
}
