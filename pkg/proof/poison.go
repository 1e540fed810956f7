package proof

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

// letter is a message that nobody can read, and the queue it was put on.
type letter struct{ queue, body string }

// spoil puts a message on a queue that nobody can read, as a broken release or another system would: one that breaks off in a name, one
// of a kind that there is not, one that is no object.
func (t *troubles) spoil(queue string) {
	n := len(t.poison)
	body := []string{`{"kind":"submit","pk":"%d Ana 🎈 N`, `{"kind":"🎈","pk":"%d"}`, `["apply",%d]`}[n%3]
	x := letter{queue, fmt.Sprintf(body, n)}
	t.poison = append(t.poison, x)
	t.world.Resend(queue, []byte(x.body))
}

// among draws whether beside a message comes one that nobody can read.
func (t *troubles) among(queue string) {
	at := sim.Point{Boundary: "queue", Call: "among", About: queue}
	t.visit(at)
	if t.hits(Poison, at) {
		t.spoil(queue)
	}
}

// gather draws whether a queue is asked later, so that a function is handed several messages at once, and one among them that fails.
func (t *troubles) gather(queue string) time.Duration {
	at := sim.Point{Boundary: "queue", Call: "batch", About: queue}
	t.visit(at)
	if !t.hits(Partial, at) {
		return 0
	}
	t.spoil(queue)
	return time.Minute + t.span(4*time.Minute)
}

// deadLetters holds that nothing was given up on but what nobody can read, and that nothing of that was lost: it lies among the dead
// letters, or is on its way there.
func (a *auditor) deadLetters(dead, waiting map[string][][]byte, poison []letter) {
	left := map[letter]bool{}
	for queue, bodies := range dead {
		for _, body := range bodies {
			left[letter{queue, string(body)}] = true
		}
	}
	given := map[string]int{}
	for x := range left {
		if !slices.Contains(poison, x) {
			given[x.queue]++
		}
	}
	for queue, bodies := range waiting {
		for _, body := range bodies {
			left[letter{queue, string(body)}] = true
		}
	}
	for _, x := range poison {
		if !left[x] {
			a.report(x.queue, i17, "gone, and nobody can have done it: "+x.body)
		}
	}
	for _, queue := range slices.Sorted(maps.Keys(given)) {
		a.report(queue, idl, fmt.Sprintf("%d messages", given[queue]))
	}
}
