package proof

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/sim"
)

// answered are people whose clicks are answered by a function of the call.
func (p *plot) answered(answer func(n int, method, path string) sim.Reply) *people {
	c := p.clerks(200, "")
	n := 0
	c.m.ask = func(r *http.Request) sim.Reply { n++; return answer(n, r.Method, r.URL.Path) }
	c.m.people, c.errands = c, true
	c.rates = quoted{map[string]bool{}, map[string]time.Time{}}
	c.m.ear = &ear{times: map[string]int{}, second: map[string]taken{}}
	return c
}

func says(body string) func(int, string, string) sim.Reply {
	return func(int, string, string) sim.Reply { return sim.Reply{Status: 200, Body: []byte(body)} }
}

// gone is a thing that cannot be found; all else is as body says.
func gone(suffix, body string) func(int, string, string) sim.Reply {
	return func(_ int, _, path string) sim.Reply {
		if strings.HasSuffix(path, suffix) {
			return sim.Reply{Status: 404}
		}
		return sim.Reply{Status: 200, Body: []byte(body)}
	}
}

// Each check on what people bring, enter and set up fails where it should, and nowhere else.
func TestWhatPeopleMayNotBringIsNoticed(t *testing.T) {
	large := func() map[string]any {
		return map[string]any{"currency": "COP", "amount": int64(papersFrom), "merchant_refund_id": "R-1"}
	}
	dollars := func(fx string, amount int64, known func(*people)) func(*plot) {
		return func(p *plot) {
			c := p.answered(says(""))
			known(c)
			day, rate, _ := strings.Cut(fx, " ")
			answer := noun{ID: "rf_1", Amount: amount}
			answer.FX.Day, answer.FX.Rate = day, rate
			c.exchanged(answer, map[string]any{"currency": "USD", "amount": int64(100)}, begin)
		}
	}
	stated := func(c *people) { c.rates.stated["2026-11-23 4000.5"] = true }
	desk := func(answer func(int, string, string) sim.Reply, what func(*people)) func(*plot) {
		return func(p *plot) { what(p.answered(answer)) }
	}
	const there = `{"id":"we_1","secret":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz","status":"enabled"}`
	bring := func(c *people) { c.bring(bringing{path: "/v1/deposits", lines: 1}) }
	hears := func(secret string) func(*plot) {
		return func(p *plot) {
			c := p.answered(says(there))
			c.m.ear.second["we_1"] = taken{http.Header{}, nil}
			c.hears("/v1/event-endpoints/we_1", []endpoint{{Secret: secret}})
		}
	}
	row := func(i int) string { return fmt.Sprint("S-", i) }
	for _, c := range []struct {
		what   string
		breaks string // empty = nothing
		plant  func(*plot)
	}{
		{"one file is two documents", i36, desk(says(`{"digest":"0"}`), func(c *people) { c.kept(large()) })},
		{"a document is another one", i13, desk(says(`x`), func(c *people) { c.readable("0", []byte("y")) })},
		{"a document is as it was", "", desk(says(`y`), func(c *people) { c.readable("0", []byte("y")) })},
		{"accepted without a document", i32, desk(says(``), func(c *people) {
			c.late(ana(), "/v1/refunds", "k", large(), noun{ID: "rf_1"}, true)
		})},
		{"stored without a document", i32, desk(says(``), func(c *people) {
			d := refund()
			d.Amount = money.New(papersFrom, money.COP)
			c.brought(d)
		})},
		{"a small one without a document", "", desk(says(``), func(c *people) { c.brought(refund()) })},
		{"a rate is changed without a word", i26, desk(says(`{"written":0}`), func(c *people) { c.quote(1) })},
		{"a correction is lost", i36, desk(says(`{"written":0,"data":[]}`), func(c *people) { c.quote(1) })},
		{"at a rate that nobody imported", i26, dollars("2026-11-23 4000.5", 400050, func(*people) {})},
		{"at a rate that was corrected", i26, dollars("2026-11-23 4000.5", 400050, func(c *people) {
			stated(c)
			c.rates.replaced["2026-11-23 4000.5"] = begin.Add(-time.Minute)
		})},
		{"at a rate that is corrected meanwhile", "", dollars("2026-11-23 4000.5", 400050, func(c *people) {
			stated(c)
			c.rates.replaced["2026-11-23 4000.5"] = begin.Add(time.Minute)
		})},
		{"at another worth", i26, dollars("2026-11-23 4000.5", 400550, stated)},
		{"in dollars, with no rate", i26, dollars("", 400050, stated)},
		{"a file is new three times", i36, desk(says(`{"written":1}`), bring)},
		{"a file is new once", "", desk(func(n int, _, _ string) sim.Reply {
			return sim.Reply{Status: 200, Body: fmt.Appendf(nil, `{"written":%d}`, max(0, 2-n))}
		}, bring)},
		{"a file is new afterwards", i36, desk(func(n int, _, _ string) sim.Reply {
			return sim.Reply{Status: 200, Body: fmt.Appendf(nil, `{"written":%d}`, max(0, n-3))}
		}, bring)},
		{"an endpoint is made twice", i5, desk(func(n int, _, _ string) sim.Reply {
			return sim.Reply{Status: 200, Body: fmt.Appendf(nil, `{"id":"we_%d"}`, n)}
		}, func(c *people) { c.listen(0) })},
		{"a test never comes", ie, desk(says(there), func(c *people) { c.hears("/v1/event-endpoints/we_1", nil) })},
		{"a test is signed by nobody", ie, hears("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")},
		{"a stopped endpoint is tested", i36, desk(says(there), func(c *people) { c.listen(0) })},
		{"a removed endpoint is there", i36, desk(gone("/test", there), func(c *people) { c.listen(0) })},
		{"what was asked for again never comes", ie, desk(says(``), func(c *people) {
			c.comes("redeliver", []past{{ID: "evt_1"}}, func() sim.Reply { return sim.Reply{Status: 200} })
		})},
		{"what was tried is there", i36, desk(says(`{"id":"bat_1","status":"done","done":4}`), func(c *people) { c.stopped(0) })},
		{"a row after the last is there", i36, desk(says(``), func(c *people) { c.rows("cancelled", 2, row) })},
		{"no row is there", "", desk(gone("", ""), func(c *people) { c.rows("cancelled", 0, row) })},
		{"fees are changed without a word", i36, desk(says(`{"fees":{"fixed":200},"before":[{"fees":{"fixed":100}}]}`), func(c *people) { c.priced(0) })},
		{"fees are corrected twice", i36, desk(func(n int, _, _ string) sim.Reply {
			return sim.Reply{Status: map[bool]int{true: 409, false: 200}[n == 4], Body: []byte(`{"fees":{"fixed":200},"before":[{},{}]}`)}
		}, func(c *people) { c.priced(0) })},
		{"a file that had come is new", i36, desk(says(`{"outcome":"new","data":[{"date":"2026-11-23","files":[{"name":"a.csv","sha256":"0123456789abcdef0"}]}]}`), func(c *people) {
			if err := c.m.world.Files.Put(context.Background(), "settlement/demo/efecty-demo/2026-11-23/0123456789abcdef-a.csv", []byte("x")); err != nil {
				t.Error(err)
			}
			c.upload()
		})},
		{"a month is closed and open", i36, desk(says(`{"closed":false}`), func(c *people) { c.month() })},
		{"an order is taken back and sold", i36, desk(func(int, string, string) sim.Reply {
			return sim.Reply{Status: 201, Body: []byte(`{"id":"pay_1","status":"pending"}`)}
		}, func(c *people) { c.unsold(0) })},
		{"a key is replaced by two", i36, desk(says(`{"key":"k2"}`), func(c *people) { c.renew("/v1/api-keys/key_1", "k") })},
		{"a link that is over takes an answer", i36, desk(says(`{"url":"https://vuelto.sim/claim/x","status":"held"}`), func(c *people) {
			for range 20 { // who comes too late is drawn
				c.invite(disbursement.RefundID("demo", "R-1"), directRoads()[0])
			}
		})},
	} {
		t.Run(c.what, func(t *testing.T) { noticed(t, c.breaks, c.plant) })
	}
}
