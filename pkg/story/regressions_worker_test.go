package story_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sim"
)

// handOver says an I/O hands a disbursement to its provider.
func handOver(at sim.Point) bool {
	return at.Boundary == "provider" && strings.HasSuffix(at.About, " disbursement")
}

// forgetful makes every provider treat a repeated reference as a second request.
func forgetful(a provider.Account) provider.Account {
	a.Settings["idempotent"] = "false"
	return a
}

// TestPowertoolsPython8049: the lock of a withdrawal ended with its function's time-out, so the message that came again ran
// the withdrawal again although the first call had gone through.
func TestPowertoolsPython8049(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		for _, applied := range []bool{true, false} {
			var calls atomic.Int64
			s := startWith(t, func(s *stack) sim.Hooks {
				return sim.Hooks{Account: forgetful, Strike: func(at sim.Point, effect func() error) error {
					world := s.server.World
					world.Sleep(0)
					if !handOver(at) {
						return effect()
					}
					if calls.Add(1) > 1 {
						return effect()
					}
					if applied {
						_ = effect()
					}
					world.Sleep(30 * time.Second) // the function's time-out: no reply, no deferred call, nothing
					world.Kill()
					return nil
				}}
			})
			payment := s.paid(x)
			s.arm(x.network, "lost_callback", 99, "")
			id := s.back(x, payment, x.part)
			s.advance(8 * time.Minute) // the message has come again by now, more than once
			if n := calls.Load(); n != 1 || s.status("/v1/refunds/"+id) == "rejected" {
				t.Errorf("%s: %d calls within the quiet period, the refund is %s", x.network, n, s.status("/v1/refunds/"+id))
			}
			s.sums(payment, x.part, 0)
			s.advance(3 * time.Hour)
			want := int64(1)
			if !applied {
				want = 2 // asked, not known there after the quiet period, and only then sent again
			}
			if n, made := calls.Load(), s.refundBook(x.network); n != want || len(made) != 1 {
				t.Errorf("%s, applied %v: %d calls, the provider's book holds %v", x.network, applied, n, made)
			}
			s.move(id, x.finish)
			s.advance(24 * time.Hour)
			s.sums(payment, 0, x.part)
		}
	}
}

// TestPowertoolsTypescript5675: a duplicate that was refused because the first was still at work deleted the first one's
// lock on its way out, and the next duplicate ran.
func TestPowertoolsTypescript5675(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		var calls atomic.Int64
		s := startWith(t, func(s *stack) sim.Hooks {
			return sim.Hooks{Account: forgetful,
				// Each message comes four times, three of them while the first is waiting for the provider.
				Deliver: func() []time.Duration { return []time.Duration{0, time.Second, 3 * time.Second, 6 * time.Second} },
				Strike: func(at sim.Point, effect func() error) error {
					world := s.server.World
					world.Sleep(0)
					err := effect()
					if handOver(at) {
						calls.Add(1)
						world.Sleep(10 * time.Second)
					}
					return err
				}}
		})
		payment := s.paid(x)
		s.arm(x.network, "lost_callback", 99, "")
		id := s.back(x, payment, x.part)
		s.advance(time.Hour)
		if n, made := calls.Load(), s.refundBook(x.network); n != 1 || len(made) != 1 {
			t.Errorf("%s: %d calls, the provider's book holds %v", x.network, n, made)
		}
		s.move(id, x.finish)
		s.advance(24 * time.Hour)
		s.sums(payment, 0, x.part)
	}
}

// TestPowertoolsTypescript5675Keys: the same at the door: a refused duplicate, or one with another body, takes nothing of the
// key's first answer away.
func TestPowertoolsTypescript5675Keys(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment := s.paid(x)
		mine, _ := json.Marshal(x.refund(payment, "K-mine", x.part))
		other, _ := json.Marshal(x.refund(payment, "K-other", x.part/2))
		first := s.keyed("K", x.path, string(mine))
		s.want(201, first)
		for round := range 3 {
			for i, r := range s.crowd(8, func(i int) (string, string, string) {
				return "K", x.path, string([][]byte{mine, other}[i%2])
			}) {
				if i%2 == 1 {
					if fault := r.problem(422, "idempotency_key_reused"); fault != "" {
						t.Errorf("%s, round %d: %s", x.network, round, fault)
					}
				} else if r.status != 201 || string(r.body) != string(first.body) {
					t.Errorf("%s, round %d: %d %s", x.network, round, r.status, r.body)
				}
			}
		}
		s.settle()
		if entries, sum := s.given(x, payment); entries != 1 || sum != x.part {
			t.Errorf("%s: the provider holds %d of %d", x.network, entries, sum)
		}
		s.sums(payment, x.part, 0)
	}
}

// TestKillbill334: the thread itself is gone; this plays its sisters #338 and #639. A payment in state unknown was tried
// again, by a person or a retry, while a task in the background was still asking the gateway about it: two transactions
// under one key, and whichever wrote last decided what had happened.
func TestKillbill334(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		var calls atomic.Int64
		s := startWith(t, func(s *stack) sim.Hooks {
			return sim.Hooks{Account: forgetful, Strike: func(at sim.Point, effect func() error) error {
				s.server.World.Sleep(0)
				if handOver(at) {
					calls.Add(1)
				}
				return effect()
			}}
		})
		payment := s.paid(x)
		s.arm(x.network, "timeout_after_commit", 1, "")
		s.arm(x.network, "lost_callback", 99, "")
		s.arm(x.network, "timeout_before", 100, "read") // nobody can say for a while
		body, _ := json.Marshal(x.refund(payment, "U-1", x.part))
		id := str(s.want(201, s.keyed("U", x.path, string(body)))["id"])
		for round := range 6 {
			s.advance(5 * time.Minute)
			for i, r := range s.crowd(6, func(i int) (string, string, string) {
				return []string{"U", fmt.Sprint("U", round), "sync"}[i%3], []string{x.path, x.path, "/v1/refunds/" + id + "/sync"}[i%3],
					[]string{string(body), string(body), ""}[i%3]
			}) {
				if want := [][]int{{201}, {409}, {200, 409, 502}}[i%3]; !has(want, r.status) {
					t.Errorf("%s: try again was answered %d %s, want one of %v", x.network, r.status, r.body, want)
				}
			}
			s.sums(payment, x.part, 0)
		}
		s.want(200, s.do("DELETE", "/_sandbox/faults", nil))
		s.advance(24 * time.Hour)
		if n, made := calls.Load(), s.refundBook(x.network); n != 1 || len(made) != 1 {
			t.Errorf("%s: %d calls, the provider's book holds %v", x.network, n, made)
		}
		s.move(id, x.finish)
		s.advance(24 * time.Hour)
		s.sums(payment, 0, x.part)
		if got := s.get("/v1/refunds/" + id); str(got["status"]) != "paid" || !strings.Contains(states(got), "unknown "+x.sent+" paid") {
			t.Errorf("%s: the story is %q", x.network, states(got))
		}
	}
}

func has(list []int, n int) bool {
	for _, x := range list {
		if x == n {
			return true
		}
	}
	return false
}
