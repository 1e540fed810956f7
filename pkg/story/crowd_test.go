package story_test

import (
	"fmt"
	"sync"
	"testing"
)

// crowd posts n requests of ana's at once; ask says key, path and body of each.
func (s *stack) crowd(n int, ask func(i int) (key, path, body string)) []reply {
	s.t.Helper()
	moves := make([]move, n)
	for i := range moves {
		once, path, body := ask(i)
		moves[i] = move{key: ana, path: path, body: body, once: once}
	}
	return s.together(moves)
}

// together lets people act at the same moment.
func (s *stack) together(moves []move) []reply {
	s.t.Helper()
	replies := make([]reply, len(moves))
	var gate, done sync.WaitGroup
	gate.Add(1)
	for i, m := range moves {
		done.Add(1)
		go func() {
			defer done.Done()
			gate.Wait()
			r, err := s.try("POST", m.path, m.body, "Authorization", "Bearer "+m.key, "Idempotency-Key", m.once)
			if err != nil {
				r = reply{body: []byte(err.Error())}
			}
			replies[i] = r
		}()
	}
	gate.Done()
	done.Wait()
	return replies
}

// TestSixtyFourClientsWantATenth: exactly ten get it, on both networks, and no one meets an error of ours.
func TestSixtyFourClientsWantATenth(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		t.Run(x.network, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			x.amount = map[string]int64{"PEN": 40_000_00, "COP": 400_000_00}[x.currency]
			id := s.paid(x)
			got := map[int]int{}
			for _, r := range s.crowd(64, func(i int) (string, string, string) {
				return fmt.Sprint("crowd-", i), x.path, fmt.Sprintf(
					`{"payment":%q,"amount":%d,"currency":%q,"reason_code":"goodwill","merchant_refund_id":"T-%d"}`, id, x.amount/10, x.currency, i)
			}) {
				got[r.status]++
				if r.status != 201 {
					if fault := r.problem(422, "amount_exceeds_refundable"); fault != "" {
						t.Error(fault)
					}
				}
			}
			if got[201] != 10 || got[422] != 54 {
				t.Errorf("statuses %v, want ten 201 and 54 422", got)
			}
			s.settle()
			p := s.get("/v1/payments/" + id)
			if num(p["reserved_amount"]) != x.amount || num(p["refunded_amount"]) != 0 || num(p["paid_amount"]) != x.amount {
				t.Errorf("sums %v", p)
			}
			refunds := list(s.get("/v1/refunds?payment="+id), "data")
			for i, r := range refunds {
				if live := s.live(x.network, str(r["id"])); len(live) != 1 || num(live[0]["amount"]) != x.amount/10 {
					t.Errorf("the ledger has %v for refund %d: %v", live, i, r)
				}
				s.move(str(r["id"]), x.finish)
				p = s.get("/v1/payments/" + id)
				if done := int64(i+1) * x.amount / 10; num(p["refunded_amount"]) != done || num(p["reserved_amount"]) != x.amount-done {
					t.Errorf("after %d: %v", i+1, p)
				}
			}
			if len(refunds) != 10 {
				t.Errorf("%d refunds are listed", len(refunds))
			}
		})
	}
}

// TestADoubleClickAtTheSameMoment: one person's clicks are answered alike, however many come at once, and leave one step.
func TestADoubleClickAtTheSameMoment(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment, amount := s.large(x)
		id := s.back(x, payment, amount)
		for i, r := range s.crowd(16, func(int) (key, path, body string) { return ana, "/v1/refunds/" + id + "/cancel", "" }) {
			if r.status != 200 {
				t.Errorf("%s, click %d: %d %s", x.network, i, r.status, r.body)
			}
		}
		if got := states(s.get("/v1/refunds/" + id)); got != "awaiting_approval cancelled" {
			t.Errorf("%s: %s", x.network, got)
		}
	}
}
