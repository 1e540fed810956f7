package story_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

// reached is how long after the step that let it go (its request, or the approval) the network had a refund.
func (s *stack) reached(id, state string) time.Duration {
	s.t.Helper()
	var let, had time.Time
	for _, step := range list(s.get("/v1/refunds/"+id), "history") {
		at := instant(s.t, step["at"])
		if let.IsZero() || str(step["from"]) == "awaiting_approval" {
			let = at
		}
		if had.IsZero() && str(step["to"]) == state {
			had = at
		}
	}
	if had.IsZero() {
		s.t.Fatalf("the network never had it: %v", s.get("/v1/refunds/"+id))
	}
	return had.Sub(let)
}

// TestARefundIsWithTheNetworkWithinAnHour of its request, or of the approval that it waited for, by the clock of the stack: at
// once on an ordinary day, and still when messages are lost, when the network refuses for now, is away, or answers nobody.
func TestARefundIsWithTheNetworkWithinAnHour(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind  string
		count int
		least time.Duration
		most  time.Duration
	}{
		"an ordinary day":    {"", 0, 0, 10 * time.Second},
		"busy":               {"rate_limit", 5, 10 * time.Minute, time.Hour},
		"away":               {"outage", 5, 10 * time.Minute, time.Hour},
		"an answer was lost": {"timeout_after_commit", 1, 0, time.Hour},
		"a call was lost":    {"timeout_before", 1, time.Minute, time.Hour},
	} {
		s := start(t)
		for _, x := range sides() {
			payment := s.paid(x)
			if c.kind != "" {
				s.arm(x.network, c.kind, c.count, "")
			}
			id := s.back(x, payment, x.part)
			s.advance(59 * time.Minute)
			if took := s.reached(id, x.sent); took < c.least || took > c.most || len(s.live(x.network, id)) != 1 {
				t.Errorf("%s, %s: with the network after %s", name, x.network, took)
			}
			big, amount := s.large(x)
			waits := s.back(x, big, amount)
			s.advance(5 * time.Hour) // of a person, not of ours
			s.want(200, s.as(beto, "POST", "/v1/refunds/"+waits+"/approve", nil))
			s.settle()
			if took := s.reached(waits, x.sent); took > 10*time.Second {
				t.Errorf("%s, %s: %s after the approval", name, x.network, took)
			}
		}
	}
}

// TestALostMessageCostsMinutes: the queue takes nothing at the request; the sweep hands it over all the same.
func TestALostMessageCostsMinutes(t *testing.T) {
	t.Parallel()
	var lose, lost atomic.Int64
	s := startWith(t, func(*stack) sim.Hooks {
		return sim.Hooks{Strike: func(at sim.Point, effect func() error) error {
			if at.Boundary == "queue" && at.Call == "send" && at.About == "submit" && lose.Add(-1) >= 0 {
				lost.Add(1)
				return errors.New("the queue is away")
			}
			return effect()
		}}
	})
	for _, x := range sides() {
		payment := s.paid(x)
		lose.Store(2) // the request's message, and the sweep's first
		id := s.back(x, payment, x.part)
		s.advance(10 * time.Minute)
		if took := s.reached(id, x.sent); took < 30*time.Second || took > 5*time.Minute {
			t.Errorf("%s: with the network after %s", x.network, took)
		}
	}
	if n := lost.Load(); n != 4 {
		t.Errorf("%d messages were lost", n)
	}
}
