package csvsettlement

import (
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// typeOf is the type that a report's word stands for.
func (layout Layout) typeOf(word string) (settlement.Type, bool) {
	if layout.Types != nil {
		t, ok := layout.Types[word]
		return t, ok
	}
	switch t := settlement.Type(word); t {
	case settlement.Payment, settlement.Refund, settlement.Payout, settlement.Reversal:
		return t, true
	}
	return "", false
}

// statusOf is the status that a report's word stands for. A described report without such a column lists what was settled.
func (layout Layout) statusOf(word string, there bool) (string, bool) {
	if !there {
		return settled, true
	}
	if layout.Statuses != nil {
		s, ok := layout.Statuses[word]
		return s, ok
	}
	return word, word == settled || word == rejected || word == failed
}

// Statuses of a row.
const (
	settled  = "SETTLED"
	rejected = "REJECTED"
	failed   = "FAILED"
)

func (layout Layout) types() string {
	if layout.Types != nil {
		return words(layout.Types)
	}
	return "PAYMENT, REFUND, PAYOUT, REVERSAL"
}

func (layout Layout) statuses() string {
	if layout.Statuses != nil {
		return words(layout.Statuses)
	}
	return "SETTLED, REJECTED, FAILED"
}

// words lists the keys of a list, in order, for a reason that people read.
func words[V any](list map[string]V) string {
	var all []string
	for w := range list {
		all = append(all, w)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
