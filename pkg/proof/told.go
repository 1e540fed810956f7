package proof

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// ie is the invariant of telling.
const ie = "events: each step is told at least once, under one id, with one body and a signature that fits"

// ear is the merchant's own receiver: it fails now and then, and remembers what it took.
type ear struct {
	t      *troubles
	report func(subject, sentence, detail string)
	took   map[string]map[line]string // subject → step → id
	bodies map[string]uint64          // id → hash of the body, also of tries that it refused
	times  map[string]int             // id → how often it was taken
	second map[string]taken           // what came to a further endpoint
}

// line is a step of a story as it is told. A payment's confirmation may be told together with what is unusual about it.
type line struct {
	entry   int
	unusual bool
}

// newEar gives a world a merchant who listens, to a stream that repeats itself now and then; nil, and nobody hears the stream,
// in all but the first world of each profile: every life there costs a few dozen I/Os more.
func newEar(index int, t *troubles, report func(subject, sentence, detail string), h *sim.Hooks) *ear {
	if h.WithoutStream = index != 0; h.WithoutStream {
		return nil
	}
	e := &ear{t: t, report: report, took: map[string]map[line]string{}, bodies: map[string]uint64{}, times: map[string]int{}, second: map[string]taken{}}
	h.Outward = e.hear
	h.Retold = func() bool { return !e.t.quiet && e.t.rand.IntN(20) == 0 }
	return e
}

// endpoint is the address of the merchant who listens.
func (e *ear) endpoint() string {
	if e == nil {
		return ""
	}
	return "https://shop.sim/events"
}

// hear answers a delivery: one in twenty-five is refused, or taken without the answer arriving.
func (e *ear) hear(req *http.Request) (*http.Response, error) {
	if req.URL.Path == second {
		return e.further(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	id := req.Header.Get(event.HeaderID)
	h := fnv64(fnvOffset)
	h.mix(0, string(body))
	if before, known := e.bodies[id]; known && before != uint64(h) {
		e.report(id, ie, "two bodies under one id")
	}
	e.bodies[id] = uint64(h)
	e.signed(req, id, body)
	fate := 1
	if !e.t.quiet {
		fate = e.t.rand.IntN(50)
	}
	if fate == 0 {
		return sim.Answer(http.StatusServiceUnavailable, ""), nil
	}
	var told struct {
		Type event.Type `json:"type"`
		Data struct {
			ID      string        `json:"id"`
			Journal event.Journal `json:"journal"`
		} `json:"data"`
	}
	if err := store.Unmarshal(body, &told); err != nil {
		e.report(id, ie, err.Error())
	}
	e.times[id]++
	e.take(id, told.Data.ID, line{told.Data.Journal.Entry, unusual(told.Type)})
	if fate == 2 {
		return nil, errBroken
	}
	return sim.Answer(http.StatusNoContent, ""), nil
}

func unusual(t event.Type) bool {
	return t == event.PaymentPaidLate || t == event.PaymentPaidTwice || t == event.PaymentUnderpaid || t == event.PaymentOverpaid
}

// take notes a step.
func (e *ear) take(id, subject string, at line) {
	if at.entry == 0 {
		return
	}
	steps := e.took[subject]
	if steps == nil {
		steps = map[line]string{}
		e.took[subject] = steps
	}
	if before, known := steps[at]; known && before != id {
		e.report(subject, ie, fmt.Sprintf("step %d has the ids %s and %s", at.entry, before, id))
	}
	steps[at] = id
}

func (e *ear) signed(req *http.Request, id string, body []byte) {
	again := http.Header{}
	var seconds int64
	if _, err := fmt.Sscan(req.Header.Get(event.HeaderTimestamp), &seconds); err != nil {
		e.report(id, ie, "no timestamp")
		return
	}
	err := event.Sign(again, id, time.Unix(seconds, 0), body, []string{sim.DemoSecret})
	if err != nil || again.Get(event.HeaderSignature) != req.Header.Get(event.HeaderSignature) {
		e.report(id, ie, "the signature does not fit")
	}
}

// check holds what was told against the stories in the store, once all is over.
func (e *ear) check(world *sim.World, all []accepted) {
	if e == nil {
		return
	}
	if n := world.Untold(); n > 0 {
		e.report("stream", ie, fmt.Sprintf("%d changes have not been taken", n))
	}
	payments := map[string]bool{}
	for _, x := range all {
		record, err := world.Store.Get(context.Background(), disbursement.Key("demo", x.ID))
		if err != nil {
			continue // the audit has said so
		}
		d, err := disbursement.Decode(record)
		if err != nil {
			continue
		}
		e.story(d.ID, len(d.History))
		if d.Payment == "" || payments[d.Payment] {
			continue
		}
		payments[d.Payment] = true
		if record, err = world.Store.Get(context.Background(), payment.Key("demo", d.Payment)); err == nil {
			if p, err := payment.Decode(record); err == nil {
				e.story(p.ID, len(p.History))
			}
		}
	}
}

func (e *ear) story(id string, steps int) {
	for n := 1; n <= steps; n++ {
		if e.took[id][line{n, false}] == "" && e.took[id][line{n, true}] == "" {
			e.report(id, ie, fmt.Sprintf("step %d of %d was never told", n, steps))
		}
	}
}
