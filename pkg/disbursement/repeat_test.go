package disbursement_test

import (
	"errors"
	"testing"

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
