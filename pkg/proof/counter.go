package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/sim"
)

// shows is whether somebody will want to read out the code of what was asked for.
func (p *people) shows(id string, route disbursement.Route) bool {
	return p.errands && (strings.HasPrefix(id, "po_") || route == disbursement.CashWithdrawal && p.rand.IntN(3) == 0)
}

// show lets two people ask for a cash code at one moment, one of them with two clicks, and once more: one of them is given it, and gets
// the same answer each time.
func (p *people) show(id string) {
	for range 60 {
		now := p.read(id).Status
		if now == disbursement.Collectable {
			break
		}
		if now.Done() {
			return
		}
		p.m.world.Sleep(10*time.Minute + p.span(20*time.Minute))
	}
	one, two, _ := p.three()
	ask := func(by clerk) func() sim.Reply {
		return func() sim.Reply { return p.send(by, pathOf(id)+"/cash-code", "show-"+id+"-"+by.name, []byte("{}")) }
	}
	replies := p.atOnce(ask(one), ask(one), ask(two))
	mine, theirs := append(replies[:2:2], ask(one)()), replies[2:]
	count, told := p.moves["show"], 0
	for _, asked := range []struct {
		who     string
		replies []sim.Reply
	}{{one.name, mine}, {two.name, theirs}} {
		var first []byte
		for _, r := range asked.replies {
			switch {
			case !done(r):
				count.Refused++
			case first == nil:
				first = r.Body
				count.Done++
				told++
				p.deeds[id] = append(p.deeds[id], deed{"show", asked.who})
			case !bytes.Equal(first, r.Body):
				p.m.report(id, i5, asked.who+" was shown the code in two ways")
			default:
				count.Twice++
			}
		}
	}
	p.moves["show"] = count
	if told > 1 {
		p.m.report(id, i36, "the code was shown to "+one.name+" and to "+two.name)
	}
}

// unusual is what becomes of cash that is too little or too much.
func (p *people) unusual(id, through string, brought int64) {
	if p != nil && p.errands && brought != 0 {
		p.m.world.Go(func() { p.settle(id, through) }, nil)
	}
}

// settle lets people settle a payment's situation, all at one moment or one of them a little later: one gives the money back with two
// clicks, another revives the order. One of the two happens.
func (p *people) settle(id, through string) {
	p.m.world.Sleep(time.Hour + p.span(10*time.Hour))
	one, two, _ := p.three()
	path, key := "/v1/payments/"+id, "back-"+id
	var given []noun
	back := func() sim.Reply {
		if answer, ok := p.m.postAs(one, path+"/give-back", key, map[string]any{}); ok {
			given = append(given, answer)
		}
		return sim.Reply{}
	}
	later := time.Duration(p.rand.IntN(2)) * 2 * time.Second
	revived := p.atOnce(back, back, func() sim.Reply { p.m.world.Sleep(later); return p.click(two, path+"/revive", nil) })[2]
	count := p.moves["settle"]
	if len(given) > 0 {
		count.Done++
		p.deeds[id] = append(p.deeds[id], deed{string(payment.GiveBack), one.name})
		if len(given) > 1 && given[0].ID != given[1].ID {
			p.m.report(id, i36, fmt.Sprintf("given back by %v and by %v", given[0].ID, given[1].ID))
		}
		p.m.follow(given[0], one, through)
	}
	if done(revived) {
		count.Done++
		p.deeds[id] = append(p.deeds[id], deed{string(payment.Revive), two.name})
	}
	if len(given) == 0 && !done(revived) {
		count.Refused++
	}
	p.moves["settle"] = count
}

// settled holds what people were told about a payment's situation against its story: each situation is settled once, and once more
// after what was to settle it came to nothing.
func (p *people) settled(x payment.Payment) {
	if p == nil {
		return
	}
	var steps []payment.Step
	for _, s := range x.History {
		if strings.HasPrefix(s.Evidence, "settle:") {
			steps = append(steps, s)
		}
	}
	if most := len(x.Receipts) + len(x.Voided); len(steps) > most {
		p.m.report(x.ID, i36, fmt.Sprintf("settled %d times, of at most %d", len(steps), most))
	}
	for _, d := range p.deeds[x.ID] {
		recorded := 0
		for _, s := range steps {
			if strings.HasPrefix(s.Evidence, "settle:"+d.what+":") && s.By == d.by {
				recorded++
			}
		}
		if recorded == 0 {
			p.m.report(x.ID, i36, fmt.Sprintf("%s of %s is not recorded", d.what, d.by))
		}
	}
}

// number is the document of somebody whom the merchant comes to block, and lets go again.
const number = "79000018"

// doubtful sends some of what is asked for to that person.
func (p *people) doubtful(x road, body map[string]any) (blocked bool) {
	if p == nil || !p.errands || x.network != "efecty" || x.bank || p.rand.IntN(20) != 0 {
		return false
	}
	who := x.beneficiary()
	who["name"], who["document_number"], who["email"] = "Eva Rojas", number, "eva@example.com"
	body["beneficiary"] = who
	return p.blocked
}

// block puts the person on the block list, two people at once, and takes them off again as many.
func (p *people) block() {
	body := fmt.Appendf(nil, `{"country":"CO","document_type":"CC","document_number":%q,"why":"a court asks"}`, number)
	put := func(by clerk) func() sim.Reply { return func() sim.Reply { return p.click(by, "/v1/blocked", body) } }
	replies := p.atOnce(put(beto()), put(beto()), put(dora()))
	count := p.moves["block"]
	var person struct{ ID string }
	for _, r := range replies {
		if !done(r) {
			count.Refused++
		} else if count.Done++; json.Unmarshal(r.Body, &person) == nil {
			p.blocked = true
		}
	}
	p.moves["block"] = count
	if !p.blocked {
		return
	}
	p.m.world.Sleep(30 * time.Hour)
	p.blocked = false
	p.lifted = true
	lift := func(by clerk) func() sim.Reply {
		return func() sim.Reply { return p.click(by, "/v1/blocked/"+person.ID+"/lift", nil) }
	}
	count = p.moves["lift"]
	for _, r := range p.atOnce(lift(dora()), lift(dora()), lift(beto())) {
		if done(r) {
			count.Done++
		} else {
			count.Refused++
		}
	}
	p.moves["lift"] = count
}

// spared holds the answer to a request for somebody who was blocked before it was made, and still is, against that.
func (p *people) spared(answer noun, blocked bool) {
	if !blocked || p.lifted {
		return
	}
	if answer.Status != disbursement.Held {
		p.m.report(answer.ID, i36, fmt.Sprintf("asked for somebody who is blocked, and %v", answer.Status))
	}
}
