package providertest

import (
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func submitClauses() []clause {
	return []clause{
		{"a disbursement taken in is claimed with the provider's reference and instant", taken, (*lab).refunds},
		{"our id goes along as the reference", reference, (*lab).refunds},
		{"a payout goes the same way as a refund", payoutGoes, (*lab).asked},
		{"repeating a reference gives the first disbursement back exactly where the profile says so", repeated, (*lab).refunds},
		{"an amount that does not fit is held and never sent", doesNotFit, (*lab).refunds},
		{"what is missing of a person is told beforehand, by field, and is just what a hand-over would be held for", missing, (*lab).refunds},
		{"a road the provider lacks is held and never sent", noRoad, (*lab).refunds},
		{"whatever the provider does next, webhook and poll tell it alike", verbs, (*lab).asked},
	}
}

func taken(l *lab) {
	d := l.refund("rf_1")
	o := l.client.Submit(l.ctx, d)
	l.claims(o, has()...)
	if o.Reference == "" || o.OccurredAt.IsZero() != l.subject.Unstamped || o.AsOf.IsZero() == l.subject.Unstamped || o.By != disbursement.ByReply || o.Evidence != "reply:1" || o.Attempt != 1 {
		l.Errorf("the reply is incomplete: %+v", o)
	}
	if o.Claim == disbursement.ClaimCollectable && (o.CashCode == "" || o.CashExpires.IsZero()) {
		l.Errorf("collectable without a cash code: %+v", o)
	}
}

func reference(l *lab) {
	o := l.client.Submit(l.ctx, l.refund("rf_1"))
	for _, e := range l.network.Ledger() {
		if e.Kind == simnet.KindRefund || (l.byTransfer() && e.Kind == simnet.KindPayout) {
			if e.OurReference != "rf_1" || e.Reference != o.Reference || e.Amount != l.subject.Part.Minor() {
				l.Errorf("the provider's book says %+v, the reply %+v", e, o)
			}
			return
		}
	}
	l.Error("the provider's book has no refund")
}

func payoutGoes(l *lab) {
	d := l.refund("po_1")
	d.Kind, d.Payment, d.OriginalTransaction, d.Reason = disbursement.Payout, "", "", "commission"
	if !l.client.CanSubmit(d.Kind, d.Route) {
		l.Skip("not offered")
	}
	d, o := l.submitted(d)
	l.claims(o, has()...)
	l.move("po_1", simnet.Complete)
	l.claims(l.client.Status(l.ctx, d), disbursement.ClaimPaid)
}

func repeated(l *lab) {
	for _, promise := range []string{"true", "false"} {
		account := l.subject.Account
		account.Settings = map[string]string{"idempotent": promise}
		for name, value := range l.subject.Account.Settings {
			if name != "idempotent" {
				account.Settings[name] = value
			}
		}
		subject := l.subject
		subject.Account = account
		world := newLab(l.T, subject)
		d := world.refund("rf_1")
		first, second := world.client.Submit(world.ctx, d), world.client.Submit(world.ctx, d)
		l.claims(second, has()...)
		want := 1
		if !world.client.Profile().Idempotent {
			want = 2
		}
		if got := world.live("rf_1"); got != want || (!l.subject.Nameless && (first.Reference == second.Reference) != (want == 1)) {
			l.Errorf("idempotent=%s: %d live refunds, want %d; references %s and %s", promise, got, want, first.Reference, second.Reference)
		}
	}
}

func doesNotFit(l *lab) {
	if l.subject.Tiny.IsZero() {
		l.Skip("every amount fits")
	}
	d := l.refund("rf_1")
	d.Amount = l.subject.Tiny
	o := l.client.Submit(l.ctx, d)
	l.claims(o, disbursement.ClaimDenied)
	if o.HoldReason != disbursement.HoldUnreadable || l.line.calls != 0 {
		l.Errorf("held for %q after %d calls", o.HoldReason, l.line.calls)
	}
}

func missing(l *lab) {
	for _, field := range append(identity.Fields(), "") { // the last is somebody of whom all is known
		world := newLab(l.T, l.subject)
		d := world.refund("rf_1")
		d.Beneficiary = d.Beneficiary.Without(field)
		needed := world.client.Missing(d.Kind, d.Route, d.Beneficiary).Needed
		o := world.client.Submit(world.ctx, d)
		if held := o.HoldReason == disbursement.HoldDetails; held != (len(needed) > 0) || held != (world.line.calls == 0) || (field == "" && held) {
			l.Errorf("without %q: missing %v, held for %q after %d calls", field, needed, o.HoldReason, world.line.calls)
		}
		for _, f := range needed {
			if !slices.Contains(identity.Fields(), f) || !strings.Contains(o.Note, string(f)) {
				l.Errorf("without %q: %q is not named in %q", field, f, o.Note)
			}
		}
	}
	if m := l.client.Missing(disbursement.Refund, disbursement.Manual, identity.Person{}); m.Needed != nil || m.Asked != nil {
		l.Errorf("by a road that it lacks: %v", m)
	}
}

func noRoad(l *lab) {
	d := l.refund("rf_1")
	d.Route = disbursement.Manual
	o := l.client.Submit(l.ctx, d)
	l.claims(o, disbursement.ClaimDenied)
	if o.HoldReason != disbursement.HoldManual || l.line.calls != 0 {
		l.Errorf("held for %q after %d calls", o.HoldReason, l.line.calls)
	}
}

func verbs(l *lab) {
	for _, c := range []struct {
		verbs []simnet.Verb
		want  disbursement.Claim
	}{
		{[]simnet.Verb{simnet.Complete}, disbursement.ClaimPaid},
		{[]simnet.Verb{simnet.Collect}, disbursement.ClaimPaid},
		{[]simnet.Verb{simnet.Fail}, disbursement.ClaimRejected},
		{[]simnet.Verb{simnet.Expire}, disbursement.ClaimReturned},
		{[]simnet.Verb{simnet.Bounce}, disbursement.ClaimReturned},
		{[]simnet.Verb{simnet.Complete, simnet.Bounce}, disbursement.ClaimReturned},
		{[]simnet.Verb{simnet.Complete, simnet.Complete}, disbursement.ClaimPaid},
	} {
		world := newLab(l.T, l.subject)
		d, o := world.submitted(world.refund("rf_1"))
		for _, v := range c.verbs {
			world.move("rf_1", v)
		}
		if own, ok := l.subject.Claims[story(c.verbs)]; ok {
			c.want = own
		}
		polled := world.client.Status(world.ctx, d)
		l.claims(polled, c.want)
		facts := world.facts("rf_1")
		if len(facts) == 0 {
			l.Errorf("%v: no callback within a second", c.verbs)
			continue
		}
		// Callbacks of moves that follow each other closely overtake each other; the stamp tells which is the last. Of
		// those that carry none, which are never the first, the last is the one that arrived last.
		last := facts[0].Disbursement
		for _, f := range facts {
			if f.Disbursement.OccurredAt.IsZero() || (!last.OccurredAt.IsZero() && f.Disbursement.OccurredAt.After(last.OccurredAt)) {
				last = f.Disbursement
			}
		}
		l.claims(*last, c.want)
		if last.Reference != o.Reference || polled.Reference != o.Reference || !last.OccurredAt.Equal(polled.OccurredAt) {
			l.Errorf("%v: reply, webhook and poll differ:\n%+v\n%+v\n%+v", c.verbs, o, last, polled)
		}
	}
}

// story joins verbs, as Subject.Claims names several.
func story(verbs []simnet.Verb) simnet.Verb {
	var words []string
	for _, v := range verbs {
		words = append(words, string(v))
	}
	return simnet.Verb(strings.Join(words, " "))
}
