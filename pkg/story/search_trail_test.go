package story_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestARequestLeadsToWhatItDid: the id that an answer bears, and the trace it was a part of, lead to the payment and the refund at
// any age where the id tells when; ids that callers chose lead there while the record is among the newest.
func TestARequestLeadsToWhatItDid(t *testing.T) {
	t.Parallel()
	s := start(t)
	const trace, w3c = "4bf92f3577b34da6a3ce929d0e0e4736", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	ask := func(status int, path, key string, body any, header, value string) (doc, string) {
		t.Helper()
		r := s.do("POST", path, body, "Authorization", "Bearer "+ana, "Idempotency-Key", key, header, value)
		return s.want(status, r), r.header.Get("X-Request-Id")
	}
	leads := func(mark, by, id string, complete bool) {
		t.Helper()
		found := s.search(mark)
		hits := list(found, "data")
		if len(hits) != 1 || str(hits[0]["matched_by"]) != by || found["complete"] != complete {
			t.Errorf("%s by %s: %v", mark, by, found)
			return
		}
		p, _ := hits[0]["payment"].(doc)
		refunds := list(hits[0], "refunds")
		if str(p["id"]) != id && (len(refunds) != 1 || str(refunds[0]["id"]) != id) {
			t.Errorf("%s leads to %v, want %s", mark, hits[0], id)
		}
	}
	bears := func(path, by, request, trace string) {
		t.Helper()
		for _, step := range list(s.get(path), "history") {
			if str(step["by"]) == by && str(step["request_id"]) == request && str(step["trace_id"]) == trace {
				return
			}
		}
		t.Errorf("no step of %s bears %s of %q: %v", path, request, trace, s.get(path)["history"])
	}
	x := peru()
	made, issued := ask(201, "/v1/payments", "trail-0", x.payment("trail", x.amount), "X-Nothing", "")
	voucher := str(made["id"])
	bears("/v1/payments/"+voucher, "reply", issued, "")
	payment, amount := s.large(x) // waits for a second person, and can be stopped until then
	body := doc{"payment": payment, "amount": amount, "currency": x.currency, "reason_code": "customer_return", "merchant_refund_id": "r-1"}
	made, ours := ask(201, x.path, "trail-1", body, "Traceparent", w3c)
	id := str(made["id"])
	bears("/v1/refunds/"+id, "ana", ours, trace)
	leads(ours, "request_id", id, false) // not told yet: the newest are looked through
	leads(trace, "trace_id", id, false)
	root := fmt.Sprintf("1-%08x-bd862e3fe1be46a994272793", s.now().Unix())
	_, stopped := ask(200, "/v1/refunds/"+id+"/cancel", "trail-2", nil, "X-Amzn-Trace-Id", "Root="+root)
	bears("/v1/refunds/"+id, "ana", stopped, root)
	s.settle()
	s.advance(11 * time.Minute)
	for mark, of := range map[string]string{issued: voucher, ours: id, stopped: id} {
		leads(mark, "request_id", of, true)
	}
	leads(trace, "trace_id", id, false)
	leads(root, "trace_id", id, false)

	out := doc{"network": "efecty", "store": "store_co", "amount": 3000000, "currency": "COP", "purpose": "prize", "merchant_payout_id": "P-1", "beneficiary": person()}
	made, sent := ask(201, "/v1/payouts", "trail-5", out, "Traceparent", w3c)
	bears("/v1/payouts/"+str(made["id"]), "ana", sent, trace)
	odd := s.odd(colombia(), "paid_late")
	_, revived := ask(200, "/v1/payments/"+odd+"/revive", "trail-6", nil, "Traceparent", w3c)
	bears("/v1/payments/"+odd, "ana", revived, trace)

	_, again := ask(201, x.path, "trail-1", body, "X-Nothing", "")
	if again == ours || len(list(s.search(again), "data")) != 0 {
		t.Errorf("a repeat, which did nothing, has the id %s and leads to %v", again, s.search(again))
	}
	_, second := ask(201, x.path, "trail-3", with(body, "merchant_refund_id", "r-2"), "X-Request-Id", issued)
	if second != issued {
		t.Errorf("an id of ours that a caller sends again came back as %s", second)
	}
	refused := s.do("POST", x.path, doc{}, "Authorization", "Bearer "+ana, "Idempotency-Key", "trail-4").header.Get("X-Request-Id")
	for _, mark := range []string{refused, "req_00000000000000000000000000"} {
		if found := s.search(mark); len(list(found, "data")) != 0 || found["complete"] != false {
			t.Errorf("%s, by which nothing was done, leads to %v", mark, found)
		}
	}
	if found := s.want(200, s.as(carla, "GET", "/v1/search?q="+ours, nil)); len(list(found, "data")) != 0 {
		t.Errorf("another merchant's request leads to %v", found)
	}
}

// TestARequestThatMovedNoMoney: who set rules, stopped a batch or decided about a break is found by the request's id or trace as well,
// also where a caller gives one id to many; what was refused, and what another merchant did, is not.
func TestARequestThatMovedNoMoney(t *testing.T) {
	t.Parallel()
	s := start(t)
	const mine, trace = "nightly-run-7", "4bf92f3577b34da6a3ce929d0e0e4736"
	ask := func(key, method, path string, body any) reply {
		t.Helper()
		return s.do(method, path, body, "Authorization", "Bearer "+key, "Idempotency-Key", fmt.Sprint(path, body), "X-Request-Id", mine, "Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	}
	s.want(200, ask(ana, "POST", "/v1/blocked", doc{"country": "PE", "document_type": "DNI", "document_number": "40512347", "why": "charge-backs"}))
	s.want(201, ask(ana, "POST", "/v1/event-endpoints", doc{"url": s.url + "/nobody"}))
	s.want(201, ask(ana, "POST", "/v1/event-endpoints", doc{"url": s.url + "/nobody"})) // a repeat, which does nothing
	s.refused(422, "endpoint_url_invalid", ask(ana, "POST", "/v1/event-endpoints", doc{"url": "no address"}))
	s.want(200, ask(ana, "GET", "/v1/rules", nil))
	for mark, by := range map[string]string{mine: "request_id", trace: "trace_id"} {
		var paths []string
		for _, hit := range list(s.search(mark), "data") {
			asked, _ := hit["request"].(doc)
			if str(hit["type"]) != "request" || str(hit["matched_by"]) != by || str(asked["by"]) != "ana" || str(asked["request_id"]) != mine {
				t.Errorf("%s: %v", mark, hit)
			}
			paths = append(paths, str(asked["method"])+" "+str(asked["path"]))
		}
		slices.Sort(paths)
		if got := strings.Join(paths, ", "); got != "POST /v1/blocked, POST /v1/event-endpoints" {
			t.Errorf("%s leads to %s", mark, got)
		}
	}
	// The same id and trace moved money, too.
	x := peru()
	s.want(201, ask(ana, "POST", "/v1/payments", x.payment("trail", x.amount)))
	s.settle()
	for _, mark := range []string{mine, trace} {
		if hits := list(s.search(mark), "data"); len(hits) != 3 || str(hits[2]["type"]) != "payment" {
			t.Errorf("%s leads to %v", mark, hits)
		}
	}
	if found := s.want(200, s.as(carla, "GET", "/v1/search?q="+mine, nil)); len(list(found, "data")) != 0 {
		t.Errorf("another merchant's request leads to %v", found)
	}
}
