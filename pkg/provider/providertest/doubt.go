package providertest

import (
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func doubtClauses() []clause {
	return []clause{
		{"after a time-out before the commit, not found is conclusive from the end of the quiet period and not before", lostThere, (*lab).asked},
		{"after a time-out behind the commit, asking tells that it was taken in", lostBack, (*lab).asked},
		{"a commit after our time-out comes before not found can be conclusive", lateCommit, (*lab).asked},
		{"a refused connection is not applied", refusedConnection, (*lab).refunds},
		{"429 is not applied where it is documented, and proves nothing where it is not", rateLimited, (*lab).refunds},
		{"an answer spoilt behind the commit is unknown, and the provider's book holds one", spoilt, (*lab).refunds},
		{"one that the provider says to have already is never taken for refused, and its book holds one", alreadyThere, (*lab).refunds},
		{"a look-up that lags behind the book proves nothing, and tells in the end", lagging, (*lab).asked},
		{"asking that fails leaves it unknown", askingFails, (*lab).asked},
		{"the same answer twice is the same evidence, the next answer another", evidence, (*lab).asked},
	}
}

func lostThere(l *lab) {
	d := l.refund("rf_1")
	l.hit(simnet.TimeoutBefore, simnet.OpDisbursement)
	l.claims(l.client.Submit(l.ctx, d), disbursement.ClaimUnknown)
	quiet := l.client.Profile().QuietPeriod + provider.ClockTolerance
	l.host.Sleep(d.LastSentAt.Add(quiet).Sub(l.host.Now()) - time.Nanosecond)
	early := l.client.Status(l.ctx, d)
	l.claims(early, disbursement.ClaimUnknown)
	l.host.Sleep(time.Nanosecond)
	first := l.client.Status(l.ctx, d)
	l.claims(first, disbursement.ClaimNotFound)
	if l.live("rf_1") != 0 || first.Attempt != 1 {
		l.Errorf("%d live refunds, attempt %d", l.live("rf_1"), first.Attempt)
	}
	d.State = disbursement.Queued
	d = l.sending(d)
	l.hit(simnet.TimeoutBefore, simnet.OpDisbursement)
	l.client.Submit(l.ctx, d)
	l.host.Sleep(quiet)
	if second := l.client.Status(l.ctx, d); second.Evidence == first.Evidence || second.Attempt != 2 {
		l.Errorf("the second attempt's not found carries evidence %q of the first", second.Evidence)
	}
}

func lostBack(l *lab) {
	d := l.refund("rf_1")
	l.hit(simnet.TimeoutAfter, simnet.OpDisbursement)
	before := l.host.Now()
	l.claims(l.client.Submit(l.ctx, d), disbursement.ClaimUnknown)
	if cost := l.host.Now().Sub(before); cost > 300*time.Millisecond {
		l.Errorf("the time-out cost %s of the host's time", cost)
	}
	if l.subject.Untold {
		l.repeats(d)
		return
	}
	l.claims(l.client.Status(l.ctx, d), has()...)
}

// repeats goes the road of a provider that cannot be asked by our reference: after the quiet period the refund is sent
// again, and the first one is given back.
func (l *lab) repeats(d disbursement.Disbursement) {
	l.Helper()
	d.State = disbursement.Unknown
	l.claims(l.client.Status(l.ctx, d), disbursement.ClaimUnknown)
	l.host.Sleep(l.client.Profile().QuietPeriod + provider.ClockTolerance)
	l.claims(l.client.Status(l.ctx, d), disbursement.ClaimNotFound)
	d.State = disbursement.Queued
	_, again := l.submitted(l.sending(d))
	l.claims(again, has()...)
	if n := l.live(d.ID); n != 1 {
		l.Errorf("the provider's book holds %d", n)
	}
}

func lateCommit(l *lab) {
	d := l.refund("rf_1")
	l.hit(simnet.LateCommit, simnet.OpDisbursement)
	l.claims(l.client.Submit(l.ctx, d), disbursement.ClaimUnknown)
	l.claims(l.client.Status(l.ctx, d), disbursement.ClaimUnknown)
	l.host.Sleep(4 * time.Minute)
	if l.subject.Untold {
		l.repeats(d)
		return
	}
	l.claims(l.client.Status(l.ctx, d), has()...)
}

func refusedConnection(l *lab) {
	d := l.refund("rf_1")
	l.hit(simnet.Outage, simnet.OpDisbursement)
	l.claims(l.client.Submit(l.ctx, d), disbursement.ClaimNotApplied)
	if l.live("rf_1") != 0 {
		l.Error("the provider's book holds it")
	}
}

func rateLimited(l *lab) {
	d := l.refund("rf_1")
	l.hit(simnet.RateLimit, simnet.OpDisbursement)
	want := disbursement.ClaimNotApplied
	if l.subject.Loose429 {
		want = disbursement.ClaimUnknown
	}
	l.claims(l.client.Submit(l.ctx, d), want)
	if l.live("rf_1") != 0 {
		l.Error("the provider's book holds it")
	}
}

func spoilt(l *lab) {
	for _, kind := range []simnet.Kind{simnet.Broken500, simnet.Broken502, simnet.Malformed, simnet.SlowDrip} {
		world := newLab(l.T, l.subject)
		d := world.refund("rf_1")
		world.hit(kind, simnet.OpDisbursement)
		l.claims(world.client.Submit(world.ctx, d), disbursement.ClaimUnknown)
		if n := world.live("rf_1"); n != 1 {
			l.Errorf("%s: the provider's book holds %d", kind, n)
		}
		if fired := world.network.Faults().View().Fired[kind]; fired != 1 {
			l.Errorf("%s fired %d times", kind, fired)
		}
	}
}

// alreadyThere: who documents a word for it is asked at once; of the others it is unknown.
func alreadyThere(l *lab) {
	d := l.refund("rf_1")
	l.hit(simnet.DuplicateReference, simnet.OpDisbursement)
	if o := l.client.Submit(l.ctx, d); o.Claim != disbursement.ClaimUnknown && !slices.Contains(has(), o.Claim) {
		l.Errorf("claims %s: %+v", o.Claim, o)
	}
	if n := l.live("rf_1"); n != 1 {
		l.Errorf("the provider's book holds %d", n)
	}
}

// lagging: look-ups see what was taken in, and then that it was paid, forty-five seconds later.
func lagging(l *lab) {
	const lag = 45 * time.Second
	l.hit(simnet.StatusLag, simnet.OpDisbursement)
	d, o := l.submitted(l.refund("rf_1"))
	l.claims(o, has()...)
	l.claims(l.client.Status(l.ctx, d), disbursement.ClaimUnknown)
	l.host.Sleep(lag)
	l.claims(l.client.Status(l.ctx, d), has()...)
	l.hit(simnet.StatusLag, simnet.OpDisbursement)
	l.move("rf_1", simnet.Complete)
	l.claims(l.client.Status(l.ctx, d), has()...)
	l.host.Sleep(lag)
	l.claims(l.client.Status(l.ctx, d), disbursement.ClaimPaid)
}

func askingFails(l *lab) {
	d, _ := l.submitted(l.refund("rf_1"))
	l.host.Sleep(time.Hour)
	for _, kind := range []simnet.Kind{simnet.TimeoutBefore, simnet.TimeoutAfter, simnet.Broken500, simnet.Malformed,
		simnet.Outage, simnet.Reject, simnet.RateLimit, simnet.SlowDrip} {
		l.hit(kind, simnet.OpRead)
		l.claims(l.client.Status(l.ctx, d), disbursement.ClaimUnknown)
	}
}

func evidence(l *lab) {
	d, _ := l.submitted(l.refund("rf_1"))
	first, again := l.client.Status(l.ctx, d), l.client.Status(l.ctx, d)
	l.move("rf_1", simnet.Complete)
	next := l.client.Status(l.ctx, d)
	if first.Evidence == "" || first.Evidence != again.Evidence || next.Evidence == first.Evidence {
		l.Errorf("evidence %q, %q, then %q", first.Evidence, again.Evidence, next.Evidence)
	}
}
