package story_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// keyed posts with a key of the test's own.
func (s *stack) keyed(key, path string, body any) reply {
	s.t.Helper()
	return s.do("POST", path, body, "Authorization", "Bearer "+ana, "Idempotency-Key", key)
}

// creators are the calls that make something, with the same body for one n and another for another.
func creators(s *stack) map[string]func(n int) (path string, body doc) {
	co, pe := s.paid(colombia()), s.paid(peru())
	return map[string]func(int) (string, doc){
		"payment": func(n int) (string, doc) { return "/v1/payments", peru().payment(fmt.Sprint("I-", n), 1000) },
		"refund":  func(n int) (string, doc) { return "/v1/refunds", peru().refund(pe, fmt.Sprint("I-", n), 100) },
		"cash":    func(n int) (string, doc) { return colombia().path, colombia().refund(co, fmt.Sprint("C-", n), 1000000) },
		"payout": func(n int) (string, doc) {
			return "/v1/payouts", doc{"network": "efecty", "store": "store_co", "amount": 3000000, "currency": "COP",
				"purpose": "prize", "merchant_payout_id": fmt.Sprint("P-", n), "beneficiary": person()}
		},
	}
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, ask := range creators(s) {
		path, body := ask(1)
		s.refused(400, "idempotency_key_missing", s.do("POST", path, body, "Authorization", "Bearer "+ana))
		s.refused(400, "idempotency_key_missing", s.keyed(`""`, path, body))
		s.refused(400, "idempotency_key_missing", s.keyed(strings.Repeat("k", 256), path, body))

		first := s.keyed(name+" key", path, body)
		s.want(201, first)
		if first.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("%s: the first answer claims to be a repeat", name)
		}
		s.settle() // what is asked has moved on; the answer has not
		for _, key := range []string{name + " key", `"` + name + ` key"`} {
			again := s.keyed(key, path, body)
			if again.status != 201 || !bytes.Equal(again.body, first.body) || again.header.Get("Idempotent-Replayed") != "true" {
				t.Errorf("%s again with %s: %d %v\n%s\n%s", name, key, again.status, again.header, again.body, first.body)
			}
		}
		_, other := ask(2)
		s.refused(422, "idempotency_key_reused", s.keyed(name+" key", path, other))
		s.want(201, s.keyed(name+" key 2", path, other))
		for taken, code := range map[string]string{"payment": "order_reference_taken", "refund": "merchant_refund_id_taken", "cash": "merchant_refund_id_taken"} {
			if taken == name {
				s.refused(409, code, s.keyed(name+" key 3", path, body))
			}
		}
	}
}

// TestKeysAreOfOneMerchant: two merchants may use the same key and the same ids of their own.
func TestKeysAreOfOneMerchant(t *testing.T) {
	t.Parallel()
	s := start(t)
	body := peru().payment("same order", 1000)
	mine := s.want(201, s.do("POST", "/v1/payments", body, "Authorization", "Bearer "+ana, "Idempotency-Key", "same"))
	theirs := s.want(201, s.do("POST", "/v1/payments", body, "Authorization", "Bearer "+carla, "Idempotency-Key", "same"))
	if str(mine["id"]) == str(theirs["id"]) {
		t.Error("two merchants share a payment")
	}
}

// TestARefusalLeavesNothing: its key is free, its ids are free, nothing is reserved.
func TestARefusalLeavesNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	id := s.paid(x)
	s.refused(422, "amount_exceeds_refundable", s.keyed("k", "/v1/refunds", x.refund(id, "N-1", x.amount+1)))
	if p := s.get("/v1/payments/" + id); num(p["reserved_amount"]) != 0 {
		t.Errorf("something is reserved: %v", p)
	}
	if refunds := list(s.get("/v1/refunds?payment="+id), "data"); len(refunds) != 0 {
		t.Errorf("refunds %v", refunds)
	}
	s.want(201, s.keyed("k", "/v1/refunds", x.refund(id, "N-1", x.amount)))
	s.refused(422, "amount_exceeds_refundable", s.keyed("k2", "/v1/refunds", x.refund(id, "N-2", 1)))
}

// TestSameKeyAtOnce: however many come at once, one thing is made, and whoever is not told it is told to come again.
func TestSameKeyAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, ask := range creators(s) {
		path, body := ask(7)
		raw, _ := json.Marshal(body)
		made := map[string]bool{}
		for _, r := range s.crowd(16, func(int) (string, string, string) { return "at once " + name, path, string(raw) }) {
			switch {
			case r.status == 201:
				made[string(r.body)] = true
			case r.problem(409, "idempotency_in_progress") != "" || r.header.Get("Retry-After") == "":
				t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
		if len(made) != 1 {
			t.Errorf("%s: %d different answers", name, len(made))
		}
	}
}

// A batch is its content, so that a second key finds the one that is there. From then on that key has its answer as well, whatever
// becomes of the batch, and takes nothing else.
func TestAKnownBatchIsAnsweredOncePerKey(t *testing.T) {
	t.Parallel()
	s := start(t)
	file := refundsCSV(s.paid(peru()))
	id := str(s.want(201, s.keyed("first", "/v1/batches", file))["id"])
	second := s.keyed("second", "/v1/batches", file)
	if known := s.want(200, second); str(known["id"]) != id {
		t.Fatalf("the same file is another batch: %v", known)
	}
	s.finished(id)
	again := s.keyed("second", "/v1/batches", file)
	if again.status != 200 || !bytes.Equal(again.body, second.body) || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again: %d\n%s\n%s", again.status, again.body, second.body)
	}
	s.refused(422, "idempotency_key_reused", s.keyed("second", "/v1/batches", strings.Replace(file, "5000", "4000", 1)))
}
