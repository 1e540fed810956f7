package memqueue_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/job/queuetest"
	"github.com/vuelto/vuelto/pkg/mem/memqueue"
)

// TestQueue: infra/e2e asks the same of SQS's emulators.
func TestQueue(t *testing.T) {
	c := &clock{now: epoch}
	for name, disorder := range map[string]func(int) int{"in order": nil, "in disorder": func(n int) int { return n - 1 }} {
		t.Run(name, func(t *testing.T) {
			queuetest.Run(t, queuetest.Bench{
				Open: func(_ testing.TB, o queuetest.Options) queuetest.Queue { return c.open(o, disorder) },
				Now:  func() time.Time { return c.now }, Pass: func(d time.Duration) { c.now = c.now.Add(d) },
			})
		})
	}
}

type clock struct{ now time.Time }

func (c *clock) open(o queuetest.Options, pick func(int) int) queuetest.Queue {
	dead := memqueue.New(memqueue.Options{Name: "dead", Pick: pick})
	q := memqueue.New(memqueue.Options{Name: "q", Visibility: o.Visibility, Retention: o.Retention, MaxReceives: o.MaxReceives,
		DeadLetter: dead, Pick: pick})
	sender := memqueue.Sender{Queues: map[job.Kind]*memqueue.Queue{}, Now: func() time.Time { return c.now }}
	for _, kind := range job.Kinds() {
		if kind != queuetest.Foreign {
			sender.Queues[kind] = q
		}
	}
	return queuetest.Queue{Sender: sender, Feed: feed{c, q}, Dead: feed{c, dead},
		Raw: func(body string, delay time.Duration) error { return q.Send(c.now, []byte(body), delay) },
		Batch: func(h job.Handler, batch []queuetest.Message) []string {
			var messages []job.Message
			for _, m := range batch {
				messages = append(messages, m.Message)
			}
			return job.Batch(context.Background(), h, messages, slog.New(slog.DiscardHandler))
		},
		Redrive: func() error { _, err := dead.Redrive(c.now, q); return err },
	}
}

type feed struct {
	*clock
	queue *memqueue.Queue
}

func (f feed) Receive(most int) ([]queuetest.Message, error) {
	var got []queuetest.Message
	for _, m := range f.queue.Receive(f.now, most) {
		got = append(got, queuetest.Message{Message: m.Message, Receipt: m.Receipt, Receives: m.Receives, Sent: m.SentAt})
	}
	return got, nil
}

func (f feed) Settle(batch []queuetest.Message, failed []string) error {
	var messages []memqueue.Message
	for _, m := range batch {
		messages = append(messages, memqueue.Message{Message: m.Message, Receipt: m.Receipt.(memqueue.Receipt)})
	}
	f.queue.Settle(messages, failed)
	return nil
}

func (f feed) Hide(m queuetest.Message, d time.Duration) error {
	if !f.queue.Hide(f.now, m.Receipt.(memqueue.Receipt), d) {
		return fmt.Errorf("%s is not in flight", m.ID)
	}
	return nil
}
