package proof

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/vuelto/vuelto/pkg/settlement"
)

func newResult(seed uint64) Result {
	return Result{Seed: seed, States: map[string]int{}, Kinds: map[Fault]int{}, Coverage: map[string]map[Fault]int{}, Sites: map[string]int{},
		Discrepancies: map[settlement.Class]Tally{},
		Moves:         map[string]Moves{}, HeldBy: map[Profile]float64{}, ByProfile: map[Profile]map[string]int{}}
}

func (r *Result) cover(s site, n int) {
	at := s.Point.String()
	if r.Coverage[at] == nil {
		r.Coverage[at] = map[Fault]int{}
	}
	r.Coverage[at][s.Fault] += n
}

// add sums the result of one world.
func (r *Result) add(w Result, p Profile) {
	r.Refunds += w.Refunds
	r.Accepted += w.Accepted
	r.IOs += w.IOs
	r.Faults += w.Faults
	r.Held += w.Held
	r.Meant += w.Meant
	r.Resent += w.Resent
	r.HeldBy[p] += float64(w.Held)
	for what, n := range w.Moves {
		sum := r.Moves[what]
		r.Moves[what] = Moves{sum.Done + n.Done, sum.Refused + n.Refused, sum.Twice + n.Twice}
	}
	r.Found = append(r.Found, w.Found...)
	if r.ByProfile[p] == nil {
		r.ByProfile[p] = map[string]int{}
	}
	for state, n := range w.States {
		r.States[state] += n
		r.ByProfile[p][state] += n
	}
	for f, n := range w.Kinds {
		r.Kinds[f] += n
	}
	for at, faults := range w.Coverage { // any order: sums by site and fault
		for f, n := range faults {
			if r.Coverage[at] == nil {
				r.Coverage[at] = map[Fault]int{}
			}
			r.Coverage[at][f] += n
		}
	}
	for class, t := range w.Discrepancies {
		sum := r.Discrepancies[class]
		r.Discrepancies[class] = Tally{sum.Injected + t.Injected, sum.Found + t.Found, sum.Moot + t.Moot}
	}
	for at, n := range w.Sites {
		r.Sites[at] += n
	}
	r.Trace += w.Trace
}

// finish derives what is derived. The trace becomes one hash over the worlds in order.
func (r *Result) finish() {
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.Trace))
	r.Trace = fmt.Sprintf("%016x", h.Sum64())
	r.Violations = len(r.Found)
	for p, states := range r.ByProfile {
		all := 0
		for _, n := range states {
			all += n
		}
		if all > 0 {
			r.HeldBy[p] = 100 * r.HeldBy[p] / float64(all)
		}
	}
	slices.SortStableFunc(r.Found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.World, b.World), cmp.Compare(a.Profile, b.Profile), a.At.Compare(b.At))
	})
}
