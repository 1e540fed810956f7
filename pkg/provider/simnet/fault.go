package simnet

import (
	"fmt"
	"net/http"
	"time"
)

// Kind of fault. They come in pairs: not applied, and applied with the reply lost.
type Kind string

const (
	// Of calls.
	TimeoutBefore Kind = "timeout_before"        // the call is lost on its way there
	TimeoutAfter  Kind = "timeout_after_commit"  // applied, the reply is lost
	LateCommit    Kind = "late_commit"           // applied up to four minutes after our time-out
	Broken500     Kind = "http_500_after_commit" // applied, answered with a 500
	Broken502     Kind = "http_502_after_commit" // applied, a proxy answers with its own page
	Broken404     Kind = "http_404_after_commit" // applied, a proxy on the way says the path is gone
	Malformed     Kind = "malformed_reply"       // applied, the reply is cut off
	Reject        Kind = "reject"                // refused by a documented code
	RateLimit     Kind = "rate_limit"            // 429
	Outage        Kind = "outage"                // connection refused
	// Applied, and the reply comes so slowly that the caller's time-out falls into its body.
	SlowDrip Kind = "slow_drip"
	// Applied, and answered as if it had been before: there is one under that reference already.
	DuplicateReference Kind = "duplicate_reference"

	// Of what happens to a disbursement.
	StatusLag Kind = "status_lag" // look-ups do not see it for up to forty-five seconds; callbacks tell at once

	// Of callbacks.
	LostCallback      Kind = "lost_callback"      // the first try is never sent; it counts as delivered
	DuplicateCallback Kind = "duplicate_callback" // sent twice, or more often
	LateCallback      Kind = "late_callback"      // sent twenty minutes later
	BadSignature      Kind = "bad_signature"      // signed with another key
	OldSecret         Kind = "old_secret"         // signed with one of those that its account had before; with the one it has, if there was none
	UnknownRefund     Kind = "unknown_refund"     // and behind it one, well signed, that says the same of somebody else's refund
	PermutedCallback  Kind = "permuted_callback"  // sent behind the next one about the same payment or disbursement
)

// Kinds lists every fault, those of calls first.
func Kinds() []Kind {
	return []Kind{TimeoutBefore, TimeoutAfter, LateCommit, Broken500, Broken502, Broken404, Malformed, Reject, RateLimit, Outage,
		SlowDrip, DuplicateReference, StatusLag,
		LostCallback, DuplicateCallback, LateCallback, OldSecret, UnknownRefund, PermutedCallback, BadSignature}
}

// victim is what a fault befalls.
type victim int

const (
	aCall victim = iota
	aCallback
	aChange // of a disbursement
)

// befalls says what a fault belongs to.
func (k Kind) befalls() victim {
	switch k {
	case LostCallback, DuplicateCallback, LateCallback, BadSignature, OldSecret, UnknownRefund, PermutedCallback:
		return aCallback
	case StatusLag:
		return aChange
	}
	return aCall
}

// Faults are what the next calls and callbacks of one provider suffer: armed by a person, or drawn by a simulator.
type Faults struct {
	// Decide draws a fault for a call that no armed one hits; nil, or an empty answer, means none.
	Decide func(op Operation, req *http.Request) Kind
	// DecideCallback does the same for a try of a callback about a disbursement or a payment.
	DecideCallback func(about Operation, req *http.Request) Kind
	// DecideRow draws what is wrong with the row of cash that has just moved. It is asked once, so that a file says the same
	// whenever it is fetched.
	DecideRow func(m Movement) Flaw
	// DecideChange does the same for what has just happened to a disbursement.
	DecideChange func() Kind
	// LagBy says how long look-ups lag behind a change; nil means forty-five seconds.
	LagBy func() time.Duration
	// LateBy says how long a late callback is held back, and one for which no next one comes; nil means twenty minutes.
	LateBy func() time.Duration
	// Copies says how much later than the first each further copy of a duplicate is sent; nil means one, at once.
	Copies func() []time.Duration
	// Stranger is a reference that is no disbursement's of this account; nil means one that is nobody's.
	Stranger func() string
	// Answered hears how a callback that was signed with a wrong or an old secret, and sent at that instant, was answered; nil = nobody.
	Answered func(kind Kind, account, secret string, sent time.Time, status int)

	armed []charge
	fired []charge
}

type charge struct {
	kind  Kind
	on    Operation
	count int
}

// Arm makes the next count calls (or callbacks) of an operation suffer. An empty on means disbursements.
// Error: no such kind, a count below one, or an operation that cannot suffer.
func (f *Faults) Arm(kind Kind, count int, on Operation) error {
	if on == "" {
		on = OpDisbursement
	}
	known := false
	for _, k := range Kinds() {
		known = known || k == kind
	}
	switch {
	case !known:
		return fmt.Errorf("simnet: no fault %q", kind)
	case count < 1:
		return fmt.Errorf("simnet: count %d is below one", count)
	case on != OpDisbursement && (kind.befalls() == aChange || on != OpPayment && (on != OpRead || kind.befalls() != aCall)):
		return fmt.Errorf("simnet: faults do not hit %q", on)
	}
	f.armed = append(f.armed, charge{kind, on, count})
	return nil
}

// Clear forgets what is armed and what fired.
func (f *Faults) Clear() { f.armed, f.fired = nil, nil }

// View is what a person sees: how many of each kind are still armed, and how many struck.
type View struct {
	Armed map[Kind]int `json:"armed"`
	Fired map[Kind]int `json:"fired"`
}

// View counts by kind.
func (f *Faults) View() View {
	return View{Armed: tally(f.armed), Fired: tally(f.fired)}
}

func tally(charges []charge) map[Kind]int {
	sums := make(map[Kind]int, len(charges))
	for _, c := range charges {
		sums[c.kind] += c.count
	}
	return sums
}

// call is the fault of a call; empty for none.
func (f *Faults) call(op Operation, req *http.Request) Kind {
	if kind := f.take(op, aCall); kind != "" {
		return kind
	}
	return f.draw(f.Decide, op, req)
}

// callback is the fault of one try of a callback.
func (f *Faults) callback(about Operation, req *http.Request) Kind {
	if kind := f.take(about, aCallback); kind != "" {
		return kind
	}
	return f.draw(f.DecideCallback, about, req)
}

// lag is how long look-ups do not see what has just happened to a disbursement; zero for not at all.
func (f *Faults) lag() time.Duration {
	kind := f.take(OpDisbursement, aChange)
	if kind == "" && f.DecideChange != nil {
		if kind = f.DecideChange(); kind != "" {
			f.strike(kind)
		}
	}
	switch {
	case kind == "":
		return 0
	case f.LagBy == nil:
		return mostLag
	}
	return f.LagBy()
}

// mostLag is how long look-ups lag at most.
const mostLag = 45 * time.Second

// take uses up the charge that was armed first.
func (f *Faults) take(op Operation, of victim) Kind {
	for i, c := range f.armed {
		if c.on != op || c.kind.befalls() != of {
			continue
		}
		f.armed[i].count--
		if f.armed[i].count == 0 {
			f.armed = append(f.armed[:i:i], f.armed[i+1:]...)
		}
		f.strike(c.kind)
		return c.kind
	}
	return ""
}

func (f *Faults) draw(decide func(Operation, *http.Request) Kind, op Operation, req *http.Request) Kind {
	if decide == nil {
		return ""
	}
	kind := decide(op, req)
	if kind != "" {
		f.strike(kind)
	}
	return kind
}

func (f *Faults) strike(kind Kind) {
	for i := range f.fired {
		if f.fired[i].kind == kind {
			f.fired[i].count++
			return
		}
	}
	f.fired = append(f.fired, charge{kind: kind, count: 1})
}

func (f *Faults) copies() []time.Duration {
	if f.Copies == nil {
		return []time.Duration{soonest}
	}
	return f.Copies()
}

func (f *Faults) stranger() string {
	if f.Stranger == nil {
		return "rf_00000000000000000000000000"
	}
	return f.Stranger()
}

func (f *Faults) late() time.Duration {
	if f.LateBy == nil {
		return 20 * time.Minute
	}
	return f.LateBy()
}
