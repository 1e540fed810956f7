package sim

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memqueue"
	"github.com/vuelto/vuelto/pkg/store"
)

// A message that has become a dead letter asks for nothing any more, so that whoever finds it must ask for what is behind it, which is
// due later and which nobody else asks for: without that it would lie there until it is too old.
func TestADeadLetterHidesNothingBehindIt(t *testing.T) {
	start := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	w := &World{Loop: NewLoop(NewVirtual(start)), log: slog.New(slog.DiscardHandler)}
	var seen []string
	q := &worked{spec: QueueSpec{Name: "queue", BatchSize: 1}, dead: memqueue.New(memqueue.Options{Name: "dead", Retention: time.Hour})}
	q.queue = memqueue.New(memqueue.Options{Name: "queue", Visibility: time.Minute, MaxReceives: 1, DeadLetter: q.dead})
	q.handler = job.HandlerFunc(func(_ context.Context, j job.Job) error {
		seen = append(seen, j.Key.PK)
		if j.Key.PK == "bad" {
			return errors.New("bad")
		}
		return nil
	})
	for pk, delay := range map[string]time.Duration{"bad": 0, "good": 2 * time.Minute} {
		if err := q.queue.Send(start, job.Encode(job.Job{Kind: job.Submit, Key: store.Key{PK: pk, SK: "state"}}), delay); err != nil {
			t.Fatal(err)
		}
	}
	w.pump(q)
	for w.Step(start.Add(time.Hour)) {
	}
	if !slices.Equal(seen, []string{"bad", "good"}) || q.dead.Len() != 1 || q.queue.Len() != 0 {
		t.Errorf("seen %v, %d dead letters, %d left", seen, q.dead.Len(), q.queue.Len())
	}
}

// A function is told when it will be stopped, if anything is said of it; what it has asked for goes on all the same, as when it was
// frozen.
func TestAFunctionKnowsWhenItIsStopped(t *testing.T) {
	start := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	w := &World{Loop: NewLoop(NewVirtual(start)), hooks: Hooks{Ends: func(function string) time.Duration {
		if function == "short" {
			return time.Minute
		}
		return 0
	}}}
	ctx := w.begun("short")
	w.At(start.Add(time.Hour), func() {})
	w.Step(start.Add(time.Hour))
	if end, told := ctx.Deadline(); !told || !end.Equal(start.Add(time.Minute)) || ctx.Err() != nil {
		t.Errorf("told %v: %s; %v", told, end, ctx.Err())
	}
	if end, told := w.begun("long").Deadline(); told {
		t.Errorf("%s is said of a function of which nothing is said", end)
	}
}
