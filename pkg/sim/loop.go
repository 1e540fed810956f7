// Package sim is the whole bundle in memory: production handlers, in-memory stores and queues, simulated providers, one
// clock, one thread. `vuelto dev` runs it on real time, the simulator on its own.
package sim

import (
	"iter"
	"runtime"
	"time"
)

// Loop runs everything that happens in a world, one thing at a time, in the order of (instant, sequence). Handlers run as
// coroutines that give way at each I/O, so that any two can interleave anywhere and a seed always replays the same.
type Loop struct {
	clock   Clock
	events  events
	serial  int64
	current *task
	tasks   int64
	idle    []*coroutine
	live    map[*task]bool // begun and not over
}

// Clock is the loop's time: its own when simulating, real plus an offset when serving people.
type Clock interface {
	Now() time.Time
	// Reach sets the clock to the instant of the event about to run, never back.
	Reach(time.Time)
}

// NewLoop makes an empty loop.
func NewLoop(clock Clock) *Loop { return &Loop{clock: clock, live: map[*task]bool{}} }

type event struct {
	at     int64 // Unix nanoseconds: compared a dozen times on each event's way through the heap
	serial int64
	run    func()
}

func (e event) before(o event) bool { return e.at < o.at || e.at == o.at && e.serial < o.serial }

// events is a heap with four children to a node. container/heap boxes every element, and a world has millions.
type events []event

func (e *events) push(x event) {
	all := append(*e, x)
	at := len(all) - 1
	for at > 0 {
		parent := (at - 1) / 4
		if !x.before(all[parent]) {
			break
		}
		all[at], at = all[parent], parent
	}
	all[at], *e = x, all
}

func (e *events) pop() event {
	all := *e
	first, last := all[0], all[len(all)-1]
	all[len(all)-1] = event{}
	all = all[:len(all)-1]
	*e = all
	if len(all) == 0 {
		return first
	}
	at := 0
	for {
		least := 4*at + 1
		if least >= len(all) {
			break
		}
		for child, end := least+1, min(least+4, len(all)); child < end; child++ {
			if all[child].before(all[least]) {
				least = child
			}
		}
		if !all[least].before(last) {
			break
		}
		all[at], at = all[least], least
	}
	all[at] = last
	return first
}

// Now is the world's time.
func (l *Loop) Now() time.Time { return l.clock.Now() }

// At runs f at an instant, or as soon as possible if that is past.
func (l *Loop) At(at time.Time, f func()) {
	l.serial++
	l.events.push(event{at.UnixNano(), l.serial, f})
}

// After runs f once d has passed.
func (l *Loop) After(d time.Duration, f func()) { l.At(l.Now().Add(d), f) }

// Next is the instant of the next event; false if there is none.
func (l *Loop) Next() (time.Time, bool) {
	if len(l.events) == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, l.events[0].at).UTC(), true
}

// Step runs the next event if it is not later than the limit, and says whether it did.
func (l *Loop) Step(limit time.Time) bool {
	if len(l.events) == 0 || l.events[0].at > limit.UnixNano() {
		return false
	}
	next := l.events.pop()
	l.clock.Reach(time.Unix(0, next.at).UTC())
	next.run()
	return true
}

// task is one run of a handler.
type task struct {
	on       *coroutine
	finished bool
	killed   bool
	done     func(killed bool)
	serial   int64
	began    time.Time     // for time-outs
	skew     time.Duration // how wrong its machine's clock is
	skewedAt int           // …from this look at it on; before, it is right
	looks    int           // at the clock, so far
	wake     func()        // resumes it
}

// coroutine runs one task after another: starting one anew for each would cost a stack that has to grow again.
type coroutine struct {
	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	work   func()
}

func newCoroutine() *coroutine {
	c := &coroutine{}
	c.resume, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		for {
			c.work()
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return c
}

// Go starts f as a coroutine, as soon as possible. Whatever it calls may Sleep. done runs when f has returned or was
// killed.
func (l *Loop) Go(f func(), done func(killed bool)) {
	l.tasks++
	t := &task{done: done, serial: l.tasks, began: l.Now()}
	t.wake = func() { l.run(t) }
	if n := len(l.idle); n > 0 {
		t.on, l.idle = l.idle[n-1], l.idle[:n-1]
	} else {
		t.on = newCoroutine()
	}
	t.on.work = func() {
		f()
		t.finished = true
	}
	l.live[t] = true
	l.At(l.Now(), t.wake)
}

// run resumes a coroutine until it gives way or ends.
func (l *Loop) run(t *task) {
	before := l.current
	l.current = t
	t.on.resume()
	if t.killed {
		t.bury()
	}
	l.current = before
	if t.finished {
		l.idle = append(l.idle, t.on)
	}
	if t.finished || t.killed {
		delete(l.live, t)
	}
	if (t.finished || t.killed) && t.done != nil {
		t.done(t.killed)
	}
}

// bury ends a killed coroutine: its deferred calls run, but recover sees nothing, as in a process that is gone. It takes a
// goroutine of its own, because the end of the coroutine ends whoever asked for it.
func (t *task) bury() {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t.on.stop()
	}()
	<-ended
}

// Close ends what is still at work and lets the idle coroutines go. A loop that is used no more would otherwise be kept in
// memory by them for ever, with the whole world they belong to.
func (l *Loop) Close() {
	for t := range l.live { // any order: nothing is judged any more
		l.current, t.killed = t, true
		t.bury()
	}
	l.current, l.live, l.events = nil, map[*task]bool{}, nil
	for _, c := range l.idle {
		c.stop()
	}
	l.idle = nil
}

// Sleep lets the running coroutine give way for d; outside of one, as in set-up code, it does nothing.
func (l *Loop) Sleep(d time.Duration) {
	t := l.current
	if t == nil {
		return
	}
	if !t.killed {
		l.At(l.Now().Add(max(d, 0)), t.wake)
	}
	l.giveWay(t)
}

// Invocation is the number of the running coroutine, in order of their start; 0 outside of any.
func (l *Loop) Invocation() int64 {
	if l.current == nil {
		return 0
	}
	return l.current.serial
}

// Age is how long the running coroutine has been at work.
func (l *Loop) Age() time.Duration {
	if l.current == nil {
		return 0
	}
	return l.Now().Sub(l.current.began)
}

// Kill ends the running coroutine on the spot, as a crash of its function would. It does not return.
func (l *Loop) Kill() {
	if t := l.current; t != nil {
		t.killed = true
		l.giveWay(t)
	}
}

// Dead says whether the running coroutine has been killed: what its deferred calls still ask for is asked by nobody.
func (l *Loop) Dead() bool { return l.current != nil && l.current.killed }

// giveWay hands control back to the loop until the task is resumed; a killed one never is.
func (l *Loop) giveWay(t *task) {
	if !t.on.yield(struct{}{}) {
		runtime.Goexit()
	}
}
