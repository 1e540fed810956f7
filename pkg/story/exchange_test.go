package story_test

import (
	"testing"
	"time"
)

// TestARefundInAnotherCurrency: only where the rules say who bears the difference, at an official rate that is fixed with it.
func TestARefundInAnotherCurrency(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment := s.paid(x)
	rates := func(query, lines string) {
		t.Helper()
		s.want(200, s.do("POST", "/v1/rates"+query, "date,source,pair,rate\n"+lines, "Authorization", "Bearer "+ana, "Content-Type", "text/csv"))
	}
	ask := func(id string, cents int64, currency string) reply {
		t.Helper()
		return s.as(ana, "POST", x.path, with(x.refund(payment, id, cents), "currency", currency))
	}
	s.refused(422, "currency_mismatch", ask("F-1", 300, "USD"))
	s.rule(doc{"fx": doc{"bears": "merchant"}})
	s.refused(422, "rate_unknown", ask("F-1", 300, "USD"))
	rates("", "2026-11-19,TRM,USD/COP,4100.10\n2026-11-20,TRM,USD/COP,4123.45\n")
	s.refused(422, "currency_mismatch", ask("F-1", 300, "PEN"))
	s.refused(422, "amount_exceeds_refundable", ask("F-1", 1000000, "USD"))
	r := s.want(201, ask("F-1", 300, "USD"))
	fx, _ := r["fx"].(doc)
	if num(r["amount"]) != 12370_00 || str(r["currency"]) != "COP" || num(fx["asked_amount"]) != 300 || str(fx["asked_currency"]) != "USD" || str(fx["source"]) != "TRM" ||
		str(fx["day"]) != "2026-11-20" || str(fx["rate"]) != "4123.45" || str(fx["inverse"]) == "" || str(fx["pair"]) != "USD/COP" || str(fx["bears"]) != "merchant" {
		t.Fatalf("%v", r)
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 12370_00 {
		t.Errorf("%v", p)
	}
	s.settle()
	if live := s.live("efecty", str(r["id"])); len(live) != 1 || num(live[0]["amount"]) != 12370_00 {
		t.Errorf("%v", live)
	}
	rates("?correct=true", "2026-11-20,TRM,USD/COP,4000\n")
	if again := s.get("/v1/refunds/" + str(r["id"])); num(again["amount"]) != 12370_00 || str(again["fx"].(doc)["rate"]) != "4123.45" {
		t.Errorf("a correction moved it: %v", again)
	}
	s.move(str(r["id"]), "expire")
	anew := s.want(201, s.as(ana, "POST", "/v1/refunds/"+str(r["id"])+"/reissue", doc{"merchant_refund_id": "F-1b"}))
	if fx, _ := anew["fx"].(doc); num(anew["amount"]) != 12370_00 || str(fx["rate"]) != "4123.45" || num(fx["asked_amount"]) != 300 {
		t.Errorf("issued anew: %v", anew)
	}
	s.advance(4 * 24 * time.Hour)
	rates("", "2026-11-24,TRM,USD/COP,4200\n")
	if r := s.want(201, ask("F-2", 300, "USD")); num(r["amount"]) != 12600_00 || str(r["fx"].(doc)["day"]) != "2026-11-24" {
		t.Errorf("today's worth: %v", r)
	}
	s.rule(doc{"fx": doc{"bears": "buyer"}})
	s.advance(time.Minute)
	if r := s.want(201, ask("F-3", 300, "USD")); num(r["amount"]) != 12000_00 || str(r["fx"].(doc)["day"]) != "2026-11-20" {
		t.Errorf("the cash of then: %v", r)
	}
	s.rule(doc{"fx": doc{"bears": "merchant"}})
	s.advance(6 * 24 * time.Hour)
	s.refused(422, "rate_stale", ask("F-4", 300, "USD"))
}
