package story_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
)

// belongings has one of everything that a path may name, by the collection that it is in.
func (s *stack) belongings() map[string]string {
	s.t.Helper()
	x := colombia()
	made := func(path string, body any) doc { return s.want(201, s.as(ana, "POST", path, body)) }
	day, gap := s.missed(peru())
	payment := s.paid(x)
	own := map[string]string{
		"payments": payment, "refunds": s.back(x, payment, x.part),
		"payouts": str(made("/v1/payouts", doc{"network": "efecty", "store": "store_co", "amount": 3000000, "currency": "COP", "purpose": "prize",
			"merchant_payout_id": "P-1", "beneficiary": person()})["id"]),
		"batches":         str(made("/v1/batches?kind=payout", payoutsJSON(2))["id"]),
		"documents":       str(made("/v1/documents", "%PDF-1.7 of ours")["digest"]),
		"reconciliations": str(day["id"]), "breaks": str(gap["id"]),
		"event-endpoints": str(made("/v1/event-endpoints", doc{"url": s.url + "/nobody"})["id"]),
		"api-keys":        str(made("/v1/api-keys", doc{"person": "erp", "role": "operator"})["id"]),
		"blocked": str(s.want(200, s.as(ana, "POST", "/v1/blocked", doc{"country": "PE", "document_type": "DNI", "document_number": "40512347",
			"why": "charge-backs"}))["id"]),
	}
	s.want(200, s.statement("2026-11-20,5.00,COP,b1,,counter\n"))
	own["legs"] = str(list(s.get("/v1/deposits?decision=open&to=2026-11-30"), "data")[0]["id"])
	s.settle()
	own["events"] = str(list(s.get("/v1/events"), "data")[0]["id"])
	return own
}

// TestForeignIdsOnEveryRoute: whatever a path names of ours is to another merchant's admin as if it had never been, in the same
// words, and to us it is there. The routes are those of openapi.json, with its examples: one that is added is walked too.
func TestForeignIdsOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := start(t)
	own, walked := s.belongings(), map[string]int{}
	type call struct{ method, path, own, absent, body string }
	var calls []call
	for path, methods := range described().paths {
		parts := strings.Split(path, "/")
		if !strings.HasPrefix(path, "/v1/") || len(parts) < 4 || parts[3] == "{date}" || parts[3] == "{month}" || !strings.HasPrefix(parts[3], "{") {
			continue // a day and a month are everybody's
		}
		id, ok := own[parts[2]]
		if !ok || id == "" {
			t.Errorf("%s: belongings has nothing of %s", path, parts[2])
			continue
		}
		absent := id[:len(id)-1] + map[bool]string{true: "1", false: "0"}[strings.HasSuffix(id, "0")]
		for method, op := range methods {
			of := strings.Replace(path, "{form}", "refund_request", 1)
			c := call{strings.ToUpper(method), path, strings.Replace(of, parts[3], id, 1), strings.Replace(of, parts[3], absent, 1), ""}
			for _, content := range op.RequestBody.Content {
				c.body = string(content.Example)
			}
			calls = append(calls, c)
			walked[parts[2]]++
		}
	}
	anonymous := func(r reply) string {
		id := []byte(r.header.Get("X-Request-Id"))
		return string(bytes.ReplaceAll(r.body, id, nil))
	}
	for _, c := range calls {
		theirs, nobodys := s.as(carla, c.method, c.own, c.body), s.as(carla, c.method, c.absent, c.body)
		if fault := theirs.problem(404, "not_found"); fault != "" {
			t.Errorf("%s %s: %s", c.method, c.path, fault)
		}
		if anonymous(theirs) != anonymous(nobodys) {
			t.Errorf("%s %s tells what is another's (%s) from what is not there (%s)", c.method, c.path, theirs.body, nobodys.body)
		}
	}
	when := func(c call) string {
		return map[bool]string{true: "z"}[strings.HasSuffix(c.path, "/remove")] + c.method + c.path
	}
	slices.SortFunc(calls, func(a, b call) int { return strings.Compare(when(a), when(b)) }) // reads come first
	for _, c := range calls {
		if strings.HasSuffix(c.path, "/redeliver") {
			c.body = "" // its example names an endpoint
		}
		if r := s.as(ana, c.method, c.own, c.body); r.status == 404 {
			t.Errorf("%s %s is not there for its own merchant either, so that nothing was shown: %s", c.method, c.own, r.body)
		}
	}
	if left := slices.Sorted(maps.Keys(own)); len(walked) != len(left) {
		t.Errorf("walked %v of %v", walked, left)
	}
}
