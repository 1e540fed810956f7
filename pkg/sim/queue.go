package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memqueue"
)

// worked is a queue with its worker, as an event source mapping ties them.
type worked struct {
	spec    QueueSpec
	queue   *memqueue.Queue
	dead    *memqueue.Queue
	handler job.Handler
	late    time.Time // it is not asked before
}

// openQueues makes the template's queues. Error: a worker or a kind of job has no counterpart.
func (w *World) openQueues(t Template, workers map[string]job.Handler) error {
	byName := map[string]*worked{}
	for _, spec := range t.Queues {
		handler, ok := workers[spec.Function]
		if !ok {
			return fmt.Errorf("sim: template.yaml has a queue for %q, which is no function of ours", spec.Function)
		}
		dead := memqueue.New(memqueue.Options{Name: spec.DeadLetter, Retention: 14 * 24 * time.Hour})
		q := memqueue.New(memqueue.Options{Name: spec.Name, Visibility: spec.Visibility, MaxReceives: spec.MaxReceives,
			DeadLetter: dead, Deliver: w.hooks.Deliver, Pick: w.hooks.Pick})
		byName[spec.Name] = &worked{spec: spec, queue: q, dead: dead, handler: handler}
		w.queues = append(w.queues, byName[spec.Name])
	}
	for _, kind := range job.Kinds() {
		if kind == job.Play { // of a sandbox beside a stack
			continue
		}
		q := byName[t.Kinds[kind]]
		for _, s := range t.Schedules {
			if j, err := job.Decode([]byte(s.Message)); err == nil && j.Kind == kind {
				q = byName[s.Queue]
			}
		}
		if q == nil {
			return fmt.Errorf("sim: template.yaml has no queue for %q", kind)
		}
		w.queueOf[kind], w.sender.Queues[kind] = q, q.queue
	}
	return nil
}

// pump arranges for the queue's next visible messages to be worked on.
func (w *World) pump(q *worked) {
	at, ok := q.queue.Next()
	if !ok {
		return
	}
	w.At(at, func() { w.work(q) })
}

// work is one poll of a queue: a batch is received and given to a new invocation of its function.
func (w *World) work(q *worked) {
	if w.gathers(q) {
		return
	}
	held := q.queue.Len()
	messages := q.queue.Receive(w.Now(), max(q.spec.BatchSize, 1))
	if len(messages) == 0 {
		if q.queue.Len() < held { // a dead letter was next: what is behind it has nothing else that asks for it
			w.pump(q)
		}
		return
	}
	batch := make([]job.Message, len(messages))
	for i, m := range messages {
		batch[i] = m.Message
	}
	w.Go(func() {
		failed := job.Batch(w.begun(q.spec.Function), q.handler, batch, w.log)
		q.queue.Settle(messages, failed)
		if w.hooks.Batch != nil {
			w.hooks.Batch(q.spec.Name, len(messages), len(failed))
		}
	}, func(bool) { w.pump(q) })
	w.pump(q)
}

// begun is the context of an invocation of a function that begins now.
func (w *World) begun(function string) context.Context {
	if w.hooks.Ends != nil {
		if after := w.hooks.Ends(function); after > 0 {
			return until{context.Background(), w.Now().Add(after)}
		}
	}
	return context.Background()
}

// gathers says that a queue is asked later, which has been arranged.
func (w *World) gathers(q *worked) bool {
	if w.Now().Before(q.late) {
		return true
	}
	if next, some := q.queue.Next(); !some || next.After(w.Now()) || w.hooks.Gather == nil || q.spec.BatchSize < 2 || w.Now().Equal(q.late) {
		return false
	}
	later := w.hooks.Gather(q.spec.Name)
	if later <= 0 {
		return false
	}
	q.late = w.Now().Add(later)
	w.At(q.late, func() { w.work(q) })
	return true
}

// schedule runs a schedule for ever.
func (w *World) schedule(s ScheduleSpec, queues []*worked) {
	for _, q := range queues {
		if q.spec.Name != s.Queue {
			continue
		}
		var tick func()
		tick = func() {
			if err := q.queue.Send(w.Now(), []byte(s.Message), 0); err != nil {
				w.log.Error("schedule", "name", s.Name, "error", err)
			}
			w.pump(q)
			w.At(s.Expression.Next(w.Now()), tick)
		}
		w.At(s.Expression.Next(w.Now()), tick)
	}
}

// DeadLetters are the messages that were given up on, by queue.
func (w *World) DeadLetters() map[string][][]byte {
	all := map[string][][]byte{}
	for _, q := range w.queues {
		all[q.spec.Name] = q.dead.Bodies()
	}
	return all
}

// Waiting are the messages that the queues still hold, those being worked on included, by queue.
func (w *World) Waiting() map[string][][]byte {
	all := map[string][][]byte{}
	for _, q := range w.queues {
		all[q.spec.Name] = q.queue.Bodies()
	}
	return all
}

// Redrive puts every dead letter back on its queue, as an operator does from the console, and says how many.
func (w *World) Redrive() int {
	total := 0
	for _, q := range w.queues {
		n, err := q.dead.Redrive(w.Now(), q.queue)
		if err != nil {
			w.log.Error("redrive", "queue", q.spec.Name, "error", err)
		}
		total += n
		w.pump(q)
	}
	return total
}

// Resend puts a message on a queue again, as a redrive from any time in the past would.
func (w *World) Resend(queue string, body []byte) {
	for _, q := range w.queues {
		if q.spec.Name == queue {
			if err := q.queue.Send(w.Now(), body, 0); err != nil {
				w.log.Error("resend", "queue", queue, "error", err)
			}
			w.pump(q)
		}
	}
}

// Backlog is how many messages the queues hold, those being worked on included.
func (w *World) Backlog() int {
	n := 0
	for _, q := range w.queues {
		n += q.queue.Len()
	}
	return n
}
