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

	// Of callbacks.
	LostCallback      Kind = "lost_callback"      // the first try is never sent; it counts as delivered
	DuplicateCallback Kind = "duplicate_callback" // sent twice
	LateCallback      Kind = "late_callback"      // sent twenty minutes later
	BadSignature      Kind = "bad_signature"      // signed with another key
)

// Kinds lists every fault, those of calls first.
func Kinds() []Kind {
	return []Kind{TimeoutBefore, TimeoutAfter, LateCommit, Broken500, Broken502, Broken404, Malformed, Reject, RateLimit, Outage,
		LostCallback, DuplicateCallback, LateCallback, BadSignature}
}

// callback says the fault belongs to a callback and not to a call.
func (k Kind) callback() bool {
	switch k {
	case LostCallback, DuplicateCallback, LateCallback, BadSignature:
		return true
	}
	return false
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
	// LateBy says how long a late callback is held back; nil means twenty minutes.
	LateBy func() time.Duration

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
	case on != OpDisbursement && on != OpPayment && (on != OpRead || kind.callback()):
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
	if kind := f.take(op, false); kind != "" {
		return kind
	}
	return f.draw(f.Decide, op, req)
}

// callback is the fault of one try of a callback.
func (f *Faults) callback(about Operation, req *http.Request) Kind {
	if kind := f.take(about, true); kind != "" {
		return kind
	}
	return f.draw(f.DecideCallback, about, req)
}

// take uses up the charge that was armed first.
func (f *Faults) take(op Operation, callback bool) Kind {
	for i, c := range f.armed {
		if c.on != op || c.kind.callback() != callback {
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

func (f *Faults) late() time.Duration {
	if f.LateBy == nil {
		return 20 * time.Minute
	}
	return f.LateBy()
}
