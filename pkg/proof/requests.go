package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
)

// The sums of a day and of the register that the merchant's rules have where people do what is seldom done: so high that only what is asked for
// on purpose comes near. A day's sum is kept in eight parts, and what is vast is more than one of them.
const (
	daily = 100_000_000_00
	vast  = 13_000_000_00
	noted = 10_000_000_00
)

// apart are the same people with a generator of their own: what they do draws nothing that others would have drawn.
func (p *people) apart() *people {
	q := *p
	q.rand = p.own
	return &q
}

// asks sends a request under its key, and gives what was accepted.
func (p *people) asks(path, key string, body map[string]any) (noun, sim.Reply) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	var answer noun
	r := p.send(ana(), path, key, encoded)
	if done(r) {
		if err := json.Unmarshal(r.Body, &answer); err != nil || answer.ID == "" {
			p.m.report(key, i5, fmt.Sprintf("accepted, and answered %q: %v", r.Body, err))
		}
	}
	return answer, r
}

// goes is what happens to a refund or payout that was accepted: people agree to it, and the network pays it.
func (p *people) goes(answer noun, body map[string]any) {
	id := answer.ID
	p.m.askedFor(answer, body)
	p.m.accepted = append(p.m.accepted, accepted{id, "efecty", p.m.world.Now()})
	p.follow(answer, ana(), "efecty")
	p.m.world.Go(func() {
		p.m.world.Sleep(p.span(36 * time.Hour))
		p.collects(id)
	}, nil)
}

// collects lets the network pay, as soon as it can.
func (p *people) collects(id string) {
	n, _ := p.m.world.Network("efecty")
	for range 40 {
		if n.Move(id, simnet.Complete) == nil {
			return
		}
		p.m.world.Sleep(time.Hour + p.span(3*time.Hour))
	}
}

// order is what is sold at Efecty's counters.
func (p *people) order(what string, n int, minor int64) map[string]any {
	return map[string]any{"network": "efecty", "store": "store_co", "order_reference": reference(what, p.m.index, n, 0), "amount": minor,
		"currency": "COP", "expires_in_hours": 48, "payer": directRoads()[0].payer()}
}

// bought sells an order that is paid at once, and waits until that is known; empty if it never is.
func (p *people) bought(what string, n int, minor int64) string {
	answer, r := p.asks("/v1/payments", reference(what, p.m.index, n, 0), p.order(what, n, minor))
	if !done(r) {
		return ""
	}
	p.pay(answer.ID)
	if !p.paid(answer.ID) {
		return ""
	}
	return answer.ID
}

// pay is the buyer at the counter; false if there is no voucher.
func (p *people) pay(id string) bool {
	n, _ := p.m.world.Network("efecty")
	return n.Pay(id, 0) == nil
}

// paid waits until a payment is known to be paid.
func (p *people) paid(id string) bool {
	for range 60 {
		var now struct{ Status string }
		if p.look("/v1/payments/"+id, &now) && now.Status == string(payment.Paid) {
			return true
		}
		p.m.world.Sleep(10*time.Minute + p.span(10*time.Minute))
	}
	return false
}

// givesBack is what is asked of a payment.
func givesBack(id, ref string, minor int64) map[string]any {
	return map[string]any{"payment": id, "amount": minor, "currency": "COP", "reason_code": "customer_return", "merchant_refund_id": ref,
		"beneficiary": directRoads()[0].beneficiary()}
}

// foreseen asks what would become of a refund, which happens to nobody, and then asks for it by the counter's transaction: it is the
// payment's that was paid so.
func (p *people) foreseen(n int) {
	id, ref := p.bought("foreseen", n, 60_000_00), reference("F", p.m.index, n, 0)
	if id == "" {
		return
	}
	body := givesBack(id, ref, 30_000_00)
	p.foretell(ref, body)
	var paid struct {
		Receipts []struct {
			ID string `json:"transaction_id"`
		}
	}
	if !p.look("/v1/payments/"+id, &paid) || len(paid.Receipts) == 0 {
		return
	}
	delete(body, "payment")
	body["provider"], body["original_transaction_id"] = "efecty", paid.Receipts[0].ID
	answer, r := p.asks("/v1/refunds", ref, body)
	p.tally("by transaction", done(r))
	if done(r) {
		body["payment"] = id
		p.goes(answer, body)
	}
}

// foretell asks what would become of a refund.
func (p *people) foretell(ref string, body map[string]any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	var told struct{ Would string }
	if r := p.click(ana(), "/v1/refunds?dry_run=true", encoded); done(r) && (json.Unmarshal(r.Body, &told) != nil || told.Would == "") {
		p.m.report(ref, i36, "nobody can say what would become of it: "+string(r.Body))
	}
	p.tally("foresee", told.Would != "")
	if p.exists("/v1/refunds/" + disbursement.RefundID("demo", ref)) {
		p.m.report(ref, i36, "what was only foreseen is there")
	}
}

// exists says whether there is something at a path.
func (p *people) exists(path string) bool {
	var any json.RawMessage
	return p.look(path, &any)
}

// tally counts something that was asked for.
func (p *people) tally(what string, done bool) {
	count := p.moves[what]
	if done {
		count.Done++
	} else {
		count.Refused++
	}
	p.moves[what] = count
}

// owes is a payout to somebody of whom nothing else is counted.
func (p *people) owes(n, i int, minor int64) (string, map[string]any) {
	ref, who := reference("V", p.m.index, n, i), directRoads()[0].beneficiary()
	who["document_number"] = fmt.Sprint(79000100 + n)
	return ref, map[string]any{"network": "efecty", "store": "store_co", "amount": minor, "currency": "COP", "purpose": "commission",
		"merchant_payout_id": ref, "beneficiary": who}
}

// most asks for more than a day's sum, which nobody gets, and for more than one part of it has, which is in the register once it is accepted.
func (p *people) most(n int) {
	p.tooMuch(n)
	ref, body := p.owes(n, 0, vast)
	answer, r := p.asks("/v1/payouts", ref, body)
	p.tally("vast", done(r))
	if done(r) {
		p.goes(answer, body)
		p.registered(answer.ID)
	}
}

func (p *people) tooMuch(n int) {
	ref, body := p.owes(n, 1, daily+100)
	if _, r := p.asks("/v1/payouts", ref, body); done(r) {
		p.m.report(ref, i36, "more was accepted than the rules allow for a day")
	}
}

// registered looks for what was accepted in the register.
func (p *people) registered(id string) {
	var register struct{ Data []struct{ ID string } }
	if !p.look("/v1/register", &register) {
		return
	}
	found := 0
	for _, x := range register.Data {
		if x.ID == id {
			found++
		}
	}
	if found != 1 {
		p.m.report(id, i36, fmt.Sprintf("it is in the register %d times", found))
	}
}

// named are two refunds of one payment that are paid by hand, of which each is said to be the same one of the network's: one of them is.
func (p *people) named(n int) {
	if id := p.bought("named", n, 60_000_00); id != "" {
		p.name(id, n)
	}
}

func (p *people) name(id string, n int) {
	one, two, _ := p.three()
	say := func(by clerk, path, theirs string) bool {
		return done(p.click(by, path+"/resolve", fmt.Appendf(nil, `{"action":%q,"evidence":"receipt 7","network_reference":%q}`, disbursement.ConfirmPaid, theirs)))
	}
	told := 0
	for i := range 2 {
		ref := reference("N", p.m.index, n, i)
		body := givesBack(id, ref, 20_000_00)
		body["route"] = string(disbursement.Manual)
		answer, r := p.asks("/v1/refunds", ref, body)
		if !done(r) {
			return
		}
		p.m.askedFor(answer, body)
		p.m.accepted = append(p.m.accepted, accepted{answer.ID, "efecty", p.m.world.Now()})
		theirs := fmt.Sprint("theirs-", id[4:14])
		if say(one, pathOf(answer.ID), theirs) && say(two, pathOf(answer.ID), theirs) {
			told++
		}
	}
	p.tally("name", told > 0)
	if told > 1 {
		p.m.report(id, i36, "two refunds were said to be the same one of the network's")
	}
}

// lost are orders whose voucher reaches the buyer and not the shop: the buyer pays it, and the shop that asks again is told so. It goes on until one was.
func (p *people) lost(n int) {
	for i := range 12 {
		body := p.order("lost", n, 60_000_00)
		ref := reference("lost", p.m.index, n, i)
		body["order_reference"] = ref
		encoded, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		id := payment.ID("demo", ref)
		if r := p.m.call(ana().key, http.MethodPost, "/v1/payments", ref, encoded); r.Status < 500 || !p.pay(id) {
			continue
		}
		p.paid(id) // or nobody tells, until the shop asks again
		answer, r := p.asks("/v1/payments", ref, body)
		p.tally("lost voucher", done(r))
		if done(r) && answer.ID != id {
			p.m.report(id, i36, "it is paid, and whoever asks again is told of "+answer.ID)
		}
		if known := p.paid(id); done(r) && !known {
			p.m.report(id, ib, "the buyer paid a voucher whose answer was lost, and nobody comes to know")
		}
		return
	}
}

// keys looks who has one: all that the merchant began with do.
func (p *people) keys() {
	var list struct {
		Data []struct{ Person, Status, Key string }
	}
	if !p.look("/v1/api-keys", &list) {
		return
	}
	active := map[string]bool{}
	for _, k := range list.Data {
		active[k.Person] = active[k.Person] || k.Status == "active"
		if k.Key != "" {
			p.m.report(k.Person, i36, "a key is shown again")
		}
	}
	for _, c := range []clerk{ana(), beto(), dora(), eva()} {
		if !active[c.name] {
			p.m.report(c.name, i36, "a key is not among those there are")
		}
	}
}
