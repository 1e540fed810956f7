package story_test

import (
	"fmt"
	"testing"
	"time"
)

// odd is a payment whose cash came in an unusual way.
func (s *stack) odd(x side, how string) string {
	s.t.Helper()
	id := s.voucher(x)
	switch how {
	case "paid_late":
		s.advance(49 * time.Hour)
		s.pay(id, 0)
	case "withdrawn":
		s.want(200, s.as(ana, "POST", "/v1/payments/"+id+"/cancel", nil))
		s.pay(id, 0)
	case "paid_twice":
		s.pay(id, 0)
		s.pay(id, 0)
	case "underpaid":
		s.pay(id, x.amount-10000)
	case "overpaid":
		s.pay(id, x.amount+10000)
	}
	return id
}

// TestEverySituationHasOneNextAction, which settles it, once.
func TestEverySituationHasOneNextAction(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	for _, c := range []struct {
		how, situation, action string
		back                   int64
	}{
		{"paid_late", "paid_late", "revive", x.amount}, {"withdrawn", "paid_late", "refund", x.amount}, {"paid_twice", "paid_twice", "refund", x.amount},
		{"underpaid", "underpaid", "refund", x.amount - 10000}, {"overpaid", "overpaid", "refund", 10000},
	} {
		for _, settle := range []string{"revive", "give-back"} {
			id := s.odd(x, c.how)
			path := "/v1/payments/" + id
			p := s.get(path)
			proposal, _ := p["proposal"].(doc)
			if str(p["situation"]) != c.situation || str(proposal["action"]) != c.action || str(p["next_action"]) == "" || p["situation_settled"] != nil {
				t.Errorf("%s: %v", c.how, p)
			}
			if c.action == "refund" && num(proposal["amount"]) != c.back {
				t.Errorf("%s: proposes %v", c.how, proposal)
			}
			s.refused(404, "not_found", s.as(carla, "POST", path+"/"+settle, doc{}))
			if settle == "revive" {
				for range 2 { // a double click
					s.want(200, s.as(ana, "POST", path+"/revive", nil))
				}
				s.refused(409, "situation_settled", s.as(beto, "POST", path+"/give-back", doc{}))
			} else {
				r := s.want(201, s.keyed("back "+id, path+"/give-back", doc{}))
				again := s.want(201, s.keyed("back "+id, path+"/give-back", doc{}))
				if num(r["amount"]) != c.back || str(r["id"]) != str(again["id"]) || str(r["payment"]) != id {
					t.Errorf("%s: %v", c.how, r)
				}
				s.refused(409, "situation_settled", s.as(beto, "POST", path+"/give-back", doc{}))
				s.refused(409, "situation_settled", s.as(beto, "POST", path+"/revive", nil))
				s.settle()
				s.move(str(r["id"]), x.finish)
			}
			p = s.get(path)
			if settled, _ := p["situation_settled"].(doc); str(settled["by"]) != "ana" || p["proposal"] != nil {
				t.Errorf("%s %s: %v", c.how, settle, p)
			}
			if settle == "give-back" && (num(p["refunded_amount"]) != c.back || num(p["reserved_amount"]) != 0) {
				t.Errorf("%s: %v", c.how, p)
			}
		}
	}
	usual := s.paid(x)
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/payments/"+usual+"/revive", nil))
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/payments/"+usual+"/give-back", doc{}))
	for query, want := range map[string]int{"situation=paid_late": 4, "situation=overpaid": 2, "open=true": 0} {
		if got := list(s.get("/v1/payments?limit=100&"+query), "data"); len(got) != want {
			t.Errorf("%s lists %d", query, len(got))
		}
	}
	// Paid once more after it was settled: a new situation.
	again := s.odd(x, "overpaid")
	s.want(200, s.as(ana, "POST", "/v1/payments/"+again+"/revive", nil))
	s.pay(again, 0)
	if p := s.get("/v1/payments/" + again); str(p["situation"]) != "paid_twice" || num(p["proposal"].(doc)["amount"]) != x.amount+10000 {
		t.Errorf("%v", p)
	}
}

// TestASituationIsSettledOnce by whoever is first of a crowd that wants both.
func TestASituationIsSettledOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	id := s.odd(x, "withdrawn")
	got := map[string]int{}
	for _, r := range s.crowd(12, func(i int) (string, string, string) {
		if i%2 == 0 {
			return fmt.Sprint("s-", i), "/v1/payments/" + id + "/revive", ""
		}
		return fmt.Sprint("s-", i), "/v1/payments/" + id + "/give-back", "{}"
	}) {
		got[fmt.Sprint(r.status)]++
		if r.status != 200 && r.status != 201 && r.problem(409, "situation_settled") != "" && r.problem(409, "payment_busy") != "" {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	p := s.get("/v1/payments/" + id)
	revived := str(p["situation_settled"].(doc)["action"]) == "revive"
	if got["201"] > 1 || revived == (got["201"] == 1) || revived == (num(p["reserved_amount"]) != 0) {
		t.Errorf("%v, %v", got, p)
	}
}

// TestWhatCameToNothingSettlesNothing: a give-back that is stopped, or never collected, leaves the situation open, and it is
// given back once.
func TestWhatCameToNothingSettlesNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	id := s.odd(x, "paid_twice")
	path := "/v1/payments/" + id
	back := func(key string, status int) doc { return s.want(status, s.keyed(key, path+"/give-back", doc{})) }
	open := func(want bool) {
		t.Helper()
		p := s.get(path)
		proposal, _ := p["proposal"].(doc)
		if is := str(proposal["action"]) == "refund" && num(proposal["amount"]) == x.amount; is != want || (str(p["next_action"]) == "Nothing.") == want {
			t.Errorf("open %v: %v", want, p)
		}
		if got := len(list(p, "refunds")); got > 3 {
			t.Errorf("%v", p)
		}
	}
	s.arm("efecty", "outage", 1, "")
	first := str(back("one", 201)["id"])
	open(false)
	s.want(200, s.as(ana, "POST", "/v1/refunds/"+first+"/cancel", nil))
	open(true)
	if again := back("one", 201); str(again["id"]) != first {
		t.Errorf("a repeat of what was stopped made %v", again)
	}
	second := str(back("two", 201)["id"])
	open(false)
	s.advance(time.Hour)
	s.move(second, "expire")
	open(true)
	third := str(s.want(201, s.as(ana, "POST", "/v1/refunds/"+second+"/reissue", doc{"merchant_refund_id": "again"}))["id"])
	open(false)
	s.refused(409, "situation_settled", s.as(ana, "POST", path+"/give-back", doc{}))
	s.settle()
	s.move(third, "collect")
	open(false)
	if p := s.get(path); num(p["refunded_amount"]) != x.amount || num(p["reserved_amount"]) != 0 {
		t.Errorf("%v", p)
	}
	other := s.odd(x, "paid_twice")
	refund := str(s.want(201, s.as(ana, "POST", "/v1/payments/"+other+"/give-back", doc{}))["id"])
	s.settle()
	s.move(refund, "expire")
	s.want(200, s.as(ana, "POST", "/v1/payments/"+other+"/revive", nil))
	s.refused(409, "situation_settled", s.as(ana, "POST", "/v1/refunds/"+refund+"/reissue", doc{"merchant_refund_id": "late"}))
}
