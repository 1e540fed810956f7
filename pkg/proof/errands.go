package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// ask lets some of what is asked for need a person: to be paid by hand, or to a bank account that is not told yet.
func (p *people) ask(x road, body map[string]any) {
	switch {
	case p == nil || !p.errands:
	case x.bank && p.rand.IntN(2) == 0:
		who := x.beneficiary()
		delete(who, "account")
		body["beneficiary"] = who
	case p.rand.IntN(20) == 0:
		body["route"] = string(disbursement.Manual)
	}
}

// three are the clerks in some order.
func (p *people) three() (one, two, three clerk) {
	all := []clerk{ana(), beto(), dora()}
	p.rand.Shuffle(3, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[0], all[1], all[2]
}

// tend sees to a refund or payout that is held on purpose: for the buyer's account, or to be paid by hand.
func (p *people) tend(id string, x road) {
	p.m.world.Sleep(time.Minute + p.span(6*time.Hour))
	why := p.read(id).HeldReason
	byHand := why == disbursement.HoldManual
	switch draw := p.rand.IntN(6); {
	case draw == 0: // nobody does
	case draw == 1:
		p.stop(id)
	case why == disbursement.HoldBlocked && draw < 4: // two people know better
		p.close(id, map[string]any{"action": disbursement.Requeue, "evidence": "another person of that number"})
	case why == disbursement.HoldBlocked:
		p.close(id, map[string]any{"action": disbursement.Stop, "evidence": "the court"})
	case byHand && draw < 5:
		p.close(id, map[string]any{"action": disbursement.ConfirmPaid, "evidence": "receipt 7"})
	case byHand:
		p.close(id, map[string]any{"action": disbursement.Stop, "evidence": "the buyer wrote"})
	case draw < 4:
		p.close(id, map[string]any{"action": disbursement.Supply, "evidence": "a call", "beneficiary": x.beneficiary()})
	default:
		p.invite(id, x)
	}
	if p.read(id).Status == disbursement.AwaitingApproval {
		p.deliberate(id, p.askers[id])
	}
}

// close lets one person look into a hold and say how it ends, and another agree.
func (p *people) close(id string, resolution map[string]any) {
	body, err := json.Marshal(resolution)
	if err != nil {
		panic(err)
	}
	one, two, three := p.three()
	path := pathOf(id) + "/resolve"
	if p.rand.IntN(2) == 0 {
		p.lease(id, one, two)
	}
	told := map[string]bool{}
	propose, agree := p.resolving(id, one, body, told), p.resolving(id, two, body, told)
	propose()
	if p.rand.IntN(2) == 0 { // a double click, which is no agreement
		propose()
	}
	switch p.rand.IntN(4) {
	case 0:
		p.atOnce(agree, p.resolving(id, three, body, told))
	case 1:
		p.atOnce(agree, func() sim.Reply { return p.decide(one, "cancel", id, nil) })
	case 2:
		p.m.call(two.key, http.MethodPost, path, "", body) // whose answer nobody sees
		agree()
	default:
		p.atOnce(agree, agree)
	}
}

// lease takes a hold: nobody else can while it lasts.
func (p *people) lease(id string, one, two clerk) {
	if !done(p.click(one, pathOf(id)+"/take", nil)) {
		return
	}
	since := p.m.world.Now()
	if r := p.click(two, pathOf(id)+"/take", nil); done(r) && p.m.world.Now().Before(since.Add(disbursement.Lease/2)) {
		p.m.report(id, i36, two.name+" took what "+one.name+" looks into")
	}
	if p.rand.IntN(2) == 0 {
		release := func() sim.Reply { return p.click(one, pathOf(id)+"/release", nil) }
		p.atOnce(release, release)
	}
}

// resolving is a click on how a hold ends: a proposal, or the agreement to one, which is a deed, once for each hold that ends.
func (p *people) resolving(id string, by clerk, body []byte, told map[string]bool) func() sim.Reply {
	return func() sim.Reply {
		r := p.click(by, pathOf(id)+"/resolve", body)
		count := p.moves["resolve"]
		if !done(r) {
			count.Refused++
		} else {
			count.Done++
			var now shown
			if err := json.Unmarshal(r.Body, &now); err != nil {
				p.m.report(id, i36, err.Error())
			} else if now.Status != disbursement.Held && !told[by.name] {
				told[by.name] = true
				p.deeds[id] = append(p.deeds[id], deed{"close", by.name})
			}
		}
		p.moves["resolve"] = count
		return r
	}
}

// invite gives the buyer a link, and the buyer answers it, twice. Whoever had the link agrees to nothing.
func (p *people) invite(id string, x road) {
	one, _, _ := p.three()
	form := url.Values{}
	for field, value := range x.beneficiary() {
		form[field] = []string{value.(string)}
	}
	if p.rand.IntN(4) == 0 { // who comes too late has to ask for another link
		path := p.link(id, one, []byte(`{"expires_in_hours":1}`))
		p.m.world.Sleep(expired)
		if path != "" && done(p.answering(path, form)()) {
			p.m.report(id, i36, "a link that was over took an answer")
		}
	}
	path := p.link(id, one, nil)
	if path == "" {
		return
	}
	answers := p.atOnce(p.answering(path, form), p.answering(path, form))
	answers = append(answers, p.answering(path, form)())
	count := p.moves["claim"]
	for _, r := range answers {
		if done(r) {
			count.Done++
		} else {
			count.Refused++
		}
	}
	p.moves["claim"] = count
	if done(answers[0]) || done(answers[1]) {
		p.deeds[id] = append(p.deeds[id], deed{"tell", disbursement.ByBuyer})
	}
	if r := p.click(one, pathOf(id)+"/approve", nil); done(r) {
		p.m.report(id, i32, one.name+" had the buyer's link and approved where the money goes")
	}
}

// expired is after how long everybody takes a link of an hour for over: some clocks are an hour behind.
const expired = 3 * time.Hour

// link asks for a buyer's link, and gives its path.
func (p *people) link(id string, by clerk, body []byte) string {
	r := p.click(by, pathOf(id)+"/claim-link", body)
	if !done(r) {
		return ""
	}
	var link struct{ URL string }
	err := json.Unmarshal(r.Body, &link)
	at, wrong := url.Parse(link.URL)
	if err != nil || wrong != nil || at.Path == "" {
		p.m.report(id, i36, fmt.Sprintf("no link: %v, %v", err, wrong))
		return ""
	}
	return at.Path
}

// answering is a buyer who sends the form until a page comes back.
func (p *people) answering(path string, form url.Values) func() sim.Reply {
	return func() (r sim.Reply) {
		for range 8 {
			req, err := http.NewRequest(http.MethodPost, "http://vuelto"+path, strings.NewReader(form.Encode()))
			if err != nil {
				panic(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if r = p.m.ask(req); r.Status < 500 && r.Status != http.StatusConflict {
				return r
			}
			p.m.world.Sleep(time.Minute + p.span(time.Minute))
		}
		return r
	}
}

// anew asks for a new code in the place of one that ran out, by two people at once: one of them gets it.
func (p *people) anew(id, through string) {
	for range 40 {
		p.m.world.Sleep(3 * time.Hour)
		if now := p.read(id); now.Status == disbursement.Returned && now.Route == disbursement.CashWithdrawal {
			break
		}
	}
	one, two, _ := p.three()
	field := map[string]string{"rf_": "merchant_refund_id", "po_": "merchant_payout_id"}[id[:3]]
	var got []noun
	ask := func(by clerk, n int) func() sim.Reply {
		return func() sim.Reply {
			key := successor(id, n)
			if answer, ok := p.m.postAs(by, pathOf(id)+"/reissue", key, map[string]any{field: key}); ok {
				got = append(got, answer)
			}
			return sim.Reply{}
		}
	}
	p.atOnce(ask(one, 0), ask(two, 1))
	count := p.moves["reissue"]
	p.moves["reissue"] = Moves{count.Done + len(got), count.Refused + 2 - len(got), count.Twice}
	if len(got) > 1 {
		p.m.report(id, i36, fmt.Sprintf("it was issued anew twice, as %v and %v", got[0].ID, got[1].ID))
	}
	for _, answer := range got {
		if wanted, known := p.m.asked[id]; known {
			p.m.asked[answer.ID] = wanted
		}
		p.m.follow(answer, p.requester(answer), through)
	}
}

// successor is the merchant's own id of what is issued anew.
func successor(id string, n int) string { return fmt.Sprintf("anew-%s-%d", id, n) }

func (p *people) requester(answer noun) clerk {
	for _, c := range []clerk{beto(), dora()} {
		if answer.RequestedBy == c.name {
			return c
		}
	}
	return ana()
}

// shown is what of a refund or payout is looked at.
type shown struct {
	Status     disbursement.State `json:"status"`
	Route      disbursement.Route `json:"route"`
	HeldReason string             `json:"held_reason"`
}

// read looks a refund or payout up, until it is shown.
func (p *people) read(id string) (now shown) {
	for range 20 {
		if r := p.m.call(ana().key, http.MethodGet, pathOf(id), "", nil); done(r) {
			if err := store.Unmarshal(r.Body, &now); err != nil {
				p.m.report(id, i36, err.Error())
			}
			return now
		}
		p.m.world.Sleep(time.Minute)
	}
	return now
}

// after is what people do once a provider has moved a refund or payout.
func (p *people) after(id, through string, verb simnet.Verb) {
	if p != nil && p.errands && verb == simnet.Expire && through == "efecty" {
		p.m.world.Go(func() { p.anew(id, through) }, nil)
	}
}
