package proof

import (
	"net/http"
	"testing"

	"github.com/vuelto/vuelto/pkg/sim"
)

// What was accepted is answered again with the same bytes, and another body under its key with a refusal that says so. Only what
// decides nothing is let by, and what asks for patience must say how much.
func TestWhatAUsedKeyMayBeAnswered(t *testing.T) {
	accepted := sim.Reply{Status: http.StatusCreated, Body: []byte(`{"id":"rf_1"}`)}
	wait := http.Header{"Retry-After": {"1"}}
	refused := func(status int, code string, h http.Header) sim.Reply {
		return sim.Reply{Status: status, Header: h, Body: []byte(`{"code":"` + code + `"}`)}
	}
	for name, c := range map[string]struct {
		reply       sim.Reply
		same, other bool // whether it is wrong for the same body, for another one
	}{
		"the first answer":       {accepted, false, true},
		"its bytes with 200":     {sim.Reply{Status: http.StatusOK, Body: accepted.Body}, true, true},
		"other bytes":            {sim.Reply{Status: http.StatusCreated, Body: []byte(`{"id":"rf_2"}`)}, true, true},
		"key used":               {refused(422, "idempotency_key_reused", nil), true, false},
		"another refusal":        {refused(422, "amount_exceeds_refundable", nil), true, true},
		"key used, with 409":     {refused(409, "idempotency_key_reused", wait), true, true},
		"the merchant's id":      {refused(409, "merchant_refund_id_taken", nil), true, true},
		"still at work":          {refused(409, "idempotency_in_progress", wait), true, true},
		"busy":                   {refused(409, "payment_busy", wait), false, false},
		"busy for who knows how": {refused(409, "payment_busy", nil), true, true},
		"too many":               {refused(429, "rate_limited", wait), true, true},
		"unknown":                {refused(404, "not_found", nil), true, true},
		"a process that died":    {sim.Reply{Status: http.StatusBadGateway}, false, false},
	} {
		for what, wrong := range map[string]bool{"same": c.same, "other": c.other} {
			p := newPlot(t)
			m := p.client(func(int) int { return 0 }, func(int) string { return "" })
			m.ask = func(*http.Request) sim.Reply { return c.reply }
			for range 200 { // whether one asks again is drawn
				if what == "same" {
					m.repeat(ana(), "/v1/refunds", "k", []byte(`{"amount":1}`), accepted)
				} else {
					m.otherBody(ana(), "/v1/refunds", "k", []byte(`{"amount":1}`))
				}
			}
			if got := p.found[i5] > 0; got != wrong {
				t.Errorf("%s body, %s: reported %v", what, name, got)
			}
		}
	}
}
