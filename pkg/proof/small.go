package proof

import (
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/port"
	"github.com/vuelto/vuelto/pkg/sim"
)

// change makes the world another one than all are.
func (o Options) change(h *sim.Hooks, report func(subject, sentence, detail string), now func() time.Time) (letters *post) {
	if o.Seldom {
		small(h)
		letters = newPost(report, now)
		letters.wear(h)
	}
	if o.Hooks != nil {
		o.Hooks(h)
	}
	return letters
}

// small makes few of a thing many, where people do what is seldom done: a world has no day of a hundred thousand rows, and what is done
// about such a day is to be in trouble all the same.
func small(h *sim.Hooks) {
	h.Bars = port.Bars{Large: 3 << 10, Page: 4, Readers: 1, Chunk: 2, Chunks: 1}
	h.Ends = func(function string) time.Duration {
		if strings.HasPrefix(function, "settlement-") {
			return stopped
		}
		return 0
	}
}

// stopped is after how long what compares a day is stopped: sooner than what is frozen is frozen for, and later than a clock is wrong by.
const stopped = 10 * time.Minute
