package story_test

import (
	"fmt"
	"strings"
	"testing"
)

// statement brings a bank statement.
func (s *stack) statement(lines string) reply {
	s.t.Helper()
	return s.do("POST", "/v1/deposits", "date,amount,currency,id,account,reference\n"+lines, "Authorization", "Bearer "+ana, "Content-Type", "text/csv")
}

// TestTheBankHasTheLastWord: what the files say was paid is held against what came in, to the last unit.
func TestTheBankHasTheLastWord(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		s.paid(x)
		date := s.closeDay(x.network)
		s.at(date, "22:00")
		day := s.day(x.network, date)
		net, currency := int64(0), ""
		for c, total := range day["totals"].(doc) {
			net, currency = num(total.(doc)["net"]), c
		}
		legs := func(query string) []doc { return list(s.get("/v1/deposits"+query), "data") }
		if l := legs(""); len(l) != 1 || str(l[0]["status"]) != "pending" || num(l[0]["expected"]) != net || str(list(l[0], "settlements")[0]["reconciliation"]) != str(day["id"]) {
			t.Fatalf("%s: %v", x.network, l)
		}
		s.at("2026-11-26", "09:00")
		if l := legs("?status=break"); len(l) != 1 || str(l[0]["class"]) != "MISSING_AT_NETWORK" || num(l[0]["age_business_days"]) == 0 || num(l[0]["difference"]) != -net {
			t.Errorf("%s: %v", x.network, l)
		}
		part := fmt.Sprintf("%s,%s,%s,b1,,\n", date, major(net-100), currency)
		if a := s.want(200, s.statement(part)); num(a["written"]) != 1 {
			t.Errorf("%s: %v", x.network, a)
		}
		if l := legs(""); len(l) != 1 || str(l[0]["status"]) != "break" || !strings.Contains(str(l[0]["explanation"]), " − ") || num(l[0]["difference"]) != -100 {
			t.Errorf("%s, less: %v", x.network, l)
		}
		for range 2 { // the longer statement comes twice
			s.want(200, s.statement(part+fmt.Sprintf("%s,1.00,%s,b2,,\n", date, currency)))
		}
		l := legs("?status=matched&lang=zh")
		if len(l) != 1 || len(list(l[0], "deposits")) != 2 || !strings.HasPrefix(str(l[0]["explanation"]), "银行入账 ") || num(l[0]["difference"]) != 0 {
			t.Errorf("%s, the rest: %v", x.network, legs(""))
		}
	}
}

// TestStatementsAreWholeOrNothing, and what a bank has told does not change.
func TestStatementsAreWholeOrNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(200, s.statement("2026-11-20,5.00,COP,b1,,\n"))
	s.refused(422, "file_invalid", s.statement("2026-11-20,6.00,COP,b2,,\n2026-11-20,\"6,00\",COP,b3,,\n"))
	s.refused(409, "deposit_differs", s.statement("2026-11-20,6.00,COP,b2,,\n2026-11-20,7.00,COP,b1,,\n"))
	s.refused(400, "malformed_json", s.do("POST", "/v1/deposits", "", "Authorization", "Bearer "+ana))
	s.refused(403, "forbidden", s.do("POST", "/v1/deposits", "date,amount,currency\n", "Authorization", "Bearer "+beto))
	l := list(s.get("/v1/deposits?to=2026-11-30"), "data")
	if len(l) != 1 || str(l[0]["class"]) != "MISSING_IN_BOOKS" || num(l[0]["actual"]) != 500 {
		t.Errorf("%v", l)
	}
	for _, q := range []string{"?from=x", "?to=x", "?lang=fr", "?from=2026-01-01&to=2026-11-30", "?from=2026-12-01&to=2026-11-01"} {
		s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/deposits"+q, nil))
	}
	if other := list(s.want(200, s.as(carla, "GET", "/v1/deposits?to=2026-11-30", nil)), "data"); len(other) != 0 {
		t.Errorf("another merchant's: %v", other)
	}
}

// TestWhatTheBankLacksIsDecided by people as a break is, over the API.
func TestWhatTheBankLacksIsDecided(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(200, s.statement("2026-11-20,5.00,COP,b1,,counter\n2026-11-20,900000.00,COP,b2,,\n"))
	legs := func(query string) []doc { return list(s.get("/v1/deposits?to=2026-11-30"+query), "data") }
	found := legs("&decision=open")
	if len(found) != 2 {
		t.Fatalf("%v", found)
	}
	small, large := found[0], found[1]
	if num(small["actual"]) != 500 {
		small, large = large, small
	}
	at := func(leg doc, action string) string { return "/v1/legs/" + str(leg["id"]) + action }
	do := func(leg doc, action string, body doc) doc {
		t.Helper()
		x := s.want(200, s.as(ana, "POST", at(leg, "/"+action), body))
		return x["decision"].(doc)
	}
	if d := do(small, "assign", doc{"owner": "luz"}); str(d["status"]) != "assigned" || str(d["owner"]) != "luz" || num(d["version"]) != 1 {
		t.Errorf("%v", d)
	}
	if d := do(small, "explain", doc{"reason": "counter's own"}); str(d["status"]) != "explained" || len(list(d, "history")) != 2 {
		t.Errorf("%v", d)
	}
	do(small, "reopen", doc{"reason": "it was not"})
	if d := do(small, "resolve", doc{"method": "write_off", "reason": "not worth it", "evidence": "policy 3"}); str(d["method"]) != "write_off" {
		t.Errorf("%v", d)
	}
	s.refused(422, "write_off_limit", s.as(ana, "POST", at(large, "/resolve"), doc{"method": "write_off", "reason": "r", "evidence": "e"}))
	s.refused(422, "resolution_unfit", s.as(ana, "POST", at(large, "/resolve"), doc{"method": "split", "reason": "r", "evidence": "e", "entries": []string{"pay_1", "pay_2"}}))
	s.refused(422, "field_missing", s.as(ana, "POST", at(large, "/resolve"), doc{"method": "dispute", "reason": "r"}))
	s.refused(403, "forbidden", s.as(beto, "POST", at(large, "/assign"), nil))
	s.refused(404, "not_found", s.as(carla, "GET", at(large, ""), nil))
	s.refused(404, "not_found", s.as(ana, "GET", "/v1/legs/leg_x", nil))
	if d := do(large, "resolve", doc{"method": "expected", "reason": "they send the advice"}); str(d["expected_until"]) != "2026-11-23" {
		t.Errorf("%v", d)
	}
	if left := legs("&decision=open"); len(left) != 0 {
		t.Errorf("%v", left)
	}
	s.at("2026-11-25", "09:00")
	if d := s.get(at(large, ""))["decision"].(doc); d["lapsed"] != true || str(d["status"]) != "open" {
		t.Errorf("%v", d)
	}
}
