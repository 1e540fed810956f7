//go:build mutants

package proof_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/proof"
)

// A check that cannot fail proves nothing: each known mistake, made on purpose, must be noticed under two seeds.
func TestEveryMutantIsKilledByTwoSeeds(t *testing.T) {
	t.Cleanup(func() { mutant.Use("") })
	for _, name := range proof.Mutants() {
		t.Run(name, func(t *testing.T) {
			killed := map[string]bool{}
			kills := 0
			for seed := uint64(1); seed <= 6 && kills < 2; seed++ {
				o := options(t)
				o.Seed, o.N = seed, 700
				if err := proof.Mutate(name, &o); err != nil {
					t.Fatal(err)
				}
				r, err := proof.Run(o)
				if err != nil {
					t.Fatal(err)
				}
				if r.Violations > 0 {
					kills++
				}
				for _, v := range r.Found {
					sentence, _, _ := strings.Cut(v.Sentence, ":")
					killed[sentence] = true
				}
			}
			if kills < 2 {
				t.Errorf("survived: only %d of 6 seeds noticed", kills)
			}
			fmt.Printf("%-20s killed by %v\n", name, slices.Sorted(maps.Keys(killed)))
		})
	}
}
