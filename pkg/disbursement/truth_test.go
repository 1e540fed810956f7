package disbursement_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

// truth is a provider that keeps its word, and what it really did with one refund: what each call came to, whatever became of
// its reply, and what it then made of what it has. Whoever asks late enough is told that; whoever asks too early may be told that
// there is nothing, and then a commit appears.
type truth struct {
	keyed   bool // whoever repeats a reference is given the first one back; else, or once that promise has lapsed, it pays twice
	untold  bool // cannot be asked by our reference
	stamped bool // tells when what it tells of happened
	pending int  // calls of which it is open whether they will be applied
	held    []entry
}

// entry is one refund in the provider's books.
type entry struct {
	state disbursement.Claim // accepted, collectable, paid; or rejected, voided, returned: it is over
	back  int64              // minor units that came back
	at    time.Time          // of its state
}

func (e entry) live() bool {
	return e.state == disbursement.ClaimAccepted || e.state == disbursement.ClaimCollectable || e.state == disbursement.ClaimPaid
}

// out is how much money of a refund is not with us: with the buyer, or on its way there.
func (p *truth) out(amount int64) (sum int64) {
	for _, e := range p.held {
		if e.live() || e.state == disbursement.ClaimReturned {
			sum += amount - e.back
		}
	}
	return sum
}

func (p *truth) double() bool {
	live := 0
	for _, e := range p.held {
		if e.live() {
			live++
		}
	}
	return live > 1
}

// apply books a refund, unless it is a repeat that is given the first one back.
func (p *truth) apply(now time.Time) {
	if !p.keyed || len(p.held) == 0 {
		p.held = append(p.held, entry{state: disbursement.ClaimAccepted, at: now})
	}
}

// tells is what it says of its last refund.
func (p *truth) tells() disbursement.Observation {
	e := p.held[len(p.held)-1]
	o := disbursement.Observation{Claim: e.state}
	if e.state == disbursement.ClaimReturned {
		o.Amount = e.back
	}
	if p.stamped {
		o.OccurredAt = e.at
	}
	return o
}

// life is a refund, the provider's truth about it, and every message about it that may still come: also a second time, or never.
type life struct {
	d        disbursement.Disbursement
	p        truth
	now      time.Time
	messages []disbursement.Observation
	freed    int64
	agreed   bool // two people had their say
	n        int  // of what happened, for evidence
}

// fold hears one thing, and holds what must be true of each step of the machine.
func (l *life) fold(t *rapid.T, o disbursement.Observation) disbursement.Transition {
	o.At = l.now
	before := string(disbursement.Encode(l.d).Body)
	next, tr, err := disbursement.Next(l.d, o)
	if string(disbursement.Encode(l.d).Body) != before {
		t.Fatalf("%s of what is %s changed what it was read from", o.Claim, l.d.State)
	}
	if err != nil || !tr.Changed {
		if body := disbursement.Encode(next).Body; string(body) != before || tr.Moved || tr.Free != 0 {
			t.Fatalf("%s of what is %s changed it by the way: %+v, %v", o.Claim, l.d.State, tr, err)
		}
		return tr
	}
	if tr.Free != l.d.Reserves()-next.Reserves() {
		t.Fatalf("%s from %s to %s frees %d, and reserves %d instead of %d", o.Claim, l.d.State, next.State, tr.Free, next.Reserves(), l.d.Reserves())
	}
	l.freed += tr.Free
	if l.d, err = disbursement.Decode(disbursement.Encode(next)); err != nil { // nothing is remembered but what is stored
		t.Fatal(err)
	}
	if _, again, err := disbursement.Next(l.d, o); o.Evidence != "" && tr.Moved && (err != nil || again.Changed) {
		t.Fatalf("%s a second time: %+v, %v", o.Evidence, again, err)
	}
	return tr
}

// hear folds a message now, later, or never; it may come again in any case.
func (l *life) hear(t *rapid.T, o disbursement.Observation) {
	l.messages = append(l.messages, o)
	if rapid.Bool().Draw(t, "at once") {
		l.fold(t, o)
	}
}

func (l *life) evidence(of string) string {
	l.n++
	return fmt.Sprint(of, ":", l.n)
}

// check is what must be true at every instant.
func (l *life) check(t *rapid.T) {
	amount := l.d.Amount.Minor()
	switch out := l.p.out(amount); {
	case l.p.double():
		t.Fatalf("the provider was made to hold two: %+v", l.p.held)
	case out > l.d.Reserves():
		t.Fatalf("%d of %d is out and %d reserved, of what is %s", out, amount, l.d.Reserves(), l.d.State)
	case l.d.Reserves() < 0 || l.d.Reserves() > amount || l.freed != amount-l.d.Reserves():
		t.Fatalf("of %d, %d is reserved and %d was freed", amount, l.d.Reserves(), l.freed)
	}
}

// submit hands it over, if the machine lets it.
func (l *life) submit(t *rapid.T) {
	if l.d.State == disbursement.Queued && l.d.Repeated() && !l.p.keyed { // as the submitter does
		l.fold(t, disbursement.Observation{Claim: disbursement.ClaimHold, HoldReason: disbursement.HoldNoLookup, By: "submit", Evidence: l.evidence("lapsed")})
		return
	}
	n := len(l.d.Attempts) + 1
	if tr := l.fold(t, disbursement.Observation{Claim: disbursement.ClaimSubmit, Evidence: fmt.Sprint("submit:", n), By: "submit"}); !tr.Moved || l.d.State != disbursement.Submitting {
		return
	}
	reply := disbursement.Observation{Claim: disbursement.ClaimUnknown}
	switch call := rapid.SampledFrom([]string{"applied", "applied, reply lost", "applied late", "lost", "not sent", "short", "refused", "denied"}).Draw(t, "call"); call {
	case "applied":
		l.p.apply(l.now)
		reply = l.p.tells()
	case "applied, reply lost":
		l.p.apply(l.now)
	case "applied late", "lost":
		l.p.pending++
	case "not sent":
		reply.Claim = disbursement.ClaimNotApplied
	case "short":
		reply.Claim = disbursement.ClaimShort
	case "refused":
		reply.Claim = disbursement.ClaimRejected
	case "denied":
		reply.Claim = disbursement.ClaimDenied
		reply.HoldReason = rapid.SampledFrom([]string{disbursement.HoldDetails, disbursement.HoldManual, disbursement.HoldUnreadable, disbursement.HoldDenied}).Draw(t, "why")
	}
	reply.Attempt, reply.By, reply.Evidence = n, disbursement.ByReply, fmt.Sprint("reply:", n)
	l.hear(t, reply)
}

// ask is the sweep's question, which never comes while a call may be in flight.
func (l *life) ask(t *rapid.T) {
	n := len(l.d.Attempts)
	if l.d.State == disbursement.Submitting {
		l.fold(t, disbursement.Observation{Claim: disbursement.ClaimUnknown, Attempt: n, By: "sweep", Evidence: fmt.Sprint("lease:", n)})
	}
	o := disbursement.Observation{Claim: disbursement.ClaimNotFound, Evidence: fmt.Sprint("poll:not_found:", n)}
	switch {
	case !l.d.Sent() || l.d.State == disbursement.Queued || (l.p.pending > 0 && (l.p.untold || len(l.p.held) == 0)):
		return // nobody asks, or it is too early to tell
	case l.p.untold && l.p.keyed && l.d.State == disbursement.Unknown:
		o.Evidence = fmt.Sprint(disbursement.Repeat, n)
	case l.p.untold:
		return
	case len(l.p.held) > 0:
		o = l.p.tells()
		o.Evidence = fmt.Sprint("poll:", o.Claim, o.OccurredAt.UnixMilli())
	}
	o.Attempt, o.By = n, "poll"
	l.hear(t, o)
}

// goesOn is what the provider does with what it has, and tells by webhook.
func (l *life) goesOn(t *rapid.T) {
	if len(l.p.held) == 0 {
		return
	}
	e := &l.p.held[len(l.p.held)-1]
	ways := map[disbursement.Claim][]disbursement.Claim{
		disbursement.ClaimAccepted:    {disbursement.ClaimCollectable, disbursement.ClaimPaid, disbursement.ClaimRejected, disbursement.ClaimVoided},
		disbursement.ClaimCollectable: {disbursement.ClaimPaid, disbursement.ClaimVoided, disbursement.ClaimReturned},
		disbursement.ClaimPaid:        {disbursement.ClaimReturned, disbursement.ClaimPaid, disbursement.ClaimRejected}, // some call a bounce a refusal
	}[e.state]
	if len(ways) == 0 {
		return
	}
	if e.state == disbursement.ClaimPaid && rapid.Bool().Draw(t, "settled") {
		l.hear(t, disbursement.Observation{Claim: disbursement.ClaimSettled, By: "settlement", Evidence: l.evidence("row"), OccurredAt: l.p.tells().OccurredAt})
		return
	}
	e.state, e.at = rapid.SampledFrom(ways).Draw(t, "goes on"), l.now
	if e.state == disbursement.ClaimReturned {
		e.back = rapid.SampledFrom([]int64{l.d.Amount.Minor(), 1, l.d.Amount.Minor() - 1}).Draw(t, "back")
	}
	o := l.p.tells()
	o.By, o.Evidence = "webhook", l.evidence("event")
	l.hear(t, o)
}

// alone is what one person or a clock of ours does, whether or not it may.
func (l *life) alone(t *rapid.T) {
	c := rapid.SampledFrom([]disbursement.Claim{disbursement.ClaimApprove, disbursement.ClaimCancel, disbursement.ClaimRequeue, disbursement.ClaimSupply,
		disbursement.ClaimHold, disbursement.ClaimTake, disbursement.ClaimWithdraw}).Draw(t, "alone")
	o := disbursement.Observation{Claim: c, By: "beto", Evidence: l.evidence(string(c))}
	if c == disbursement.ClaimHold {
		o.HoldReason = rapid.SampledFrom([]string{disbursement.HoldExhausted, disbursement.HoldNoLookup, disbursement.HoldBlocked}).Draw(t, "why")
	}
	l.fold(t, o)
}

// together is how two people end a hold. They say what is true, for the provider's people told them.
func (l *life) together(t *rapid.T) {
	nothing := l.p.pending == 0 && len(l.p.held) == 0
	lives := len(l.p.held) > 0 && l.p.held[len(l.p.held)-1].live()
	over := l.p.pending == 0 && l.p.out(l.d.Amount.Minor()) == 0
	a := rapid.SampledFrom([]disbursement.Action{disbursement.Requeue, disbursement.Supply, disbursement.Stop, disbursement.ConfirmPaid, disbursement.ConfirmReturned}).Draw(t, "together")
	if may := map[disbursement.Action]bool{disbursement.Requeue: nothing, disbursement.Supply: nothing, disbursement.Stop: over,
		disbursement.ConfirmPaid: lives, disbursement.ConfirmReturned: over}; !may[a] {
		return
	}
	l.fold(t, disbursement.Observation{Claim: disbursement.ClaimPropose, Action: a, By: "ana", Evidence: l.evidence("propose"), Proof: "case 7"})
	l.now = l.now.Add(time.Second)
	l.agreed = l.fold(t, disbursement.Observation{Claim: disbursement.ClaimAgree, Action: a, By: "beto"}).Moved || l.agreed
}

// quiet is when every call has been applied, or never will be.
func (l *life) quiet(t *rapid.T) {
	for ; l.p.pending > 0; l.p.pending-- {
		if rapid.Bool().Draw(t, "appears") {
			l.p.apply(l.now)
		}
	}
}

// ends is when every message has come. What the machine makes of a provider that has the refund, and dates what it tells, is what
// the provider made of it, in whatever order that was told. Of what was repeated on trust people may have to say it.
func (l *life) ends(t *rapid.T) {
	l.quiet(t)
	for _, o := range rapid.Permutation(l.messages).Draw(t, "the rest") {
		l.now = l.now.Add(time.Minute)
		l.fold(t, o)
		l.check(t)
	}
	if out := l.p.out(l.d.Amount.Minor()); l.p.stamped && !l.agreed && !l.d.Repeated() && len(l.p.held) > 0 && len(l.d.History) <= disbursement.MaxHistory &&
		(l.d.Reserves() != out || l.d.Contested) {
		t.Fatalf("the provider is done, %d is out: %+v; and %d reserved, of what is %s, contested %v", out, l.p.held, l.d.Reserves(), l.d.State, l.d.Contested)
	}
}

// TestNoStoryPaysTwiceOrFreesWhatIsOut: whatever is called, asked, told late, twice or never, and whatever people do, the provider
// never holds two live refunds for one of ours; what is out of the house is reserved; and what is free of it was freed once.
func TestNoStoryPaysTwiceOrFreesWhatIsOut(t *testing.T) { rapid.Check(t, story) }

func FuzzNoStoryPaysTwiceOrFreesWhatIsOut(f *testing.F) { f.Fuzz(rapid.MakeFuzz(story)) }

func story(t *rapid.T) {
	l := &life{d: refund(), now: noon}
	l.p = rapid.SampledFrom([]truth{{}, {keyed: true}, {keyed: true, untold: true}, {untold: true}}).Draw(t, "provider")
	l.p.stamped = rapid.Bool().Draw(t, "stamped")
	if rapid.Bool().Draw(t, "approved") {
		l.d.RequestedBy, l.d.NeedsRole = "ana", "approver"
	}
	l.d = l.d.Open(rapid.SampledFrom([]string{"", "", "", disbursement.HoldDetails}).Draw(t, "held"), "")
	t.Repeat(map[string]func(*rapid.T){
		"submit": l.submit, "submit again": l.submit, "ask": l.ask, "ask again": l.ask, "goes on": l.goesOn, "alone": l.alone, "together": l.together,
		"the quiet period passes": l.quiet,
		"the promise lapses": func(t *rapid.T) {
			if l.p.pending == 0 { // what is called within it is applied within it
				l.p.keyed = l.p.keyed && !rapid.Bool().Draw(t, "lapses")
			}
		},
		"a message comes": func(t *rapid.T) {
			if len(l.messages) > 0 {
				l.fold(t, rapid.SampledFrom(l.messages).Draw(t, "message"))
			}
		},
		"": func(t *rapid.T) {
			l.now = l.now.Add(time.Minute)
			l.check(t)
		},
	})
	l.ends(t)
}
