package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/sim"
)

// rulesOf are the merchant's from a day on: a tenth of all refunds must be agreed to.
func rulesOf(from calendar.Date, blocked bool) merchant.Rules {
	return merchant.Rules{From: from, Screen: merchant.Screen{Blocked: blocked}, Approval: merchant.Approval{ExpiresHours: lapse,
		Tiers: []merchant.Tier{{Currency: money.COP, Above: 350_000_00, Role: merchant.Approver}, {Currency: money.PEN, Above: 330_00, Role: merchant.Approver}}}}
}

// govern is what the one who governs does: a key for somebody new, which two others let in at one moment and which is taken back, and
// rules that are set twice.
func (p *people) govern() {
	create := func() sim.Reply { return p.click(ana(), "/v1/api-keys", []byte(`{"person":"gil","role":"operator"}`)) }
	for _, r := range p.atOnce(create, create) {
		var made struct{ ID, Key string }
		if done(r) && json.Unmarshal(r.Body, &made) == nil {
			p.admit("/v1/api-keys/"+made.ID, made.Key)
		}
	}
	p.setRules()
}

// known is after how long everybody knows of a key's change: a minute of their own clocks, of which some are an hour behind.
const known = 90 * time.Minute

// admit lets a key in, by others than who made it, and takes it back.
func (p *people) admit(path, key string) {
	id, count := path[len("/v1/api-keys/"):], p.moves["key"]
	if p.enters(key) {
		p.m.report(id, i32, "a key lets in that nobody has agreed to")
	}
	if done(p.click(ana(), path+"/agree", nil)) {
		p.m.report(id, i32, ana().name+" made a key and agreed to it")
	}
	agree := func(by clerk) func() sim.Reply { return func() sim.Reply { return p.click(by, path+"/agree", nil) } }
	agreed := p.atOnce(agree(beto()), agree(beto()), agree(dora()))
	if done(agreed[0]) || done(agreed[1]) || done(agreed[2]) {
		count.Done++
		p.m.world.Sleep(known)
		if !p.enters(key) {
			p.m.report(id, i36, "a key that was agreed to lets nobody in")
		}
	}
	revoke := func() sim.Reply { return p.click(ana(), path+"/revoke", nil) }
	revoked := p.atOnce(revoke, revoke)
	if done(revoked[0]) || done(revoked[1]) {
		count.Done++
		p.m.world.Sleep(known)
		if p.enters(key) {
			p.m.report(id, i36, "a key that was taken back lets in")
		}
	}
	p.moves["key"] = count
}

// enters says whether a key lets in.
func (p *people) enters(key string) bool {
	for range 20 {
		if r := p.m.call(key, http.MethodGet, "/v1/refunds?limit=1", "", nil); r.Status < 500 {
			return done(r)
		}
		p.m.world.Sleep(time.Second)
	}
	return false
}

// setRules sets the rules that there are, twice at one moment: what both are told they have set are two.
func (p *people) setRules() {
	today := calendar.On(p.m.world.Now(), calendar.Peru().Zone())
	body, err := json.Marshal(rulesOf(today, p.errands))
	if err != nil {
		panic(err)
	}
	set := func() (r sim.Reply) {
		for range 20 {
			if r = p.m.call(ana().key, http.MethodPut, "/v1/rules", "", body); r.Status < 500 && !retriable(r) {
				return r
			}
			p.m.world.Sleep(time.Minute)
		}
		return r
	}
	count, numbers := p.moves["rules"], map[int]bool{}
	for _, r := range p.atOnce(set, set) {
		var told merchant.Rules
		if !done(r) {
			count.Refused++
			continue
		}
		if count.Done++; json.Unmarshal(r.Body, &told) != nil || told.Number == 0 || numbers[told.Number] {
			p.m.report("rules", i36, fmt.Sprintf("rules %d were set by two", told.Number))
		}
		numbers[told.Number] = true
	}
	p.moves["rules"] = count
}
