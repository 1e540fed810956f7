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
