package story_test

import (
	"slices"
	"testing"
	"time"
)

// gateway is what one provider offers on one network of the README's story: a network itself, or one that carries it.
type gateway struct {
	provider string
	side     side
	route    string // of a refund; empty = it offers none by itself
	bank     bool   // the refund needs the buyer's bank account
	files    bool   // its settlement files are fetched
}

func gateways() []gateway {
	co, pe, whole := colombia(), peru(), peru()
	whole.part = whole.amount
	return []gateway{
		{provider: "efecty", side: co, route: "cash_withdrawal", files: true},
		{provider: "pagoefectivo", side: pe, route: "original", files: true},
		{provider: "dlocal", side: co, route: "original", files: true},
		{provider: "dlocal", side: pe, route: "original", files: true},
		{provider: "payu", side: co, route: "bank_transfer", bank: true, files: true},
		{provider: "payu", side: pe, files: true}, // it makes no payouts there
		{provider: "mercadopago", side: co, route: "original", files: true},
		{provider: "mercadopago", side: whole, route: "original", files: true}, // in Peru it gives back whole payments only
		{provider: "ebanx", side: co, route: "original", files: true},
		{provider: "ebanx", side: pe, route: "original", files: true},
		{provider: "rapyd", side: co, route: "original", files: true},
		{provider: "rapyd", side: pe, route: "original", files: true},
		{provider: "kushki", side: co, route: "bank_transfer", bank: true, files: true},
		{provider: "kushki", side: pe, files: true},
		{provider: "epayco", side: co, files: true},
	}
}

// TestGateways is the README's story on each account of each provider, for the parts it offers, by adding "provider".
func TestGateways(t *testing.T) {
	t.Parallel()
	start(t).gatewaysStory()
}

func (s *stack) gatewaysStory() {
	s.t.Helper()
	s.everyProviderHasItsStory()
	payments, refunds := make([]string, len(gateways())), make([]string, len(gateways()))
	for i, g := range gateways() {
		payments[i] = s.paidThrough(g)
		if g.route != "" {
			refunds[i] = s.backThrough(g, payments[i])
		}
	}
	s.settle()
	for i, g := range gateways() {
		if refunds[i] == "" {
			continue
		}
		if got := s.get("/v1/refunds/" + refunds[i]); !slices.Contains([]string{"accepted", "collectable"}, str(got["status"])) || str(got["network_reference"]) == "" || str(got["provider"]) != g.provider {
			s.t.Errorf("%s on %s: a refund reads %v", g.provider, g.side.network, got)
		}
		s.move(refunds[i], "complete")
		if got := s.get("/v1/refunds/" + refunds[i]); str(got["status"]) != "paid" {
			s.t.Errorf("%s on %s: a refund that was paid out reads %v", g.provider, g.side.network, got)
		}
		s.translated("/v1/refunds/"+refunds[i], "")
		s.translated("/v1/payments/"+payments[i], "")
		if p := s.get("/v1/payments/" + payments[i]); num(p["refunded_amount"]) != g.side.part || num(p["reserved_amount"]) != 0 {
			s.t.Errorf("%s on %s: the payment reads %v", g.provider, g.side.network, p)
		}
	}
	s.gatewaysSettle(refunds)
}

// everyProviderHasItsStory: whatever GET /v1/providers lists is told, with a refund exactly where it has a road for one.
func (s *stack) everyProviderHasItsStory() {
	s.t.Helper()
	told := map[string]string{} // the route of its refund
	for _, g := range gateways() {
		told[g.provider+" on "+g.side.network] = g.route
	}
	listed, names := map[string]bool{}, map[string]bool{}
	for _, p := range list(s.get("/v1/providers"), "data") {
		name, routes := str(p["provider"])+" on "+str(p["network"]), p["routes"].([]any)
		listed[name], names[str(p["provider"])] = true, true
		if route, ok := told[name]; !ok || (route != "" && !slices.Contains(routes, any(route))) || (route == "" && len(routes) > 0) {
			s.t.Errorf("%s has the routes %v; its story is told: %v, with a refund by %q", name, routes, ok, route)
		}
		if len(routes) == 0 && (p["partial_refunds"] != false || p["several_refunds"] != false || num(p["refund_window_days"]) != 0) {
			s.t.Errorf("%s has no road back and promises one: %v", name, p)
		}
	}
	if len(listed) != len(told) || len(names) != 9 {
		s.t.Errorf("%d accounts of %d providers are listed, %d stories told", len(listed), len(names), len(told))
	}
}

// paidThrough creates a payment at a gateway and lets the buyer pay it.
func (s *stack) paidThrough(g gateway) string {
	s.t.Helper()
	body := with(g.side.payment("order "+g.provider+" "+g.side.network, g.side.amount), "provider", g.provider)
	created := s.want(201, s.as(ana, "POST", "/v1/payments", body))
	voucher := created["voucher"].(doc)
	if str(created["provider"]) != g.provider || str(voucher["code"]) == "" || str(voucher["expires_at"]) == "" || str(created["status"]) != "pending" {
		s.t.Errorf("%s on %s: a new payment reads %v", g.provider, g.side.network, created)
	}
	id := str(created["id"])
	s.pay(id, 0)
	p := s.get("/v1/payments/" + id)
	if str(p["status"]) != "paid" || num(p["paid_amount"]) != g.side.amount || str(p["network_transaction_id"]) == "" || str(p["situation"]) != "none" {
		s.t.Fatalf("%s on %s: a paid payment reads %v", g.provider, g.side.network, p)
	}
	return id
}

// backThrough asks for a refund by the gateway's road.
func (s *stack) backThrough(g gateway, payment string) string {
	s.t.Helper()
	body := with(g.side.refund(payment, "G-"+g.provider+"-"+g.side.network, g.side.part), "route", g.route)
	if g.bank {
		body["beneficiary"] = with(person(), "bank", "007", "account", "19112345678901", "account_type", "savings")
	}
	r := s.want(201, s.as(ana, "POST", "/v1/refunds", body))
	if str(r["route"]) != g.route {
		s.t.Errorf("%s on %s: asked for %s, got %v", g.provider, g.side.network, g.route, r)
	}
	return str(r["id"])
}

// gatewaysSettle closes the day everywhere and finds every gateway's file balanced.
func (s *stack) gatewaysSettle(refunds []string) {
	s.t.Helper()
	day := ""
	for _, g := range gateways() {
		day = s.closeDay(g.provider)
	}
	s.at(day, "22:00")
	for i, g := range gateways() {
		rows := int64(1)
		if refunds[i] != "" {
			rows = 2
		}
		found := false
		for _, d := range list(s.get("/v1/reconciliations?date="+day+"&provider="+g.provider), "data") {
			if str(d["network"]) != g.side.network {
				continue
			}
			found = true
			if str(d["status"]) != "balanced" || num(d["rows"]) != rows || num(d["matched"]) != rows || num(d["unreadable"]) != 0 || len(d["breaks"].(doc)) != 0 {
				s.t.Errorf("%s on %s: the day reads %v", g.provider, g.side.network, d)
			}
		}
		if found != g.files {
			s.t.Errorf("%s on %s: reconciled %v, its files are fetched: %v", g.provider, g.side.network, found, g.files)
		}
		if refunds[i] != "" && g.files {
			if got := s.status("/v1/refunds/" + refunds[i]); got != "settled" {
				s.t.Errorf("%s on %s: the refund is %s, want settled", g.provider, g.side.network, got)
			}
		}
	}
}

// TestWholePaymentsOnly: a provider that gives no part back is asked for none.
func TestWholePaymentsOnly(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	id := s.paidThrough(gateway{provider: "mercadopago", side: x})
	s.refused(422, "route_unavailable", s.as(ana, "POST", "/v1/refunds", x.refund(id, "W-1", x.amount-1)))
	s.want(201, s.as(ana, "POST", "/v1/refunds", x.refund(id, "W-2", x.amount)))
}

// TestTwinsAtAGateway: of two refunds of one size, which the provider tells apart by its own ids only, the one that was paid
// out is paid.
func TestTwinsAtAGateway(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, g := range []gateway{{provider: "mercadopago", side: colombia(), route: "original"},
		{provider: "payu", side: colombia(), route: "bank_transfer", bank: true}} {
		payment := s.paidThrough(g)
		var twins []string
		for _, ours := range []string{"T-1-", "T-2-"} {
			body := with(g.side.refund(payment, ours+g.provider, g.side.part), "route", g.route)
			body["beneficiary"] = with(person(), "bank", "007", "account", "19112345678901", "account_type", "savings")
			twins = append(twins, str(s.want(201, s.as(ana, "POST", "/v1/refunds", body))["id"]))
		}
		s.settle()
		s.move(twins[1], "complete")
		if first, second := s.status("/v1/refunds/"+twins[0]), s.status("/v1/refunds/"+twins[1]); first != "accepted" || second != "paid" {
			t.Errorf("%s: %s and %s", g.provider, first, second)
		}
	}
}

// TestALostReplyAtAGateway: what the provider cannot be asked for is repeated where it promises to give the first one back,
// and waits for a person where it promises nothing; its book never holds two.
func TestALostReplyAtAGateway(t *testing.T) {
	t.Parallel()
	for want, g := range map[string]gateway{
		"paid": {provider: "mercadopago", side: colombia(), route: "original"},
		"held": {provider: "payu", side: colombia(), route: "bank_transfer", bank: true},
	} {
		s := start(t)
		payment := s.paidThrough(g)
		s.arm(g.provider, "timeout_after_commit", 1, "disbursement")
		s.arm(g.provider, "lost_callback", 9, "disbursement")
		id := s.backThrough(g, payment)
		s.settle()
		if got := s.status("/v1/refunds/" + id); got != "unknown" {
			t.Errorf("%s: right after the lost reply %s", g.provider, got)
		}
		s.advance(2 * time.Hour)
		if want == "paid" {
			s.move(id, "complete")
		}
		s.advance(30 * time.Hour)
		if got := s.get("/v1/refunds/" + id); str(got["status"]) != want {
			t.Errorf("%s: %v", g.provider, got)
		}
		if live := s.live(g.provider, id); len(live) != 1 {
			t.Errorf("%s holds %v", g.provider, live)
		}
	}
}

// TestAPayoutToABank: a gateway that hands out no cash pays people by bank transfer, once it knows the account.
func TestAPayoutToABank(t *testing.T) {
	t.Parallel()
	s := start(t)
	payout := func(ours string, to doc) doc {
		return s.want(201, s.as(ana, "POST", "/v1/payouts", doc{"network": "efecty", "provider": "payu", "store": "store_co", "amount": 3000000,
			"currency": "COP", "purpose": "prize", "merchant_payout_id": ours, "beneficiary": to}))
	}
	known := payout("B-1", with(person(), "bank", "007", "account", "19112345678901", "account_type", "savings"))
	unknown := payout("B-2", person())
	s.settle()
	s.move(str(known["id"]), "complete")
	if got := s.get("/v1/payouts/" + str(known["id"])); str(got["status"]) != "paid" || str(got["route"]) != "bank_transfer" {
		t.Errorf("%v", got)
	}
	if got := s.get("/v1/payouts/" + str(unknown["id"])); str(got["status"]) != "held" || len(s.live("payu", str(unknown["id"]))) != 0 {
		t.Errorf("without an account: %v", got)
	}
}
