package disbursement

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/mutant"
)

// ErrNotAllowed says a person's move does not fit the state. Observations of providers never fail: what they say is
// either new, and moves the machine, or old, and changes nothing.
var ErrNotAllowed = errors.New("disbursement: not allowed in this state")

// ErrMoved says that the disbursement is no longer as it was read; see Observation.Rests.
var ErrMoved = errors.New("disbursement: moved since it was read")

// MaxHistory bounds the story kept with the record: work that has moved this often without ending goes to a person.
const MaxHistory = 64

// table is the whole machine: what a claim makes of a state. A missing cell means the claim changes nothing there
// (providers) or is refused (people). Rules that depend on the order of events stand in ordered.
var table = map[State]map[Claim]State{
	AwaitingApproval: {ClaimApprove: Queued, ClaimCancel: Cancelled, ClaimHold: Held},
	Queued: {ClaimSubmit: Submitting, ClaimCancel: Cancelled, ClaimHold: Held, ClaimDenied: Held,
		// Only after an attempt that was thought not applied; before any attempt see ordered.
		ClaimAccepted: Accepted, ClaimCollectable: Collectable, ClaimPaid: Paid, ClaimSettled: Settled,
		ClaimRejected: Rejected, ClaimVoided: Cancelled, ClaimReturned: Returned},
	Submitting: {ClaimNotApplied: Queued, ClaimShort: Queued, ClaimUnknown: Unknown, ClaimDenied: Held, ClaimNotFound: Queued,
		ClaimAccepted: Accepted, ClaimCollectable: Collectable, ClaimPaid: Paid, ClaimSettled: Settled,
		ClaimRejected: Rejected, ClaimVoided: Cancelled, ClaimReturned: Returned, ClaimHold: Held},
	Unknown: {ClaimNotFound: Queued, ClaimAccepted: Accepted, ClaimCollectable: Collectable, ClaimPaid: Paid,
		ClaimSettled: Settled, ClaimRejected: Rejected, ClaimVoided: Cancelled, ClaimReturned: Returned, ClaimHold: Held},
	Accepted: {ClaimCollectable: Collectable, ClaimPaid: Paid, ClaimSettled: Settled, ClaimRejected: Rejected,
		ClaimVoided: Cancelled, ClaimReturned: Returned, ClaimHold: Held},
	Collectable: {ClaimPaid: Paid, ClaimSettled: Settled, ClaimRejected: Rejected, ClaimVoided: Cancelled,
		ClaimReturned: Returned, ClaimHold: Held},
	Paid:    {ClaimSettled: Settled, ClaimRejected: Returned, ClaimVoided: Returned, ClaimReturned: Returned},
	Settled: {ClaimRejected: Returned, ClaimVoided: Returned, ClaimReturned: Returned},
	Held: {ClaimAccepted: Accepted, ClaimCollectable: Collectable, ClaimPaid: Paid, ClaimSettled: Settled,
		ClaimRejected: Rejected, ClaimVoided: Cancelled, ClaimReturned: Returned, ClaimRequeue: Queued,
		ClaimSupply: Queued, ClaimCancel: Cancelled, ClaimPropose: Held, ClaimWithdraw: Held},
	Rejected:  {ClaimPaid: Held, ClaimSettled: Held},
	Returned:  {ClaimPaid: Held, ClaimSettled: Held},
	Cancelled: {ClaimPaid: Held, ClaimSettled: Held},
}

// Transition says what an observation changed.
type Transition struct {
	From, To State
	Moved    bool  // the state changed
	Changed  bool  // anything changed: the record must be written
	Free     int64 // minor units that return to the payment's balance; negative = must be reserved again
}

// Next folds one observation. It is pure: the same disbursement and observation give the same result, and evidence seen
// before changes nothing. Error: ErrNotAllowed, for people's moves only.
func Next(d Disbursement, o Observation) (Disbursement, Transition, error) {
	t := Transition{From: d.State, To: d.State}
	if d.seen(o.Evidence) {
		return d, t, nil
	}
	if o.Rests != 0 && o.Rests != d.Version {
		return d, t, ErrMoved
	}
	switch {
	case o.Claim.desk():
		return d.sit(o)
	case o.Claim == ClaimShow:
		return d.show(o)
	case o.Claim == ClaimRemind:
		return d.remind(o)
	case o.Claim == ClaimIssue:
		return d.issue(o)
	case o.Claim == ClaimWarn:
		return d.warn(o)
	case o.Claim == ClaimInvite:
		return d.invite(o)
	}
	if o.Claim == ClaimAgree {
		agreed, err := d.agreed(o)
		if err != nil {
			return d, t, err
		}
		o = agreed
	}
	before := d.Reserves()
	next := d.clone()
	next.learn(o, &t)
	to, move, err := next.ordered(o)
	if err != nil {
		return d, Transition{From: d.State, To: d.State}, err
	}
	if to == Held && o.Claim == ClaimSubmit {
		o.HoldReason = HoldChanged
	}
	if move {
		if len(d.History) >= MaxHistory && !to.Final() && !o.Resolved && o.Claim != ClaimSupply {
			to = Held
		}
		next.enter(to, o)
		t.To, t.Moved, t.Changed = to, true, true
	}
	if !t.Changed {
		return d, t, nil
	}
	next.Due = next.nextDue(o.At)
	if next.State == Queued && o.WaitsUntil.After(o.At) && o.WaitsUntil.Before(next.Due) {
		next.Due = o.WaitsUntil
	}
	t.Free = before - next.Reserves()
	return next, t, nil
}

// ordered decides where an observation leads, given that webhooks come in any order. Providers that stamp their events
// are believed by the stamp; without one, later arrival counts as later event.
func (d Disbursement) ordered(o Observation) (State, bool, error) {
	to, listed := table[d.State][o.Claim]
	switch {
	case mutant.On("cancel-sent") && o.Claim == ClaimCancel:
		to, listed = Cancelled, true
	case mutant.On("late-approval") && o.Claim == ClaimApprove && d.State == Cancelled:
		to, listed = Queued, true
	}
	if !listed {
		if o.Claim.personal() {
			return "", false, fmt.Errorf("%w: %s while %s", ErrNotAllowed, o.Claim, d.State)
		}
		return "", false, nil
	}
	older := !o.OccurredAt.IsZero() && !d.EvidenceAt.IsZero() && o.OccurredAt.Before(d.EvidenceAt)
	switch {
	case o.Claim == ClaimApprove && (o.By == d.RequestedBy || d.MayHaveTold(o.By)) && !mutant.On("self-approval"):
		return "", false, ErrSecondPerson
	case o.Claim == ClaimApprove && !d.AskUntil.IsZero() && !o.At.Before(d.AskUntil):
		return "", false, fmt.Errorf("%w: the request lapsed", ErrNotAllowed)
	case o.Claim == ClaimApprove && o.Proof != "" && o.Proof != d.Fingerprint():
		return "", false, fmt.Errorf("%w: not what was seen", ErrDiffers)
	case o.Claim == ClaimCancel && d.Repeated():
		return "", false, fmt.Errorf("%w: %s of what the provider may have", ErrNotAllowed, o.Claim)
	case o.Claim == ClaimSubmit && d.ApprovedHash != "" && d.ApprovedHash != d.Fingerprint():
		return Held, true, nil // what runs is what was approved
	case to == Queued && d.State == Held && o.Claim == ClaimSupply && o.HoldReason != "":
		to = Held // what was told of the person is itself a reason to look
	case to == Queued && d.State == Held && d.asksAgain(o):
		to = AwaitingApproval
	}
	switch {
	case o.Resolved:
		return to, true, nil
	case d.State == Held && len(d.History) > MaxHistory && !o.Claim.personal():
		return "", false, nil
	case d.Contested && !o.Claim.personal():
		return "", false, nil // the provider contradicted itself: only people move it now
	case o.Attempt != 0 && o.Attempt != len(d.Attempts) && !o.Claim.success():
		return "", false, nil // a stalled worker's proof about an attempt that is no longer the last
	case d.State == Queued && !d.Sent() && o.Claim.evidence():
		return Held, true, nil // evidence for something never sent
	case d.State == Held && (o.Claim == ClaimRequeue || o.Claim == ClaimCancel || o.Claim == ClaimSupply) && !d.Unsent():
		return "", false, fmt.Errorf("%w: %s alone, of what the provider may have", ErrNotAllowed, o.Claim)
	case d.State == Held && o.Claim == ClaimAccepted && (d.HeldFrom == Accepted || d.HeldFrom == Collectable):
		return "", false, nil // it had been accepted before it was held: a message of the past
	case d.State == Submitting && o.Claim == ClaimRejected && d.Repeated():
		return Unknown, true, nil // the repeat was refused; the one that it repeats may have been taken
	case o.Claim == ClaimRejected && o.By == ByReply && d.Repeated():
		return "", false, nil // the same, of a reply that was written when the state was another already
	case d.State.Final() && older && d.State != Returned:
		return Returned, true, nil // it was paid first and bounced later; told the other way round
	case d.State == Returned && older:
		return "", false, nil
	case (d.State == Paid || d.State == Settled) && to == Returned && older:
		return Held, true, nil // refused first, paid later: the same contradiction as in the other order
	}
	return to, true, nil
}

// Repeat marks evidence by which something is sent again although nobody could say what became of it before: its provider
// promises to give the first one back.
const Repeat = "poll:repeat:"

// Repeated says that an attempt of unknown outcome lies before what is queued or under way: the provider may have it. When two
// people let it go again, they have said what became of that attempt.
func (d Disbursement) Repeated() bool {
	repeated := false
	for _, s := range d.History {
		repeated = !s.Resolves(Requeue) && (repeated || s.To == Queued && strings.HasPrefix(s.Evidence, Repeat))
	}
	return repeated
}

// learn takes over facts that do not depend on the state.
func (d *Disbursement) learn(o Observation, t *Transition) {
	set := func(field *string, value string) {
		if value != "" && *field == "" {
			*field, t.Changed = value, true
		}
	}
	if o.Claim.evidence() {
		set(&d.Reference, o.Reference)
		set(&d.CashCode, o.CashCode)
		if d.CashExpires.IsZero() && !o.CashExpires.IsZero() {
			d.CashExpires, t.Changed = o.CashExpires, true
		}
		if (o.Claim == ClaimPaid || o.Claim == ClaimSettled) && d.Received == 0 {
			d.Received, t.Changed = orAll(o.Amount, d.Amount.Minor()), true
			d.PaidAt = o.instant()
		}
		if o.Claim == ClaimSettled && d.SettledOn.IsZero() && !o.SettledOn.IsZero() {
			d.SettledOn, d.Fee, t.Changed = o.SettledOn, o.Fee, true
		}
	}
	if d.State == Held && o.Claim == ClaimNotFound && o.Attempt == len(d.Attempts) && d.Desk.NotFound != o.Attempt {
		d.Desk.NotFound, t.Changed = o.Attempt, true
	}
	if n := o.Attempt; n > 0 && n <= len(d.Attempts) && o.By == ByReply && d.Attempts[n-1].Outcome == "" {
		d.Attempts[n-1].Outcome, d.Attempts[n-1].ResponseID, t.Changed = string(o.Claim), o.ResponseID, true
	}
}

// enter moves into a state and writes the step.
func (d *Disbursement) enter(to State, o Observation) {
	from := d.State
	switch to {
	case Submitting:
		d.Attempts = append(d.Attempts, Attempt{At: o.At})
		d.LastSentAt = o.At
		if d.SentAt.IsZero() {
			d.SentAt = o.At
		}
	case Held:
		d.HeldFrom, d.HeldReason = from, heldReason(from, o)
		d.Contested = d.HeldReason == HoldContested
	case Returned:
		d.Returned = orAll(o.Amount, d.Amount.Minor())
		if o.Claim == ClaimPaid || o.Claim == ClaimSettled {
			d.Returned = d.Amount.Minor()
		}
	case Queued:
		if o.Claim == ClaimApprove {
			d.ApprovedBy, d.ApprovedHash, d.AskUntil = o.By, d.Fingerprint(), time.Time{}
		}
	case AwaitingApproval:
		d.ApprovedBy, d.ApprovedHash, d.AskUntil = "", "", o.AskUntil
	}
	if o.Claim == ClaimSupply {
		before := d.Beneficiary
		d.Beneficiary = before.With(o.Beneficiary)
		if !before.Same(d.Beneficiary) { // whoever was looked at is not who is paid
			d.ClearedBy, d.Checked = "", ""
		}
	}
	if from == Held && d.HeldReason == HoldKYC {
		d.Checked = "person:" + o.By
	}
	if from == Held && d.HeldReason == HoldBlocked {
		d.ClearedBy = o.By
	}
	if from == Held {
		d.HeldFrom, d.HeldReason, d.Contested, d.Desk = "", "", false, Desk{}
		if to == Held && o.Claim == ClaimSupply {
			d.HeldFrom, d.HeldReason = Queued, o.HoldReason
		}
	}
	if o.Claim.evidence() && !o.Resolved { // what people decided must not make a provider's later word look old
		if at := o.instant(); at.After(d.EvidenceAt) {
			d.EvidenceAt = at
		}
	}
	if word := cmp.Or(o.Word, o.Code); word != "" || o.Said != "" {
		d.Word, d.Said = word, d.Beneficiary.Hide(o.Said.Reveal())
	}
	d.State, d.Polls = to, 0
	d.History = append(d.History, o.step(from, to, note(o)))
}

func heldReason(from State, o Observation) string {
	switch {
	case from.Final() || ((from == Paid || from == Settled) && o.Claim != ClaimHold):
		return HoldContested
	case o.HoldReason != "":
		return o.HoldReason
	case o.Claim == ClaimDenied:
		return HoldDenied
	case o.Claim.evidence():
		return HoldNeverSent
	}
	return HoldExhausted
}

func note(o Observation) string {
	if o.Code == "" {
		return o.Note
	}
	if o.Note == "" {
		return o.Code
	}
	return o.Code + ": " + o.Note
}

// seen says whether the evidence already made a step.
// Anew makes evidence of what may befall a disbursement more than once: a second hold for the same reason is not the first
// one told again, while two workers who read the same record say the same.
func (d Disbursement) Anew(evidence string) string {
	return evidence + ":" + strconv.Itoa(len(d.History))
}

func (d Disbursement) seen(evidence string) bool {
	for _, s := range d.History {
		if s.Evidence == evidence && evidence != "" {
			return true
		}
	}
	return false
}

// clone copies what Next may append to, so that the caller's value stays as it was.
func (d Disbursement) clone() Disbursement {
	d.Attempts = append([]Attempt(nil), d.Attempts...)
	d.History = append([]Step(nil), d.History...)
	return d
}

// ByReply marks the reply to our own submit call.
const ByReply = "reply"

// evidence says the claim comes from a provider and speaks of the disbursement's fate.
func (c Claim) evidence() bool {
	switch c {
	case ClaimAccepted, ClaimCollectable, ClaimPaid, ClaimSettled, ClaimRejected, ClaimVoided, ClaimReturned:
		return true
	}
	return false
}

// success says the provider has it or has paid it: true whichever attempt it answers.
func (c Claim) success() bool {
	return c == ClaimAccepted || c == ClaimCollectable || c == ClaimPaid || c == ClaimSettled
}

// personal says the claim is a move of people or of ourselves, which is refused where it does not fit.
func (c Claim) personal() bool {
	switch c {
	case ClaimApprove, ClaimCancel, ClaimSubmit, ClaimRequeue, ClaimHold, ClaimSupply, ClaimShow, ClaimInvite, ClaimIssue, ClaimTake, ClaimRelease, ClaimPropose,
		ClaimWithdraw, ClaimAgree:
		return true
	}
	return false
}

func orAll(amount, all int64) int64 {
	if amount <= 0 || amount > all {
		return all
	}
	return amount
}

// instant is when it happened, as well as we know: by the provider's event, else by the provider's clock when it told, else by
// ours.
func (o Observation) instant() time.Time {
	switch {
	case !o.OccurredAt.IsZero():
		return o.OccurredAt
	case !o.AsOf.IsZero():
		return o.AsOf
	}
	return o.At
}
