package settlement_test

import (
	"slices"
	"testing"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// TestEveryTitleHasItsWords in each language, none twice.
func TestEveryTitleHasItsWords(t *testing.T) {
	names := []string{"class", "also", "kind", "id", "reference", "transaction_id", "file", "line", "expected", "actual", "difference", "currency", "business_day",
		"due_day", "explanation", "gross", "fee", "tax", "net", "rows", "entries", "matched", "pending", "breaks", "in other currencies", "shown in", "amount",
		"source", "pair", "rate", "rate of", "no rate known"}
	for _, l := range settlement.Languages() {
		words := settlement.Titles(l, names...)
		slices.Sort(words)
		if words[0] == "" || len(slices.Compact(slices.Clone(words))) != len(names) {
			t.Errorf("%s: %q", l, words)
		}
	}
}
