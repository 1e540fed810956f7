package queuetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// ideal is one queue and what must be in it.
type ideal struct {
	*lab
	Queue
	random *rand.Rand
	live   map[string]bool // bodies
	flying []Message
	sent   int
}

// model does random things to queues, the same each time. No time-out ends meanwhile, so that nothing depends on how fast the
// bench is.
func model(l *lab) error {
	for seed := range uint64(20) {
		m := ideal{l, l.open(Options{Visibility: time.Hour}), rand.New(rand.NewPCG(seed, 0)), map[string]bool{}, nil, 0}
		if err := m.run(); err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return nil
}

func (m *ideal) run() error {
	for range 20 {
		switch step := m.random.IntN(5); {
		case step <= 1:
			body := fmt.Sprint(m.sent)
			m.send(m.Queue, body)
			m.live[body] = true
			m.sent++
		case step == 2:
			if err := m.take(m.receive(m.Queue, 1+m.random.IntN(10))); err != nil {
				return err
			}
		case step == 3 && len(m.flying) > 0:
			x := m.drop()
			m.settle(m.Queue, []Message{x})
			delete(m.live, string(x.Body))
		case step == 4 && len(m.flying) > 0:
			m.again(m.Queue, m.drop())
		}
	}
	for len(m.flying) < len(m.live) {
		got := m.next(m.Queue, 0)
		if len(got) == 0 {
			return fmt.Errorf("%d of %d never came", len(m.live)-len(m.flying), len(m.live))
		}
		if err := m.take(got); err != nil {
			return err
		}
	}
	return m.none(m.Queue, 0)
}

// take has messages in hand.
func (m *ideal) take(got []Message) error {
	for _, x := range got {
		if !m.live[string(x.Body)] {
			return fmt.Errorf("%s came after its end", x.Body)
		}
		if slices.ContainsFunc(m.flying, func(f Message) bool { return f.ID == x.ID }) {
			return fmt.Errorf("%s came while it was hidden", x.Body)
		}
		m.flying = append(m.flying, x)
	}
	return nil
}

// drop is any message in hand, which is then no longer there.
func (m *ideal) drop() Message {
	i := m.random.IntN(len(m.flying))
	x := m.flying[i]
	m.flying = slices.Delete(m.flying, i, i+1)
	return x
}
