//go:build mutants

package proof_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/proof"
)

// killers are the sentences by one of which each mutant must be noticed: a run that fails for another reason says nothing of the guard that
// was broken.
func killers() map[string]string {
	return map[string]string{"delete-on-error": "I4", "no-fence": "I8", "blind-resend": "I4", "timeout-is-failure": "I3", "split-cap": "I1",
		"no-dedupe": "books", "no-sweep": "I37", "dlq-ignored": "operations", "reject-is-proof": "I3 I22", "key-per-attempt": "I4",
		"journal-apart": "I8", "ttl-unique": "I6", "future-stamp": "I14", "forged-accepted": "I14", "mismatch-on-read": "I5", "self-approval": "I32",
		"cancel-sent": "I22", "late-approval": "I36", "self-closing": "I32", "two-successors": "I36"}
}

// A check that cannot fail proves nothing: each known mistake, made on purpose, must be noticed under two seeds, by the sentence that
// it breaks; and the same run without it must be clean.
func TestEveryMutantIsKilledByTwoSeeds(t *testing.T) {
	t.Cleanup(func() { mutant.Use("") })
	clean := map[string]bool{}
	for _, name := range proof.Mutants() {
		t.Run(name, func(t *testing.T) {
			kills, by := 0, map[string]int{}
			for seed := uint64(1); seed <= 6 && kills < 2; seed++ {
				o := options(t)
				o.Seed, o.N = seed, 700
				if err := proof.Mutate(name, &o); err != nil {
					t.Fatal(err)
				}
				found := sentences(t, o)
				meant := func(sentence string) bool { return slices.Contains(strings.Fields(killers()[name]), sentence) }
				if slices.ContainsFunc(found, meant) && without(t, o, clean) {
					kills++
				}
				for _, sentence := range found {
					by[sentence]++
				}
			}
			if kills < 2 {
				t.Errorf("survived: %d of 6 seeds noticed by %s; %v", kills, killers()[name], by)
			}
			fmt.Printf("%-20s killed by %s; all that was noticed: %v\n", name, killers()[name], by)
		})
	}
}

// without says that a run of the same seed and size, and of the same people, is clean once the mutant is out. Each is made once.
func without(t *testing.T, o proof.Options, clean map[string]bool) bool {
	t.Helper()
	name := fmt.Sprint(o.Seed, o.Errands)
	if ok, known := clean[name]; known {
		return ok
	}
	mutant.Use("")
	o.Hooks, o.NoRedrive = nil, false
	found := sentences(t, o)
	if len(found) > 0 {
		t.Errorf("seed %d is not clean without the mutant: %v", o.Seed, found)
	}
	clean[name] = len(found) == 0
	return clean[name]
}

// sentences are the names of those that a run breaks.
func sentences(t *testing.T, o proof.Options) (names []string) {
	t.Helper()
	r, err := proof.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Found {
		name, _, _ := strings.Cut(v.Sentence, ":")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
