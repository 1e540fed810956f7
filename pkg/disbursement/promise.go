package disbursement

import (
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Patience is how many business days a road takes at most where the rules do not say: the longest that either network
// promises.
const Patience = 7

// What people are reminded of, once each; the evidence of the step that notes it. Stored strings: append only.
const (
	Overdue      = "overdue"       // the day on which the buyer should have had it is over
	DeadlineNear = "deadline_near" // a selling platform's deadline is a business day away
)

// ExpectedBy is the local day on which the buyer has it at the latest, by what its road promises; zero if nobody knows.
func (d Disbursement) ExpectedBy() calendar.Date {
	if !d.Expected.IsZero() || d.AcceptedOn.IsZero() {
		return d.Expected
	}
	country, err := calendar.ByNetwork(d.Network)
	if err != nil {
		return calendar.Date{}
	}
	return country.AddBusinessDays(d.AcceptedOn, Patience)
}

// warning is one thing to remind of, from an instant on.
type warning struct {
	evidence, note string
	at             time.Time
}

// warnings lists those that have not been told yet, of what has not ended.
func (d Disbursement) warnings() (all []warning) {
	country, err := calendar.ByNetwork(d.Network)
	if err != nil || d.State.Done() {
		return nil
	}
	if by := d.ExpectedBy(); !by.IsZero() && !d.seen(Overdue) {
		all = append(all, warning{Overdue, fmt.Sprintf("the buyer should have had it by %s", by), by.AddDays(1).Start(country.Zone())})
	}
	if !d.Deadline.IsZero() && !d.seen(DeadlineNear) {
		near := d.Deadline.AddDays(-1)
		for !country.IsBusinessDay(near) {
			near = near.AddDays(-1)
		}
		all = append(all, warning{DeadlineNear, fmt.Sprintf("the platform wants it by %s", d.Deadline), near.Start(country.Zone())})
	}
	return all
}

// warnAt is when something must be reminded of next; zero if never. Until says before when it matters: what is surely later is
// not worked out.
func (d Disbursement) warnAt(until time.Time) (first time.Time) {
	if d.Deadline.IsZero() && d.Expected.IsZero() && until.Before(d.CreatedAt.AddDate(0, 0, Patience)) {
		return first // there are no fewer days than business days
	}
	for _, w := range d.warnings() {
		if first.IsZero() || w.at.Before(first) {
			first = w.at
		}
	}
	return first
}

// MustWarn says that people are due a reminder.
func (d Disbursement) MustWarn(now time.Time) bool {
	at := d.warnAt(now)
	return !at.IsZero() && !now.Before(at)
}

// warn notes what people are reminded of, once each.
func (d Disbursement) warn(o Observation) (Disbursement, Transition, error) {
	t := Transition{From: d.State, To: d.State}
	next := d.clone()
	for _, w := range d.warnings() {
		if !o.At.Before(w.at) {
			next.History = append(next.History, Step{At: o.At, From: d.State, To: d.State, Evidence: w.evidence, By: o.By, Role: o.Role, Note: w.note})
			t.Changed = true
		}
	}
	if !t.Changed {
		return d, t, nil
	}
	next.Due = next.nextDue(o.At)
	return next, t, nil
}

// sooner is the earlier of a due instant and the next reminder, if that is still to come.
func (d Disbursement) sooner(due, now time.Time) time.Time {
	until := due
	if due.IsZero() {
		until = now.AddDate(10, 0, 0)
	}
	if at := d.warnAt(until); at.After(now) && at.Before(until) {
		return at
	}
	return due
}
