// Package providertest is the contract of providers as tests: one suite, one clause per sentence, run for each adapter
// against its simulated provider over a transport that carries nothing but bytes.
package providertest

import (
	"bytes"
	"container/heap"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
)

// Host is the smallest world a simulated provider can live in: a clock that moves when told, events in order of time,
// and an ear for callbacks.
type Host struct {
	now    time.Time
	events events
	serial int
	random *rand.Rand

	// Heard are the callbacks that arrived, oldest first.
	Heard []provider.Delivery
	// Reply is the status callbacks are answered with; 0 = 200.
	Reply int
}

// NewHost starts a world at an instant, with a seed for its generator.
func NewHost(start time.Time, seed uint64) *Host {
	return &Host{now: start, random: rand.New(rand.NewPCG(seed, seed))}
}

// Now is the world's time.
func (h *Host) Now() time.Time { return h.now }

// Sleep moves the clock; events on the way run at their time.
func (h *Host) Sleep(d time.Duration) {
	until := h.now.Add(d)
	for len(h.events) > 0 && !h.events[0].at.After(until) {
		e := heap.Pop(&h.events).(event)
		if e.at.After(h.now) {
			h.now = e.at
		}
		e.do()
	}
	if until.After(h.now) {
		h.now = until
	}
}

// After runs f once d has passed.
func (h *Host) After(d time.Duration, f func()) {
	h.serial++
	heap.Push(&h.events, event{h.now.Add(max(d, 0)), h.serial, f})
}

// Deliver keeps the callback and answers it.
func (h *Host) Deliver(req *http.Request, done func(status int)) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(err) // a callback's body is in memory
	}
	h.Heard = append(h.Heard, provider.Delivery{Path: req.URL.RequestURI(), Header: req.Header.Clone(),
		Body: bytes.Clone(body), ReceivedAt: h.now})
	status := h.Reply
	if status == 0 {
		status = http.StatusOK
	}
	done(status)
}

// Float is the next number of the seeded generator.
func (h *Host) Float() float64 { return h.random.Float64() }

// WithTimeout is context.WithTimeout on the world's clock.
func (h *Host) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	deadline := h.now.Add(d)
	if sooner, ok := ctx.Deadline(); ok && sooner.Before(deadline) {
		deadline = sooner
	}
	return bounded{ctx, deadline, h}, func() {}
}

// bounded ends by the world's clock.
type bounded struct {
	context.Context
	deadline time.Time
	host     *Host
}

func (b bounded) Deadline() (time.Time, bool) { return b.deadline, true }

func (b bounded) Err() error {
	if err := b.Context.Err(); err != nil {
		return err
	}
	if b.host.now.Before(b.deadline) {
		return nil
	}
	return context.DeadlineExceeded
}

type event struct {
	at     time.Time
	serial int
	do     func()
}

// events is a heap by time, then by order of arrival.
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	if e[i].at.Equal(e[j].at) {
		return e[i].serial < e[j].serial
	}
	return e[i].at.Before(e[j].at)
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }

// Push is for container/heap.
func (e *events) Push(x any) { *e = append(*e, x.(event)) }

// Pop is for container/heap.
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}
