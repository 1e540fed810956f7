package story_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// Bugs that other systems had, named after where they were reported. Each story is played against our world, and the
// provider's own book is the judge.

// refundBook is what a provider's own book holds of refunds, dead or alive.
func (s *stack) refundBook(provider string) []doc {
	s.t.Helper()
	var found []doc
	for _, e := range list(s.want(200, s.do("GET", "/_sandbox/ledger/"+provider, nil)), "entries") {
		if str(e["kind"]) == "refund" {
			found = append(found, e)
		}
	}
	return found
}

// given is what the entries of refunds add up to, dead ones left out.
func (s *stack) given(x side, payment string) (entries int, sum int64) {
	s.t.Helper()
	for _, r := range list(s.get("/v1/refunds?payment="+payment), "data") {
		for _, e := range s.live(x.network, str(r["id"])) {
			entries++
			sum += num(e["amount"])
		}
	}
	return entries, sum
}

// sums checks what a payment says is reserved and refunded.
func (s *stack) sums(payment string, reserved, refunded int64) {
	s.t.Helper()
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != reserved || num(p["refunded_amount"]) != refunded {
		s.t.Errorf("reserved %v and refunded %v, want %d and %d", p["reserved_amount"], p["refunded_amount"], reserved, refunded)
	}
}

// TestMedusa16681: the refund's row was deleted when the provider's call failed, so a retry made a new row whose id was a
// new idempotency key, and a refund whose reply was only lost was paid twice.
func TestMedusa16681(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		for _, kind := range []string{"timeout_after_commit", "http_500_after_commit", "late_commit", "malformed_reply"} {
			t.Run(x.network+" "+kind, func(t *testing.T) {
				t.Parallel()
				s := start(t)
				payment := s.paid(x)
				s.arm(x.network, kind, 1, "")
				s.arm(x.network, "lost_callback", 9, "")
				body := x.refund(payment, "M-1", x.part)
				first := s.keyed("first", x.path, body)
				id := str(s.want(201, first)["id"])
				s.settle()
				if got := s.status("/v1/refunds/" + id); got != "unknown" {
					t.Fatalf("after the failed call the refund is %s", got)
				}
				s.sums(payment, x.part, 0)
				s.refused(409, "merchant_refund_id_taken", s.keyed("second", x.path, body))
				if again := s.keyed("first", x.path, body); !bytes.Equal(again.body, first.body) {
					t.Errorf("the retry was answered %d %s", again.status, again.body)
				}
				s.advance(2 * time.Hour)
				if made := s.refundBook(x.network); len(made) != 1 || str(made[0]["our_reference"]) != id {
					t.Errorf("the provider's book holds %v", made)
				}
				s.move(id, x.finish)
				s.advance(2 * time.Hour)
				s.sums(payment, 0, x.part)
			})
		}
	}
}

// TestWoocommerceGatewayStripe838: the webhook about a shop's own partial refund was taken for a refund made elsewhere, and
// a second one was booked.
func TestWoocommerceGatewayStripe838(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		for _, kind := range []string{"", "timeout_after_commit", "late_commit"} { // the webhook beats the reply
			s := start(t)
			payment := s.paid(x)
			if kind != "" {
				s.arm(x.network, kind, 1, "")
			}
			s.arm(x.network, "duplicate_callback", 4, "")
			id := s.back(x, payment, x.part)
			s.advance(time.Hour)
			s.move(id, x.finish)
			s.advance(time.Hour)
			s.sums(payment, 0, x.part)
			refunds := list(s.get("/v1/refunds?payment="+payment), "data")
			if entries, sum := s.given(x, payment); len(refunds) != 1 || entries != 1 || sum != x.part {
				t.Errorf("%s %s: we list %d refunds, the provider holds %d of %d", x.network, kind, len(refunds), entries, sum)
			}
			if str(refunds[0]["status"]) != "paid" {
				t.Errorf("%s %s: %v", x.network, kind, refunds[0])
			}
		}
	}
}

// TestSaleor12491: two of the staff pressed refund at once, or one pressed twice, and both calls went to the provider.
func TestSaleor12491(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment := s.paid(x)
		got := map[int]int{}
		for _, r := range s.crowd(8, func(i int) (string, string, string) {
			body, _ := json.Marshal(x.refund(payment, fmt.Sprint("staff-", i%2), x.amount)) // two people, four clicks each
			return fmt.Sprint("click-", i), x.path, string(body)
		}) {
			got[r.status]++
		}
		if got[201] != 1 || got[409]+got[422] != 7 {
			t.Errorf("%s: the clicks were answered %v", x.network, got)
		}
		s.arm(x.network, "lost_callback", 9, "")
		s.settle()
		id := str(list(s.get("/v1/refunds?payment="+payment), "data")[0]["id"])
		for _, r := range s.crowd(8, func(i int) (string, string, string) {
			return fmt.Sprint("sync-", i), "/v1/refunds/" + id + "/sync", ""
		}) {
			if r.status != 200 && r.status != 409 {
				t.Errorf("%s: try again was answered %d %s", x.network, r.status, r.body)
			}
		}
		s.advance(time.Hour)
		if entries, sum := s.given(x, payment); entries != 1 || sum != x.amount {
			t.Errorf("%s: the provider holds %d refunds of %d", x.network, entries, sum)
		}
		s.move(id, x.finish)
		s.advance(24 * time.Hour)
		s.sums(payment, 0, x.amount)
	}
}

// TestSaleor12491Approval: two people approve, refuse and cancel the same refund at once; it goes to the provider once or
// not at all.
func TestSaleor12491Approval(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment, amount := s.large(x)
		id := s.back(x, payment, amount)
		replies := make(chan reply, 8)
		for i := range 8 {
			go func() {
				who, verb := beto, "approve"
				if i%4 == 3 {
					who, verb = ana, "cancel"
				}
				r, err := s.try("POST", "/v1/refunds/"+id+"/"+verb, nil, "Authorization", "Bearer "+who)
				if err != nil {
					r.body = []byte(err.Error())
				}
				replies <- r
			}()
		}
		for range 8 {
			if r := <-replies; r.status != 200 && r.status != 409 {
				t.Errorf("%s: %d %s", x.network, r.status, r.body)
			}
		}
		s.advance(time.Hour)
		entries, sum := s.given(x, payment)
		switch got := s.status("/v1/refunds/" + id); {
		case got == "cancelled" && entries == 0:
			s.sums(payment, 0, 0)
		case got == x.sent && entries == 1 && sum == amount:
			s.sums(payment, amount, 0)
		default:
			t.Errorf("%s: the refund is %s, the provider holds %d of %d", x.network, got, entries, sum)
		}
	}
}

// TestHyperswitch5282: a refund id that was there already was not noticed before the second refund was under way.
func TestHyperswitch5282(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment, other := s.paid(x), s.paid(x)
		id := str(s.want(201, s.as(ana, "POST", x.path, x.refund(payment, "R-1", x.part)))["id"])
		again := func() {
			t.Helper()
			s.refused(409, "merchant_refund_id_taken", s.as(ana, "POST", x.path, x.refund(payment, "R-1", x.part)))
			s.refused(409, "merchant_refund_id_taken", s.as(ana, "POST", x.path, x.refund(payment, "R-1", x.part/2)))
			s.refused(409, "merchant_refund_id_taken", s.as(ana, "POST", x.path, x.refund(other, "R-1", x.part)))
		}
		again()
		s.settle()
		s.sums(payment, x.part, 0)
		s.sums(other, 0, 0)
		s.move(id, "fail")
		s.sums(payment, 0, 0)
		again() // what failed keeps its id
		s.advance(9 * 24 * time.Hour)
		again() // long after the answer to its key was forgotten
		s.sums(payment, 0, 0)
		if made := s.refundBook(x.network); len(made) != 1 {
			t.Errorf("%s: the provider's book holds %v", x.network, made)
		}
	}
}

// TestHyperswitch13182: two refunds of 60 of a capture of 100 each read the refunds made so far, both found room, and 120
// were paid out.
func TestHyperswitch13182(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		for round := range 5 {
			payment := s.paid(x)
			sixty := x.amount * 6 / 1000 * 100
			got := map[int]int{}
			for _, r := range s.crowd(2, func(i int) (string, string, string) {
				body, _ := json.Marshal(x.refund(payment, fmt.Sprintf("H-%d-%d", round, i), sixty))
				return fmt.Sprintf("h-%d-%d", round, i), x.path, string(body)
			}) {
				got[r.status]++
				if r.status != 201 {
					if fault := r.problem(422, "amount_exceeds_refundable"); fault != "" {
						t.Error(fault)
					}
				}
			}
			s.settle()
			if entries, sum := s.given(x, payment); got[201] != 1 || got[422] != 1 || entries != 1 || sum != sixty {
				t.Errorf("%s: answered %v, the provider holds %d of %d", x.network, got, entries, sum)
			}
		}
	}
}

// TestBlnk374: the second refund of a transaction was answered 409 while it reversed the first one, because a refund counted
// as a transaction of its own that could be refunded.
func TestBlnk374(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment := s.paid(x)
		id := str(s.want(201, s.as(ana, "POST", x.path, x.refund(payment, "B-1", x.amount)))["id"])
		unmoved := func(when string) {
			t.Helper()
			p, r, book := s.get("/v1/payments/"+payment), s.get("/v1/refunds/"+id), s.want(200, s.do("GET", "/_sandbox/ledger/"+x.network, nil))
			for range 3 {
				s.refused(409, "merchant_refund_id_taken", s.as(ana, "POST", x.path, x.refund(payment, "B-1", x.amount)))
				s.refused(422, "amount_exceeds_refundable", s.as(ana, "POST", x.path, x.refund(payment, fmt.Sprint("B-", s.serial.Add(1)), x.amount)))
				s.refused(404, "not_found", s.as(ana, "POST", x.path, x.refund(id, fmt.Sprint("B-", s.serial.Add(1)), x.amount)))
			}
			s.advance(5 * time.Second)
			after := []doc{s.get("/v1/payments/" + payment), s.get("/v1/refunds/" + id), s.want(200, s.do("GET", "/_sandbox/ledger/"+x.network, nil))}
			if !reflect.DeepEqual([]doc{p, r, book}, after) {
				t.Errorf("%s, %s: a refused repeat moved something:\n%v\n%v", x.network, when, []doc{p, r, book}, after)
			}
		}
		s.settle()
		unmoved("under way")
		s.move(id, x.finish)
		unmoved("paid")
		day := s.closeDay(x.network)
		s.at(day, "22:00")
		unmoved("settled")
	}
}
