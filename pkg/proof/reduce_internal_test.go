package proof

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// Of a violation, here of writes that take any version's place, most refunds, most kinds of fault and most single faults are left
// out, and what is left breaks the same sentence again.
func TestAViolationIsReducedToWhatItNeeds(t *testing.T) {
	template, err := sim.ReadTemplate("../../template.yaml")
	if err == nil {
		template, err = seldom(template)
	}
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Seed: 2, N: 300, Rate: 2, Template: template, Direct: true, Profiles: Profiles()[1:], FailFast: true}
	o.Hooks = func(h *sim.Hooks) { h.Store = func(s store.Store) store.Store { return mutated{s, unfenced} } }
	r, err := Run(o)
	if err != nil || r.Violations == 0 {
		t.Fatalf("nothing to reduce: %v", err)
	}
	began := time.Now()
	least := Reduce(o, r.Found[0], func() bool { return time.Since(began) < 20*time.Second })
	t.Log(least.Options.N, least.Kinds, least.Strikes, least.Runs, time.Since(began).Round(time.Millisecond))
	if least.Options.N >= o.N || len(least.Kinds) > 6 || least.Violation.Sentence != r.Found[0].Sentence {
		t.Errorf("n %d, kinds %v, %s", least.Options.N, least.Kinds, least.Violation.Sentence)
	}
	again := least.Options
	again.Stopped = nil
	if r, err := Run(again); err != nil || r.Violations == 0 || r.Found[0].Sentence != least.Violation.Sentence {
		t.Errorf("the reduced run does not break it: %v, %v", r.Found, err)
	}
}
