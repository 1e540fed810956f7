package story_test

import (
	"net/url"
	"testing"
	"time"
)

func (s *stack) search(q string) doc {
	s.t.Helper()
	return s.get("/v1/search?q=" + url.QueryEscape(q))
}

// TestAnyMarkLeadsToTheStory: whatever somebody has in hand, one question tells what it belongs to.
func TestAnyMarkLeadsToTheStory(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, x := range sides() {
		payment := s.paid(x)
		id := s.back(x, payment, x.amount/2)
		s.settle()
		s.move(id, x.finish)
		s.settle()
		p, r := s.get("/v1/payments/"+payment), s.get("/v1/refunds/"+id)
		attempt := list(r, "attempts")[0]
		for by, mark := range map[string]any{
			"id": payment, "order_reference": p["order_reference"], "reference": p["reference"],
			"network_transaction_id": p["network_transaction_id"], "merchant_refund_id": r["merchant_refund_id"],
			"network_reference": r["network_reference"], "response_id": attempt["response_id"],
			"document_number": map[string]string{"efecty": "****89", "pagoefectivo": ""}[x.network],
		} {
			if str(mark) == "" {
				continue
			}
			found := s.search(str(mark))
			hits := list(found, "data")
			if len(hits) == 0 {
				t.Errorf("%s: nothing has the %s %v", x.network, by, mark)
				continue
			}
			hit := hits[0]
			ours, _ := hit["payment"].(doc)
			refunds := list(hit, "refunds")
			if str(hit["matched_by"]) != by || str(ours["id"]) != payment && by != "document_number" || len(refunds) != 1 && by != "document_number" {
				t.Errorf("%s by %s %v: %v", x.network, by, mark, hit)
			}
		}
	}
	for _, q := range []string{"", "ab", "a\x00bc"} {
		s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/search?q="+url.QueryEscape(q), nil))
	}
	if found := s.search("no such thing"); len(list(found, "data")) != 0 || found["complete"] != false {
		t.Errorf("found what is not there: %v", found)
	}
	payment := s.paid(peru())
	if found := s.want(200, s.as(carla, "GET", "/v1/search?q="+payment, nil)); len(list(found, "data")) != 0 {
		t.Errorf("another merchant finds it: %v", found)
	}
}

// TestHealthSaysWhatToKnow: nothing while all is well; a lost call, money that no file shows, and what waits for people.
func TestHealthSaysWhatToKnow(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	of := func() doc {
		t.Helper()
		for _, p := range list(s.get("/v1/health"), "providers") {
			if str(p["provider"]) == x.network {
				return p
			}
		}
		t.Fatal("no such provider")
		return nil
	}
	if h := s.get("/v1/health"); str(h["status"]) != "ok" || num(h["held"]) != 0 {
		t.Errorf("at the start: %v", h)
	}
	payment := s.paid(x)
	s.settle()
	if h := of(); str(h["status"]) != "ok" || num(h["awaiting_settlement"]) != 1 || h["oldest_awaiting_at"] == nil {
		t.Errorf("after a payment: %v", h)
	}
	s.arm(x.network, "outage", 1000, "")
	s.back(x, payment, 1000)
	s.advance(5 * time.Minute)
	if h := of(); str(h["status"]) != "ok" || h["oldest_unfinished_at"] == nil {
		t.Errorf("a few minutes of outage: %v", h)
	}
	s.advance(12 * 24 * time.Hour)
	h := s.get("/v1/health")
	if str(h["status"]) != "attention" || num(h["held"]) != 1 {
		t.Errorf("after twelve days of outage: %v", h)
	}
	if a := of(); str(a["status"]) != "attention" || len(a["notes"].([]any)) < 2 {
		t.Errorf("after twelve days of outage: %v", a)
	}
}
