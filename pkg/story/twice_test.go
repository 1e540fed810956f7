package story_test

import "testing"

// TestPaidTwiceIsSettledTwice: the second cash is shown to people once, with its own file, and never asked for again.
func TestPaidTwiceIsSettledTwice(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.voucher(x)
		s.pay(id, 0)
		s.pay(id, 0)
		day := s.closeDay(x.network)
		s.at(day, "22:00")
		d := s.day(x.network, day)
		breaks := d["breaks"].(doc)
		if num(d["rows"]) != 2 || len(breaks) > 1 || (len(breaks) == 1 && num(breaks["DUPLICATE_PAYMENT"]) != 1) {
			t.Errorf("%s: %v", x.network, d)
		}
		for _, r := range list(s.get("/v1/payments/"+id), "receipts") {
			if str(r["settled_on"]) != day {
				t.Errorf("%s: %v", x.network, r)
			}
		}
		s.paid(x)
		next := s.closeDay(x.network)
		s.at(next, "22:00")
		s.balanced(x.network, next, 1)
	}
}

// TestPaidAgainOnAnotherDay: each cash settles with its own file, and neither is a break.
func TestPaidAgainOnAnotherDay(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.voucher(x)
		s.pay(id, 0)
		monday := s.closeDay(x.network)
		s.at(monday, "12:00")
		s.balanced(x.network, monday, 1)
		s.pay(id, 0)
		tuesday := s.closeDay(x.network)
		s.at(monday, "22:00")
		s.balanced(x.network, monday, 1)
		s.at(tuesday, "22:00")
		s.balanced(x.network, tuesday, 1)
		receipts := list(s.get("/v1/payments/"+id), "receipts")
		if len(receipts) != 2 || str(receipts[0]["settled_on"]) != monday || str(receipts[1]["settled_on"]) != tuesday {
			t.Errorf("%s: %v", x.network, receipts)
		}
	}
}
