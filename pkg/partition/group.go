package partition

import (
	"strings"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// group is what a part holds of one reference, as far as it matters for whether anything outside has a say in it.
type group struct {
	reference string
	reversal  bool // a REVERSAL row may name an entry of another reference
	// named counts, by transaction and kind, the entries less the rows: step 1 pairs these within the reference before it
	// looks beyond, so that where they are equally many none is left for another reference.
	named map[transaction]int
	seen  map[string]bool // rows by their text: a repeated one names nothing
}

type transaction struct {
	id   string
	kind settlement.Kind
}

func of(groups map[string]*group, reference string) *group {
	g := groups[reference]
	if g == nil {
		g = &group{reference: reference, named: map[transaction]int{}, seen: map[string]bool{}}
		groups[reference] = g
	}
	return g
}

func (g *group) entry(e *settlement.Entry) {
	if e.TransactionID != "" {
		g.named[transaction{e.TransactionID, e.Kind}]++
	}
}

func (g *group) row(r *settlement.Row) {
	switch {
	case r.Unreadable != "":
	case r.Type == settlement.Reversal:
		g.reversal = true
	case r.TransactionID == "", r.Raw != "" && g.seen[r.Raw]:
	default:
		g.named[transaction{r.TransactionID, kindOf(r.Type)}]--
		g.seen[r.Raw] = true
	}
}

// open says that rows or entries of other references, which are in other parts, may name or be named by these. What has no
// reference is in any part.
func (g *group) open() bool {
	if g.reversal || g.reference == "" {
		return true
	}
	for _, left := range g.named {
		if left != 0 {
			return true
		}
	}
	return false
}

// kindOf is the kind of entry that a row of a type is about: they differ in their letters only.
func kindOf(t settlement.Type) settlement.Kind { return settlement.Kind(strings.ToLower(string(t))) }
