package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/sim"
)

// second is the path of a further endpoint of the merchant's, which people make, move and take away again.
const second = "/second"

// taken is a delivery to that endpoint.
type taken struct {
	header http.Header
	body   []byte
}

// further takes a delivery to the further endpoint.
func (e *ear) further(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	e.second[req.Header.Get(event.HeaderID)] = taken{req.Header.Clone(), body}
	return sim.Answer(http.StatusNoContent, ""), nil
}

// endpoint is what is told of an endpoint.
type endpoint struct{ ID, Secret, Status, Description string }

// listen is the life of a further endpoint: made, tested, given a new secret, stopped, let go on, changed and taken away, each with two
// clicks at one moment.
func (p *people) listen(n int) {
	if p.m.ear == nil {
		return // nobody hears the stream in this world
	}
	body := []byte(`{"url":"https://shop.sim` + second + `","types":["endpoint.*"]}`)
	key := fmt.Sprint("endpoint-", n)
	made := p.moving("/v1/event-endpoints", "create", func() sim.Reply { return p.send(ana(), "/v1/event-endpoints", key, body) })
	if len(made) == 0 {
		return
	}
	if last := made[len(made)-1]; last != made[0] {
		p.m.report(last.ID, i5, "an endpoint was made in two ways")
	}
	path := "/v1/event-endpoints/" + made[0].ID
	p.hears(path, made)
	if secrets := p.move(path, "rotate", nil); len(secrets) > 0 {
		p.hears(path, secrets)
	}
	for _, x := range p.move(path, "disable", nil) {
		if x.Status == "enabled" {
			p.m.report(x.ID, i36, "told that an endpoint is stopped, and it is "+x.Status)
		}
	}
	if r := p.click(ana(), path+"/test", nil); done(r) {
		p.m.report(made[0].ID, i36, "an endpoint that was stopped is tested")
	}
	p.move(path, "enable", nil)
	p.hears(path, nil)
	p.move(path, "update", []byte(`{"url":"https://shop.sim`+second+`","types":["endpoint.*"],"description":"the second"}`))
	var now endpoint
	if p.look(path, &now) && now.Description != "the second" {
		p.m.report(now.ID, i36, "a change of an endpoint is lost")
	}
	if len(p.move(path, "remove", nil)) > 0 && p.look(path, &now) {
		p.m.report(now.ID, i36, "an endpoint that was taken away is there")
	}
}

func (p *people) move(path, what string, body []byte) []endpoint {
	return p.moving(path, what, func() sim.Reply { return p.click(ana(), path+"/"+what, body) })
}

// moving does something to an endpoint twice at one moment, and gives what was told of it.
func (p *people) moving(subject, what string, once func() sim.Reply) (told []endpoint) {
	count := p.moves["endpoint "+what]
	for _, r := range p.atOnce(once, once) {
		var x endpoint
		if !done(r) {
			count.Refused++
		} else if count.Done++; json.Unmarshal(r.Body, &x) != nil {
			p.m.report(subject, i36, "an answer cannot be read: "+string(r.Body))
		} else {
			told = append(told, x)
		}
	}
	p.moves["endpoint "+what] = count
	return told
}

// hears tests an endpoint: the test arrives, signed with one of the secrets that somebody was just told, if somebody was.
func (p *people) hears(path string, told []endpoint) {
	r := p.click(ana(), path+"/test", nil)
	var test struct{ ID string }
	if !done(r) || json.Unmarshal(r.Body, &test) != nil {
		p.m.report(path, i36, fmt.Sprintf("an endpoint cannot be tested: %d %s", r.Status, r.Body))
		return
	}
	var came taken
	for range 60 {
		var ok bool
		if came, ok = p.m.ear.second[test.ID]; ok {
			break
		}
		p.m.world.Sleep(10*time.Minute + p.span(time.Hour))
	}
	if came.header == nil {
		p.m.report(test.ID, ie, "a test never came")
		return
	}
	fits := func(x endpoint) bool { return fitting(came.header, test.ID, came.body, x.Secret) }
	if len(told) > 0 && !slices.ContainsFunc(told, fits) {
		p.m.report(test.ID, ie, "a test is not signed with the secret that was told")
	}
}

// fitting says that one of a delivery's signatures is of a secret.
func fitting(h http.Header, id string, body []byte, secret string) bool {
	again := http.Header{}
	var seconds int64
	if _, err := fmt.Sscan(h.Get(event.HeaderTimestamp), &seconds); err != nil {
		return false
	}
	err := event.Sign(again, id, time.Unix(seconds, 0), body, []string{secret})
	return err == nil && slices.Contains(strings.Fields(h.Get(event.HeaderSignature)), again.Get(event.HeaderSignature))
}

// past is what of an event is looked at.
type past struct {
	ID, Timestamp, Type string
	Deliveries          []struct{ Status string }
}

// again asks for one event and then for all of some minutes again, two people at one moment: each comes again, as it was.
func (p *people) again() {
	if p.m.ear == nil {
		return
	}
	var list struct{ Data []past }
	if !p.look("/v1/events?limit=40", &list) {
		return
	}
	all := slices.DeleteFunc(list.Data, func(e past) bool {
		return e.Type == string(event.EndpointTest) || len(e.Deliveries) != 1 || e.Deliveries[0].Status != "delivered"
	})
	if len(all) == 0 {
		return
	}
	one, two, _ := p.three()
	ask := func(by clerk, path string, body []byte) func() sim.Reply {
		return func() sim.Reply { return p.click(by, path, body) }
	}
	x := all[p.rand.IntN(len(all))]
	path := "/v1/events/" + x.ID + "/redeliver"
	p.comes("redeliver", []past{x}, ask(one, path, nil), ask(one, path, nil), ask(two, path, nil))
	part := all[:min(3, len(all))] // newest first
	body := fmt.Appendf(nil, `{"from":%q,"to":%q}`, part[len(part)-1].Timestamp, part[0].Timestamp)
	p.comes("replay", part, ask(one, "/v1/events/replay", body), ask(two, "/v1/events/replay", body))
}

// comes asks for events again, and waits for them.
func (p *people) comes(what string, events []past, asks ...func() sim.Reply) {
	before := map[string]int{}
	for _, x := range events {
		before[x.ID] = p.m.ear.times[x.ID]
	}
	count, any := p.moves[what], false
	for _, r := range p.atOnce(asks...) {
		if done(r) {
			any = true
			count.Done++
		} else {
			count.Refused++
		}
	}
	p.moves[what] = count
	missing := func(x past) bool { return p.m.ear.times[x.ID] <= before[x.ID] }
	for range 60 {
		if !any || !slices.ContainsFunc(events, missing) {
			return
		}
		p.m.world.Sleep(10*time.Minute + p.span(time.Hour))
	}
	p.m.report(events[0].ID, ie, what+": what was asked for again never came")
}
