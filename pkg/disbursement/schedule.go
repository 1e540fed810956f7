package disbursement

import (
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// How long we keep asking before a person must look. Accepted work ends final or held within twelve days; holding on the
// eleventh leaves a day for a sweep that was down.
const GiveUpAfter = 11 * 24 * time.Hour

// SubmitLease is how long a submit may be in flight: longer than any function's time-out, so that when it has passed
// the call is over, whatever became of it.
const SubmitLease = 2 * time.Minute

// gaps between questions to a provider: from one minute to twelve hours.
var gaps = [...]time.Duration{
	time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
}

// nextDue is when the sweep must look again: never for what is over.
func (d Disbursement) nextDue(now time.Time) time.Time {
	switch d.State {
	case AwaitingApproval:
		return d.sooner(d.AskUntil, now)
	case Held, Paid, Settled, Rejected, Returned, Cancelled:
		return time.Time{}
	case Submitting:
		return now.Add(SubmitLease)
	case Queued:
		if len(d.Attempts) == 0 {
			return now.Add(SubmitLease)
		}
		return now.Add(d.gap(len(d.Attempts) - 1))
	}
	due := now.Add(d.gap(d.Polls))
	if at := d.remindAt(); at.After(now) && at.Before(due) {
		due = at
	}
	return d.sooner(due, now)
}

// Pause is how long what may not be handed over for now waits before it is looked at again.
const Pause = 5 * time.Minute

// Postponed is queued work that is looked at again after a pause.
func (d Disbursement) Postponed(now time.Time) Disbursement {
	d.Due = now.Add(Pause)
	return d
}

// Awaiting is unfinished work whose provider is not called before an instant, by some seconds more for each so that not all come
// at once. It is no try of it.
func (d Disbursement) Awaiting(until, now time.Time) Disbursement {
	if until.Before(now) {
		until = now
	}
	d.Due = until.Add(d.gap(0) - gaps[0])
	return d
}

// Asked notes that a question brought nothing new and sets the next one.
func (d Disbursement) Asked(now time.Time) Disbursement {
	d.Polls++
	d.Due = d.nextDue(now)
	return d
}

// Exhausted says we have asked long enough, counted from acceptance or, where a person let it go (again), from then.
func (d Disbursement) Exhausted(now time.Time) bool {
	return !now.Before(d.letGo().Add(GiveUpAfter))
}

// letGo is when it was accepted or, where a person let it go (again), then.
func (d Disbursement) letGo() time.Time {
	start := d.CreatedAt
	for _, s := range d.History {
		if s.From == AwaitingApproval || (s.From == Held && s.To == Queued) {
			start = s.At
		}
	}
	return start
}

// Stopped notes that handing over is stopped: such time is none that it waited for the provider.
func (d Disbursement) Stopped(now time.Time) Disbursement {
	d.StoppedAt = now
	return d
}

// Paused says that it waits because a rule stops what is handed over, as the last look found.
func (d Disbursement) Paused() bool {
	n := len(d.History)
	return d.State == Queued && n > 0 && !d.StoppedAt.IsZero() && !d.StoppedAt.Before(d.History[n-1].At)
}

// WaitsSince is since when only the provider keeps it waiting: since it was let go, or since the last look that found
// handing over stopped.
func (d Disbursement) WaitsSince() time.Time {
	if start := d.letGo(); start.After(d.StoppedAt) {
		return start
	}
	return d.StoppedAt
}

// gap is the n-th gap with up to a quarter of jitter, fixed per disbursement and n so that a repeat computes the same.
func (d Disbursement) gap(n int) time.Duration {
	base := gaps[min(n, len(gaps)-1)]
	return base + base/4*time.Duration(store.Spread(d.ID, string([]byte{byte(n), byte(n >> 8)}))%1000)/1000
}
