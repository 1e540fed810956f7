package merchant_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/merchant"
)

// TestRulesHaveASize: what is kept with the merchant stays small, however often and for whichever days rules are set.
func TestRulesHaveASize(t *testing.T) {
	today := calendar.On(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), time.UTC)
	m := merchant.Merchant{ID: "m", Stores: []merchant.Store{{ID: "s", Network: "efecty", Accounts: []merchant.AccountRef{{Account: "a", Provider: "efecty"}}}}}
	pointers := func(r merchant.Rules) string {
		var all []string
		for _, f := range r.Validate(m, today) {
			all = append(all, f.Pointer)
		}
		return strings.Join(all, " ")
	}
	stop := func(n int) merchant.Rules {
		r := merchant.Rules{From: today}
		for range n {
			r.Stopped = append(r.Stopped, merchant.Stop{Account: "a", Why: strings.Repeat("x", 200)})
		}
		return r
	}
	if got := pointers(stop(50)); got != "" {
		t.Errorf("fifty long reasons: %s", got)
	}
	many := stop(50)
	for range 50 {
		many.Roads = append(many.Roads, merchant.Road{Provider: strings.Repeat("x", 64), Account: "a", Closed: true})
	}
	if got := pointers(many); got != "/" {
		t.Errorf("beyond the size: %q", got)
	}
	for day := 1; day <= 20; day++ {
		r := merchant.Rules{From: today.AddDays(day), Number: day}
		if fits := pointers(r) == ""; fits != (day <= 12) {
			t.Errorf("rules number %d to come: %v", day, fits)
		}
		if day <= 12 {
			m = m.WithRules(r, today)
		}
	}
	// Rules that hold from before others on take their place: nothing of those will ever hold.
	m = m.WithRules(merchant.Rules{From: today.AddDays(3), Number: 30}, today)
	if len(m.Rules) != 3 || m.RulesOn(today.AddDays(9)).Number != 30 || m.RulesOn(today.AddDays(2)).Number != 2 {
		t.Errorf("%d rules, %d in nine days", len(m.Rules), m.RulesOn(today.AddDays(9)).Number)
	}
}
