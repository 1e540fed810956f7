package proof_test

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"

	"github.com/vuelto/vuelto/pkg/sim"
)

// lines counts what a world logs, by message.
type lines struct {
	mu   sync.Mutex
	seen map[string]int
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, what := range []string{"breaker open", "breaker closed"} {
		if bytes.Contains(line, []byte(`"msg":"`+what+`"`)) {
			l.seen[what]++
		}
	}
	return len(line), nil
}

// TestBreakersLoseNothing: where one failed call is enough, breakers open and close all the time, among crashes, stalls and clocks that
// are wrong; and still nothing is paid twice, nothing is lost, and all of it ends.
func TestBreakersLoseNothing(t *testing.T) {
	t.Parallel()
	o, l := options(t), &lines{seen: map[string]int{}}
	o.N, o.Rate, o.Seed = 40, 3, 11
	o.Log = slog.New(slog.NewJSONHandler(l, nil))
	o.Hooks = func(h *sim.Hooks) { h.Bars.Breaker = 1 }
	r := run(t, o)
	if l.seen["breaker open"] < 20 || l.seen["breaker closed"] < 10 || r.Accepted < o.N {
		t.Errorf("%v among %d refunds: the run says little", l.seen, r.Accepted)
	}
	t.Logf("%v, %d accepted, %d faults, ends %v", l.seen, r.Accepted, r.Faults, r.States)
}
