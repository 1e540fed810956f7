package disbursement

import (
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
)

// Claim is what an observation says. Stored strings (in attempts): append only.
type Claim string

const (
	// Of providers.
	ClaimAccepted    Claim = "accepted"    // it has the disbursement
	ClaimCollectable Claim = "collectable" // a cash code is out
	ClaimPaid        Claim = "paid"        // the buyer has the money
	ClaimSettled     Claim = "settled"     // a settlement row shows it
	ClaimRejected    Claim = "rejected"    // refused by a code documented as "no effect, for ever"
	ClaimReturned    Claim = "returned"    // the money came back: expiry, bounce, reversal
	ClaimVoided      Claim = "voided"      // stopped at the provider before it was paid
	ClaimNotFound    Claim = "not_found"   // conclusive: asked after the quiet period, it knows no such reference
	ClaimDenied      Claim = "denied"      // our credentials were refused; not applied

	// Of the call itself.
	ClaimNotApplied Claim = "not_applied" // proven: it ended before the last byte, or was refused for now (429)
	ClaimShort      Claim = "short"       // proven: not applied, because our balance there does not suffice for now
	ClaimUnknown    Claim = "unknown"     // nothing is proven

	// Of ourselves and of people.
	ClaimSubmit  Claim = "submit"  // intent to call now
	ClaimApprove Claim = "approve" // a second person agreed
	ClaimCancel  Claim = "cancel"  // a person stops it
	ClaimRequeue Claim = "requeue" // two people, with proof that it was never applied
	ClaimHold    Claim = "hold"    // we give up asking; a person must look
	ClaimSupply  Claim = "supply"  // what was missing of the beneficiary has been told

	ClaimShow   Claim = "show"   // a person is given the cash code
	ClaimRemind Claim = "remind" // the cash code runs out soon
	ClaimIssue  Claim = "issue"  // a receipt of how it ended is issued
	ClaimInvite Claim = "invite" // a person is given a link by which the buyer tells what is missing
	ClaimWarn   Claim = "warn"   // people are reminded: it is overdue, a deadline is near

	// Of people about what is held; see Desk.
	ClaimTake     Claim = "take"     // a person looks into it
	ClaimRelease  Claim = "release"  // and leaves it to others
	ClaimPropose  Claim = "propose"  // a person says how it ends, on what evidence
	ClaimWithdraw Claim = "withdraw" // the proposal is taken back
	ClaimAgree    Claim = "agree"    // a second person agrees: what was proposed happens
)

// Claims lists every claim in the order of the table that people review.
func Claims() []Claim {
	return []Claim{ClaimApprove, ClaimCancel, ClaimSubmit, ClaimNotApplied, ClaimShort, ClaimUnknown, ClaimDenied, ClaimNotFound,
		ClaimAccepted, ClaimCollectable, ClaimPaid, ClaimSettled, ClaimRejected, ClaimVoided, ClaimReturned,
		ClaimHold, ClaimRequeue, ClaimSupply, ClaimShow, ClaimRemind, ClaimInvite, ClaimIssue, ClaimWarn, ClaimTake, ClaimRelease, ClaimPropose, ClaimWithdraw, ClaimAgree}
}

// Observation is one thing learned about a disbursement: a reply, a webhook item, a poll's answer, a settlement row, or
// a person's move. They are all the same thing to the machine.
type Observation struct {
	Claim    Claim
	Evidence string    // stable key of the source: webhook item id, digest of an answer, file#line, person and request
	By       string    // "reply", "webhook", "poll", "settlement", "sweep" or a person's id
	Role     string    // of the person, by the key they used; empty for the others
	At       time.Time // when we learned it

	// OccurredAt is the provider's own instant of the event; zero if it gives none. Events are ordered by it, so that
	// webhooks may come in any order.
	OccurredAt time.Time
	// AsOf is the provider's clock when it told what bears no instant; zero if it showed none. What follows is ordered by it,
	// so that the clock of ours that heard it does not matter.
	AsOf time.Time
	// Attempt is the submit that a reply or a "not found" speaks of, counted from 1; 0 = of none in particular. Proofs
	// about one attempt say nothing about a later one.
	Attempt    int
	Reference  string         // the provider's id of the disbursement, if told
	Pointed    bool           // the provider will name it by that id only: a record must lead from it to ours
	ResponseID string         // the provider's id of this answer, if told
	Delivery   string         // digest of the webhook that told this and nothing else, by which it is kept
	Trail      identity.Trail // of the request that brought it

	CashCode    string
	CashExpires time.Time
	Amount      int64              // minor units received or returned; 0 = all of it
	Fee         int64              // minor units, of a settlement row
	SettledOn   calendar.Date      // of a settlement row
	Code        string             // the provider's own code or status word, as it came
	Word        string             // the provider's status word by which to translate it; empty = Code
	Said        identity.Sensitive // the provider's own text beside it, as it came
	Note        string             // reason in words
	HoldReason  string             // for ClaimHold and ClaimDenied; for ClaimSupply if the person must be looked at first

	Action      Action          // for ClaimPropose and ClaimAgree
	Proof       string          // for ClaimPropose: where the evidence can be looked up
	Beneficiary identity.Person // for ClaimSupply and ClaimPropose: what was missing; empty fields change nothing
	AskUntil    time.Time       // of what must be agreed to again: when the request lapses; zero = it waits
	WaitsUntil  time.Time       // of what goes back to wait: it is looked at then at the latest; zero = by its gaps
	Rests       int64           // the version of the record that it was made for; 0 = any. Else ErrMoved
	Resolved    bool            // two people agreed on it: it counts though the provider never said it
}

// step is the line of the story that the observation makes.
func (o Observation) step(from, to State, note string) Step {
	return Step{At: o.At, From: from, To: to, Evidence: o.Evidence, By: o.By, Role: o.Role, Note: note, Delivery: o.Delivery, Trail: o.Trail}
}

// Reasons for which a disbursement is held. Stored strings: append only.
const (
	HoldContested  = "contested"     // success after a final state
	HoldExhausted  = "exhausted"     // asked for eleven days without a final answer
	HoldNeverSent  = "never_sent"    // evidence for something we have no record of sending
	HoldDenied     = "denied"        // the provider refuses our credentials
	HoldUnreadable = "unreadable"    // the record's data cannot be sent as they are
	HoldNoLookup   = "no_lookup"     // unknown, and the provider cannot be asked by our reference
	HoldManual     = "manual_route"  // the documented manual road
	HoldDetails    = "details_asked" // the beneficiary's details are missing
	HoldWindow     = "window_over"   // no road is open any more: paid by hand, documented
	HoldChanged    = "changed"       // it is no longer what was approved
	HoldBlocked    = "blocked"       // the beneficiary is on the merchant's block list
	HoldKYC        = "kyc"           // the beneficiary could not be found to be who they say they are
	HoldScreened   = "many_stores"   // one person is paid from more stores than is usual
)
