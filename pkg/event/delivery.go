package event

import (
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// Outcome of a delivery. Stored strings: append only.
type Outcome string

const (
	Pending   Outcome = ""          // to be tried at NextAt
	Delivered Outcome = "delivered" // answered with a 2xx
	Failed    Outcome = "failed"    // every try failed
	Stopped   Outcome = "stopped"   // its endpoint is disabled or gone
)

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	Endpoint string
	As       Type // the name it goes under
	Outcome  Outcome
	NextAt   time.Time // when to try; zero = at once
	Tries    int       // since it was last asked for
	Log      []Attempt // newest last, at most MaxLog
}

// Attempt is one line of the delivery log.
type Attempt struct {
	At     time.Time
	Status int    // of the answer; 0 = none came
	Fault  string // why it does not count, in a word; empty if it does
	Took   time.Duration
}

// MaxLog bounds the log kept with an event.
const MaxLog = 20

// MaxTries is how often a delivery is tried: at once, and after each of the gaps.
const MaxTries = len(gaps) + 1

// gaps between tries, as Standard Webhooks recommends them: three and a half days in all.
var gaps = [...]time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
	14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// MaxRetryAfter bounds how long an endpoint may put us off.
const MaxRetryAfter = 24 * time.Hour

// Wants says whether the delivery is to be tried now.
func (d Delivery) Wants(now time.Time) bool {
	return d.Outcome == Pending && !d.NextAt.After(now)
}

// Tried notes a try. A failed one is tried again after the next gap, or when the endpoint asked for it if that is later,
// until there are no more gaps.
func (d Delivery) Tried(event string, a Attempt, retryAfter time.Duration) Delivery {
	d.Log = append(append([]Attempt(nil), d.Log...), a)
	if len(d.Log) > MaxLog {
		d.Log = d.Log[len(d.Log)-MaxLog:]
	}
	d.Tries++
	switch {
	case a.Fault == "":
		d.Outcome, d.NextAt = Delivered, time.Time{}
	case d.Tries >= MaxTries:
		d.Outcome, d.NextAt = Failed, time.Time{}
	default:
		d.NextAt = a.At.Add(max(d.gap(event), min(retryAfter, MaxRetryAfter)))
	}
	return d
}

// gap is the one after the last try, with up to a fifth of jitter, fixed per event, endpoint and try so that a repeat
// computes the same.
func (d Delivery) gap(event string) time.Duration {
	base := gaps[min(d.Tries, len(gaps))-1]
	return base + base/5*time.Duration(store.Spread(event, d.Endpoint, string([]byte{byte(d.Tries)}))%1000)/1000
}

// Again asks for the delivery anew, whatever became of it.
func (d Delivery) Again() Delivery {
	d.Outcome, d.NextAt, d.Tries = Pending, time.Time{}, 0
	return d
}

// grace is how long after a try is due the sweep looks whether it was made: the job for it was sent, and is only lost by a
// crash.
const grace = time.Minute

// due is when the sweep must look at the event: zero if nothing is to be tried.
func (e Event) due(now time.Time) time.Time {
	var due time.Time
	for _, d := range e.To {
		if d.Outcome != Pending {
			continue
		}
		at := d.NextAt
		if at.IsZero() {
			at = now
		}
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	if due.IsZero() {
		return due
	}
	return due.Add(grace)
}

// Waits says whether a delivery is to be tried now.
func (e Event) Waits(now time.Time) bool {
	for _, d := range e.To {
		if d.Wants(now) {
			return true
		}
	}
	return false
}

// Again asks for the event to be delivered anew: to the named endpoint, or to all that want it today. It says whether there
// is any.
func (e *Event) Again(all Endpoints, only string) bool {
	any := false
	for _, x := range all.List {
		as, wants := Wants(x.Filters, e.Type)
		i := slices.IndexFunc(e.To, func(d Delivery) bool { return d.Endpoint == x.ID })
		if x.Disabled != "" || only != "" && x.ID != only || only == "" && i < 0 && !wants {
			continue
		}
		if i < 0 {
			e.To = append(e.To, Delivery{Endpoint: x.ID})
			i = len(e.To) - 1
		}
		e.To[i].As = as
		e.To[i] = e.To[i].Again()
		any = true
	}
	return any
}
