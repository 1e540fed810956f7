package settlement

// held is what a part holds of one reference, as far as it matters for whether anything outside has a say in it.
type held struct {
	reference string
	reversal  bool // a REVERSAL row may name an entry of another reference
	ours      bool // an entry is named by our id, by a row of another reference
	// named counts, by transaction and kind, the entries less the rows: step 1 pairs these within the reference before it
	// looks beyond, so that where they are equally many none is left for another reference.
	named map[named]int
	seen  map[string]bool // rows by their text: a repeated one names nothing
}

type named struct {
	id   string
	kind Kind
}

func heldOf(groups map[string]*held, reference string) *held {
	g := groups[reference]
	if g == nil {
		g = &held{reference: reference, named: map[named]int{}, seen: map[string]bool{}}
		groups[reference] = g
	}
	return g
}

func (g *held) entry(e *Entry) {
	if e.TransactionID != "" {
		g.named[named{e.TransactionID, e.Kind}]++
	}
}

func (g *held) row(r *Row) {
	switch {
	case r.Unreadable != "":
	case r.Type == Reversal:
		g.reversal = true
	case r.TransactionID == "", r.Raw != "" && g.seen[r.Raw]:
	default:
		g.named[named{r.TransactionID, kindOf(r.Type)}]--
		g.seen[r.Raw] = true
	}
}

// open says that rows or entries of other references, which are in other parts, may name or be named by these. What has no
// reference is in any part.
func (g *held) open() bool {
	if g.reversal || g.ours || g.reference == "" {
		return true
	}
	for _, left := range g.named {
		if left != 0 {
			return true
		}
	}
	return false
}
