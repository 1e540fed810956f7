package proof

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/sim"
)

// clerks are people whose every click is answered alike.
func (p *plot) clerks(status int, state disbursement.State) *people {
	m := p.client(func(int) int { return status }, func(int) string { return fmt.Sprintf(`{"status":%q}`, state) })
	return &people{m: m, rand: rand.New(rand.NewPCG(1, 1)), askers: map[string]clerk{}, deeds: map[string][]deed{}, moves: map[string]Moves{}}
}

// asked is a refund for which ana asked and which beto had approved.
func asked() disbursement.Disbursement {
	d := refund()
	d.RequestedBy, d.NeedsRole, d.Attempts, d.SentAt = "ana", "approver", nil, time.Time{}
	d.State, d.History = disbursement.AwaitingApproval, []disbursement.Step{{At: begin, To: disbursement.AwaitingApproval, By: "ana", Evidence: "request"}}
	return d
}

func approved(d disbursement.Disbursement, by string) disbursement.Disbursement {
	d = then(d, disbursement.Queued, by, "approve:"+by)
	d.ApprovedBy, d.ApprovedHash = by, d.Fingerprint()
	return d
}

func sent(d disbursement.Disbursement) disbursement.Disbursement {
	d = then(d, disbursement.Submitting, "submit", "submit:1")
	d.Attempts, d.SentAt = []disbursement.Attempt{{At: begin}}, begin
	return d
}

// Each check on what people do fails where it should, and nowhere else.
func TestWhatPeopleMayNotDoIsNoticed(t *testing.T) {
	story := func(steps ...disbursement.Disbursement) func(*plot) {
		return func(p *plot) {
			for _, d := range steps {
				p.commit(d)
			}
		}
	}
	told := func(what string, d disbursement.Disbursement, e entry) func(*plot) {
		return func(p *plot) {
			c := p.clerks(200, d.State)
			c.deeds[d.ID] = []deed{{what, "beto"}}
			c.hold(d, e)
		}
	}
	settled := func(what string, steps ...payment.Step) func(*plot) {
		return func(p *plot) {
			c := p.clerks(200, "")
			c.deeds["pay_1"] = []deed{{what, "ana"}}
			c.settled(payment.Payment{ID: "pay_1", Receipts: make([]payment.Receipt, 1), History: steps})
		}
	}
	fine, own := approved(asked(), "beto"), approved(asked(), "ana")
	other := fine
	other.Amount = other.Amount.Neg()
	stopped := then(asked(), disbursement.Cancelled, "beto", "cancel:beto")
	held := then(sent(fine), disbursement.Held, "sweep", "hold:no_lookup")
	for _, c := range []struct {
		what   string
		breaks string // empty = nothing
		plant  func(*plot)
	}{
		{"a second person agrees and it is sent", "", story(asked(), fine, sent(fine))},
		{"sent as nobody agreed to it", i32, story(asked(), fine, sent(other))},
		{"who asked agrees", i32, story(asked(), own)},
		{"who asked had agreed", i32, story(asked(), then(asked(), disbursement.Queued, "", "x"), sent(own))},
		{"two people end a hold", "", story(asked(), fine, sent(fine), held, then(held, disbursement.Cancelled, "dora", "resolve:cancel:beto:1"))},
		{"one person ends a hold", i32, story(asked(), fine, sent(fine), held, then(held, disbursement.Cancelled, "beto", "resolve:cancel:beto:1"))},
		{"one click makes two steps", i36, story(asked(), fine, then(then(fine, disbursement.AwaitingApproval, "x", "y"), disbursement.Queued, "beto", "approve:beto"))},
		{"an approval that is on record", "", told("approve", sent(fine), entry{live: 1})},
		{"an approval that is lost", i36, told("approve", asked(), entry{})},
		{"an approval of somebody else", i36, told("approve", approved(asked(), "dora"), entry{})},
		{"a stop that is on record", "", told("reject", stopped, entry{})},
		{"a stop that is lost", i36, told("cancel", fine, entry{})},
		{"a stop that is paid", i36, told("cancel", stopped, entry{live: 1, last: "paid"})},
		{"a close that is on record", "", told("close", then(held, disbursement.Cancelled, "beto", "resolve:cancel:dora:1"), entry{})},
		{"a close that is lost", i36, told("close", held, entry{})},
		{"a buyer's answer that is lost", i36, told("tell", held, entry{})},
		{"two people have the same lease", i36, func(p *plot) { p.clerks(200, disbursement.Held).lease(refund().ID, beto(), dora()) }},
		{"who had the link agrees", i32, func(p *plot) {
			c := p.clerks(200, disbursement.Queued)
			c.m = p.client(func(int) int { return 200 }, func(int) string { return `{"status":"queued","url":"https://vuelto.sim/claim/x"}` })
			c.invite(refund().ID, directRoads()[0])
		}},
		{"a file sent twice is two batches", i36, func(p *plot) {
			c := p.clerks(200, disbursement.Queued)
			c.m = p.client(func(int) int { return 201 }, func(n int) string { return fmt.Sprintf(`{"id":"bat_%d"}`, n) })
			c.batch(0)
		}},
		{"two people are shown a code", i36, func(p *plot) { p.clerks(200, disbursement.Collectable).show(refund().ID) }},
		{"one person is shown two codes", i5, func(p *plot) {
			c := p.clerks(200, disbursement.Collectable)
			c.m = p.client(func(int) int { return 200 }, func(n int) string { return fmt.Sprintf(`{"status":"collectable","code":"%d"}`, n) })
			c.show(refund().ID)
		}},
		{"a code that was shown and is not on record", i36, told("show", sent(fine), entry{live: 1})},
		{"a code that was shown", "", told("show", then(sent(fine), disbursement.Submitting, "beto", "show:beto:1"), entry{live: 1})},
		{"a payment is settled once", "", settled("refund", payment.Step{Evidence: "settle:refund:ana", By: "ana"})},
		{"a payment's settling is lost", i36, settled("revive")},
		{"a payment is settled twice", i36, settled("revive", payment.Step{Evidence: "settle:refund:ana", By: "ana"}, payment.Step{Evidence: "settle:revive:ana", By: "ana"})},
		{"a payment is given back twice", i36, func(p *plot) {
			c := p.clerks(201, disbursement.Queued)
			c.m = p.client(func(int) int { return 201 }, func(n int) string { return fmt.Sprintf(`{"id":"rf_%026d","status":"queued"}`, n) })
			c.m.people = c
			c.settle("pay_1", "efecty")
		}},
		{"sent to somebody who is blocked", i36, func(p *plot) {
			p.clerks(201, disbursement.Queued).spared(noun{ID: "rf_1", Status: disbursement.Queued}, true)
		}},
		{"held for somebody who is blocked", "", func(p *plot) {
			p.clerks(201, disbursement.Held).spared(noun{ID: "rf_1", Status: disbursement.Held}, true)
		}},
		{"sent to somebody who was blocked", "", func(p *plot) {
			c := p.clerks(201, disbursement.Queued)
			c.lifted = true
			c.spared(noun{ID: "rf_1", Status: disbursement.Queued}, true)
		}},
		{"a break's decision is lost", i36, func(p *plot) { p.clerks(200, "").judge("/v1/breaks/", "brk_1", "1") }},
		{"a break's decision is recorded twice", i36, func(p *plot) {
			c := p.clerks(200, "")
			c.m = p.client(func(int) int { return 200 }, func(int) string {
				return `{"history":[{"by":"eva","action":"explain","reason":"x"},{"by":"eva","action":"explain","reason":"x"}]}`
			})
			c.recorded("/v1/breaks/brk_1", "explain", eva(), "x", nil)
		}},
		{"told that a day is closed, and it is open", i36, func(p *plot) { p.clerks(200, "").shut("rec_1", 1) }},
		{"a closed day goes on", i36, func(p *plot) {
			c := p.clerks(200, "")
			c.m = p.client(func(int) int { return 200 }, func(n int) string {
				if n < 2 {
					return `{"closed":false}`
				}
				return fmt.Sprintf(`{"closed":%t,"closings":[{"by":"eva","sha256":"%d"}]}`, n < 7, n)
			})
			c.shut("rec_1", 1)
		}},
		{"a key that nobody agreed to lets in", i32, func(p *plot) { p.clerks(200, "").admit("/v1/api-keys/key_1", "k") }},
		{"a key that was taken back lets in", i36, func(p *plot) { p.clerks(200, "").admit("/v1/api-keys/key_1", "k") }},
		{"a key that was agreed to lets nobody in", i36, func(p *plot) {
			c := p.clerks(200, "")
			m, ask := c.m, c.m.ask
			m.ask = func(r *http.Request) sim.Reply {
				if r.Method == http.MethodGet {
					return sim.Reply{Status: 401}
				}
				return ask(r)
			}
			c.admit("/v1/api-keys/key_1", "k")
		}},
		{"two set the same rules", i36, func(p *plot) {
			c := p.clerks(200, "")
			c.m = p.client(func(int) int { return 200 }, func(int) string { return `{"number":2}` })
			c.setRules()
		}},
		{"two set rules after each other", "", func(p *plot) {
			c := p.clerks(200, "")
			c.m = p.client(func(int) int { return 200 }, func(n int) string { return fmt.Sprintf(`{"number":%d}`, n) })
			c.setRules()
		}},
		{"told that it is done while it is not", i36, func(p *plot) { p.clerks(200, disbursement.Queued).decide(beto(), "reject", refund().ID, nil) }},
		{"told that it is approved while it waits", i36, func(p *plot) {
			p.clerks(200, disbursement.AwaitingApproval).decide(beto(), "approve", refund().ID, nil)
		}},
		{"refused", "", func(p *plot) { p.clerks(409, "").decide(beto(), "approve", refund().ID, nil) }},
		{"another one is approved", i32, func(p *plot) { p.clerks(200, disbursement.Queued).stale(refund().ID, beto()) }},
		{"approved once it is stopped", i36, func(p *plot) {
			c := p.clerks(200, disbursement.Queued)
			c.deeds[refund().ID] = []deed{{"cancel", "ana"}}
			c.tooLate(refund().ID, beto())
		}},
	} {
		t.Run(c.what, func(t *testing.T) { noticed(t, c.breaks, c.plant) })
	}
}

// noticed plants something, and wants a sentence to be broken by it, or none.
func noticed(t *testing.T, breaks string, plant func(*plot)) {
	t.Helper()
	p := newPlot(t)
	over := false
	p.world.Go(func() { plant(p) }, func(bool) { over = true })
	for !over && p.world.Step(begin.Add(10*24*time.Hour)) {
	}
	others := 0
	for _, sentence := range []string{i5, i13, i26, i32, i36, ie, im} {
		others += p.found[sentence]
	}
	if breaks == "" && others > 0 || breaks != "" && p.found[breaks] == 0 {
		t.Errorf("found %v, want %q", p.found, breaks)
	}
}

// Who waits for a person is counted whether or not people have seen to it; who was meant to wait is counted apart.
func TestWhatPeopleCloseStillCountsAsHeld(t *testing.T) {
	held := then(sent(approved(asked(), "beto")), disbursement.Held, "sweep", "hold:no_lookup")
	meant := asked()
	meant.State, meant.History[0].To = disbursement.Held, disbursement.Held
	again := then(sent(then(meant, disbursement.Queued, "buyer", "told:1")), disbursement.Held, "sweep", "hold:no_lookup")
	for _, c := range []struct {
		what          string
		d             disbursement.Disbursement
		needed, meant int
	}{
		{"never held", sent(approved(asked(), "beto")), 0, 0},
		{"waits", held, 1, 0},
		{"closed by people", then(held, disbursement.Cancelled, "dora", "resolve:cancel:beto:1"), 1, 0},
		{"let go by people, and paid", then(then(held, disbursement.Queued, "dora", "resolve:requeue:beto:1"), disbursement.Paid, "webhook", "w"), 1, 0},
		{"told by the buyer, and paid", then(then(held, disbursement.Queued, "buyer", "told:1"), disbursement.Paid, "webhook", "w"), 1, 0},
		{"ended by evidence", then(held, disbursement.Paid, "webhook", "w"), 0, 0},
		{"meant to wait", meant, 0, 1},
		{"meant to wait, and closed", then(meant, disbursement.Cancelled, "dora", "resolve:cancel:beto:1"), 0, 0},
		{"meant to wait, and waits again of itself", again, 1, 0},
		{"waited of itself, and waits again", then(then(held, disbursement.Paid, "webhook", "w"), disbursement.Held, "webhook", "x"), 1, 0},
	} {
		var a auditor
		if a.waited(c.d); a.needed != c.needed || a.meant != c.meant {
			t.Errorf("%s: needed %d, meant %d", c.what, a.needed, a.meant)
		}
	}
}
