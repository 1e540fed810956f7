package proof_test

import "testing"

// What people seldom ask for is asked for, done, and breaks nothing.
func TestWhatIsSeldomDoneIsDone(t *testing.T) {
	o := options(t)
	o.Template = unhurried(t, o.Template)
	o.Seed, o.N, o.Rate, o.Errands, o.Seldom = 33, 60, 3, true, true
	r := run(t, o)
	for _, what := range []string{"foresee", "by transaction", "vast", "name", "lost voucher", "late file", "drop", "match", "unreachable", "shop", "sold month", "/v1/calendar?country=CO"} {
		if r.Moves[what].Done == 0 {
			t.Errorf("nobody's %q was done: %v", what, r.Moves)
		}
	}
}
