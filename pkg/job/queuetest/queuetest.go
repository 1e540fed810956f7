// Package queuetest is the contract of a queue as a suite: one clause for each sentence, and a failing clause prints its
// sentence. The sentences are what SQS's API reference (version 2012-11-05) says of a standard queue with a dead-letter
// queue, as far as anything of ours rests on it. Order, and that a message comes only once, are promised nowhere, so no
// clause asks for them.
package queuetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
)

// Foreign is the one kind of job for which Queue.Sender has no queue.
const Foreign = job.Play

// Message is a message as it was received.
type Message struct {
	job.Message
	Receipt  any       // what Settle and Hide want: of this receive alone
	Receives int       // how often it has been received, this time included
	Sent     time.Time // first; to the millisecond
}

// Feed is what Lambda does with a queue.
type Feed interface {
	// Receive takes up to most visible messages, ten at most, and hides them.
	Receive(most int) ([]Message, error)
	// Settle deletes of a batch what did not fail.
	Settle(batch []Message, failed []string) error
	// Hide makes a received message visible after d and not before. Error: it is not in flight.
	Hide(m Message, d time.Duration) error
}

// Queue is one queue, what is behind it and what is before it.
type Queue struct {
	job.Sender // to this queue, for every kind but Foreign
	Feed
	Dead    Feed // its dead-letter queue
	Raw     func(body string, delay time.Duration) error
	Batch   func(h job.Handler, batch []Message) (failed []string) // how a function works on a batch
	Redrive func() error                                           // puts dead letters back, as an operator does
}

// Options are the settings of a queue. Zero: any.
type Options struct {
	Visibility  time.Duration
	Retention   time.Duration
	MaxReceives int
}

// Bench is where the clauses run.
type Bench struct {
	Open func(testing.TB, Options) Queue
	Now  func() time.Time
	Pass func(time.Duration) // lets time pass
	Late time.Duration       // by how much something may come later than it could
	// Differs names the clauses that are not kept. Such a clause must fail: whoever changes has the list corrected.
	Differs  []string
	Parallel bool // clauses may run at the same time
	// Tries is how often a clause may be tried, each time on a new queue, where replies are lost with the messages they carried: what
	// is wrong is wrong each time. 0 = once.
	Tries int
}

// clause is one sentence of the contract, and what was seen instead of it.
type clause struct {
	name     string
	sentence string
	check    func(*lab) error
}

// Run checks every clause, each on a queue of its own.
func Run(t *testing.T, b Bench) {
	clauses := slices.Concat(sendClauses, receiveClauses, deadClauses)
	for _, name := range b.Differs {
		if !slices.ContainsFunc(clauses, func(c clause) bool { return c.name == name }) {
			t.Errorf("there is no clause %q to differ in", name)
		}
	}
	for _, c := range clauses {
		t.Run(c.name, func(t *testing.T) {
			if b.Parallel {
				t.Parallel()
			}
			differs := slices.Contains(b.Differs, c.name)
			err := c.try(&lab{TB: t, bench: b})
			for n := 1; n < b.Tries && err != nil && !differs; n++ {
				t.Logf("tried again: %v", err)
				err = c.try(&lab{TB: t, bench: b})
			}
			switch {
			case differs && err == nil:
				t.Errorf("is kept, and was to differ. The rule: %s", c.sentence)
			case differs:
				t.Logf("differs: %v", err)
			case err != nil:
				t.Errorf("%v. The rule: %s", err, c.sentence)
			}
		})
	}
}

// stop ends a clause from within.
type stop struct{ error }

func (c clause) try(l *lab) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stop:
			err = r.error
		default:
			panic(r)
		}
	}()
	return c.check(l)
}

// lab is one clause's bench.
type lab struct {
	testing.TB
	bench Bench
}

// hidden is the visibility time-out of queues whose clauses wait for it: SQS counts whole seconds.
const hidden = 2 * time.Second

func (l *lab) open(o Options) Queue {
	l.Helper()
	return l.bench.Open(l.TB, o)
}

// must ends the clause with an error.
func must(doing string, err error) {
	if err != nil {
		panic(stop{fmt.Errorf("%s: %w", doing, err)})
	}
}

func (l *lab) send(q Queue, bodies ...string) {
	for _, body := range bodies {
		must("send", q.Raw(body, 0))
	}
}

func (l *lab) receive(f Feed, most int) []Message {
	got, err := f.Receive(most)
	must("receive", err)
	return got
}

func (l *lab) settle(f Feed, batch []Message, failed ...string) {
	must("settle", f.Settle(batch, failed))
}

func (l *lab) again(f Feed, m Message) { must("make visible", f.Hide(m, 0)) }

// next is the next batch, if one comes within d or as late as the bench may be; nil if not.
func (l *lab) next(f Feed, d time.Duration) []Message {
	for until := l.bench.Now().Add(d + l.bench.Late); ; l.bench.Pass(100 * time.Millisecond) {
		if got := l.receive(f, 10); len(got) > 0 || l.bench.Now().After(until) {
			return got
		}
	}
}

// one is the next message, which must come alone.
func (l *lab) one(f Feed, d time.Duration) (Message, error) {
	got := l.next(f, d)
	if len(got) != 1 {
		return Message{}, fmt.Errorf("%d messages came, not one", len(got))
	}
	return got[0], nil
}

// none says that nothing comes for d, which is true time, however late the bench.
func (l *lab) none(f Feed, d time.Duration) error {
	for until := l.bench.Now().Add(d); ; l.bench.Pass(100 * time.Millisecond) {
		if got := l.receive(f, 10); len(got) > 0 {
			return fmt.Errorf("%q came", got[0].Body)
		}
		if !l.bench.Now().Before(until) {
			return nil
		}
	}
}

// notBefore is the next message, which must not come until d after the instant.
func (l *lab) notBefore(f Feed, since time.Time, d time.Duration) (Message, error) {
	m, err := l.one(f, d)
	if waited := l.bench.Now().Sub(since); err == nil && waited < d {
		err = fmt.Errorf("it came after %s and not after %s", waited, d)
	}
	return m, err
}
