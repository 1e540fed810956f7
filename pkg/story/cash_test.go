package story_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestTheCodeIsShownOnce to one person, on record; a lost answer can be asked for again under its key.
func TestTheCodeIsShownOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	id := s.back(x, s.paid(x), x.part)
	path := "/v1/refunds/" + id + "/cash-code"
	s.refused(404, "not_found", s.as(ana, "POST", "/v1/payouts/"+id+"/cash-code", doc{}))
	s.settle()
	r := s.get("/v1/refunds/" + id)
	if code := str(r["cash_code"]); !strings.HasPrefix(code, "****") || len(code) > 6 || str(r["next_action"]) == "" {
		t.Errorf("shown to everybody: %v", r)
	}
	s.refused(404, "not_found", s.as(carla, "POST", path, doc{}))
	first := s.keyed("code", path, doc{})
	shown := s.want(200, first)
	if !strings.HasPrefix(str(shown["cash_code"]), "77") || str(shown["cash_code_shown_to"]) != "ana" || str(shown["cash_code_expires_at"]) == "" {
		t.Errorf("%v", shown)
	}
	if again := s.keyed("code", path, doc{}); again.status != 200 || string(again.body) != string(first.body) {
		t.Errorf("%d %s", again.status, again.body)
	}
	s.refused(409, "code_already_shown", s.as(ana, "POST", path, doc{}))
	s.refused(409, "code_already_shown", s.as(beto, "POST", path, doc{}))
	s.refused(422, "idempotency_key_reused", s.do("POST", path, doc{}, "Authorization", "Bearer "+beto, "Idempotency-Key", "code"))
	if r := s.get("/v1/refunds/" + id); str(r["cash_code_shown_to"]) != "ana" || strings.Contains(fmt.Sprint(r), str(shown["cash_code"])) {
		t.Errorf("%v", r)
	}
	pe := s.back(peru(), s.paid(peru()), 100)
	s.settle()
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/refunds/"+pe+"/cash-code", doc{}))
	s.move(id, "collect")
	s.refused(409, "code_already_shown", s.as(ana, "POST", path, doc{}))
}

// TestANewCodeOnlyForAVoidOne: one successor at most, whoever asks and how often; the money is reserved once.
func TestANewCodeOnlyForAVoidOne(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment := s.paid(x)
	id := s.back(x, payment, x.part)
	s.settle()
	path := "/v1/refunds/" + id + "/reissue"
	s.refused(409, "code_still_live", s.as(ana, "POST", path, doc{"merchant_refund_id": "N-0"}))
	s.move(id, "expire")
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 0 {
		t.Errorf("%v", p)
	}
	s.refused(404, "not_found", s.as(carla, "POST", path, doc{"merchant_refund_id": "N-0"}))
	s.refused(422, "field_missing", s.as(ana, "POST", path, doc{}))
	own := str(s.get("/v1/refunds/" + id)["merchant_refund_id"]) // nothing succeeds itself
	s.refused(409, "merchant_refund_id_taken", s.as(ana, "POST", path, doc{"merchant_refund_id": own}))
	won := map[int]int{}
	for _, r := range s.crowd(10, func(i int) (string, string, string) {
		return fmt.Sprint("new-", i), path, fmt.Sprintf(`{"merchant_refund_id":"N-%d"}`, i)
	}) {
		won[r.status]++
		if r.status != 201 && r.problem(409, "already_replaced") != "" {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if won[201] != 1 {
		t.Fatalf("%v", won)
	}
	s.settle()
	old := s.get("/v1/refunds/" + id)
	next := str(old["replaced_by"])
	r := s.get("/v1/refunds/" + next)
	if str(r["status"]) != "collectable" || str(r["replaces"]) != id || len(s.live("efecty", next)) != 1 || len(s.live("efecty", id)) != 0 {
		t.Errorf("%v", r)
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != x.part {
		t.Errorf("%v", p)
	}
	// The successor of a successor, once nothing is left to reserve.
	s.move(next, "expire")
	rest := s.back(x, payment, x.amount)
	s.refused(422, "amount_exceeds_refundable", s.as(ana, "POST", "/v1/refunds/"+next+"/reissue", doc{"merchant_refund_id": "N-99"}))
	s.want(200, s.as(ana, "GET", "/v1/refunds/"+rest, nil))
	if r := s.get("/v1/refunds/" + next); r["replaced_by"] != nil {
		t.Errorf("what was refused left %v behind", r)
	}
	pe := s.back(peru(), s.paid(peru()), 100)
	s.settle()
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/refunds/"+pe+"/reissue", doc{"merchant_refund_id": "N-7"}))
}

func TestPayoutsAreIssuedAnewToo(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := str(s.want(201, s.as(ana, "POST", "/v1/payouts", doc{"network": "efecty", "store": "store_co", "amount": 3000000, "currency": "COP",
		"purpose": "prize", "merchant_payout_id": "P-1", "beneficiary": person()}))["id"])
	s.settle()
	s.move(id, "expire")
	s.refused(409, "merchant_refund_id_taken", s.as(ana, "POST", "/v1/payouts/"+id+"/reissue", doc{"merchant_payout_id": "P-1"}))
	r := s.want(201, s.as(ana, "POST", "/v1/payouts/"+id+"/reissue", doc{"merchant_payout_id": "P-2", "beneficiary": doc{"phone": "+573009998877"}}))
	s.settle()
	next := str(r["id"])
	s.want(200, s.as(ana, "POST", "/v1/payouts/"+next+"/cash-code", doc{}))
	s.move(next, "collect")
	if got := s.get("/v1/payouts/" + next); str(got["status"]) != "paid" || str(got["replaces"]) != id {
		t.Errorf("%v", got)
	}
	s.refused(409, "already_replaced", s.as(ana, "POST", "/v1/payouts/"+id+"/reissue", doc{"merchant_payout_id": "P-3"}))
}
