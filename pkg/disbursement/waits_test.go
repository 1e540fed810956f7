package disbursement_test

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

// TestOurBalanceKeepsItWaiting from a refusal for want of balance until it moves: handed over again, it waits for that call's own
// answer, and what is held, cancelled or taken is no matter of paying in.
func TestOurBalanceKeepsItWaiting(t *testing.T) {
	said := func(c disbursement.Claim, attempt int) disbursement.Observation {
		return disbursement.Observation{Claim: c, Attempt: attempt, By: disbursement.ByReply}
	}
	submit := disbursement.Observation{Claim: disbursement.ClaimSubmit}
	short := said(disbursement.ClaimShort, 1)
	for name, c := range map[string]struct {
		story []disbursement.Observation
		want  bool
	}{
		"never handed over":                      {nil, false},
		"under way":                              {[]disbursement.Observation{submit}, false},
		"refused for want of balance":            {[]disbursement.Observation{submit, short}, true},
		"refused for now":                        {[]disbursement.Observation{submit, said(disbursement.ClaimNotApplied, 1)}, false},
		"refused, then handed over again":        {[]disbursement.Observation{submit, short, submit}, false},
		"refused, and then for now":              {[]disbursement.Observation{submit, short, submit, said(disbursement.ClaimNotApplied, 2)}, false},
		"refused for now, and then for want":     {[]disbursement.Observation{submit, said(disbursement.ClaimNotApplied, 1), submit, said(disbursement.ClaimShort, 2)}, true},
		"refused, then held":                     {[]disbursement.Observation{submit, short, {Claim: disbursement.ClaimHold}}, false},
		"refused, then cancelled":                {[]disbursement.Observation{submit, short, {Claim: disbursement.ClaimCancel}}, false},
		"refused, but the provider has it":       {[]disbursement.Observation{submit, short, {Claim: disbursement.ClaimAccepted}}, false},
		"not known, and then it is not there":    {[]disbursement.Observation{submit, {Claim: disbursement.ClaimUnknown}, {Claim: disbursement.ClaimNotFound, Attempt: 1}}, false},
		"refused, held and let go: as it waited": {[]disbursement.Observation{submit, short, {Claim: disbursement.ClaimHold}, {Claim: disbursement.ClaimRequeue}}, true},
	} {
		d := refund()
		for i, o := range c.story {
			o.Evidence, o.At = string(rune('a'+i)), noon.Add(time.Duration(i)*time.Minute)
			d, _ = must(t, d, o)
		}
		if d.Short() != c.want {
			t.Errorf("%s: short %v", name, !c.want)
		}
	}
}

// TestARuleKeepsItWaiting while it is queued and the last look found handing over stopped: a look says nothing of what came after it.
func TestARuleKeepsItWaiting(t *testing.T) {
	opened := refund().Open("", "")
	look := noon.Add(time.Hour)
	again := func(at time.Time) disbursement.Disbursement { // a call that was proven not applied at an instant
		d, _ := must(t, opened, disbursement.Observation{Claim: disbursement.ClaimSubmit, Evidence: "s", At: at.Add(-time.Second)})
		d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimNotApplied, Evidence: "r", Attempt: 1, At: at})
		return d
	}
	held, _ := must(t, opened, disbursement.Observation{Claim: disbursement.ClaimHold, Evidence: "h", At: noon})
	for name, c := range map[string]struct {
		d    disbursement.Disbursement
		want bool
	}{
		"never looked at":                         {opened, false},
		"handed over once, never found stopped":   {again(look), false},
		"found stopped":                           {opened.Stopped(look), true},
		"found stopped as soon as it was there":   {opened.Stopped(noon), true},
		"found stopped after a call":              {again(look).Stopped(look.Add(1)), true},
		"found stopped at the call's very end":    {again(look).Stopped(look), true},
		"found stopped, then called all the same": {again(look).Stopped(look.Add(-1)), false},
		"held before it was looked at":            {held.Stopped(look), false},
		"without a history":                       {refund().Stopped(look), false},
		"for agreement, not for a rule":           {waiting("").Stopped(look), false},
	} {
		if c.d.Paused() != c.want {
			t.Errorf("%s: paused %v", name, !c.want)
		}
	}
}

// TestWhichStepTwoPeopleMade: of all steps of a story the one by which they ended a hold, and that in the one way they agreed on. What
// ended it otherwise, or only noted something, resolves nothing: by that a second person's call is answered, and a repeat forgotten.
func TestWhichStepTwoPeopleMade(t *testing.T) {
	all := []disbursement.Action{disbursement.Supply, disbursement.Requeue, disbursement.Stop, disbursement.ConfirmPaid, disbursement.ConfirmReturned}
	agreed := 0
	for name, story := range holds() {
		for _, a := range all {
			with, err := propose(t, held(t, story), a)
			if err != nil {
				continue // not possible of this hold
			}
			ended, _, err := agree(with, a, "beto")
			if err != nil {
				t.Fatal(err)
			}
			agreed++
			for i, s := range ended.History {
				for _, other := range all {
					if want := i == len(ended.History)-1 && other == a; s.Resolves(other) != want {
						t.Errorf("%s, then %s: step %d from %s to %s by %q resolves it by %s: %v", name, a, i, s.From, s.To, s.Evidence, other, !want)
					}
				}
			}
		}
	}
	if agreed < 20 {
		t.Errorf("only %d holds were ended", agreed)
	}
	alone, _ := must(t, held(t, holds()["02 never sent, too long in the queue"]), disbursement.Observation{Claim: disbursement.ClaimRequeue, By: "ana", Evidence: "requeue:ana", At: noon})
	told, _ := must(t, held(t, holds()["10 accepted, and then nothing"]), disbursement.Observation{Claim: disbursement.ClaimPaid, By: "webhook", Evidence: "evt", At: noon})
	mark := "resolve:requeue:ana:0"
	for name, s := range map[string]disbursement.Step{
		"one person let it go":            alone.History[len(alone.History)-1],
		"the provider told":               told.History[len(told.History)-1],
		"it stays held":                   {From: disbursement.Held, To: disbursement.Held, Evidence: mark},
		"it was not held":                 {From: disbursement.Unknown, To: disbursement.Queued, Evidence: mark},
		"such words inside another's":     {From: disbursement.Held, To: disbursement.Queued, Evidence: "webhook:" + mark},
		"an action whose name goes on so": {From: disbursement.Held, To: disbursement.Queued, Evidence: "resolve:requeued:ana:0"},
	} {
		for _, a := range all {
			if s.Resolves(a) {
				t.Errorf("%s: two people's %s", name, a)
			}
		}
	}
}
