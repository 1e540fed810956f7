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

// rulesOf are the merchant's from a day on: a tenth of all refunds must be agreed to, and where people have errands, large ones bring a
// document and some are asked for in dollars. What is seldom done needs a day's sum that is known, and a register.
func rulesOf(from calendar.Date, errands, seldom bool) merchant.Rules {
	rules := merchant.Rules{From: from, Screen: merchant.Screen{Blocked: errands}, Approval: merchant.Approval{ExpiresHours: lapse,
		Tiers: []merchant.Tier{{Currency: money.COP, Above: 350_000_00, Role: merchant.Approver}, {Currency: money.PEN, Above: 330_00, Role: merchant.Approver}}}}
	if errands {
		rules.Papers = []merchant.Paper{{Kind: "refund", Name: paper, Currency: money.COP, From: papersFrom}}
		rules.FX.Bears = "merchant"
	}
	if seldom {
		rules.Limits = []merchant.Limit{{Currency: money.COP, Store: "store_co", Daily: daily}}
		for _, to := range readers() {
			rules.Reports.To = append(rules.Reports.To, to.Address)
		}
		rules.Register = []merchant.Register{{Country: "CO", Currency: money.COP, Single: noted}}
	}
	return rules
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
	if p.rand.IntN(2) == 0 {
		p.renew(path, key)
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

// renew lets somebody replace their own key with two clicks: by one other, which lets in, and the old one no more once its hour is over.
func (p *people) renew(path, key string) {
	once := func() sim.Reply {
		return p.click(clerk{"gil", key, merchant.Operator}, path+"/rotate", []byte(`{"overlap_hours":1}`))
	}
	count, told := p.moves["rotate"], []string{}
	for _, r := range p.atOnce(once, once) {
		var made struct{ Key string }
		if !done(r) {
			count.Refused++
		} else if count.Done++; json.Unmarshal(r.Body, &made) == nil {
			told = append(told, made.Key)
		}
	}
	p.moves["rotate"] = count
	if len(told) > 1 {
		p.m.report(path, i36, "a key was replaced by two")
	}
	if len(told) == 0 { // the new one was in an answer that got lost
		return
	}
	if !p.enters(told[0]) {
		p.m.report(path, i36, "a key that took another's place lets nobody in")
	}
	p.m.world.Sleep(time.Hour + known)
	if p.enters(key) {
		p.m.report(path, i36, "a key that was replaced lets in")
	}
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
	body, err := json.Marshal(rulesOf(today, p.errands, p.seldom))
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
