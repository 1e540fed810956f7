package proof_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/proof"
	"github.com/vuelto/vuelto/pkg/sim"
)

// Messages that gather are one batch, of which the record that nobody can read fails alone.
func TestABatchFailsInPart(t *testing.T) {
	o := options(t)
	o.N, o.Rate, o.Only, o.Direct, o.Profiles, o.Unstaffed = 15, 5, proof.Partial, true, proof.Profiles()[:1], true
	parts, most := 0, 0
	o.Hooks = func(h *sim.Hooks) {
		h.Batch = func(_ string, of, failed int) {
			most = max(most, of)
			if failed > 0 && failed < of {
				parts++
			}
		}
	}
	r, err := proof.Run(o)
	if err != nil || r.Violations != 0 {
		t.Fatal(err, r.Found)
	}
	if parts == 0 || most < 2 || r.Kinds[proof.Partial] == 0 {
		t.Errorf("%d batches failed in part, the largest had %d", parts, most)
	}
}
