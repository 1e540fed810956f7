package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/sim"
)

// desk is what finance brings and enters: a bank statement, a shop's orders, receipts of other channels, what an account costs, how
// accounting wants its file; and what they say of a difference at the bank. All of it twice, and at one moment with somebody else.
func (p *people) desk(n int) {
	day := calendar.On(p.m.world.Now(), calendar.Peru().Zone())
	p.bring(bringing{path: "/v1/deposits", lines: 1, file: fmt.Appendf(nil, "date,amount,currency,reference\n%s,%d.17,PEN,counter %d\n", day, n+1, n)})
	p.bring(bringing{path: "/v1/orders", lines: 1, counted: "changed", file: fmt.Appendf(nil, "order_reference,date,status,currency,total\nZ-%d,%s,paid,PEN,30.00\n", n, day)})
	p.bring(bringing{path: "/v1/receipts", lines: 1, file: fmt.Appendf(nil, "date,channel,amount,currency,id\n%s,card,1.00,PEN,r-%d\n", day, n)})
	p.bring(bringing{path: "/v1/calendar?country=CO", lines: 1, file: fmt.Appendf(nil, "date,working,source\n%s,no,strike %d\n", day.AddDays(400+n), n)})
	p.priced(n)
	shape := []byte(`{"name":"own","separator":"semicolon","decimal":"comma","dates":"DD/MM/YYYY","columns":[{"title":"Fecha","field":"settled_on"}]}`)
	keep := func() sim.Reply { return p.click(eva(), "/v1/export-shapes", shape) }
	p.atOnce(keep, keep)
	var legs struct{ Data []differing }
	if p.look(fmt.Sprintf("/v1/deposits?from=%s&to=%s&class=MISSING_IN_BOOKS", day, day), &legs) && len(legs.Data) > 0 {
		p.judge("/v1/legs/", legs.Data[0].ID, fmt.Sprint("bank ", n))
	}
}

// upload brings a provider's file that has been fetched already, two people at one moment: nothing is new about it.
func (p *people) upload() {
	var list struct {
		Data []struct {
			Date  string
			Files []struct{ Name, SHA256 string }
		}
	}
	if !p.look("/v1/reconciliations?provider=efecty&limit=100", &list) || len(list.Data) == 0 {
		return
	}
	day := list.Data[len(list.Data)-1] // the oldest, of which no other file comes any more
	if len(day.Files) == 0 {
		return
	}
	last := day.Files[len(day.Files)-1]
	body, err := p.m.world.Files.Get(context.Background(), fmt.Sprintf("settlement/demo/efecty-demo/%s/%s-%s", day.Date, last.SHA256[:16], last.Name))
	if err != nil {
		p.m.report(last.Name, i36, fmt.Sprintf("a file is named and cannot be read: %v", err))
		return
	}
	path := "/v1/settlements?account=efecty-demo&date=" + day.Date + "&name=" + url.QueryEscape(last.Name)
	bring := func(by clerk) func() sim.Reply { return func() sim.Reply { return p.click(by, path, body) } }
	count := p.moves["upload"]
	for _, r := range p.atOnce(bring(eva()), bring(eva()), bring(ana())) {
		var told struct{ Outcome string }
		if !done(r) {
			count.Refused++
		} else if count.Done++; json.Unmarshal(r.Body, &told) != nil || told.Outcome != "known" {
			p.m.report(last.Name, i36, "a file that had come is "+told.Outcome)
		}
	}
	p.moves["upload"] = count
}

// priced enters what an account costs from a day far ahead on, twice at one moment; other fees for that day are a correction, which is
// made once.
func (p *people) priced(n int) {
	from := calendar.On(p.m.world.Now(), calendar.Colombia().Zone()).AddDays(400 + n)
	body := func(fixed int) []byte {
		return fmt.Appendf(nil, `{"account":"efecty-demo","kind":"payment","from":%q,"fees":{"fixed":%d,"unit":1}}`, from, fixed)
	}
	enter := func(by clerk, path string, fixed int) func() sim.Reply {
		return func() sim.Reply { return p.click(by, path, body(fixed)) }
	}
	first := p.atOnce(enter(eva(), "/v1/fees", 100), enter(eva(), "/v1/fees", 100), enter(ana(), "/v1/fees", 100))
	if !done(first[0]) && !done(first[1]) && !done(first[2]) {
		return
	}
	if done(enter(ana(), "/v1/fees", 200)()) {
		p.m.report(from.String(), i36, "fees are other ones, and nobody has said that they are corrected")
	}
	count := p.moves["fees"]
	for _, r := range p.atOnce(enter(eva(), "/v1/fees?correct=true", 200), enter(eva(), "/v1/fees?correct=true", 200), enter(ana(), "/v1/fees?correct=true", 200)) {
		var now struct {
			Fees   struct{ Fixed int }
			Before []struct{ Fees struct{ Fixed int } }
		}
		if !done(r) {
			count.Refused++
		} else if count.Done++; json.Unmarshal(r.Body, &now) != nil || now.Fees.Fixed != 200 || len(now.Before) != 1 {
			p.m.report(from.String(), i36, "fees were corrected, and they are "+string(r.Body))
		}
	}
	p.moves["fees"] = count
}

// month closes a month in which nothing was sold, two people at one moment, and opens it again: closed once, and opened once.
func (p *people) month() {
	const path = "/v1/months/2026-09"
	var before, now struct {
		Closed   bool
		Closings []struct {
			ReopenedBy string `json:"reopened_by"`
		}
	}
	if !p.look(path, &before) || before.Closed {
		return
	}
	shut := func(by clerk) func() sim.Reply {
		return func() sim.Reply { return p.click(by, path+"/close", []byte(`{"accept_silence":"we had not opened"}`)) }
	}
	count := p.moves["month"]
	told := false
	for _, r := range p.atOnce(shut(eva()), shut(eva()), shut(ana())) {
		if done(r) {
			told = true
			count.Done++
		} else {
			count.Refused++
		}
	}
	p.moves["month"] = count
	if !told {
		return
	}
	if p.look(path, &now) && (!now.Closed || len(now.Closings) != len(before.Closings)+1) {
		p.m.report(path, i36, fmt.Sprintf("a month was closed once: %+v, then %+v", before, now))
	}
	open := func() sim.Reply { return p.click(eva(), path+"/reopen", []byte(`{"reason":"a file may come"}`)) }
	p.atOnce(open, open)
	if p.look(path, &now) && (now.Closed || len(now.Closings) != len(before.Closings)+1) {
		p.m.report(path, i36, fmt.Sprintf("a month was opened again, and it is %+v", now))
	}
}

// unsold takes an order back before anybody has paid it, two people at one moment.
func (p *people) unsold(n int) {
	answer, ok := p.m.post("/v1/payments", reference("unsold", p.m.index, n, 0), map[string]any{"network": "efecty", "store": "store_co",
		"order_reference": reference("unsold", p.m.index, n, 0), "amount": int64(60_000_00), "currency": "COP", "expires_in_hours": 48, "payer": directRoads()[0].payer()})
	if !ok {
		return
	}
	one, two, _ := p.three()
	path := "/v1/payments/" + answer.ID
	cancel := func(by clerk) func() sim.Reply { return func() sim.Reply { return p.click(by, path+"/cancel", nil) } }
	count, told := p.moves["unsold"], false
	for _, r := range p.atOnce(cancel(one), cancel(one), cancel(two)) {
		if done(r) {
			told = true
			count.Done++
		} else {
			count.Refused++
		}
	}
	p.moves["unsold"] = count
	var now struct{ Status string }
	if told && p.look(path, &now) && now.Status != "cancelled" {
		p.m.report(path, i36, "told that an order is taken back, and it is "+now.Status)
	}
}
