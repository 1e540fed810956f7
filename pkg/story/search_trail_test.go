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
	const trace, root = "4bf92f3577b34da6a3ce929d0e0e4736", "Root=1-%s-bd862e3fe1be46a994272793"
	x := peru()
	payment := s.paid(x)
	body := doc{"payment": payment, "amount": x.amount / 2, "currency": x.currency, "reason_code": "customer_return", "merchant_refund_id": "r-1"}
	auth := []string{"Authorization", "Bearer " + ana, "Idempotency-Key", "trail-1", "Traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}
	made := s.do("POST", x.path, body, auth...)
	id, ours := str(s.want(201, made)["id"]), made.header.Get("X-Request-Id")
	step := list(s.get("/v1/refunds/"+id), "history")[0]
	if str(step["request_id"]) != ours || str(step["trace_id"]) != trace {
		t.Errorf("the first step bears %v, want %s of %s", step, ours, trace)
	}
	leads := func(mark, by string, complete bool) {
		t.Helper()
		found := s.search(mark)
		hits := list(found, "data")
		if len(hits) != 1 || str(hits[0]["matched_by"]) != by || len(list(hits[0], "refunds")) != 1 || str(list(hits[0], "refunds")[0]["id"]) != id || found["complete"] != complete {
			t.Errorf("%s by %s: %v", mark, by, found)
		}
	}
	leads(ours, "request_id", false) // not told yet: the newest are looked through
	leads(trace, "trace_id", false)
	s.settle()
	leads(ours, "request_id", true)
	s.advance(11 * time.Minute)
	leads(ours, "request_id", true)
	leads(trace, "trace_id", false)

	again := s.do("POST", x.path, body, auth...)
	if other := again.header.Get("X-Request-Id"); other == ours || len(list(s.search(other), "data")) != 0 {
		t.Errorf("a repeat, which did nothing, has the id %s and leads to %v", other, s.search(other))
	}
	refused := s.do("POST", x.path, doc{}, "Authorization", "Bearer "+ana, "Idempotency-Key", "trail-2")
	s.advance(11 * time.Minute)
	if found := s.search(refused.header.Get("X-Request-Id")); len(list(found, "data")) != 0 || found["complete"] != true {
		t.Errorf("a refused request leads to %v", found)
	}
	if found := s.want(200, s.as(carla, "GET", "/v1/search?q="+ours, nil)); len(list(found, "data")) != 0 {
		t.Errorf("another merchant's request leads to %v", found)
	}
	if found := s.search("req_00000000000000000000000000"); len(list(found, "data")) != 0 || found["complete"] != true {
		t.Errorf("an id of long ago leads to %v", found)
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
	if found := s.want(200, s.as(carla, "GET", "/v1/search?q="+mine, nil)); len(list(found, "data")) != 0 {
		t.Errorf("another merchant's request leads to %v", found)
	}
}
