package disbursement_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

// TestARepeatIsNotCancelled: what is queued to be sent again after an unknown outcome may be at the provider already. To cancel
// it would free money that has gone out.
func TestARepeatIsNotCancelled(t *testing.T) {
	for evidence, refused := range map[string]bool{disbursement.Repeat + "1": true, "poll:not_found": false} {
		for _, state := range []disbursement.State{disbursement.Queued, disbursement.Held} {
			d := disbursement.Disbursement{State: state, HeldFrom: disbursement.Queued, Attempts: []disbursement.Attempt{{}},
				History: []disbursement.Step{{To: disbursement.Queued, Evidence: evidence}}}
			next, _, err := disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimCancel, By: "ana", Evidence: "x"})
			if errors.Is(err, disbursement.ErrNotAllowed) != refused || (next.State == disbursement.Cancelled) == refused {
				t.Errorf("%s after %s: %s, %v", state, evidence, next.State, err)
			}
		}
	}
}

// TestALateRefusalOfARepeat: a refused repeat says nothing of the one that it repeats, whenever the refusal is written: also when the
// sweep had given that call up, people have it, or the first one's own reply came meanwhile. That it is over is for the provider's
// word about the refund, which no call of ours brings.
func TestALateRefusalOfARepeat(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile disbursement.Observation
		want      disbursement.State
	}{
		"the call was given up":         {disbursement.Observation{Claim: disbursement.ClaimUnknown, Attempt: 2, By: "sweep"}, disbursement.Unknown},
		"people have it":                {disbursement.Observation{Claim: disbursement.ClaimHold, By: "sweep", HoldReason: disbursement.HoldNoLookup}, disbursement.Held},
		"the first reply came":          {disbursement.Observation{Claim: disbursement.ClaimAccepted, Attempt: 1, By: disbursement.ByReply}, disbursement.Accepted},
		"a code of the first one came":  {disbursement.Observation{Claim: disbursement.ClaimCollectable, By: "webhook"}, disbursement.Collectable},
		"the buyer has the first one's": {disbursement.Observation{Claim: disbursement.ClaimPaid, By: "webhook"}, disbursement.Paid},
	} {
		d := in(t, disbursement.Unknown)
		at := noon.Add(time.Hour)
		for i, o := range []disbursement.Observation{{Claim: disbursement.ClaimNotFound, Evidence: disbursement.Repeat + "1", Attempt: 1}, {Claim: disbursement.ClaimSubmit}, c.meanwhile} {
			if o.Evidence == "" {
				o.Evidence = string(rune('a' + i))
			}
			o.At, at = at, at.Add(time.Minute)
			d, _ = must(t, d, o)
		}
		after, tr := must(t, d, disbursement.Observation{Claim: disbursement.ClaimRejected, Attempt: 2, By: disbursement.ByReply, Evidence: "reply:2", At: at})
		if after.State != c.want || tr.Free != 0 || after.Attempts[1].Outcome != "rejected" {
			t.Errorf("%s: %s, %d freed, outcome %q", name, after.State, tr.Free, after.Attempts[1].Outcome)
		}
		if over, _ := must(t, after, disbursement.Observation{Claim: disbursement.ClaimRejected, By: "webhook", Evidence: "event", At: at.Add(time.Minute)}); !over.State.Final() {
			t.Errorf("%s: refused by the provider's own word, and %s", name, over.State)
		}
	}
}

// TestARepeatIsNoneTheLessForANotFound: what the provider showed before, and could not tell whose it was, it does not show now. A
// provider that contradicts itself is not believed against the buyer: only two people say what became of it. Believed, one person could
// cancel it, and what is sent again would no longer be kept back once the promise has lapsed.
func TestARepeatIsNoneTheLessForANotFound(t *testing.T) {
	d := in(t, disbursement.Unknown)
	for i, o := range []disbursement.Observation{{Claim: disbursement.ClaimNotFound, Evidence: disbursement.Repeat + "1", Attempt: 1}, {Claim: disbursement.ClaimSubmit, Evidence: "submit:2"},
		{Claim: disbursement.ClaimUnknown, Evidence: "reply:2", Attempt: 2}, {Claim: disbursement.ClaimNotFound, Evidence: "poll:not_found:2", Attempt: 2}} {
		o.At = noon.Add(time.Duration(i+1) * time.Hour)
		d, _ = must(t, d, o)
	}
	_, _, err := disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimCancel, By: "ana", Evidence: "x", At: noon.Add(9 * time.Hour)})
	if d.State != disbursement.Queued || !d.Repeated() || !errors.Is(err, disbursement.ErrNotAllowed) {
		t.Errorf("%s, repeated %v, cancelled: %v", d.State, d.Repeated(), err)
	}
}

// A story that is as long as it may be still hears of its end; one that is longer waits for people alone.
func TestTheLastStepOfALongStory(t *testing.T) {
	for steps, want := range map[int]disbursement.State{disbursement.MaxHistory: disbursement.Rejected, disbursement.MaxHistory + 1: disbursement.Held} {
		d := held(t, holds()["10 accepted, and then nothing"])
		for len(d.History) < steps {
			d.History = append(d.History, d.History[len(d.History)-1])
		}
		d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimRejected, Evidence: "late", By: "webhook", At: noon.Add(time.Hour)})
		if d.State != want {
			t.Errorf("after %d steps: %s, want %s", steps, d.State, want)
		}
	}
}
