package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/sim"
)

// Eva sees to the books; so may Ana.
func eva() clerk { return clerk{"eva", "sk_test_demo_eva", merchant.Finance} }

// compared is what of a reconciliation is looked at.
type compared struct {
	ID, Date string
	Status   string
	Open     int `json:"open_breaks"`
	Closed   bool
	Breaks   map[string]int
	Closings []struct {
		By, SHA256 string
		ReopenedBy string `json:"reopened_by"`
	}
}

// differing is what of a break is looked at.
type differing struct {
	ID, Status string
	History    []said
	Decision   struct{ History []said } // of a difference at the bank
}

type said struct{ By, Action, Reason string }

// books looks at a compared day: breaks are given to somebody, explained or disputed, and where none is left open the day is closed,
// and opened again, for a file may yet come. All of it happens by clicks as people make them.
func (p *people) books(n int) {
	var list struct{ Data []compared }
	if !p.look("/v1/reconciliations?limit=100", &list) || len(list.Data) == 0 {
		return
	}
	days := slices.DeleteFunc(slices.Clone(list.Data), func(c compared) bool { return len(c.Breaks) == 0 })
	if len(days) == 0 || n%4 == 0 { // one without breaks is closed, too
		days = list.Data
	}
	day := days[p.rand.IntN(len(days))]
	var breaks struct{ Data []differing }
	if !p.look("/v1/reconciliations/"+day.ID+"/breaks?limit=100", &breaks) {
		return
	}
	for i, b := range breaks.Data[:min(12, len(breaks.Data))] {
		p.judge("/v1/breaks/", b.ID, fmt.Sprintf("%d/%d", n, i))
	}
	p.shut(day.ID, n)
}

// judge is what finance does about one break: one of them takes it, and then both say at one moment what it is.
func (p *people) judge(under, id, note string) {
	one, two := eva(), ana()
	if p.rand.IntN(2) == 0 {
		one, two = two, one
	}
	path := under + id
	if p.rand.IntN(3) == 0 {
		take := p.saying(one, path+"/assign", "assign "+note, "")
		p.recorded(path, "assign", one, "assign "+note, p.atOnce(take, take))
	}
	action, method := "explain", ""
	if p.rand.IntN(2) == 0 {
		action, method = "resolve", string(discrepancy.Dispute)
	}
	mine, theirs := one.name+" "+note, two.name+" "+note
	first, second := p.saying(one, path+"/"+action, mine, method), p.saying(two, path+"/"+action, theirs, method)
	replies := p.atOnce(first, first, second)
	p.recorded(path, action, one, mine, replies[:2])
	p.recorded(path, action, two, theirs, replies[2:])
	if p.rand.IntN(4) == 0 {
		open := p.saying(one, path+"/reopen", "reopen "+note, "")
		p.recorded(path, "reopen", one, "reopen "+note, p.atOnce(open, open))
	}
}

// saying is a click that decides about a break.
func (p *people) saying(by clerk, path, reason, method string) func() sim.Reply {
	body := map[string]string{"reason": reason}
	if method != "" {
		body["method"], body["evidence"] = method, "ticket 7"
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return func() sim.Reply { return p.click(by, path, encoded) }
}

// recorded holds what somebody was told about a break against what is on record: once, if it is done. A later run may not have the
// break any more.
func (p *people) recorded(path, action string, by clerk, reason string, replies []sim.Reply) {
	count, told := p.moves[action], 0
	for _, r := range replies {
		switch {
		case !done(r):
			count.Refused++
		case told == 0:
			told = 1
			count.Done++
		default:
			count.Twice++
		}
	}
	p.moves[action] = count
	var now differing
	if !p.look(path, &now) {
		return
	}
	found := 0
	for _, s := range append(now.History, now.Decision.History...) {
		if s.By == by.name && s.Action == action && s.Reason == reason {
			found++
		}
	}
	if found > 1 || found < told {
		p.m.report(path, i36, fmt.Sprintf("%s of %s was answered with %v and is recorded %d times", action, by.name, told == 1, found))
	}
}

// shut closes a day, two people at once, and opens it again some hours later: closed once, with the one digest for both, and not moved
// while it is.
func (p *people) shut(id string, n int) {
	path := "/v1/reconciliations/" + id
	shut := func(by clerk) func() sim.Reply { return func() sim.Reply { return p.click(by, path+"/close", nil) } }
	var before, at, after compared
	if !p.look(path, &before) || before.Closed {
		return
	}
	count := p.moves["shut"]
	closed := 0
	for _, r := range p.atOnce(shut(eva()), shut(eva()), shut(ana())) {
		if !done(r) {
			count.Refused++
		} else if closed++; json.Unmarshal(r.Body, &at) != nil || !at.Closed {
			p.m.report(id, i36, "told that the day is closed, and it is open")
		}
	}
	if closed > 0 {
		count.Done++
	}
	p.moves["shut"] = count
	if closed == 0 {
		return
	}
	p.m.world.Sleep(time.Hour + p.span(8*time.Hour))
	p.tardy(path)
	if p.look(path, &after) && !p.sameClosing(before, at, after) {
		p.m.report(id, i36, fmt.Sprintf("a closed day went on: %+v, then %+v", at, after))
	}
	open := fmt.Appendf(nil, `{"reason":"a file may come %d"}`, n)
	for range 40 {
		p.click(eva(), path+"/reopen", open)
		if p.look(path, &after) && !after.Closed {
			return
		}
		p.m.world.Sleep(time.Minute)
	}
	p.m.report(id, i36, "a closed day could not be opened again")
}

// sameClosing says that a day was closed once, and is as it was then.
func (p *people) sameClosing(before, at, now compared) bool {
	return len(now.Closings) == len(before.Closings)+1 && now.Closings[len(before.Closings)].SHA256 == at.Closings[len(before.Closings)].SHA256 &&
		now.Closed && fmt.Sprint(now.Breaks) == fmt.Sprint(at.Breaks)
}

// look reads something, until it is shown; false if there is no such thing.
func (p *people) look(path string, into any) bool {
	for range 20 {
		switch r := p.m.call(eva().key, http.MethodGet, path, "", nil); {
		case done(r):
			if err := json.Unmarshal(r.Body, into); err != nil {
				p.m.report(path, i36, err.Error())
				return false
			}
			return true
		case r.Status < 500:
			return false
		}
		p.m.world.Sleep(time.Minute)
	}
	return false
}
