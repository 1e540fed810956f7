package proof

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/sim"
)

// held is what of a shop's order that is held against the books is looked at.
type held struct {
	Class string
	Order *struct {
		Name string `json:"order_reference"`
	}
	Payments []struct{ Payment string }
}

// shop brings what the shop says of two orders of a day: one was paid, and the books say so too; of the other they know nothing.
func (p *people) shop(n int) {
	id := p.bought("shop", n, owed)
	if id == "" {
		return
	}
	day, sold, unknown := calendar.On(p.m.world.Now(), calendar.Colombia().Zone()), reference("shop", p.m.index, n, 0), reference("shop", p.m.index, n, 1)
	file := fmt.Appendf(nil, "order_reference,date,status,currency,total\n%s,%s,paid,COP,%d.00\n%s,%s,paid,COP,30.00\n", sold, day, owed/100, unknown, day)
	if p.bring(bringing{path: "/v1/orders", lines: 2, counted: "changed", file: file}) {
		p.compare(fmt.Sprintf("/v1/orders?from=%s&to=%s&limit=8", day, day), id, sold, unknown)
	}
}

// compare looks at a day's orders: the first ones, for a day of hundreds of payments takes longer to read than nothing befalls anybody.
func (p *people) compare(path, id, sold, unknown string) {
	var list struct{ Data []held }
	if !p.look(path, &list) {
		p.tally("shop", false)
		return
	}
	p.tally("shop", true)
	found := map[string]string{}
	for _, x := range list.Data {
		if x.Order == nil {
			continue
		}
		found[x.Order.Name] = x.Class + " of"
		for _, money := range x.Payments {
			found[x.Order.Name] += " " + money.Payment
		}
	}
	for _, x := range [][2]string{{sold, " of " + id}, {unknown, "MISSING_IN_BOOKS of"}} {
		if found[x[0]] != x[1] {
			p.m.report(x[0], i36, fmt.Sprintf("the shop's order is %q, not %q", found[x[0]], x[1]))
		}
	}
}

// accounts closes a month that had sales: a file is brought, its one row that nobody knows is explained, its day is shut, and the month
// with it, whose pack is one and the same for whoever asks. While the month is closed its day stays shut; then both are opened again.
func (p *people) accounts() {
	day := calendar.Date{Year: 2026, Month: time.August, Day: 3}
	broken := p.wrong(9, 9, day)
	if broken == "" || !done(p.click(eva(), "/v1/breaks/"+broken+"/explain", []byte(`{"reason":"another shop's"}`))) {
		return
	}
	var days struct{ Data []compared }
	if !p.look("/v1/reconciliations?provider=efecty&limit=100", &days) {
		return
	}
	for _, x := range days.Data {
		if x.Date == day.String() {
			p.account("/v1/reconciliations/"+x.ID, "/v1/months/2026-08")
		}
	}
}

// account shuts a day and its month, and opens them again.
func (p *people) account(day, month string) {
	if !done(p.click(eva(), day+"/close", nil)) || !done(p.click(eva(), month+"/close", []byte(`{"accept_silence":"we had hardly opened"}`))) {
		p.tally("sold month", false)
		return
	}
	pack := func(by clerk) func() sim.Reply {
		return func() (r sim.Reply) {
			for range 20 {
				if r = p.m.call(by.key, http.MethodGet, month+"/pack", "", nil); r.Status < 500 {
					return r
				}
				p.m.world.Sleep(time.Minute)
			}
			return r
		}
	}
	got := p.atOnce(pack(eva()), pack(ana()))
	p.tally("sold month", done(got[0]) && done(got[1]))
	if done(got[0]) && done(got[1]) && (len(got[0].Body) == 0 || !bytes.Equal(got[0].Body, got[1].Body)) {
		p.m.report(month, i36, fmt.Sprintf("two people have %d and %d bytes of one month", len(got[0].Body), len(got[1].Body)))
	}
	open := []byte(`{"reason":"a file may come"}`)
	if done(p.click(eva(), day+"/reopen", open)) {
		p.m.report(day, i36, "a day of a closed month was opened")
	}
	p.click(eva(), month+"/reopen", open)
	p.click(eva(), day+"/reopen", open)
}
