package proof_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/vuelto/vuelto/pkg/proof"
)

func options(t testing.TB) proof.Options {
	t.Helper()
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return proof.Options{Seed: 1, N: 500, Rate: 1, Template: template}
}

func TestNothingIsPaidTwiceAndNothingIsLost(t *testing.T) {
	r, err := proof.Run(options(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range r.Found {
		if i < 10 {
			t.Errorf("%s %s: %s (%s) [%s, world %d]", v.At.Format("02T15:04:05"), v.Subject, v.Sentence, v.Detail, v.Profile, v.World)
		}
	}
	fmt.Println(r.Refunds, r.Accepted, r.IOs, r.Faults, r.States, r.HeldBy, r.Trace)
}

func keys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
