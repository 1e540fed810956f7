package story_test

import (
	"fmt"
	"testing"
	"time"
)

// TestTheDaysLimit is of one local day and of refunds and payouts together; it can be used to its last unit, in any parts.
func TestTheDaysLimit(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	const daily = 10_000 * 5_000_000_00
	x.amount = 2 * daily
	payment := s.paid(x)
	payout := func(id string, amount int64) reply {
		return s.as(ana, "POST", "/v1/payouts", doc{"network": "efecty", "store": "store_co", "amount": amount, "currency": "COP",
			"purpose": "prize", "merchant_payout_id": id, "beneficiary": person()})
	}
	ask := func(id string, amount int64) reply { return s.as(ana, "POST", x.path, x.refund(payment, id, amount)) }

	s.refused(422, "limit_exceeded", ask("D-0", daily+100_00))
	s.want(201, ask("D-1", daily/3/100*100)) // more than any of the counters that the limit is split into
	s.want(201, payout("D-2", daily/3/100*100))
	left := int64(daily - 2*(daily/3/100*100))
	s.refused(422, "limit_exceeded", ask("D-3", left+100))
	s.refused(422, "limit_exceeded", payout("D-3", left+100))
	s.want(201, ask("D-3", left))
	s.refused(422, "limit_exceeded", payout("D-4", 10_000_00))
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != daily-daily/3/100*100 {
		t.Errorf("what was refused is reserved too: %v", p)
	}
	// The other store has a limit of its own.
	s.back(peru(), s.paid(peru()), 100)

	s.at("2026-11-20", "23:59")
	s.refused(422, "limit_exceeded", payout("D-4", 10_000_00))
	s.advance(2 * time.Minute)
	s.want(201, payout("D-4", 10_000_00))
}

// TestTheDaysLimitUnderACrowd: the last of it is given out exactly once.
func TestTheDaysLimitUnderACrowd(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	const daily = 10_000 * 5_000_000_00
	x.amount = 2 * daily
	payment := s.paid(x)
	s.want(201, s.as(ana, "POST", x.path, x.refund(payment, "first", daily-5*20_000_00)))
	got := map[int]int{}
	for _, r := range s.crowd(40, func(i int) (string, string, string) {
		return fmt.Sprint("day-", i), x.path, fmt.Sprintf(
			`{"payment":%q,"amount":2000000,"currency":"COP","reason_code":"goodwill","merchant_refund_id":"D-%d"}`, payment, i)
	}) {
		got[r.status]++
		if r.status != 201 && r.problem(422, "limit_exceeded") != "" && r.problem(409, "payment_busy") != "" {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if got[201] > 5 {
		t.Errorf("%v", got)
	}
	if got[201] < 5 && got[409] == 0 {
		t.Errorf("something is left and was refused: %v", got)
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != daily-5*20_000_00+int64(got[201])*20_000_00 {
		t.Errorf("%v after %v", p, got)
	}
}
