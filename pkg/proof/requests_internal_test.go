package proof

import (
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/sim"
)

// Each check on what people seldom ask for fails where it should, and nowhere else.
func TestWhatPeopleMayNotAskForIsNoticed(t *testing.T) {
	always := func(status int, body string) func(int, string, string) sim.Reply {
		return func(int, string, string) sim.Reply { return sim.Reply{Status: status, Body: []byte(body)} }
	}
	all := `{"data":[{"person":"ana","status":"active"},{"person":"beto","status":"active"},{"person":"dora","status":"active"},{"person":"eva","status":"active"}]}`
	for _, c := range []struct {
		what   string
		breaks string // empty = nothing
		answer func(n int, method, path string) sim.Reply
		do     func(*people)
	}{
		{"all have their keys", "", always(200, all), (*people).keys},
		{"somebody has none", i36, always(200, strings.Replace(all, "dora", "nora", 1)), (*people).keys},
		{"somebody's is over", i36, always(200, strings.Replace(all, "active", "revoked", 1)), (*people).keys},
		{"a key is shown again", i36, always(200, strings.Replace(all, `"ana"`, `"ana","key":"sk_test_1"`, 1)), (*people).keys},
		{"what was foreseen is there", i36, always(200, `{"id":"rf_1","status":"paid","would":"queued"}`), func(p *people) { p.foretell("F-1", givesBack("pay_1", "F-1", 100)) }},
		{"nobody can say what would be", i36, func(_ int, method, _ string) sim.Reply {
			return sim.Reply{Status: map[string]int{"POST": 200, "GET": 404}[method], Body: []byte(`{}`)}
		}, func(p *people) { p.foretell("F-1", givesBack("pay_1", "F-1", 100)) }},
		{"what was foreseen is not there", "", func(_ int, method, _ string) sim.Reply {
			return sim.Reply{Status: map[string]int{"POST": 200, "GET": 404}[method], Body: []byte(`{"would":"queued"}`)}
		}, func(p *people) { p.foretell("F-1", givesBack("pay_1", "F-1", 100)) }},
		{"more than a day's", i36, always(201, `{"id":"po_1","status":"queued"}`), func(p *people) { p.tooMuch(0) }},
		{"no more than a day's", "", always(422, `{}`), func(p *people) { p.tooMuch(0) }},
		{"in the register twice", i36, always(200, `{"data":[{"id":"po_1"},{"id":"po_1"}]}`), func(p *people) { p.registered("po_1") }},
		{"in the register once", "", always(200, `{"data":[{"id":"po_1"},{"id":"po_2"}]}`), func(p *people) { p.registered("po_1") }},
		{"one of the network's is two of ours", i36, always(200, `{"id":"rf_00000000000000000000000001","status":"paid"}`), func(p *people) { p.name("pay_00000000000000000000000001", 0) }},
	} {
		t.Run(c.what, func(t *testing.T) { noticed(t, c.breaks, func(p *plot) { c.do(p.answered(c.answer)) }) })
	}
}
