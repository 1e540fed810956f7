package story_test

import (
	"strings"
	"testing"
	"time"
)

// balance says what an account has at its provider; nil = whatever is asked of it.
func (s *stack) balance(provider, account string, minor any) {
	s.t.Helper()
	s.want(200, s.do("POST", "/_sandbox/balances", doc{"provider": provider, "account": account, "amount": minor}))
}

// TestABalanceThatDoesNotSuffice: what meets it waits, unsent, and says so; the next goes by another road if there is one and waits
// if there is none; once something is paid in all go by themselves, once each.
func TestABalanceThatDoesNotSuffice(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	payment := s.paid(x)
	s.balance("efecty", "efecty-demo", 15_000_00)
	waits := s.back(x, payment, 20_000_00)
	s.settle()
	r := s.get("/v1/refunds/" + waits)
	if str(r["status"]) != "queued" || str(r["waiting_for"]) != "balance" || !strings.HasPrefix(str(r["next_action"]), "Pay in") || r["provider_message"] == nil || len(s.live("efecty", waits)) != 0 {
		t.Fatalf("%v", r)
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 20_000_00 {
		t.Errorf("%v", p)
	}

	// What the account still has it pays; of as much as was refused, and more, it is known that it does not.
	less := s.back(x, payment, 10_000_00)
	s.settle()
	if got := s.status("/v1/refunds/" + less); got != "collectable" {
		t.Errorf("less than was refused: %s", got)
	}
	s.advance(11 * time.Second) // until every instance has read of it
	bank := with(x.refund(payment, "by-bank", 20_000_00), "beneficiary", with(person(), "bank", "007", "account", "19112345678901", "account_type", "savings"))
	if d := s.dry(ana, bank); str(d["route"]) != "bank_transfer" {
		t.Errorf("the dry run: %v", d)
	}
	around := s.want(201, s.as(ana, "POST", "/v1/refunds", bank))
	if str(around["route"]) != "bank_transfer" || str(around["provider"]) != "payu" || !strings.Contains(str(around["route_reason"]), "cash_withdrawal: our balance did not suffice at 2026-11-20T15:00Z") {
		t.Errorf("another road: %v", around)
	}
	// Nobody's bank is known: it waits for money of ours, rather than for details of the buyer's.
	stays := s.want(201, s.as(ana, "POST", "/v1/refunds", x.refund(s.paid(x), "stays", 20_000_00)))
	if str(stays["status"]) != "queued" || str(stays["route"]) != "cash_withdrawal" || !strings.Contains(str(stays["route_reason"]), "our balance did not suffice") || !strings.HasSuffix(str(stays["route_reason"]), "waits at efecty") {
		t.Errorf("no other road: %v", stays)
	}
	named := s.want(201, s.as(ana, "POST", x.path, x.refund(s.paid(x), "named", 20_000_00)))
	payout := s.want(201, s.payout("P-1", 30_000_00))
	if !strings.Contains(str(payout["route_reason"]), "our balance did not suffice") {
		t.Errorf("%v", payout)
	}
	s.advance(20 * time.Minute)
	for _, path := range []string{"/v1/refunds/" + waits, "/v1/refunds/" + str(stays["id"]), "/v1/refunds/" + str(named["id"]), "/v1/payouts/" + str(payout["id"])} {
		if d := s.get(path); str(d["status"]) != "queued" || str(d["waiting_for"]) != "balance" {
			t.Errorf("%v", d)
		}
	}
	if !strings.Contains(s.log.String(), "balance too low") || strings.Contains(s.log.String(), "breaker open") {
		t.Errorf("an account without money is no provider that is away:\n%s", s.log)
	}

	s.balance("efecty", "efecty-demo", 500_000_00)
	s.advance(30 * time.Minute) // less than it would be remembered
	for _, path := range []string{"/v1/refunds/" + waits, "/v1/refunds/" + str(stays["id"]), "/v1/refunds/" + str(named["id"]), "/v1/payouts/" + str(payout["id"])} {
		d := s.get(path)
		if str(d["status"]) != "collectable" || d["waiting_for"] != nil || len(s.live("efecty", str(d["id"]))) != 1 {
			t.Errorf("once something is paid in: %v", d)
		}
	}
	if d := s.dry(ana, with(bank, "merchant_refund_id", "later", "payment", s.paid(x))); str(d["route"]) != "cash_withdrawal" {
		t.Errorf("what went through shows that it suffices: %v", d)
	}
}

// TestAPayoutWaitsForBalanceAndExpires: so long as the rules say, and then it is cancelled, unsent; what went nowhere can be
// cancelled by people, too.
func TestAPayoutWaitsForBalanceAndExpires(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"payouts": doc{"wait_hours": 6}})
	s.balance("efecty", "efecty-demo", 0)
	late, stopped := str(s.want(201, s.payout("B-1", 30_000_00))["id"]), str(s.want(201, s.payout("B-2", 30_000_00))["id"])
	s.settle()
	s.want(200, s.as(ana, "POST", "/v1/payouts/"+stopped+"/cancel", nil))
	end := instant(t, s.get("/v1/payouts/" + late)["created_at"]).Add(6 * time.Hour)
	s.advance(end.Add(-time.Minute).Sub(s.now()))
	if p := s.get("/v1/payouts/" + late); str(p["status"]) != "queued" || str(p["waiting_for"]) != "balance" {
		t.Errorf("it waits: %v", p)
	}
	s.advance(end.Add(2 * time.Minute).Sub(s.now())) // the sweep looks every minute
	if p := s.get("/v1/payouts/" + late); str(p["status"]) != "cancelled" {
		t.Errorf("it waited: %v", p)
	}
	s.balance("efecty", "efecty-demo", nil)
	s.advance(6 * time.Hour)
	for _, id := range []string{late, stopped} {
		if p := s.get("/v1/payouts/" + id); str(p["status"]) != "cancelled" || len(s.live("efecty", id)) != 0 {
			t.Errorf("%v", p)
		}
	}
}

// TestABalanceIsBelievedForAnHour: then somebody may have paid in, and the account is asked again.
func TestABalanceIsBelievedForAnHour(t *testing.T) {
	t.Parallel()
	s, x := start(t), peru()
	g := gateway{provider: "dlocal", side: x, route: "original"}
	payment := s.paidThrough(g)
	s.balance("dlocal", "dlocal-pe-demo", 0)
	id := str(s.want(201, s.as(ana, "POST", "/v1/refunds", x.refund(payment, "D-1", 5000)))["id"])
	s.settle()
	if r := s.get("/v1/refunds/" + id); str(r["waiting_for"]) != "balance" {
		t.Fatalf("%v", r)
	}
	s.want(200, s.as(ana, "POST", "/v1/refunds/"+id+"/cancel", nil))
	says := func() string { return str(s.dry(ana, x.refund(payment, "D-2", 5000))["route_reason"]) }
	s.advance(58 * time.Minute)
	if got := says(); !strings.Contains(got, "our balance did not suffice") {
		t.Errorf("within the hour: %q", got)
	}
	s.advance(3 * time.Minute)
	if got := says(); strings.Contains(got, "our balance did not suffice") {
		t.Errorf("after it: %q", got)
	}
	for body, status := range map[string]int{`{"provider":"payu","account":"payu-co-demo","amount":1}`: 422, `{"provider":"efecty","account":"nobody","amount":1}`: 422, `{"provider":"visa"}`: 404} {
		if r := s.do("POST", "/_sandbox/balances", body); r.status != status {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
}
