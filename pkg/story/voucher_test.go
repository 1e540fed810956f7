package story_test

import (
	"strings"
	"testing"
	"time"
)

// TestVoucherWhoseAnswerWasLost: the network has issued it, we do not know its number, the buyer pays it all the same. The
// callback finds the payment, the retry continues it, and no second voucher is made.
func TestVoucherWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		for _, kind := range []string{"timeout_after_commit", "http_500_after_commit", "malformed_reply"} {
			s := start(t)
			s.arm(x.network, kind, 1, "payment")
			body := x.payment("L-1", x.amount)
			failed := s.keyed("L", "/v1/payments", body)
			s.refused(502, "provider_unavailable", failed)
			if failed.header.Get("Retry-After") == "" {
				t.Errorf("%s %s: nobody says when to come again", x.network, kind)
			}
			if open := list(s.get("/v1/payments?order_reference=L-1"), "data"); len(open) != 0 {
				t.Errorf("%s %s: a payment without a voucher shows: %v", x.network, kind, open)
			}
			entries := list(s.want(200, s.do("GET", "/_sandbox/ledger/"+x.network, nil)), "entries")
			s.pay(str(entries[0]["our_reference"]), 0)
			found := list(s.get("/v1/payments?order_reference=L-1"), "data")
			if len(found) != 1 || str(found[0]["status"]) != "paid" || num(found[0]["paid_amount"]) != x.amount {
				t.Fatalf("%s %s: cash was paid and the books show %v", x.network, kind, found)
			}
			s.refused(409, "order_reference_taken", s.keyed("L2", "/v1/payments", x.payment("L-1", x.amount+10000)))
			again := s.want(201, s.keyed("L", "/v1/payments", body))
			id := str(again["id"])
			if str(again["status"]) != "paid" || num(again["paid_amount"]) != x.amount {
				t.Errorf("%s %s: the retry says %v", x.network, kind, again)
			}
			if p := s.get("/v1/payments/" + id); num(p["paid_amount"]) != x.amount || len(s.live(x.network, id)) != 1 {
				t.Errorf("%s %s: %v, ledger %v", x.network, kind, p, s.live(x.network, id))
			}
			s.move(s.back(x, id, x.part), x.finish)
		}
	}
}

// TestVoucherTriedAgain: while nothing was paid the retry gets its voucher, and paying it is enough.
func TestVoucherTriedAgain(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		for _, kind := range []string{"timeout_before", "timeout_after_commit", "http_500_after_commit", "outage", "rate_limit"} {
			s := start(t)
			s.arm(x.network, kind, 1, "payment")
			s.refused(502, "provider_unavailable", s.keyed("V", "/v1/payments", x.payment("V-1", x.amount)))
			p := s.want(201, s.keyed("V", "/v1/payments", x.payment("V-1", x.amount)))
			if str(p["voucher"].(doc)["code"]) == "" {
				t.Errorf("%s %s: %v", x.network, kind, p)
			}
			s.pay(str(p["id"]), 0)
			if got := s.status("/v1/payments/" + str(p["id"])); got != "paid" {
				t.Errorf("%s %s: %s", x.network, kind, got)
			}
		}
		s := start(t)
		s.arm(x.network, "reject", 1, "payment")
		s.refused(422, "provider_refused", s.keyed("V", "/v1/payments", x.payment("V-1", x.amount)))
	}
}

// TestLostPaymentCallback: nobody tells us; we ask.
func TestLostPaymentCallback(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.voucher(x)
		s.arm(x.network, "lost_callback", 1, "payment")
		s.pay(id, 0)
		if got := s.status("/v1/payments/" + id); got != "pending" {
			t.Fatalf("%s: %s although nobody told us", x.network, got)
		}
		s.advance(20 * time.Minute)
		p := s.get("/v1/payments/" + id)
		if str(p["status"]) != "paid" || num(p["paid_amount"]) != x.amount {
			t.Errorf("%s: %v", x.network, p)
		}
		s.move(s.back(x, id, x.part), x.finish)
	}
}

// TestVouchersExpireByTheClock, at their own hour, and cash that comes later is never lost.
func TestVouchersExpireByTheClock(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		body := x.payment("E-1", x.amount)
		body["expires_in_hours"] = 3
		id := str(s.want(201, s.as(ana, "POST", "/v1/payments", body))["id"])
		s.advance(3*time.Hour - time.Minute)
		if got := s.status("/v1/payments/" + id); got != "pending" {
			t.Errorf("%s: %s a minute before", x.network, got)
		}
		s.advance(time.Hour)
		if got := s.status("/v1/payments/" + id); got != "expired" {
			t.Errorf("%s: %s an hour after", x.network, got)
		}
		s.refused(409, "payment_not_paid", s.as(ana, "POST", x.path, x.refund(id, "E-R", x.part)))
		s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/payments/"+id+"/cancel", nil))
		s.pay(id, 0)
		p := s.get("/v1/payments/" + id)
		if str(p["status"]) != "paid" || str(p["situation"]) != "paid_late" || num(p["paid_amount"]) != x.amount {
			t.Errorf("%s: paid late reads %v", x.network, p)
		}
		s.move(s.back(x, id, x.amount), x.finish)
	}
}

// TestSituations names what is unusual about the cash.
func TestSituations(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		for situation, cash := range map[string][]int64{"none": {0}, "underpaid": {x.amount - 10000}, "overpaid": {x.amount + 10000},
			"paid_twice": {0, 0}} {
			id := s.voucher(x)
			sum := int64(0)
			for _, minor := range cash {
				s.pay(id, minor)
				if minor == 0 {
					minor = x.amount
				}
				sum += minor
			}
			p := s.get("/v1/payments/" + id)
			if str(p["status"]) != "paid" || str(p["situation"]) != situation || num(p["paid_amount"]) != sum {
				t.Errorf("%s %s: %v", x.network, situation, p)
			}
			s.refused(422, "amount_exceeds_refundable", s.as(ana, "POST", x.path, x.refund(id, "S1-"+situation, sum+10000)))
			s.move(s.back(x, id, sum), x.finish)
			if p := s.get("/v1/payments/" + id); num(p["refunded_amount"]) != sum || num(p["reserved_amount"]) != 0 {
				t.Errorf("%s %s: all given back reads %v", x.network, situation, p)
			}
		}
	}
}

func TestCancelledVouchers(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.voucher(x)
		for range 2 {
			if p := s.want(200, s.as(ana, "POST", "/v1/payments/"+id+"/cancel", nil)); str(p["status"]) != "cancelled" {
				t.Errorf("%s: %v", x.network, p)
			}
		}
		s.pay(id, 0)
		if p := s.get("/v1/payments/" + id); str(p["status"]) != "paid" || str(p["situation"]) != "paid_late" {
			t.Errorf("%s: cash after cancelling reads %v", x.network, p)
		}
		s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/payments/"+id+"/cancel", nil))

		// Cash that the network has and we have not heard of is stronger than the wish to cancel.
		id = s.voucher(x)
		s.arm(x.network, "lost_callback", 1, "payment")
		s.pay(id, 0)
		s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/payments/"+id+"/cancel", nil))
		if got := s.status("/v1/payments/" + id); got != "paid" {
			t.Errorf("%s: %s", x.network, got)
		}
	}
}

// TestVoucherThatEndedBeforeItsNumberCame: the try's answer was lost and its voucher has expired; the retry still works.
func TestVoucherThatEndedBeforeItsNumberCame(t *testing.T) {
	t.Parallel()
	x := peru()
	s := start(t)
	s.arm(x.network, "timeout_after_commit", 1, "payment")
	s.refused(502, "provider_unavailable", s.keyed("E", "/v1/payments", x.payment("E-1", x.amount)))
	s.advance(3 * 24 * time.Hour)
	p := s.want(201, s.keyed("E", "/v1/payments", x.payment("E-1", x.amount)))
	id := str(p["id"])
	if got := s.status("/v1/payments/" + id); got != "pending" || str(p["voucher"].(doc)["code"]) == "" {
		t.Errorf("%s, %v", got, p)
	}
	s.pay(id, 0)
	if p := s.get("/v1/payments/" + id); str(p["status"]) != "paid" || str(p["situation"]) != "none" {
		t.Errorf("%v", p)
	}
}

// TestTheVoucherPage stands alone, in Spanish unless another language is named, says what must not be paid any more, and takes nothing that was typed for HTML.
func TestTheVoucherPage(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, x := range sides() {
		id := str(s.want(201, s.as(ana, "POST", "/v1/payments", x.payment(`<b>"Ñ"&`+x.network, x.amount)))["id"])
		path := "/v1/payments/" + id + "/voucher.html"
		page := s.as(ana, "GET", path, nil)
		html, code := string(page.body), str(s.get("/v1/payments/" + id)["reference"])
		for _, want := range []string{code, "Tienda demo", "Pague antes del", "&lt;b&gt;&#34;Ñ&#34;&amp;" + x.network} {
			if page.status != 200 || !strings.Contains(html, want) {
				t.Errorf("%s: no %q in %d %s", x.network, want, page.status, html)
			}
		}
		voucher, _ := s.get("/v1/payments/" + id)["voucher"].(map[string]any)
		expires, err := time.Parse(time.RFC3339, str(voucher["expires_at"]))
		if err != nil {
			t.Fatal(err)
		}
		expires = expires.Add(-5 * time.Hour) // both countries' clocks, all year
		for lang, words := range map[string][]string{
			"es": {"Código", expires.Format("02/01/2006 15:04")},
			"zh": {"付款码", expires.Format("2006年1月2日 15:04")},
			"en": {"Payment code", expires.Format("2 January 2006 15:04")},
		} {
			html := string(s.as(ana, "GET", path+"?lang="+lang, nil).body)
			if strings.Contains(html, "Código") != (lang == "es") || !strings.Contains(html, code) {
				t.Errorf("%s in %s: %s", x.network, lang, html)
			}
			for _, want := range words {
				if !strings.Contains(html, want) {
					t.Errorf("%s in %s: no %q in %s", x.network, lang, want, html)
				}
			}
		}
		s.refused(422, "field_invalid", s.as(ana, "GET", path+"?lang=fr", nil))
		if drawn := strings.Contains(html, "<figure>"); drawn != (x.network == "efecty") || strings.Contains(html, "src=") || strings.Contains(html, "<b>") {
			t.Errorf("%s: %s", x.network, html)
		}
		s.refused(404, "not_found", s.as(carla, "GET", path, nil))
		s.want(200, s.as(ana, "POST", "/v1/payments/"+id+"/cancel", nil))
		if html := string(s.as(ana, "GET", path, nil).body); !strings.Contains(html, "ya no es válido") || strings.Contains(html, "<figure>") {
			t.Errorf("%s cancelled: %s", x.network, html)
		}
	}
}
