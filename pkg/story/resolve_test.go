package story_test

import (
	"strings"
	"testing"
	"time"
)

// resolve is what a person says about a held refund.
func (s *stack) resolve(key, id, action string, more ...any) reply {
	s.t.Helper()
	return s.as(key, "POST", "/v1/refunds/"+id+"/resolve", with(doc{"action": action, "evidence": "case 7"}, more...))
}

// lost asks for a refund that the provider never answers about, until it is a person's.
func (s *stack) lost(x side, kind string) (payment, id string) {
	s.t.Helper()
	payment = s.paid(x)
	s.arm(x.network, kind, 1, "")
	s.arm(x.network, "lost_callback", 99, "")
	s.arm(x.network, "outage", 9999, "read")
	id = s.back(x, payment, x.part)
	s.advance(13 * 24 * time.Hour)
	s.want(200, s.do("DELETE", "/_sandbox/faults", nil))
	if r := s.get("/v1/refunds/" + id); str(r["status"]) != "held" || str(r["held_reason"]) != "exhausted" {
		s.t.Fatalf("%s: %v", x.network, r)
	}
	return payment, id
}

// TestMissingDetailsAreSupplied by one person and agreed to by another; then it is sent, once.
func TestMissingDetailsAreSupplied(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment := s.paidThrough(gateway{provider: "payu", side: x})
	id := str(s.want(201, s.as(ana, "POST", "/v1/refunds", with(x.refund(payment, "S-1", x.part), "route", "bank_transfer", "beneficiary", person())))["id"])
	s.settle()
	r := s.get("/v1/refunds/" + id)
	m, _ := r["manual"].(doc)
	if str(r["status"]) != "held" || str(r["held_reason"]) != "details_asked" || str(m["safe_action"]) != "supply" || m["never_sent"] != true {
		t.Fatalf("%v", r)
	}
	account := doc{"bank": "007", "account": "19112345678901", "account_type": "savings"}
	s.refused(422, "evidence_missing", s.resolve(ana, id, "supply", "evidence", nil, "beneficiary", account))
	s.refused(422, "person_incomplete", s.resolve(ana, id, "supply"))
	s.refused(422, "field_invalid", s.resolve(ana, id, "pray"))
	s.refused(409, "resolution_not_possible", s.resolve(ana, id, "confirm_returned"))
	s.refused(400, "unknown_field", s.resolve(ana, id, "supply", "benefactor", account))
	s.refused(404, "not_found", s.resolve(carla, id, "supply", "beneficiary", account))
	p := s.want(200, s.resolve(ana, id, "supply", "beneficiary", account))
	if m = p["manual"].(doc); str(p["status"]) != "held" || str(m["proposal"].(doc)["by"]) != "ana" || strings.Contains(string(s.as(ana, "GET", "/v1/refunds/"+id, nil).body), "19112345678901") {
		t.Errorf("%v", p)
	}
	s.refused(403, "second_person_required", s.resolve(ana, id, "supply", "beneficiary", account))
	s.refused(409, "resolution_differs", s.resolve(beto, id, "cancel"))
	for range 2 { // a double click
		if r := s.want(200, s.resolve(beto, id, "supply")); str(r["status"]) == "held" {
			t.Errorf("%v", r)
		}
	}
	s.advance(2 * time.Minute) // what was refused a moment ago is given a pause
	if r := s.get("/v1/refunds/" + id); str(r["status"]) != "accepted" || len(s.live("payu", id)) != 1 || r["manual"] != nil {
		t.Errorf("%v", r)
	}
	s.refused(409, "state_conflict", s.resolve(ana, id, "cancel"))
}

// TestTheManualQueue lists what is held, of one's own, by what is known of it; an assignment keeps others off.
func TestTheManualQueue(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment := s.paidThrough(gateway{provider: "payu", side: x})
	ids := map[string]bool{}
	for _, ours := range []string{"M-1", "M-2", "M-3"} {
		ids[str(s.want(201, s.as(ana, "POST", "/v1/refunds", with(x.refund(payment, ours, 1000000), "route", "bank_transfer", "beneficiary", person())))["id"])] = true
	}
	s.settle()
	listed := func(key, query string) []doc {
		return list(s.want(200, s.as(key, "GET", "/v1/manual"+query, nil)), "data")
	}
	if all := listed(ana, ""); len(all) != 3 || !ids[str(all[0]["id"])] || str(all[0]["next_action"]) == "" {
		t.Fatalf("%v", all)
	}
	if theirs := listed(carla, ""); len(theirs) != 0 {
		t.Errorf("another merchant sees %v", theirs)
	}
	for query, want := range map[string]int{"?reason=details_asked": 3, "?reason=exhausted": 0, "?kind=payout": 0, "?safe_action=supply": 3, "?store=store_pe": 0, "?provider=payu": 3} {
		if got := listed(ana, query); len(got) != want {
			t.Errorf("%s: %d", query, len(got))
		}
	}
	seen := map[string]bool{}
	for cursor, pages := "", 0; pages < 3; pages++ {
		p := s.get("/v1/manual?limit=1" + cursor)
		for _, d := range list(p, "data") {
			seen[str(d["id"])] = true
		}
		cursor = "&cursor=" + str(p["next_cursor"])
	}
	if len(seen) != 3 {
		t.Errorf("pages show %v", seen)
	}
	s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/manual?limit=0", nil))
	one := str(listed(ana, "")[0]["id"])
	s.want(200, s.as(ana, "POST", "/v1/refunds/"+one+"/take", nil))
	s.refused(409, "assigned_to_other", s.resolve(beto, one, "cancel"))
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/refunds/"+one+"/take", nil))
	if mine := listed(beto, "?assigned_to=ana"); len(mine) != 1 || str(mine[0]["manual"].(doc)["assigned_until"]) == "" {
		t.Errorf("%v", mine)
	}
	s.advance(31 * time.Minute)
	s.want(200, s.resolve(beto, one, "cancel"))
	s.want(200, s.resolve(beto, one, "withdraw"))
	s.want(200, s.resolve(ana, one, "cancel"))
	if r := s.want(200, s.resolve(beto, one, "cancel")); str(r["status"]) != "cancelled" {
		t.Errorf("%v", r)
	}
	if left := listed(ana, ""); len(left) != 2 {
		t.Errorf("%v", left)
	}
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/refunds/"+one+"/take", nil))
	// One person may stop what certainly nobody has.
	for id := range ids {
		if id != one {
			s.want(200, s.as(ana, "POST", "/v1/refunds/"+id+"/cancel", nil))
		}
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 0 {
		t.Errorf("%v", p)
	}
}

// TestWhoStoppedItIsNotToldThatItIsPaid: the end of a hold answers those alone who ended it so.
func TestWhoStoppedItIsNotToldThatItIsPaid(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	id := str(s.want(201, s.as(ana, "POST", "/v1/refunds", with(x.refund(s.paid(x), "H-1", x.part), "route", "manual")))["id"])
	s.want(200, s.resolve(beto, id, "confirm_paid"))
	s.want(200, s.as(ana, "POST", "/v1/refunds/"+id+"/cancel", nil))
	s.refused(409, "state_conflict", s.resolve(ana, id, "confirm_paid"))
	if got := s.status("/v1/refunds/" + id); got != "cancelled" {
		t.Error(got)
	}
}

// TestSentAgainOnlyWithProof: before people send again what may be there, the provider is asked; its answer is the proof,
// or the end of the hold.
func TestSentAgainOnlyWithProof(t *testing.T) {
	t.Parallel()
	x := colombia()
	s := start(t)
	_, id := s.lost(x, "timeout_before")
	s.arm(x.network, "outage", 1, "read")
	s.refused(409, "resolution_not_possible", s.resolve(ana, id, "requeue")) // nobody has said that it is not there
	s.want(200, s.resolve(ana, id, "requeue"))
	s.want(200, s.resolve(beto, id, "requeue"))
	s.advance(10 * time.Minute)
	if r := s.get("/v1/refunds/" + id); str(r["status"]) != x.sent || len(s.live(x.network, id)) != 1 {
		t.Errorf("%v", r)
	}

	x, s = peru(), start(t)
	_, id = s.lost(x, "timeout_after_commit")
	s.refused(409, "state_conflict", s.resolve(ana, id, "requeue"))
	if r := s.get("/v1/refunds/" + id); str(r["status"]) != x.sent || len(s.live(x.network, id)) != 1 {
		t.Errorf("%v", r)
	}
}

// TestLateEvidenceWins over what people believed.
func TestLateEvidenceWins(t *testing.T) {
	t.Parallel()
	x := peru()
	s := start(t)
	payment, id := s.lost(x, "timeout_after_commit")
	s.arm(x.network, "outage", 99, "read")
	s.want(200, s.resolve(ana, id, "cancel", "evidence", "their letter of today"))
	if r := s.want(200, s.resolve(beto, id, "cancel")); str(r["status"]) != "cancelled" {
		t.Fatalf("%v", r)
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 0 {
		t.Errorf("%v", p)
	}
	s.want(200, s.do("DELETE", "/_sandbox/faults", nil))
	s.move(id, "complete")
	r := s.get("/v1/refunds/" + id)
	if str(r["status"]) != "held" || str(r["held_reason"]) != "contested" || str(r["manual"].(doc)["safe_action"]) != "ask_provider" {
		t.Fatalf("paid after all: %v", r)
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != x.part {
		t.Errorf("%v", p)
	}
	s.want(200, s.resolve(beto, id, "confirm_paid"))
	if r := s.want(200, s.resolve(ana, id, "confirm_paid")); str(r["status"]) != "paid" {
		t.Errorf("%v", r)
	}
	if p := s.get("/v1/payments/" + payment); num(p["refunded_amount"]) != x.part || num(p["reserved_amount"]) != 0 {
		t.Errorf("%v", p)
	}
}
