package story_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// rule sets rules and waits until they are known everywhere.
func (s *stack) rule(rules doc) {
	s.t.Helper()
	s.want(200, s.as(ana, "PUT", "/v1/rules", with(rules, "from", s.today())))
	s.advance(61 * time.Second)
}

func TestRulesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	put := func(rules doc) reply { return s.as(ana, "PUT", "/v1/rules", rules) }
	good := doc{"from": "2026-11-20", "limits": []doc{{"store": "store_co", "currency": "COP", "single": 100}}}
	for name, c := range map[string]struct {
		change  []any
		pointer string
	}{
		"yesterday":          {[]any{"from", "2026-11-19"}, "/from"},
		"no day":             {[]any{"from", nil}, "/from"},
		"a number of theirs": {[]any{"number", 7}, "/number"},
		"a store of nobody":  {[]any{"limits", []doc{{"store": "store_xx", "currency": "COP", "single": 1}}}, "/limits/0/store"},
		"another's account":  {[]any{"approval", doc{"every": []string{"efecty-other"}}}, "/approval/every/0/account"},
		"a limit on nothing": {[]any{"limits", []doc{{"currency": "COP"}}}, "/limits/0"},
		"less than nothing":  {[]any{"limits", []doc{{"currency": "COP", "single": -1, "daily": 5}}}, "/limits/0/single"},
		"no currency":        {[]any{"limits", []doc{{"single": 5}}}, "/limits/0/currency"},
		"a role that may not": {[]any{"approval", doc{"tiers": []doc{{"currency": "COP", "above": 1, "role": "viewer"}}}},
			"/approval/tiers/0/role"},
		"the same tier twice": {[]any{"approval", doc{"tiers": []doc{{"currency": "COP", "above": 1, "role": "admin"}, {"currency": "COP", "above": 1, "role": "approver"}}}},
			"/approval/tiers/1"},
		"a ramp that begins late": {[]any{"ramps", []doc{{"account": "efecty-demo", "since": "2026-11-20", "steps": []doc{{"after_days": 3, "daily": 1}}}}},
			"/ramps/0/steps/0/after_days"},
		"a ramp out of order": {[]any{"ramps", []doc{{"account": "efecty-demo", "since": "2026-11-20", "steps": []doc{{"after_days": 0, "daily": 1}, {"after_days": 9, "daily": 1}, {"after_days": 3, "daily": 1}}}}},
			"/ramps/0/steps"},
		"a stop of everything by mistake": {[]any{"stopped", []doc{{"why": "oops"}}}, "/stopped/0"},
		"a maximum below the minimum":     {[]any{"roads", []doc{{"currency": "COP", "minimum": 2, "maximum": 1}}}, "/roads/0/maximum"},
		"a road that is none":             {[]any{"roads", []doc{{"route": "pigeon"}}}, "/roads/0/route"},
		"a document of another country":   {[]any{"documents", []doc{{"country": "CO", "types": []string{"DNI"}}}}, "/documents/0/types/0"},
	} {
		r := put(with(good, c.change...))
		if fault := r.problem(422, "rules_invalid"); fault != "" && c.pointer != "/number" {
			t.Errorf("%s: %s", name, fault)
		}
		found := false
		for _, e := range list(r.doc(t), "errors") {
			found = found || str(e["pointer"]) == c.pointer
		}
		if !found {
			t.Errorf("%s: %s does not name %s", name, r.body, c.pointer)
		}
	}
	s.refused(400, "unknown_field", put(with(good, "limit", 5)))
	s.refused(400, "malformed_json", put(with(good, "from", 5)))
	s.refused(403, "forbidden", s.as(beto, "PUT", "/v1/rules", good))
	if r := s.get("/v1/rules"); r["current"] != nil || len(list(r, "history")) != 0 {
		t.Errorf("refusals left %v behind", r)
	}
	s.want(200, put(good))
	s.want(200, put(with(good, "from", "2026-12-01")))
	r := s.get("/v1/rules")
	if now, _ := r["current"].(doc); num(now["number"]) != 1 || str(now["set_by"]) != "ana" || len(list(r, "coming")) != 1 || len(list(r, "history")) != 2 {
		t.Errorf("%v", r)
	}
	if theirs := s.want(200, s.as(carla, "GET", "/v1/rules", nil)); len(list(theirs, "history")) != 0 {
		t.Errorf("another merchant sees %v", theirs)
	}
}

// dry asks what would happen.
func (s *stack) dry(key string, body doc) doc {
	s.t.Helper()
	return s.want(200, s.do("POST", "/v1/refunds?dry_run=true", body, "Authorization", "Bearer "+key))
}

// TestWhatWouldHappen: the dry run and the refund agree, and the dry run leaves nothing behind.
func TestWhatWouldHappen(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"roads": []doc{{"provider": "efecty", "window_days": 3}, {"account": "pagoefectivo-demo", "window_days": 3}}})
	co, pe := colombia(), peru()
	cop, pen := s.paid(co), s.paid(pe)
	bank := with(person(), "bank", "007", "account", "19112345678901", "account_type", "savings")
	day := 0
	for _, c := range []struct {
		name                           string
		days                           int
		body                           doc
		would, route, provider, reason string
	}{
		{"in time", 0, co.refund(cop, "", 1000000), "queued", "cash_withdrawal", "efecty", ""},
		{"in time, Peru", 0, pe.refund(pen, "", 1000), "queued", "original", "pagoefectivo", ""},
		{"the last day", 3, co.refund(cop, "", 1000000), "queued", "cash_withdrawal", "efecty", ""},
		{"over, an account is known", 4, with(co.refund(cop, "", 1000000), "beneficiary", bank), "queued", "bank_transfer", "payu", ""},
		{"over, the account must be asked for", 4, co.refund(cop, "", 1000000), "held", "bank_transfer", "payu", "details_asked"},
		{"over, Peru", 4, pe.refund(pen, "", 1000), "held", "manual", "pagoefectivo", "window_over"},
		{"by hand", 4, with(pe.refund(pen, "", 1000), "route", "manual"), "held", "manual", "pagoefectivo", "manual_route"},
	} {
		s.advance(time.Duration(c.days-day) * 24 * time.Hour)
		day = c.days
		c.body["merchant_refund_id"] = "W-" + c.name
		for range 2 {
			if d := s.dry(ana, c.body); str(d["would"]) != c.would || str(d["route"]) != c.route || str(d["provider"]) != c.provider || str(d["held_reason"]) != c.reason || len(list(d, "checks")) == 0 {
				t.Errorf("%s: would be %v", c.name, d)
			}
		}
		r := s.want(201, s.as(ana, "POST", "/v1/refunds", c.body))
		if str(r["status"]) != c.would || str(r["route"]) != c.route || str(r["provider"]) != c.provider || str(r["held_reason"]) != c.reason || str(r["route_reason"]) == "" {
			t.Errorf("%s: is %v", c.name, r)
		}
		if d := s.dry(ana, c.body); str(d["would"]) != "refused" || str(d["code"]) != "merchant_refund_id_taken" {
			t.Errorf("%s: once more %v", c.name, d)
		}
	}
	s.refused(422, "refund_window_expired", s.as(ana, "POST", co.path, co.refund(cop, "W-asked", 1000000)))
	if d := s.dry(ana, with(co.refund(cop, "W-9", 1000000), "route", "cash_withdrawal")); str(d["code"]) != "refund_window_expired" {
		t.Errorf("%v", d)
	}
	if d := s.dry(ana, pe.refund(pen, "W-9", pe.amount)); str(d["code"]) != "amount_exceeds_refundable" {
		t.Errorf("%v", d)
	}
	s.refused(404, "not_found", s.do("POST", "/v1/refunds?dry_run=true", pe.refund(pen, "W-9", 1), "Authorization", "Bearer "+carla))
	if p := s.get("/v1/payments/" + pen); num(p["reserved_amount"]) != 3000 {
		t.Errorf("%v", p)
	}
}

// TestByHand: two people record that a refund was paid by hand, with the receipt.
func TestByHand(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	payment := s.paid(x)
	id := str(s.want(201, s.as(ana, "POST", "/v1/refunds", with(x.refund(payment, "H-1", x.part), "route", "manual")))["id"])
	s.want(200, s.resolve(ana, id, "confirm_paid", "evidence", "receipt 4711 of the bank"))
	if r := s.want(200, s.resolve(beto, id, "confirm_paid")); str(r["status"]) != "paid" || num(r["received_amount"]) != x.part || len(s.live(x.network, id)) != 0 {
		t.Errorf("%v", r)
	}
	if p := s.get("/v1/payments/" + payment); num(p["refunded_amount"]) != x.part {
		t.Errorf("%v", p)
	}
}

// TestTiers: who must agree follows the amount, to the last unit, and who asks.
func TestTiers(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	x.amount = 100_000_000_00
	payment := s.paid(x)
	s.rule(doc{"approval": doc{"expires_hours": 24, "tiers": []doc{
		{"currency": "COP", "above": 2_000_000_00, "role": "approver"}, {"currency": "COP", "above": 3_000_000_00, "role": "admin"},
		{"currency": "COP", "above": 1_000_000_00, "role": "admin", "asked_by": "approver"}}}})
	for amount, want := range map[int64]string{1_999_999_00: "", 2_000_000_00: "", 2_000_001_00: "approver", 3_000_000_00: "approver", 3_000_001_00: "admin", 6_000_000_00: "admin"} {
		if d := s.dry(ana, with(x.refund(payment, "T", amount), "route", "cash_withdrawal")); str(d["approver_role"]) != want {
			t.Errorf("%d: %v", amount, d)
		}
	}
	if d := s.dry(beto, x.refund(payment, "T", 1_000_001_00)); str(d["approver_role"]) != "admin" {
		t.Errorf("asked by an approver: %v", d)
	}
	big := s.back(x, payment, 3_000_001_00)
	s.refused(403, "approver_role_required", s.as(beto, "POST", "/v1/refunds/"+big+"/approve", nil))
	late := str(s.want(201, s.as(beto, "POST", x.path, x.refund(payment, "T-3", 3_000_001_00)))["id"])
	theirs := str(s.want(201, s.as(beto, "POST", x.path, x.refund(payment, "T-2", 3_000_001_00)))["id"])
	r := s.get("/v1/refunds/" + theirs)
	hash := str(r["approval"].(doc)["hash"])
	s.refused(409, "approval_changed", s.as(ana, "POST", "/v1/refunds/"+theirs+"/approve", doc{"hash": "0" + hash[1:]}))
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/refunds/"+theirs+"/approve", doc{"hash": hash}))
	if r := s.want(200, s.as(ana, "POST", "/v1/refunds/"+theirs+"/approve", doc{"hash": hash})); str(r["approval"].(doc)["given"]) != hash {
		t.Errorf("%v", r)
	}
	// Nobody with the role agrees to the other: it lapses, and the money is free again.
	s.advance(23 * time.Hour)
	if got := s.status("/v1/refunds/" + big); got != "awaiting_approval" {
		t.Error(got)
	}
	s.advance(2 * time.Hour)
	for _, id := range []string{big, late} {
		if r := s.get("/v1/refunds/" + id); str(r["status"]) != "cancelled" {
			t.Errorf("%v", r)
		}
	}
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/refunds/"+late+"/approve", nil))
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 3_000_001_00 {
		t.Errorf("%v", p)
	}
}

// TestLimitsOfTheRules hold to the last unit: of one, of a day, of a person, of a young account.
func TestLimitsOfTheRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules doc
		most  int64
		again bool // the sum is of a day
	}{
		"single":   {doc{"limits": []doc{{"currency": "COP", "store": "store_co", "single": 2_000_000_00}}}, 2_000_000_00, false},
		"daily":    {doc{"limits": []doc{{"currency": "COP", "account": "efecty-demo", "daily": 2_000_003_00}}}, 2_000_003_00, true},
		"operator": {doc{"limits": []doc{{"currency": "COP", "operator_daily": 2_000_000_00}}}, 2_000_000_00, true},
		"ramp": {doc{"ramps": []doc{{"account": "efecty-demo", "since": "2026-11-18", "steps": []doc{{"after_days": 0, "daily": 1_000_000_00},
			{"after_days": 2, "daily": 2_000_000_00}, {"after_days": 3, "daily": 9_000_000_00}}}}}, 2_000_000_00, true},
	} {
		s := start(t)
		x := colombia()
		x.amount = 50_000_000_00
		payment := s.paid(x)
		s.rule(c.rules)
		ask := func(id string, amount int64) reply { return s.as(ana, "POST", x.path, x.refund(payment, id, amount)) }
		if fault := ask("L-1", c.most+100).problem(422, "limit_exceeded"); fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
		if d := s.dry(ana, with(x.refund(payment, "L-1", c.most+100), "route", "cash_withdrawal")); str(d["code"]) != "limit_exceeded" {
			t.Errorf("%s: %v", name, d)
		}
		if r := ask("L-2", c.most-100); r.status != 201 {
			t.Errorf("%s: %s", name, r.body)
		}
		if !c.again {
			if r := ask("L-3", c.most); r.status != 201 {
				t.Errorf("%s: %s", name, r.body)
			}
			continue
		}
		if fault := ask("L-3", 10_000_00).problem(422, "limit_exceeded"); fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
		if name == "operator" { // somebody else has a day of their own
			s.want(201, s.as(beto, "POST", x.path, x.refund(payment, "L-4", c.most)))
		}
		s.advance(24 * time.Hour)
		if r := ask("L-5", c.most); r.status != 201 {
			t.Errorf("%s, the next day: %s", name, r.body)
		}
		if name == "ramp" {
			s.want(201, ask("L-6", 9_000_000_00-c.most))
		}
	}
}

// TestTheDayOfTheApprovalCounts: what was asked for yesterday takes from today's sum when it is approved, in one commit.
func TestTheDayOfTheApprovalCounts(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	x.amount = 50_000_000_00
	payment := s.paid(x)
	s.rule(doc{"approval": doc{"every": []string{"efecty-demo"}}, "limits": []doc{{"currency": "COP", "daily": 3_000_000_00}}})
	first, second := s.back(x, payment, 2_000_000_00), s.back(x, payment, 1_000_000_00)
	if got := s.status("/v1/refunds/" + first); got != "awaiting_approval" {
		t.Fatalf("automatic refunds are off: %s", got)
	}
	s.advance(24 * time.Hour)
	today := s.back(x, payment, 1_500_000_00)
	s.refused(422, "limit_exceeded", s.as(beto, "POST", "/v1/refunds/"+first+"/approve", nil))
	if got := s.status("/v1/refunds/" + first); got != "awaiting_approval" {
		t.Error(got)
	}
	got := map[int]int{}
	for _, r := range s.crowd(8, func(i int) (string, string, string) {
		return fmt.Sprint("approve-", i), "/v1/refunds/" + second + "/approve", ""
	}) {
		got[r.status]++
	}
	if got[200]+got[403] != 8 {
		t.Errorf("%v", got)
	}
	s.want(200, s.as(beto, "POST", "/v1/refunds/"+second+"/approve", nil))
	s.want(200, s.as(beto, "POST", "/v1/refunds/"+second+"/approve", nil)) // took its share once
	s.want(200, s.as(beto, "POST", "/v1/refunds/"+today+"/approve", nil))
	s.back(x, payment, 500_000_00)
	s.refused(422, "limit_exceeded", s.as(ana, "POST", x.path, x.refund(payment, "D-9", 10_000_00)))
}

// TestTheKillSwitch: nothing new is handed over, what is with the provider goes on, and lifting it lets the rest go.
func TestTheKillSwitch(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment := s.paid(x)
	before := s.back(x, payment, 1000000)
	s.settle()
	s.rule(doc{"stopped": []doc{{"network": "efecty", "why": "strange figures"}}})
	id := s.back(x, payment, 1000000)
	other := s.back(peru(), s.paid(peru()), 100)
	s.advance(time.Hour)
	if r := s.get("/v1/refunds/" + id); str(r["status"]) != "queued" || len(list(r, "attempts")) != 0 || len(s.live("efecty", id)) != 0 {
		t.Errorf("%v", r)
	} else if says := str(r["next_action"]); !strings.Contains(says, "a rule stops") {
		t.Errorf("stopped, and it says %q", says)
	}
	if got := s.status("/v1/refunds/" + other); got != "accepted" {
		t.Errorf("the other network: %s", got)
	}
	s.move(before, "collect")
	if got := s.status("/v1/refunds/" + before); got != "paid" {
		t.Errorf("what is there goes on: %s", got)
	}
	s.rule(doc{})
	s.advance(10 * time.Minute)
	if got := s.status("/v1/refunds/" + id); got != "collectable" {
		t.Errorf("lifted: %s", got)
	}
	if says := str(s.get("/v1/refunds/" + id)["next_action"]); strings.Contains(says, "a rule stops") {
		t.Errorf("lifted, and it says %q", says)
	}
}
