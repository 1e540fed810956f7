package story_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestWhatARuleOfARoadIsAbout: of a network, a provider, an account, a country, a route or a currency, it holds there and
// nowhere else; what it closes is not taken, and the road that is says why.
func TestWhatARuleOfARoadIsAbout(t *testing.T) {
	t.Parallel()
	s := start(t)
	co, pe := colombia(), peru()
	cop, pen := s.paid(co), s.paid(pe)
	for scope, own := range map[string][2]string{"network": {"efecty", "pagoefectivo"}, "provider": {"efecty", "pagoefectivo"},
		"account": {"efecty-demo", "pagoefectivo-demo"}, "country": {"CO", "PE"}, "currency": {"COP", "PEN"}, "route": {"cash_withdrawal", "original"}} {
		for i, x := range []struct {
			side
			payment, route string
			amount         int64
		}{{co, cop, "cash_withdrawal", 10_000_00}, {pe, pen, "original", 10_00}} {
			for j, value := range own {
				s.rule(doc{"roads": []doc{{scope: value, "closed": true}}})
				want := map[bool]string{true: "route_unavailable", false: ""}[i == j]
				if d := s.dry(ana, with(x.refund(x.payment, "S", x.amount), "route", x.route)); str(d["code"]) != want {
					t.Errorf("%s %s: %s by %s: %v", scope, value, x.network, x.route, d)
				}
			}
		}
	}
	s.rule(doc{"roads": []doc{{"network": "efecty", "route": "cash_withdrawal", "closed": true}}})
	r := s.want(201, s.as(ana, "POST", "/v1/refunds", with(co.refund(cop, "S-1", 10_000_00), "beneficiary",
		with(person(), "bank", "007", "account", "19112345678901", "account_type", "savings"))))
	if str(r["route"]) != "bank_transfer" || !strings.Contains(str(r["route_reason"]), "cash_withdrawal: closed by the rules") {
		t.Errorf("the next road: %v", r)
	}
	s.rule(doc{"roads": []doc{{"country": "PE", "whole_units": true}}})
	for amount, code := range map[int64]string{10_00: "", 10_50: "amount_invalid", 10_01: "amount_invalid"} {
		if d := s.dry(ana, pe.refund(pen, "S-2", amount)); str(d["code"]) != code {
			t.Errorf("whole soles, %d: %v", amount, d)
		}
	}
}

// TestRulesHoldFromTheirDay: from its first minute, local, until the next rules begin; what they were stays to be read.
func TestRulesHoldFromTheirDay(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	payment := s.paid(x)
	for _, p := range list(s.get("/v1/providers"), "data") { // what providers allow, which rules can only narrow
		if days := map[string]int64{"efecty": 15, "pagoefectivo": 30}[str(p["provider"])]; days > 0 && num(p["refund_window_days"]) != days {
			t.Errorf("%v", p)
		}
	}
	for _, rules := range []doc{{"from": "2026-11-22", "roads": []doc{{"network": x.network, "maximum": 10_00, "currency": "PEN"}}},
		{"from": "2026-11-25", "roads": []doc{{"network": x.network, "maximum": 20_00, "currency": "PEN"}}}} {
		s.want(200, s.as(ana, "PUT", "/v1/rules", rules))
	}
	s.advance(61 * time.Second)
	for _, c := range []struct {
		day, local string
		amount     int64
		fits       bool
		current    int64 // number
	}{{"2026-11-21", "23:58", 15_00, true, -1}, {"2026-11-22", "00:00", 15_00, false, 1}, {"2026-11-22", "00:01", 10_00, true, 1},
		{"2026-11-24", "23:58", 15_00, false, 1}, {"2026-11-25", "00:00", 15_00, true, 2}, {"2026-11-25", "00:01", 20_01, false, 2}} {
		s.at(c.day, c.local)
		r := s.as(ana, "POST", "/v1/refunds", with(x.refund(payment, "D-"+c.day+c.local, c.amount), "route", "original"))
		if fault := r.problem(422, "limit_exceeded"); (r.status == 201) != c.fits || (fault == "") == c.fits {
			t.Errorf("%s %s, %d: %s", c.day, c.local, c.amount, r.body)
		}
		read := s.get("/v1/rules")
		now, _ := read["current"].(doc)
		if num(now["number"]) != c.current || len(list(read, "history")) != 2 {
			t.Errorf("%s %s: %v", c.day, c.local, read)
		}
	}
}

// TestARefundInDollarsOfSoles goes by the rate of the SBS; half a céntimo goes away from zero.
func TestARefundInDollarsOfSoles(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	payment := s.paid(x)
	s.rule(doc{"fx": doc{"bears": "merchant"}})
	s.want(200, s.do("POST", "/v1/rates", "date,source,pair,rate\n2026-11-20,SBS,USD/PEN,3.755\n2026-11-20,TRM,USD/COP,4100\n",
		"Authorization", "Bearer "+ana, "Content-Type", "text/csv"))
	r := s.want(201, s.as(ana, "POST", "/v1/refunds", with(x.refund(payment, "F-1", 3_00), "currency", "USD")))
	fx, _ := r["fx"].(doc)
	if num(r["amount"]) != 11_27 || str(r["currency"]) != "PEN" || str(fx["source"]) != "SBS" || str(fx["pair"]) != "USD/PEN" ||
		str(fx["rate"]) != "3.755" || str(fx["day"]) != "2026-11-20" || str(fx["inverse"]) == "" || num(fx["asked_amount"]) != 3_00 {
		t.Errorf("%v", r)
	}
}

// reaccount changes an account as enrol would.
func (s *stack) reaccount(id string, change func(*provider.Account)) {
	s.t.Helper()
	books := s.server.World.Store
	record, err := books.Get(context.Background(), provider.AccountKey(id))
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := provider.DecodeAccount(record)
	if err != nil {
		s.t.Fatal(err)
	}
	change(&a)
	if err := books.Commit(context.Background(), store.Put{Record: provider.EncodeAccount(a, record.Version)}); err != nil {
		s.t.Fatal(err)
	}
	s.advance(2 * time.Minute) // as long as functions remember it
}

// TestEachReasonHasItsOneAction: whatever a refund or payout is held for is in the list of people, with what is known of it and
// the one thing that is safe. What nobody ever answered about is in TestSentAgainOnlyWithProof.
func TestEachReasonHasItsOneAction(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	pen := s.paid(peru())
	elsewhere := s.paidThrough(gateway{provider: "payu", side: x})
	s.nobody(elsewhere, "Q-1")
	s.arm("payu", "timeout_after_commit", 1, "disbursement")
	s.arm("payu", "lost_callback", 9, "disbursement")
	s.backThrough(gateway{provider: "payu", side: x, route: "bank_transfer", bank: true}, elsewhere)
	s.advance(38 * time.Hour)
	s.rule(doc{"roads": []doc{{"account": "pagoefectivo-demo", "window_days": 1}}, "screen": doc{"kyc": []doc{{"currency": "COP", "from": 2_000_000_00}}}})
	s.want(201, s.as(ana, "POST", "/v1/refunds", peru().refund(pen, "Q-2", 10_00)))
	s.want(201, s.payout("Q-3", 2_000_000_00, "beneficiary", with(person(), "document_number", "1032450000")))
	s.arm("efecty", "outage", 1, "")
	s.want(201, s.payout("Q-4", 30_000_00))
	s.settle()
	s.reaccount("efecty-demo", func(a *provider.Account) { a.Settings["cash_max"] = "2000000" }) // it no longer fits
	s.advance(time.Hour)
	s.reaccount("efecty-demo", func(a *provider.Account) { a.Credentials["secret"] = "another" })
	s.want(201, s.payout("Q-5", 15_000_00))
	s.settle()
	for reason, action := range map[string]string{"no_lookup": "ask_provider", "window_over": "confirm_paid", "kyc": "requeue",
		"details_asked": "supply", "unreadable": "cancel", "denied": "requeue"} {
		found := list(s.get("/v1/manual?reason="+reason), "data")
		if len(found) != 1 {
			t.Errorf("%s: %d in the list: %v", reason, len(found), found)
			continue
		}
		m, _ := found[0]["manual"].(doc)
		if str(m["safe_action"]) != action || str(m["since"]) == "" || str(found[0]["next_action"]) == "" {
			t.Errorf("%s: %v", reason, found[0])
		}
		one := s.get("/v1/" + map[bool]string{true: "payouts", false: "refunds"}[strings.HasPrefix(str(found[0]["id"]), "po_")] + "/" + str(found[0]["id"]))
		if len(list(one, "history")) == 0 {
			t.Errorf("%s: nothing is known of it: %v", reason, one)
		}
	}
	if all := list(s.get("/v1/manual"), "data"); len(all) != 6 {
		t.Errorf("%s", fmt.Sprint(all))
	}
}
