package sandbox

import (
	"container/heap"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// house is where one played provider lives: its time is that of its diary, its chance is drawn from its name, and what it
// sends lies here until somebody carries it. Read twice, a diary makes the same house.
type house struct {
	now     time.Time
	plans   plans
	serial  int
	random  *rand.Rand
	letters []*letter // in the order in which they left; the first is number 1
}

// letter is a callback on its way.
type letter struct {
	number int
	req    *http.Request
	body   []byte // read out of req: a signer may have changed it, and it may be carried twice
	done   func(status int)
	told   bool
}

// plan is something that a provider will do.
type plan struct {
	at     time.Time
	serial int
	do     func()
}

func newHouse(name string) *house {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return &house{random: rand.New(rand.NewPCG(h.Sum64(), 0))}
}

// Now implements simnet.Host.
func (h *house) Now() time.Time { return h.now }

// Sleep implements simnet.Host. Nobody waits inside a diary.
func (h *house) Sleep(time.Duration) {}

// Float implements simnet.Host.
func (h *house) Float() float64 { return h.random.Float64() }

// After implements simnet.Host.
func (h *house) After(d time.Duration, f func()) {
	h.serial++
	heap.Push(&h.plans, plan{h.now.Add(max(d, 0)), h.serial, f})
}

// Deliver implements simnet.Host.
func (h *house) Deliver(req *http.Request, done func(status int)) {
	body, _ := io.ReadAll(req.Body) // bytes in memory
	h.letters = append(h.letters, &letter{number: len(h.letters) + 1, req: req, body: body, done: done})
}

// until lets time pass, and what falls due in it happen.
func (h *house) until(at time.Time) {
	for len(h.plans) > 0 && !h.plans[0].at.After(at) {
		next := heap.Pop(&h.plans).(plan)
		h.now = next.at
		next.do()
	}
	if at.After(h.now) {
		h.now = at
	}
}

// next is when something falls due; false if nothing will.
func (h *house) next() (time.Time, bool) {
	if len(h.plans) == 0 {
		return time.Time{}, false
	}
	return h.plans[0].at, true
}

// plans is a heap, earliest first, in the order in which they were made.
type plans []plan

func (p plans) Len() int { return len(p) }
func (p plans) Less(i, j int) bool {
	return p[i].at.Before(p[j].at) || p[i].at.Equal(p[j].at) && p[i].serial < p[j].serial
}
func (p plans) Swap(i, j int) { p[i], p[j] = p[j], p[i] }

// Push implements heap.Interface.
func (p *plans) Push(x any) { *p = append(*p, x.(plan)) }

// Pop implements heap.Interface.
func (p *plans) Pop() any {
	last := (*p)[len(*p)-1]
	(*p)[len(*p)-1] = plan{}
	*p = (*p)[:len(*p)-1]
	return last
}
