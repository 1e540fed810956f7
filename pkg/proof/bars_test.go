package proof_test

import (
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/proof"
)

// A run at the table's strength keeps two bars, whatever it is that holds: what people are asked to look at is little, and what befell
// them was enough. What is no trouble by itself does not count.
func TestARunKeepsItsBars(t *testing.T) {
	result := func(held float64, accepted, refunds, troubles int) proof.Result {
		return proof.Result{Refunds: refunds, Faults: troubles + 3_000_000, Kinds: map[proof.Fault]int{proof.IndexLag: 1_000_000, proof.ClockSkew: 1_000_000, proof.Reorder: 1_000_000},
			HeldBy: map[proof.Profile]float64{proof.IgnoresKeys: held}, ByProfile: map[proof.Profile]map[string]int{proof.IgnoresKeys: {"paid": accepted - 1, "held": 1}}}
	}
	table := proof.Options{Rate: 1}
	for _, c := range []struct {
		what string
		r    proof.Result
		o    proof.Options
		want string // of the one bar that is missed; empty = none is
	}{
		{"at the bars", result(2.5, 50_000, 100_000, 50_000), table, ""},
		{"too many held", result(2.51, 50_000, 100_000, 50_000), table, "2.51 % of 50000 had to wait for a person, ignores-keys"},
		{"too many held, without faults", result(2.51, 50_000, 100_000, 0), proof.Options{}, "had to wait"},
		{"too many held, of few", result(50, 999, 2000, 1000), table, ""},
		{"many held at five times the strength", result(20, 50_000, 100_000, 50_000), proof.Options{Rate: 5}, ""},
		{"many held by one kind of fault", result(20, 50_000, 100_000, 0), proof.Options{Rate: 1, Only: proof.Stall}, ""},
		{"too few faults", result(0, 50_000, 100_000, 49_999), table, "49999 faults"},
		{"too few faults, at five times the strength", result(0, 50_000, 100_000, 49_999), proof.Options{Rate: 5}, "49999 faults"},
		{"fewer faults at less strength", result(0, 50_000, 100_000, 0), proof.Options{Rate: 0.1}, ""},
		{"fewer faults without some", result(0, 50_000, 100_000, 0), proof.Options{Rate: 1, Without: []proof.Fault{proof.Stall}}, ""},
		{"too few faults of a smaller run", result(0, 500, 1000, 499), table, "499 faults"},
		{"of few", result(0, 499, 999, 0), table, ""},
	} {
		missed := c.r.Missed(c.o)
		if c.want == "" && len(missed) > 0 || c.want != "" && (len(missed) != 1 || !strings.Contains(missed[0], c.want)) {
			t.Errorf("%s: %q, want %q", c.what, missed, c.want)
		}
	}
}
