package reconcile

import (
	"slices"
	"testing"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// TestEveryColumnHasItsWords in each language, none twice.
func TestEveryColumnHasItsWords(t *testing.T) {
	names := append(columns(), "gross", "fee", "tax", "net", "rows", "entries", "matched", "pending", "breaks")
	for _, l := range settlement.Languages() {
		words := titles(l, names...)
		slices.Sort(words)
		if words[0] == "" || len(slices.Compact(slices.Clone(words))) != len(names) {
			t.Errorf("%s: %q", l, words)
		}
	}
}
