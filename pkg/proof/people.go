package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// The invariants of people, as sentences.
const (
	i32 = "I32: whoever asks or proposes is not who agrees, and what runs is what was agreed to"
	i36 = "I36: what a person decides is recorded once, and what a person stops is never paid"
)

// clerk is one of the merchant's people.
type clerk struct {
	name, key string
	role      merchant.Role
}

// Ana asks for most things, and her role would let her agree to anything; the others agree.
func ana() clerk  { return clerk{"ana", sim.DemoKey, merchant.Admin} }
func beto() clerk { return clerk{"beto", sim.ApproverKey, merchant.Approver} }
func dora() clerk { return clerk{"dora", "sk_test_demo_dora", merchant.Approver} }

// people are the merchant's own: who asks, who agrees, who stops. They click twice, at the same moment as others, and once more
// when no answer comes. They have a generator of their own, so that a world without them draws what it always drew.
type people struct {
	m      *merchants
	rand   *rand.Rand
	own    *rand.Rand        // of what they do apart
	askers map[string]clerk  // of refunds and payouts: who asked
	deeds  map[string][]deed // what somebody was told is done, by refund or payout
	moves  map[string]Moves  // by what was clicked

	// errands are what they see to besides: what is held on purpose, codes, files of payouts, unusual payments, the block list, the books.
	errands bool
	seldom  bool            // and what is seldom done
	decided map[string]bool // payments that finance has said some row is about
	blocked bool            // somebody is, and whoever asked for it has been told so
	lifted  bool            // no more, or soon
	rates   quoted
}

// deed is a move that was answered with 2xx.
type deed struct{ what, by string }

func (x deed) stops() bool { return x.what == "cancel" || x.what == "reject" }

// made says that a step is what a deed made.
func (x deed) made(s disbursement.Step) bool {
	switch x.what {
	case "approve":
		return s.From == disbursement.AwaitingApproval && s.To == disbursement.Queued && s.By == x.by
	case "close":
		return s.From == disbursement.Held && closed(s) && s.By == x.by
	case "tell":
		return s.From == disbursement.Held && s.By == x.by
	case "show":
		return strings.HasPrefix(s.Evidence, "show:"+x.by+":")
	}
	return s.To == disbursement.Cancelled
}

// Moves counts the clicks of one kind.
type Moves struct {
	Done, Refused, Twice int
}

// lapse is after how many hours a request that nobody agrees to is cancelled.
const lapse = 48

// staffed gives a merchant its people: keys, and rules by which a tenth of all refunds must be agreed to.
func staffed(m *merchants, seed uint64, o Options) error {
	p := &people{m: m, rand: rand.New(rand.NewPCG(seed, 0x70656f706c65)), askers: map[string]clerk{}, deeds: map[string][]deed{}, moves: map[string]Moves{}, errands: o.Errands, seldom: o.Seldom}
	p.decided = map[string]bool{}
	p.own = rand.New(rand.NewPCG(seed, 0x61736b73))
	p.rates = quoted{map[string]bool{}, map[string]time.Time{}}
	ctx := context.Background()
	record, err := m.world.Store.Get(ctx, merchant.Key("demo"))
	if err != nil {
		return err
	}
	shop, err := merchant.Decode(record)
	if err != nil {
		return err
	}
	today := calendar.On(begin, calendar.Colombia().Zone())
	rules := rulesOf(today, o.Errands, o.Seldom)
	rules.Number, rules.SetBy, rules.SetAt = 1, ana().name, begin
	shop = shop.WithRules(rules, today)
	writes := []store.Write{store.Put{Record: merchant.Encode(shop, record.Version)}}
	for _, c := range []clerk{dora(), eva()} {
		key, err := merchant.NewKey(c.key, merchant.APIKey{Merchant: "demo", Person: c.name, Role: c.role})
		if err != nil {
			return err
		}
		writes = append(writes, key.Writes()...)
	}
	m.people = p
	return m.world.Store.Commit(ctx, writes...)
}

// asker is who asks for a refund or payout: an approver may, too.
func (p *people) asker() clerk {
	if p != nil && p.rand.IntN(4) == 0 {
		return beto()
	}
	return ana()
}

// other is somebody who may agree to what a person asked for.
func (p *people) other(than clerk) clerk {
	all := []clerk{ana(), beto(), dora()}
	for {
		if c := all[p.rand.IntN(len(all))]; c != than {
			return c
		}
	}
}

func (p *people) span(d time.Duration) time.Duration { return time.Duration(p.rand.Int64N(int64(d))) }

// follow is what people do about a refund or payout that was just accepted.
func (p *people) follow(answer noun, asker clerk, through string) {
	id := answer.ID
	p.askers[id] = asker
	switch answer.Status {
	case disbursement.AwaitingApproval:
		p.m.world.Go(func() { p.deliberate(id, asker) }, nil)
	case disbursement.Held:
		x := road{provider: through, network: answer.Network, bank: answer.Route == disbursement.BankTransfer}
		p.m.world.Go(func() { p.tend(id, x) }, nil)
	default:
		if p.shows(id, answer.Route) {
			p.m.world.Go(func() { p.show(id) }, nil)
		}
	}
}

// deliberate is what becomes of a request for approval.
func (p *people) deliberate(id string, asker clerk) {
	p.m.world.Sleep(time.Minute + p.span(10*time.Hour))
	second := p.other(asker)
	if p.rand.IntN(3) == 0 { // whoever asked would rather not wait
		if r := p.decide(asker, "approve", id, nil); done(r) {
			p.m.report(id, i32, asker.name+" asked for it and approved it")
		}
	}
	approve := func(who clerk) func() sim.Reply { return func() sim.Reply { return p.decide(who, "approve", id, nil) } }
	switch p.rand.IntN(12) {
	case 0: // nobody cares, and it lapses
	case 1, 2:
		p.decide(second, "reject", id, nil)
		p.tooLate(id, second)
	case 3: // stopped, and approved all the same
		p.decide(asker, "cancel", id, nil)
		p.tooLate(id, second)
	case 4:
		p.atOnce(approve(second), approve(p.other(asker)))
	case 5:
		p.atOnce(approve(second), func() sim.Reply { return p.decide(asker, "cancel", id, nil) })
	case 6:
		p.atOnce(approve(second), func() sim.Reply { return p.decide(p.other(asker), "reject", id, nil) })
	case 7: // what was looked at is something else
		p.stale(id, second)
		approve(second)()
	default:
		approve(second)()
	}
}

// tooLate approves what somebody was told is stopped.
func (p *people) tooLate(id string, who clerk) {
	stopped := false
	for _, d := range p.deeds[id] {
		stopped = stopped || d.stops()
	}
	if r := p.decide(who, "approve", id, nil); stopped && done(r) {
		p.m.report(id, i36, who.name+" approved what had been stopped")
	}
}

// stale approves what is no longer so.
func (p *people) stale(id string, who clerk) {
	if r := p.decide(who, "approve", id, []byte(`{"hash":"00000000000000000000000000000000"}`)); done(r) {
		p.m.report(id, i32, who.name+" approved another one than there is")
	}
}

// stop cancels a refund or payout that was just asked for.
func (p *people) stop(id string) { p.decide(p.askers[id], "cancel", id, nil) }

// decide lets a person make a move as people do: with one click, with two at the same moment, or again because the first answer
// got lost.
func (p *people) decide(by clerk, what, id string, body []byte) sim.Reply {
	path := pathOf(id) + "/" + what
	once := func() sim.Reply { return p.click(by, path, body) }
	switch p.rand.IntN(4) {
	case 0:
		all := p.atOnce(once, once)
		p.note(by, what, id, all...)
		if done(all[1]) {
			return all[1]
		}
		return all[0]
	case 1:
		p.m.call(by.key, http.MethodPost, path, "", body) // whose answer nobody sees
	}
	r := once()
	p.note(by, what, id, r)
	return r
}

// note keeps what a person was told, and holds it against what they asked for.
func (p *people) note(by clerk, what, id string, replies ...sim.Reply) {
	count, told := p.moves[what], 0
	for _, r := range replies {
		if !done(r) {
			count.Refused++
			continue
		}
		count.Done++
		if told++; told == 1 {
			p.deeds[id] = append(p.deeds[id], deed{what, by.name})
		} else {
			count.Twice++
		}
		var now struct{ Status disbursement.State }
		err := json.Unmarshal(r.Body, &now)
		if stops := (deed{what: what}).stops(); err != nil || stops && now.Status != disbursement.Cancelled || !stops && now.Status == disbursement.AwaitingApproval {
			p.m.report(id, i36, fmt.Sprintf("%s was told that %s is done, and it is %s", by.name, what, now.Status))
		}
	}
	p.moves[what] = count
}

// click asks until there is an answer that asking again would not change.
func (p *people) click(by clerk, path string, body []byte) sim.Reply {
	return p.send(by, path, "", body)
}

// send asks, under a key if there is one, until there is an answer that asking again would not change.
func (p *people) send(by clerk, path, key string, body []byte) (r sim.Reply) {
	wait := time.Second
	for range 20 {
		if r = p.m.call(by.key, http.MethodPost, path, key, body); r.Status < 500 && !retriable(r) {
			return r
		}
		p.m.world.Sleep(wait + p.span(wait))
		wait = min(2*wait, 20*time.Minute)
	}
	return r
}

// atOnce does several things at the same moment, and waits for all of them.
func (p *people) atOnce(all ...func() sim.Reply) []sim.Reply {
	replies, left := make([]sim.Reply, len(all)), len(all)-1
	for i := range left {
		p.m.world.Go(func() { replies[i] = all[i]() }, func(bool) { left-- })
	}
	replies[len(all)-1] = all[len(all)-1]()
	for left > 0 {
		p.m.world.Sleep(time.Second)
	}
	return replies
}

func done(r sim.Reply) bool { return r.Status >= 200 && r.Status < 300 }

func count(all []deed, x deed) (n int) {
	for _, d := range all {
		if d == x {
			n++
		}
	}
	return n
}

// pathOf is where a refund or payout is found.
func pathOf(id string) string {
	if id[:3] == "po_" {
		return "/v1/payouts/" + id
	}
	return "/v1/refunds/" + id
}

// hold holds what people were told about a refund or payout against its story and the provider's book, once all is over.
func (p *people) hold(d disbursement.Disbursement, e entry) {
	if p == nil {
		return
	}
	p.brought(d)
	for _, x := range p.deeds[d.ID] {
		recorded, times := 0, 1
		if x.what == "close" { // what was sent again may be held again
			times = count(p.deeds[d.ID], x)
		}
		for _, s := range d.History {
			if x.made(s) {
				recorded++
			}
		}
		if recorded != times {
			p.m.report(d.ID, i36, fmt.Sprintf("%s of %s is recorded %d times, not %d", x.what, x.by, recorded, times))
		}
		if x.stops() && (e.live > 0 || !d.PaidAt.IsZero()) {
			p.m.report(d.ID, i36, fmt.Sprintf("%s was told that it is stopped, and the provider's book says %q", x.by, e.last))
		}
	}
}
