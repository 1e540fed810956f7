package story_test

import (
	"strings"
	"testing"
	"time"
)

// large is a payment whose refund needs a second person.
func (s *stack) large(x side) (payment string, amount int64) {
	amount = map[string]int64{"PEN": 5_000_01, "COP": 5_000_001_00}[x.currency]
	x.amount = amount * 2
	return s.paid(x), amount
}

func TestLargeRefundsNeedASecondPerson(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment, amount := s.large(x)
		id := s.back(x, payment, amount)
		s.settle()
		refund := "/v1/refunds/" + id
		if r := s.get(refund); str(r["status"]) != "awaiting_approval" || len(s.live(x.network, id)) != 0 || !strings.HasPrefix(str(r["due_at"]), "2026-12-02T05:00") {
			t.Fatalf("%s: %v", x.network, r)
		}
		if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != amount {
			t.Errorf("%s: not reserved meanwhile: %v", x.network, p)
		}
		s.refused(403, "second_person_required", s.as(ana, "POST", refund+"/approve", nil))
		if x == peru() {
			s.advance(12 * 24 * time.Hour) // waiting for a person is not our giving up
		}
		if got := s.status(refund); got != "awaiting_approval" {
			t.Errorf("%s: %s", x.network, got)
		}
		for range 2 { // a double click
			s.want(200, s.as(beto, "POST", refund+"/approve", nil))
		}
		s.settle()
		r := s.get(refund)
		if str(r["status"]) != x.sent || len(s.live(x.network, id)) != 1 || str(r["approved_by"]) != "beto" || str(r["requested_by"]) != "ana" {
			t.Errorf("%s: %v", x.network, r)
		}
		s.want(200, s.as(beto, "POST", refund+"/approve", nil))
		s.refused(409, "not_cancellable", s.as(beto, "POST", refund+"/reject", nil))
		s.refused(409, "not_cancellable", s.as(ana, "POST", refund+"/cancel", nil))
		s.move(id, x.finish)
		if got := s.status(refund); got != "paid" {
			t.Errorf("%s: %s", x.network, got)
		}
	}
}

// TestTheLimitItselfNeedsNobody: approval is for more than the limit.
func TestTheLimitItselfNeedsNobody(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	payment, amount := s.large(x)
	id := s.back(x, payment, amount-1)
	s.settle()
	if got := s.status("/v1/refunds/" + id); got != "accepted" {
		t.Error(got)
	}
}

func TestRefusedAndCancelledBeforeApproval(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment, amount := s.large(x)
		for verb, key := range map[string]string{"reject": beto, "cancel": ana} {
			id := s.back(x, payment, amount)
			for range 2 {
				if r := s.want(200, s.as(key, "POST", "/v1/refunds/"+id+"/"+verb, nil)); str(r["status"]) != "cancelled" {
					t.Errorf("%s %s: %v", x.network, verb, r)
				}
			}
			s.refused(409, "state_conflict", s.as(beto, "POST", "/v1/refunds/"+id+"/approve", nil))
			s.advance(time.Hour)
			if live := s.live(x.network, id); len(live) != 0 {
				t.Errorf("%s %s: the ledger holds %v", x.network, verb, live)
			}
		}
		if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 0 {
			t.Errorf("%s: %v", x.network, p)
		}
	}
}

// TestCancelStopsOnlyWhatNobodyHas: sure of a refund that never left, refused once a provider may have it.
func TestCancelStopsOnlyWhatNobodyHas(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment := s.paid(x)
		s.arm(x.network, "outage", 3, "")
		id := s.back(x, payment, x.part)
		s.settle()
		if r := s.get("/v1/refunds/" + id); str(r["status"]) != "queued" || len(list(r, "attempts")) != 1 {
			t.Fatalf("%s: %v", x.network, r)
		}
		s.want(200, s.as(ana, "POST", "/v1/refunds/"+id+"/cancel", nil))
		s.advance(24 * time.Hour)
		if r, live := s.get("/v1/refunds/"+id), s.live(x.network, id); str(r["status"]) != "cancelled" || len(live) != 0 {
			t.Errorf("%s: %v, ledger %v", x.network, r, live)
		}
		if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 0 {
			t.Errorf("%s: %v", x.network, p)
		}

		s.want(200, s.do("DELETE", "/_sandbox/faults", nil))
		s.arm(x.network, "timeout_after_commit", 1, "")
		s.arm(x.network, "lost_callback", 1, "")
		unsure := s.back(x, payment, x.part)
		s.settle()
		if got := s.status("/v1/refunds/" + unsure); got != "unknown" {
			t.Fatalf("%s: %s", x.network, got)
		}
		s.refused(409, "not_cancellable", s.as(ana, "POST", "/v1/refunds/"+unsure+"/cancel", nil))
	}
}

// TestSyncAsksNow: what the next question would bring comes at once.
func TestSyncAsksNow(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment := s.paid(x)
		s.arm(x.network, "timeout_after_commit", 1, "")
		s.arm(x.network, "lost_callback", 9, "")
		id := s.back(x, payment, x.part)
		s.settle()
		if got := s.status("/v1/refunds/" + id); got != "unknown" {
			t.Fatalf("%s: %s", x.network, got)
		}
		if r := s.want(200, s.as(ana, "POST", "/v1/refunds/"+id+"/sync", nil)); str(r["status"]) != x.sent {
			t.Errorf("%s: %v", x.network, r)
		}
		s.move(id, x.finish)
		for range 2 {
			if r := s.want(200, s.as(ana, "POST", "/v1/refunds/"+id+"/sync", nil)); str(r["status"]) != "paid" {
				t.Errorf("%s: %v", x.network, r)
			}
		}

		// "It does not know it" proves nothing so soon after the call.
		s.want(200, s.do("DELETE", "/_sandbox/faults", nil))
		s.arm(x.network, "late_commit", 1, "")
		s.arm(x.network, "lost_callback", 9, "")
		late := s.back(x, payment, x.part)
		s.settle()
		if r := s.want(200, s.as(ana, "POST", "/v1/refunds/"+late+"/sync", nil)); str(r["status"]) != "unknown" {
			t.Errorf("%s: %v", x.network, r)
		}
		s.advance(20 * time.Minute)
		if live := s.live(x.network, late); len(live) != 1 {
			t.Errorf("%s: the ledger holds %v", x.network, live)
		}
	}
}

func TestPayouts(t *testing.T) {
	t.Parallel()
	s := start(t)
	ask := func(id string, amount int64) reply {
		return s.as(ana, "POST", "/v1/payouts", doc{"network": "efecty", "store": "store_co", "amount": amount, "currency": "COP",
			"purpose": "prize", "merchant_payout_id": id, "beneficiary": person()})
	}
	d := s.want(201, ask("P-1", 30_000_00))
	id := str(d["id"])
	if str(d["status"]) != "queued" || !strings.HasPrefix(id, "po_") || str(d["purpose"]) != "prize" || d["payment"] != nil {
		t.Errorf("a new payout reads %v", d)
	}
	s.settle()
	if p := s.get("/v1/payouts/" + id); str(p["status"]) != "collectable" || str(p["cash_code"]) == "" || str(p["cash_code_expires_at"]) == "" {
		t.Errorf("handed over: %v", p)
	}
	s.refused(409, "merchant_refund_id_taken", ask("P-1", 30_000_00))
	s.move(id, "collect")
	if p := s.get("/v1/payouts/" + id); str(p["status"]) != "paid" || num(p["received_amount"]) != 30_000_00 {
		t.Errorf("collected: %v", p)
	}
	big := str(s.want(201, ask("P-2", 5_000_001_00))["id"])
	s.refused(403, "second_person_required", s.as(ana, "POST", "/v1/payouts/"+big+"/approve", nil))
	s.want(200, s.as(beto, "POST", "/v1/payouts/"+big+"/approve", nil))
	s.settle()
	s.move(big, "expire")
	if p := s.get("/v1/payouts/" + big); str(p["status"]) != "returned" || num(p["returned_amount"]) != 5_000_001_00 {
		t.Errorf("never collected: %v", p)
	}
	if all := list(s.get("/v1/payouts"), "data"); len(all) != 2 {
		t.Errorf("listed %v", all)
	}
	day := s.closeDay("efecty")
	s.at(day, "22:00")
	if got := s.status("/v1/payouts/" + id); got != "settled" {
		t.Error(got)
	}
}

// TestForeignIds: to another merchant nothing of ours exists, in a body or in a list either. Paths are walked by
// TestForeignIdsOnEveryRoute.
func TestForeignIds(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment := s.paid(x)
	waiting, amount := s.large(x)
	refund, held := s.back(x, payment, x.part), s.back(x, waiting, amount)
	payout := str(s.want(201, s.as(ana, "POST", "/v1/payouts", doc{"network": "efecty", "store": "store_co", "amount": 3000000,
		"currency": "COP", "purpose": "prize", "merchant_payout_id": "P-1", "beneficiary": person()}))["id"])
	s.settle()
	day := s.closeDay("efecty")
	s.at(day, "22:00")
	before := []doc{s.get("/v1/payments/" + payment), s.get("/v1/refunds/" + refund), s.get("/v1/refunds/" + held), s.get("/v1/payouts/" + payout)}
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/refunds", x.refund(payment, "F-1", x.part)))
	s.refused(404, "not_found", s.as(carla, "POST", x.path, x.refund(payment, "F-1", x.part)))
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/refunds", doc{"provider": "efecty", "amount": x.part, "currency": "COP",
		"original_transaction_id": str(before[0]["network_transaction_id"]), "reason_code": "goodwill", "merchant_refund_id": "F-2"}))
	for _, path := range []string{"/v1/payments", "/v1/refunds", "/v1/payouts", "/v1/reconciliations", "/v1/refunds?payment=" + payment,
		"/v1/payments?order_reference=" + strings.ReplaceAll(str(before[0]["order_reference"]), " ", "+"), "/v1/reconciliations?date=" + day} {
		for _, d := range list(s.want(200, s.as(carla, "GET", path, nil)), "data") {
			if rec, own := str(d["account"]), "efecty-other"; rec != own {
				t.Errorf("%s shows %v", path, d)
			}
		}
	}
	for i, path := range []string{"/v1/payments/" + payment, "/v1/refunds/" + refund, "/v1/refunds/" + held, "/v1/payouts/" + payout} {
		if after := s.get(path); str(after["status"]) != str(before[i]["status"]) || len(list(after, "history")) != len(list(before[i], "history")) {
			t.Errorf("%v became %v", before[i], after)
		}
	}
}

// TestRefundByTheProvidersTransaction: merchants who keep the network's ids need none of ours.
func TestRefundByTheProvidersTransaction(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.paid(x)
		p := s.get("/v1/payments/" + id)
		body := with(x.refund("", "X-1", x.part), "payment", nil, "provider", x.network, "original_transaction_id", p["network_transaction_id"],
			"order_reference", p["order_reference"])
		r := s.want(201, s.as(ana, "POST", x.path, body))
		if str(r["payment"]) != id {
			t.Errorf("%s: %v", x.network, r)
		}
	}
}

// TestWhoApprovedOnceMayApproveAgain: what was told after an approval is agreed to anew, by the same person if need be.
func TestWhoApprovedOnceMayApproveAgain(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment, amount := "", int64(5_000_001_00)
	x.amount, x.part = amount, amount
	payment = s.paidThrough(gateway{provider: "payu", side: x})
	s.rule(doc{"approval": doc{"expires_hours": 10}})
	id := str(s.want(201, s.as(ana, "POST", "/v1/refunds", with(x.refund(payment, "AA-1", amount), "route", "bank_transfer", "beneficiary", person())))["id"])
	path := "/v1/refunds/" + id
	supply := func(told doc) {
		s.want(200, s.resolve(ana, id, "supply", "beneficiary", told))
		s.want(200, s.resolve(beto, id, "supply"))
		if r := s.get(path); str(r["status"]) != "awaiting_approval" || str(r["due_at"]) == "" {
			t.Fatalf("%v", r)
		}
	}
	supply(doc{"account": "19112345678901"})
	s.want(200, s.as(beto, "POST", path+"/approve", nil))
	s.settle()
	if r := s.get(path); str(r["held_reason"]) != "details_asked" {
		t.Fatalf("the bank is not known: %v", r)
	}
	supply(doc{"bank": "007", "account_type": "savings"})
	for range 2 { // a double click
		s.want(200, s.as(beto, "POST", path+"/approve", nil))
	}
	s.advance(2 * time.Minute)
	if r := s.get(path); str(r["status"]) != "accepted" || len(s.live("payu", id)) != 1 {
		t.Errorf("%v", r)
	}
}
