package story_test

import (
	"testing"
	"time"
)

// faults is CONTRACT's table of what a provider can suffer, with what becomes of a refund that meets it once.
func faults() map[string]string {
	return map[string]string{"timeout_before": "paid", "timeout_after_commit": "paid", "http_500_after_commit": "paid",
		"http_502_after_commit": "paid", "malformed_reply": "paid", "late_commit": "paid", "reject": "rejected", "rate_limit": "paid",
		"outage": "paid", "lost_callback": "paid", "duplicate_callback": "paid", "late_callback": "paid", "bad_signature": "paid"}
}

// TestEveryFaultEndsInOneRefund: whatever the call or the callback suffers, the provider's own ledger holds one live
// refund, and ours knows it.
func TestEveryFaultEndsInOneRefund(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		for kind, want := range faults() {
			t.Run(x.network+" "+kind, func(t *testing.T) {
				t.Parallel()
				s := start(t)
				payment := s.paid(x)
				s.arm(x.network, kind, 1, "")
				id := s.back(x, payment, x.part)
				s.advance(time.Minute)
				if r := s.get("/v1/refunds/" + id); want == "paid" && str(r["status"]) == "rejected" {
					t.Fatalf("taken for refused: %v", r)
				}
				if p := s.get("/v1/payments/" + payment); want == "paid" && num(p["reserved_amount"])+num(p["refunded_amount"]) != x.part {
					t.Errorf("while nothing is proven: %v", p)
				}
				s.advance(time.Hour)
				if want == "paid" {
					if live := s.live(x.network, id); len(live) != 1 || num(live[0]["amount"]) != x.part {
						t.Fatalf("the ledger holds %v; ours %v", live, s.get("/v1/refunds/"+id))
					}
					s.move(id, x.finish)
					s.advance(time.Hour)
				}
				r, p := s.get("/v1/refunds/"+id), s.get("/v1/payments/"+payment)
				if str(r["status"]) != want {
					t.Errorf("ended as %v", r)
				}
				live, refunded := s.live(x.network, id), int64(0)
				if want == "paid" {
					refunded = x.part
				}
				if len(live) != int(refunded/x.part) || num(p["refunded_amount"]) != refunded || num(p["reserved_amount"]) != 0 {
					t.Errorf("the ledger holds %v, the payment reads %v", live, p)
				}
				if view := s.want(200, s.do("GET", "/_sandbox/faults", nil)); num(view["fired"].(doc)[kind]) != 1 {
					t.Errorf("nothing happened: %v", view)
				}
			})
		}
	}
}

// TestFaultsOnTheWayBack: the callback that tells of the money suffers, instead of the one that tells of acceptance.
func TestFaultsOnTheWayBack(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		for _, kind := range []string{"lost_callback", "duplicate_callback", "late_callback", "bad_signature"} {
			s := start(t)
			id := s.back(x, s.paid(x), x.part)
			s.advance(10 * time.Minute)
			s.arm(x.network, kind, 1, "")
			s.move(id, x.finish)
			s.advance(2 * time.Hour)
			if r := s.get("/v1/refunds/" + id); str(r["status"]) != "paid" || states(r) != "queued submitting "+x.sent+" paid" {
				t.Errorf("%s %s: %v", x.network, kind, r)
			}
		}
	}
}

// TestFaultsInARow: an outage of hours, then time-outs, then answers that are broken; still one refund.
func TestFaultsInARow(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment := s.paid(x)
		for _, kind := range []string{"outage", "outage", "timeout_before", "rate_limit", "timeout_before", "timeout_after_commit"} {
			s.arm(x.network, kind, 1, "")
		}
		s.arm(x.network, "lost_callback", 50, "")
		s.arm(x.network, "timeout_before", 3, "read")
		id := s.back(x, payment, x.part)
		s.advance(12 * time.Hour)
		if live := s.live(x.network, id); len(live) != 1 {
			t.Fatalf("%s: the ledger holds %v; ours %v", x.network, live, s.get("/v1/refunds/"+id))
		}
		s.move(id, x.finish)
		s.advance(12 * time.Hour)
		r := s.get("/v1/refunds/" + id)
		if str(r["status"]) != "paid" || len(list(r, "attempts")) != 6 {
			t.Errorf("%s: %v", x.network, r)
		}
	}
}

// TestWhatProvidersDoAfterwards: refusals after acceptance, expiry, bounces; money comes back and can be given again.
func TestWhatProvidersDoAfterwards(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		for name, c := range map[string]struct {
			verbs []string
			want  string
		}{
			"refused later": {[]string{"fail"}, "rejected"},
			"expired":       {[]string{"expire"}, "returned"},
			"bounced":       {[]string{x.finish, "bounce"}, "returned"},
		} {
			s := start(t)
			payment := s.paid(x)
			id := s.back(x, payment, x.amount)
			s.settle()
			for _, v := range c.verbs {
				s.move(id, v)
			}
			r, p := s.get("/v1/refunds/"+id), s.get("/v1/payments/"+payment)
			if str(r["status"]) != c.want || num(p["reserved_amount"]) != 0 || num(p["refunded_amount"]) != 0 {
				t.Errorf("%s %s: %v\n%v", x.network, name, r, p)
			}
			if c.want == "returned" && num(r["returned_amount"]) != x.amount {
				t.Errorf("%s %s: came back: %v", x.network, name, r)
			}
			again := s.back(x, payment, x.amount)
			s.settle()
			s.move(again, x.finish)
			if p := s.get("/v1/payments/" + payment); num(p["refunded_amount"]) != x.amount || num(p["reserved_amount"]) != 0 {
				t.Errorf("%s %s: given again: %v", x.network, name, p)
			}
		}
	}
}

// TestAllCallbacksLost: accepted work ends even if nobody ever tells us anything.
func TestAllCallbacksLost(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		s.arm(x.network, "lost_callback", 1000, "")
		s.arm(x.network, "lost_callback", 1000, "payment")
		payment := s.voucher(x)
		s.pay(payment, 0)
		s.advance(2 * time.Hour)
		id, stuck := s.back(x, payment, x.part), s.back(x, payment, x.part)
		s.settle()
		s.move(id, x.finish)
		s.advance(12 * 24 * time.Hour)
		if got := s.status("/v1/refunds/" + id); got != "paid" {
			t.Errorf("%s: %s", x.network, got)
		}
		// The other one is never finished: a person looks, or its code has run out and the money is back.
		r := s.get("/v1/refunds/" + stuck)
		if want := map[string]string{"efecty": "returned", "pagoefectivo": "held"}[x.network]; str(r["status"]) != want {
			t.Errorf("%s: %v", x.network, r)
		}
	}
}
