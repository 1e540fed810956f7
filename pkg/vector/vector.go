// Package vector is what code is held against that others computed: an input, a result, and who vouches for it. The vectors
// of a package lie in its testdata/vectors.json; its test says by which rule each is computed here.
package vector

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// Ground is who vouches for a vector's result.
type Ground string

const (
	// VendorVerified is printed by the vendor with its input, and a computation apart from ours agrees.
	VendorVerified Ground = "vendor-verified"
	// LibraryTest stands in the tests of an independent library.
	LibraryTest Ground = "library-test"
	// Derived was computed from the documented rule, apart from our code; nobody else prints it.
	Derived Ground = "derived"
)

// Vector is one input with its result.
type Vector struct {
	Rule   string            `json:"rule"` // what computes it, by the name that the package's test knows
	Ground Ground            `json:"ground"`
	Source string            `json:"source"` // of the rule and, unless it is derived, of the result
	In     map[string]string `json:"in"`
	Want   string            `json:"want"` // Refused for an input that must not be taken
}

// Refused is the result of an input that must not be taken.
const Refused = "refused"

// Read reads a file of vectors. Error: it cannot be read, or a vector lacks one of its fields or its mark.
func Read(name string) ([]Vector, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var all []Vector
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, v := range all {
		switch v.Ground {
		case VendorVerified, LibraryTest, Derived:
		default:
			return nil, fmt.Errorf("%s: vector %d (%s) is marked %q: nobody knows who vouches for it", name, i+1, v.Rule, v.Ground)
		}
		if v.Rule == "" || v.Source == "" || v.Want == "" || len(v.In) == 0 {
			return nil, fmt.Errorf("%s: vector %d (%s) lacks a rule, a source, an input or a result", name, i+1, v.Rule)
		}
	}
	return all, nil
}

// Rule computes the result of an input.
type Rule func(in map[string]string) string

// Run computes each vector of the package under test by its rule. A rule without a vector fails as well.
func Run(t *testing.T, rules map[string]Rule) {
	t.Helper()
	all, err := Read("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, v := range all {
		rule := rules[v.Rule]
		if used[v.Rule] = true; rule == nil {
			t.Errorf("no rule computes %q", v.Rule)
			continue
		}
		if got := rule(v.In); got != v.Want {
			t.Errorf("%s of %v is %s, want %s (%s: %s)", v.Rule, v.In, got, v.Want, v.Ground, v.Source)
		}
	}
	for name := range rules { // any order: a test fails by all of them
		if !used[name] {
			t.Errorf("%q has no vector", name)
		}
	}
}
