package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/sim"
)

// batch sends three payouts in a file, twice at once and by two people: it is one batch, and each row one payout.
func (p *people) batch(n int) {
	var file strings.Builder
	file.WriteString("network,store,amount,currency,purpose,merchant_payout_id,beneficiary_name,beneficiary_document_type,beneficiary_document_number\n")
	row := func(i int) string { return reference("B", p.m.index, n, i) }
	amount := func(i int) int64 { return int64(1000000 + 100*(3*n+i)) }
	for i := range 3 {
		fmt.Fprintf(&file, "efecty,store_co,%d,COP,commission,%s,Juan Pérez,CC,1032456789\n", amount(i), row(i))
		p.m.asked[disbursement.PayoutID("demo", row(i))] = wish{"", amount(i), "COP"}
	}
	one, two, _ := p.three()
	ids := map[string]bool{}
	send := func(by clerk) func() sim.Reply {
		return func() (r sim.Reply) {
			wait := time.Second
			for range 20 {
				r = p.m.call(by.key, http.MethodPost, "/v1/batches?kind=payout", fmt.Sprintf("batch-%d-%s", n, by.name), []byte(file.String()))
				if r.Status < 500 && !retriable(r) {
					break
				}
				p.m.world.Sleep(wait)
				wait = min(2*wait, 20*time.Minute)
			}
			var answer struct{ ID string }
			if done(r) && json.Unmarshal(r.Body, &answer) == nil {
				ids[answer.ID] = true
			}
			return r
		}
	}
	p.atOnce(send(one), send(one), send(two))
	count := p.moves["batch"]
	p.moves["batch"] = Moves{count.Done + len(ids), count.Refused, count.Twice}
	if len(ids) > 1 {
		p.m.report(row(0), i36, "a file sent twice is two batches")
	}
	for i := range 3 * len(ids) {
		id := disbursement.PayoutID("demo", row(i%3))
		p.m.accepted = append(p.m.accepted, accepted{id, "efecty", p.m.world.Now()})
		p.m.world.Go(func() { p.m.fate(id, "efecty") }, nil)
	}
}

// stopped is a file of three payouts, and one that is refused, that is tried, sent and stopped, by two people at each time: what was tried happens to nobody,
// what was begun when it was stopped is done, and the rest is not.
func (p *people) stopped(n int) {
	row := func(i int) string { return reference("S", p.m.index, n, i) }
	var file strings.Builder
	file.WriteString("network,store,amount,currency,purpose,merchant_payout_id,beneficiary_name,beneficiary_document_type,beneficiary_document_number\n")
	for i := range 3 {
		amount := int64(1100000 + 100*(3*n+i))
		fmt.Fprintf(&file, "efecty,store_co,%d,COP,commission,%s,Juan Pérez,CC,1032456789\n", amount, row(i))
		p.m.asked[disbursement.PayoutID("demo", row(i))] = wish{"", amount, "COP"}
	}
	fmt.Fprintf(&file, "efecty,store_co,1200000,PEN,commission,%s,Juan Pérez,CC,1032456789\n", row(3)) // which is refused
	one, two, _ := p.three()
	path, body := "/v1/batches?kind=payout", []byte(file.String())
	try := func() sim.Reply { return p.click(one, path+"&dry_run=true", body) }
	p.atOnce(try, try)
	if p.there(row(0)) {
		p.m.report(row(0), i36, "what was only tried is there")
	}
	if n%2 == 0 { // it would start in an hour
		path += "&start_at=" + p.m.world.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	}
	r := p.send(one, path, "stopped-"+row(0), body)
	var b struct {
		ID, Status string
		Done       int
	}
	if !done(r) || json.Unmarshal(r.Body, &b) != nil {
		return
	}
	p.m.world.Sleep(p.span(20 * time.Second))
	cancel := func(by clerk) func() sim.Reply {
		return func() sim.Reply { return p.click(by, "/v1/batches/"+b.ID+"/cancel", nil) }
	}
	count := p.moves["stop a batch"]
	for _, r := range p.atOnce(cancel(one), cancel(one), cancel(two)) {
		if done(r) {
			count.Done++
		} else {
			count.Refused++
		}
	}
	p.moves["stop a batch"] = count
	for range 60 {
		if p.look("/v1/batches/"+b.ID, &b) && (b.Status == "done" || b.Status == "cancelled") {
			break
		}
		p.m.world.Sleep(10 * time.Minute)
	}
	p.rows(b.Status, b.Done, row)
}

// rows holds what became of a stopped batch's rows against how many are said to be done.
func (p *people) rows(status string, finished int, row func(int) string) {
	for i := range 4 {
		switch there := p.there(row(i)); {
		case there && i >= finished || there && i == 3:
			p.m.report(row(i), i36, fmt.Sprintf("a batch is %s after %d rows, and row %d is there", status, finished, i+1))
		case there:
			id := disbursement.PayoutID("demo", row(i))
			p.m.accepted = append(p.m.accepted, accepted{id, "efecty", p.m.world.Now()})
			p.m.world.Go(func() { p.m.fate(id, "efecty") }, nil)
		}
	}
}

// there says whether a payout of a merchant's own id exists.
func (p *people) there(ref string) bool {
	for range 20 {
		if r := p.m.call(ana().key, http.MethodGet, "/v1/payouts/"+disbursement.PayoutID("demo", ref), "", nil); r.Status < 500 {
			return done(r)
		}
		p.m.world.Sleep(sweepSoon)
	}
	return false
}
