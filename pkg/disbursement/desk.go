package disbursement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/mutant"
)

// ErrSecondPerson says that whoever proposed a resolution agreed to it too. It is also an ErrNotAllowed.
var ErrSecondPerson = fmt.Errorf("%w: whoever proposed it cannot agree to it", ErrNotAllowed)

// ErrDiffers says that what a person agrees to is not what was proposed. It is also an ErrNotAllowed.
var ErrDiffers = fmt.Errorf("%w: something else was proposed", ErrNotAllowed)

// ErrTaken says that somebody else looks into it at the moment. It is also an ErrNotAllowed.
var ErrTaken = fmt.Errorf("%w: somebody else looks into it", ErrNotAllowed)

// Lease is how long an assignment to a person lasts, so that nobody's holiday keeps a refund from being looked at.
const Lease = 30 * time.Minute

// Desk is what people are doing about a held disbursement. It is cleared when the disbursement moves on, by whatever.
type Desk struct {
	Owner    string    // who looks into it; only they may propose meanwhile
	Until    time.Time // when the assignment lapses
	NotFound int       // the attempt of which the provider, asked while it was held, conclusively knew nothing
	Proposal Proposal
}

// Proposal is how one person says a held disbursement ends. It happens when another agrees.
type Proposal struct {
	Action      Action
	By          string
	At          time.Time
	Proof       string // where the evidence can be looked up: a case number, a receipt, a letter
	Note        string
	Beneficiary identity.Person // for Supply
	Amount      int64           // for ConfirmPaid; 0 = all of it
	Reference   string          // the provider's id of it, where its people told it: what it says later finds it by that
}

// Action is how people may end a hold. Stored strings: append only.
type Action string

const (
	Supply          Action = "supply"           // tell what is missing of the beneficiary, then send
	Requeue         Action = "requeue"          // send (again): it was never sent, or proven not to be there
	Stop            Action = "cancel"           // it will not be paid, and is proven not to have been
	ConfirmPaid     Action = "confirm_paid"     // the buyer has the money, by the provider or by hand
	ConfirmReturned Action = "confirm_returned" // the money was sent and is back with us
)

// Advice beside the actions: what is done elsewhere, before a proposal.
const (
	AdviseSync Action = "sync"         // ask the provider now
	AdviseAsk  Action = "ask_provider" // the provider's people must say it: its interface cannot
)

// HeldAt is since when a held disbursement has waited for a person; zero if it does not.
func (d Disbursement) HeldAt() time.Time {
	for i := len(d.History) - 1; i >= 0 && d.State == Held; i-- {
		if s := d.History[i]; s.To == Held && s.From != Held { // also of one that was held from the start
			return s.At
		}
	}
	return time.Time{}
}

// Unsent says it is certain that no provider has it: no call was made, or each is proven not to have been applied.
func (d Disbursement) Unsent() bool {
	switch {
	case d.State != Held:
		return !d.Sent() || d.State == Queued
	case d.HeldReason == HoldNeverSent || d.Contested || d.Repeated():
		return false // somebody has evidence of it, or may have it
	case !d.Sent(), d.HeldFrom == Queued, d.HeldFrom == AwaitingApproval:
		return true
	}
	switch d.HeldReason {
	case HoldDenied, HoldManual, HoldDetails, HoldUnreadable:
		return d.HeldFrom == Submitting // refused before anything was applied
	}
	return false
}

// proven says that sending it cannot pay twice: it never left, or the provider conclusively does not have it. Where a
// provider cannot be asked, that is for its people to say and for two of ours to believe.
func (d Disbursement) proven() bool {
	return d.Unsent() || (!d.Contested && d.Sent() && (d.Desk.NotFound == len(d.Attempts) || d.HeldReason == HoldNoLookup))
}

// Actions lists how people may end the hold; empty if it is not held.
func (d Disbursement) Actions() []Action {
	if d.State != Held {
		return nil
	}
	var all []Action
	if d.Unsent() && (d.HeldReason == HoldDetails || d.HeldReason == HoldUnreadable) {
		all = append(all, Supply)
	}
	if d.proven() && d.Route != Manual && d.HeldReason != HoldDetails {
		all = append(all, Requeue)
	}
	if !d.Contested && !d.Repeated() {
		all = append(all, Stop)
	}
	all = append(all, ConfirmPaid)
	if !d.Unsent() {
		all = append(all, ConfirmReturned)
	}
	return all
}

// Advice is the one safe next action on a held disbursement.
func (d Disbursement) Advice() Action {
	switch {
	case d.State != Held:
		return ""
	case d.Contested, d.HeldReason == HoldNoLookup, d.HeldReason == HoldNeverSent:
		return AdviseAsk
	case d.HeldReason == HoldDetails:
		return Supply
	case d.HeldReason == HoldChanged, d.HeldReason == HoldBlocked:
		return Stop
	case d.HeldReason == HoldUnreadable && d.Unsent():
		return Stop
	case d.Route == Manual, d.HeldReason == HoldManual, d.HeldReason == HoldWindow:
		return ConfirmPaid
	case d.proven():
		return Requeue
	}
	return AdviseSync
}

// desk says the claim only notes what people are doing: the state stays held.
func (c Claim) desk() bool {
	return c == ClaimTake || c == ClaimRelease || c == ClaimPropose || c == ClaimWithdraw
}

// sit folds what a person does about a held disbursement, short of ending the hold.
func (d Disbursement) sit(o Observation) (Disbursement, Transition, error) {
	t := Transition{From: d.State, To: d.State}
	taken := d.Desk.Owner != "" && d.Desk.Owner != o.By && o.At.Before(d.Desk.Until)
	switch {
	case d.State != Held:
		return d, t, fmt.Errorf("%w: %s while %s", ErrNotAllowed, o.Claim, d.State)
	case taken && o.Claim != ClaimWithdraw:
		return d, t, fmt.Errorf("%w: %s until %s", ErrTaken, d.Desk.Owner, d.Desk.Until.UTC().Format(time.RFC3339))
	}
	next := d.clone()
	switch o.Claim {
	case ClaimTake:
		next.Desk.Owner, next.Desk.Until = o.By, o.At.Add(Lease)
	case ClaimRelease:
		next.Desk.Owner, next.Desk.Until = "", time.Time{}
	case ClaimPropose:
		if !slices.Contains(d.Actions(), o.Action) {
			return d, t, fmt.Errorf("%w: %s of what is held for %s; possible: %v", ErrNotAllowed, o.Action, d.HeldReason, d.Actions())
		}
		if d.Desk.Proposal.Action != "" {
			return d, t, fmt.Errorf("%w: %s by %s", ErrDiffers, d.Desk.Proposal.Action, d.Desk.Proposal.By)
		}
		next.Desk.Proposal = Proposal{Action: o.Action, By: o.By, At: o.At, Proof: o.Proof, Note: o.Note, Beneficiary: o.Beneficiary, Amount: o.Amount, Reference: o.Reference}
		o.Note = "proposed " + string(o.Action) + "; " + o.Proof
	case ClaimWithdraw:
		if d.Desk.Proposal.Action == "" {
			return d, t, fmt.Errorf("%w: nothing is proposed", ErrNotAllowed)
		}
		o.Note = "withdrew " + string(d.Desk.Proposal.Action)
		next.Desk.Proposal = Proposal{}
	}
	if o.Claim == ClaimPropose || o.Claim == ClaimWithdraw {
		next.History = append(next.History, o.step(Held, Held, o.Note))
		t.Moved = true
	}
	t.Changed = true
	return next, t, nil
}

// agreed turns a second person's agreement into what was proposed. Errors: ErrSecondPerson, ErrDiffers, ErrNotAllowed.
func (d Disbursement) agreed(o Observation) (Observation, error) {
	p := d.Desk.Proposal
	switch {
	case d.State != Held || p.Action == "":
		return o, fmt.Errorf("%w: nothing is proposed while %s", ErrNotAllowed, d.State)
	case p.By == o.By && !mutant.On("self-closing"):
		return o, ErrSecondPerson
	case p.Action != o.Action:
		return o, fmt.Errorf("%w: %s by %s", ErrDiffers, p.Action, p.By)
	case !slices.Contains(d.Actions(), p.Action):
		return o, fmt.Errorf("%w: %s is no longer possible", ErrNotAllowed, p.Action)
	}
	claims := map[Action]Claim{Supply: ClaimSupply, Requeue: ClaimRequeue, Stop: ClaimCancel, ConfirmPaid: ClaimPaid, ConfirmReturned: ClaimReturned}
	o.Claim, o.Resolved, o.Beneficiary, o.Amount, o.Reference = claims[p.Action], true, p.Beneficiary, p.Amount, p.Reference
	o.Evidence = resolves(p.Action) + p.By + ":" + strconv.FormatInt(p.At.UnixMilli(), 36)
	o.Note = "proposed by " + p.By + ": " + p.Proof
	return o, nil
}

// Resolves says that two people ended a hold with this step, in this way.
func (s Step) Resolves(a Action) bool {
	return s.From == Held && s.To != Held && strings.HasPrefix(s.Evidence, resolves(a))
}

func resolves(a Action) string { return "resolve:" + string(a) + ":" }

type deskBody struct {
	Owner       string           `json:"o,omitempty"`
	Until       int64            `json:"u,omitempty"`
	NotFound    int              `json:"nf,omitempty"`
	Action      Action           `json:"a,omitempty"`
	By          string           `json:"b,omitempty"`
	At          int64            `json:"t,omitempty"`
	Proof       string           `json:"p,omitempty"`
	Note        string           `json:"n,omitempty"`
	Beneficiary *identity.Record `json:"be,omitempty"`
	Amount      int64            `json:"m,omitempty"`
	Reference   string           `json:"rf,omitempty"`
}

func encodeDesk(d Desk) *deskBody {
	if d == (Desk{}) {
		return nil
	}
	p := d.Proposal
	return &deskBody{d.Owner, calendar.Millis(d.Until), d.NotFound, p.Action, p.By, calendar.Millis(p.At), p.Proof, p.Note,
		identity.Encode(p.Beneficiary), p.Amount, p.Reference}
}

func (b *deskBody) decode() Desk {
	if b == nil {
		return Desk{}
	}
	return Desk{Owner: b.Owner, Until: calendar.Instant(b.Until), NotFound: b.NotFound, Proposal: Proposal{Action: b.Action, By: b.By,
		At: calendar.Instant(b.At), Proof: b.Proof, Note: b.Note, Beneficiary: identity.Decode(b.Beneficiary), Amount: b.Amount, Reference: b.Reference}}
}
