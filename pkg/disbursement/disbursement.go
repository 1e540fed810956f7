// Package disbursement is money we ask a provider to pay out: a refund of a payment, or a payout to a person.
// Both share one machine. All that is ever learned about one arrives as an Observation and goes through Next.
package disbursement

import (
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
)

// Kind says what the money is for. Stored strings: append only.
type Kind string

const (
	// Refund gives (part of) a payment back and reserves it on that payment.
	Refund Kind = "refund"
	// Payout sends money to a person and belongs to no payment.
	Payout Kind = "payout"
)

// State of the machine; see next.go for who leads where. Stored strings: append only.
type State string

const (
	AwaitingApproval State = "awaiting_approval" // a second person must agree
	Queued           State = "queued"            // ours, not sent (or proven not applied)
	Submitting       State = "submitting"        // intent written, the call may be in flight
	Unknown          State = "unknown"           // the call's effect is not known; money stays reserved
	Accepted         State = "accepted"          // the provider has it
	Collectable      State = "collectable"       // cash code issued, the buyer can collect
	Paid             State = "paid"              // the provider says the buyer has it
	Held             State = "held"              // parked for a person
	Settled          State = "settled"           // seen in a settlement file
	Rejected         State = "rejected"          // final: the provider refused, by a documented code
	Returned         State = "returned"          // final: the money came back
	Cancelled        State = "cancelled"         // final: stopped before it was paid
)

// States lists every state in the order of the table that people review.
func States() []State {
	return []State{AwaitingApproval, Queued, Submitting, Unknown, Accepted, Collectable, Paid, Held, Settled,
		Rejected, Returned, Cancelled}
}

// Final says the disbursement is over and holds no money.
func (s State) Final() bool { return s == Rejected || s == Returned || s == Cancelled }

// Done says nothing more is expected of the provider or of us but, perhaps, a settlement row or a bounce.
func (s State) Done() bool { return s.Final() || s == Paid || s == Settled }

// Route is the road the money takes. Stored strings: append only.
type Route string

const (
	Original       Route = "original"        // back through the provider that collected it
	CashWithdrawal Route = "cash_withdrawal" // cash at a counter, against a code
	BankTransfer   Route = "bank_transfer"   // to a bank account of the buyer
	Manual         Route = "manual"          // by a person, documented
)

// Attempt is one call that may have handed the disbursement over.
type Attempt struct {
	At         time.Time
	ResponseID string // the provider's id for its answer, when it gave one
	Outcome    string // the Claim the reply amounted to; empty while in flight
}

// Paper is a compliance document: what it is, and the digest under which its file is kept.
type Paper struct {
	Name   string `json:"n"`
	Digest string `json:"d"`
}

// FX is what a refund was asked for in another currency than it is paid in, and the rate that was fixed for it.
type FX struct {
	Asked    int64          `json:"a"` // minor units of Currency
	Currency money.Currency `json:"c"`
	Bears    string         `json:"b"` // who bears what the rate moved since the payment: merchant or buyer
	Lock     rate.Lock      `json:"l"`
}

// Step is one line of the story: what moved the disbursement, and on what evidence.
type Step struct {
	At       time.Time
	From, To State
	Evidence string         // key of the source, see Observation.Evidence
	By       string         // the person or part that brought it
	Role     string         // of the person, by the key they used
	Note     string         // reason in words, for people
	Delivery string         // digest of the webhook that brought it, by which it is kept; leads there, and is no part of the journal
	Trail    identity.Trail // of the request that a person or a merchant's system made; no part of the journal either
}

// Disbursement is one refund or payout.
type Disbursement struct {
	Tenant      string
	ID          string // rf_… or po_…
	Kind        Kind
	Store       string
	Network     string // where cash changes hands
	Provider    string // whom we talk to
	Account     string // our account there
	MerchantRef string // the merchant's own id: merchant_refund_id or merchant_payout_id
	Payment     string // pay_… that a refund gives back
	Order       string // the merchant's order reference

	Amount              money.Amount
	Route               Route
	RouteReason         string
	Reason              string // reason code of a refund, purpose of a payout
	ReasonText          string
	Beneficiary         identity.Person
	OriginalTransaction string // the provider's id of the payment
	OriginalReference   string // the voucher code of the payment

	State       State
	HeldFrom    State  // the state it was parked in
	HeldReason  string // machine-readable, see Hold… constants
	Contested   bool   // success was claimed after a final state: a person must decide
	Overdrawn   bool   // …and the payment no longer covered it
	Reference   string // the provider's id of the disbursement
	CashCode    string
	CashExpires time.Time
	RemindHours int    // so long before the cash code runs out the buyer is reminded; 0 = not
	CodeShownTo string // who was given the code; it is shown once
	Replaces    string // the void disbursement whose cash code this one is issued anew for
	ReplacedBy  string
	Settles     bool    // an unusual situation of its payment, which is open again should the money come back
	ClearedBy   string  // who let it go although the beneficiary is on the block list
	Checked     string  // who or what found the beneficiary to be who they say they are, and under which reference
	Papers      []Paper // compliance documents that came with it
	FX          *FX     // how Amount came of another currency; nil = it was asked for as it is
	Received    int64   // minor units the buyer got; 0 until paid
	Returned    int64   // minor units that came back
	Fee         int64   // minor units the settlement charged
	Word        string  // the provider's last code or status word that moved it
	Said        string  // the provider's own text beside it, as it came, without the beneficiary's details
	EvidenceAt  time.Time
	PaidAt      time.Time
	SettledOn   calendar.Date

	Attempts []Attempt
	History  []Step
	Desk     Desk // what people do about it while it is held

	RequestedBy  string
	NeedsRole    string    // of who must agree; empty = nobody must
	AskUntil     time.Time // when the request for approval lapses; zero = it waits
	ApprovedBy   string
	ApprovedHash string // Fingerprint of what was approved
	CreatedAt    time.Time
	AcceptedOn   calendar.Date // local day of acceptance; windows and cut-offs are decided by it
	Expected     calendar.Date // the buyer has it by this day, where it is another than ExpectedBy works out
	Deadline     calendar.Date // of a selling platform; zero = none
	SentAt       time.Time     // first attempt
	LastSentAt   time.Time     // last attempt; the quiet period counts from here
	StoppedAt    time.Time     // the last look that found handing over stopped; zero = none
	Polls        int           // since the last transition
	Due          time.Time     // when the sweep must look at it; zero = nothing outstanding
	Version      int64         // of the stored record
}

// Reserves is how many minor units of its payment the disbursement holds or has used up.
func (d Disbursement) Reserves() int64 {
	if d.Kind != Refund || d.Overdrawn {
		return 0
	}
	switch {
	case d.State == Returned:
		return d.Amount.Minor() - d.Returned
	case d.State.Final():
		return 0
	}
	return d.Amount.Minor()
}

// Short says that it waits because our balance at the provider did not suffice when it was last handed over.
func (d Disbursement) Short() bool {
	n := len(d.Attempts)
	return d.State == Queued && n > 0 && d.Attempts[n-1].Outcome == string(ClaimShort)
}

// Sent says whether a call may have handed it over.
func (d Disbursement) Sent() bool { return len(d.Attempts) > 0 }

// Open puts a new disbursement into its first state: if it needs a role a second person must agree, else it is queued, due
// at once for the sweep in case the send is lost. With a reason to hold it, a person must act first.
func (d Disbursement) Open(hold, why string) Disbursement {
	d.State = Queued
	if d.NeedsRole != "" {
		d.State = AwaitingApproval
	}
	d.History = []Step{{At: d.CreatedAt, To: d.State, Evidence: "request", By: d.RequestedBy}}
	if hold != "" {
		d.HeldFrom, d.HeldReason = d.State, hold
		d.State, d.History[0].To, d.History[0].Note = Held, Held, why
	}
	d.Due = d.nextDue(d.CreatedAt)
	return d
}
