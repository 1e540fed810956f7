package story_test

import (
	"strings"
	"testing"
)

// TestRoundTrip is the story of the README: pay, be told, refund, be told, settle, reconcile, on both networks.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	s := start(t)
	payments, refunds := map[string]string{}, map[string]string{}
	for _, x := range sides() {
		created := s.want(201, s.as(ana, "POST", "/v1/payments", x.payment("order "+x.network, x.amount)))
		voucher := created["voucher"].(doc)
		if str(created["status"]) != "pending" || str(voucher["code"]) == "" || str(voucher["expires_at"]) == "" || num(created["paid_amount"]) != 0 {
			t.Errorf("%s: a new payment reads %v", x.network, created)
		}
		id := str(created["id"])
		payments[x.network] = id
		s.pay(id, 0)
		p := s.get("/v1/payments/" + id)
		if str(p["status"]) != "paid" || num(p["paid_amount"]) != x.amount || str(p["network_transaction_id"]) == "" || str(p["situation"]) != "none" {
			t.Errorf("%s: a paid payment reads %v", x.network, p)
		}
		refunds[x.network] = s.back(x, id, x.part)
	}
	s.settle()
	for _, x := range sides() {
		refund := "/v1/refunds/" + refunds[x.network]
		if got := s.status(refund); got != x.sent {
			t.Errorf("%s: the refund is %s, want %s", x.network, got, x.sent)
		}
		p := s.get("/v1/payments/" + payments[x.network])
		if num(p["reserved_amount"]) != x.part || num(p["refunded_amount"]) != 0 {
			t.Errorf("%s: before the buyer has it: %v", x.network, p)
		}
		s.move(refunds[x.network], x.finish)
		if got := s.status(refund); got != "paid" {
			t.Errorf("%s: the refund is %s, want paid", x.network, got)
		}
		p = s.get("/v1/payments/" + payments[x.network])
		if num(p["reserved_amount"]) != 0 || num(p["refunded_amount"]) != x.part {
			t.Errorf("%s: once the buyer has it: %v", x.network, p)
		}
	}
	day := ""
	for _, x := range sides() {
		day = s.closeDay(x.network)
	}
	if day != "2026-11-23" {
		t.Fatalf("friday settles on %s, want Monday", day)
	}
	s.at(day, "22:00")
	checkSettled(s, day, refunds)
}

func checkSettled(s *stack, day string, refunds map[string]string) {
	s.t.Helper()
	days := list(s.get("/v1/reconciliations?date="+day), "data")
	if len(days) != 2 {
		s.t.Fatalf("%d reconciliations, want one for each provider: %v", len(days), days)
	}
	for _, d := range days {
		if str(d["status"]) != "balanced" || num(d["rows"]) != 2 || num(d["entries"]) != 2 || num(d["matched"]) != 2 ||
			num(d["pending"]) != 0 || num(d["unreadable"]) != 0 || len(d["breaks"].(doc)) != 0 {
			s.t.Errorf("the day of %s reads %v", d["provider"], d)
		}
		if breaks := list(s.get("/v1/reconciliations/"+str(d["id"])+"/breaks"), "data"); len(breaks) != 0 {
			s.t.Errorf("breaks of %s: %v", d["provider"], breaks)
		}
		report := s.as(ana, "GET", "/v1/reconciliations/"+str(d["id"])+"/report.csv", nil)
		if report.status != 200 || !strings.HasPrefix(string(report.body), "class,also,") {
			s.t.Errorf("report of %s: %d %s", d["provider"], report.status, report.body)
		}
	}
	for _, x := range sides() {
		r := s.get("/v1/refunds/" + refunds[x.network])
		if want := "queued submitting " + x.sent + " paid settled"; states(r) != want || str(r["settled_on"]) != day {
			s.t.Errorf("%s: the story is %q on %v, want %q on %s", x.network, states(r), r["settled_on"], want, day)
		}
		for _, h := range list(r, "history") {
			if str(h["at"]) == "" || str(h["evidence"]) == "" || str(h["by"]) == "" {
				s.t.Errorf("%s: a line of the story without instant, evidence or author: %v", x.network, h)
			}
		}
		if attempts := list(r, "attempts"); len(attempts) != 1 || str(attempts[0]["outcome"]) == "" || str(attempts[0]["response_id"]) == "" {
			s.t.Errorf("%s: attempts %v", x.network, attempts)
		}
	}
}
