package settlement

import (
	"math/bits"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Why are the numbers and names that an explanation of a break needs beyond the break itself. Amounts are minor units.
type Why struct {
	Fee            int64         `json:"fee,omitempty"` // of the row, as Tax and Net
	Tax            int64         `json:"tax,omitempty"`
	Net            int64         `json:"net,omitempty"`
	ExpectedFee    *int64        `json:"expected_fee,omitempty"` // of the entry; nil = not compared
	ExpectedTax    *int64        `json:"expected_tax,omitempty"`
	Status         string        `json:"status,omitempty"`
	EntryStatus    string        `json:"entry_status,omitempty"`
	EntryReference string        `json:"entry_reference,omitempty"`
	EntryTxnID     string        `json:"entry_transaction,omitempty"`
	EntryDay       calendar.Date `json:"entry_day,omitzero"`
	Smallest       int64         `json:"smallest,omitempty"` // the smallest amount the network carries
	Sized          bool          `json:"sized,omitempty"`    // expected and actual are to be equal in size
	Rate           *Lock         `json:"rate,omitempty"`
}

// cause is one thing that may make up a difference.
type cause struct {
	of    term
	minor int64 // what it adds
}

// term names a cause; the languages spell it.
type term int

const (
	feeTerm term = iota
	taxTerm
	expectedFeeTerm
	expectedTaxTerm
	roundingTerm
	gainTerm
	lossTerm
)

// causesOf finds the smallest set of causes that adds up exactly to a difference; of sets equally small the one that uses
// the earlier causes. Nil if there is none.
func causesOf(difference int64, candidates []cause) []cause {
	best := 0
	for set := 1; set < 1<<len(candidates); set++ {
		var sum int64
		for i, c := range candidates {
			if set&(1<<i) != 0 {
				sum += c.minor
			}
		}
		if sum == difference && (best == 0 || bits.OnesCount(uint(set)) < bits.OnesCount(uint(best))) {
			best = set
		}
	}
	var chosen []cause
	for i, c := range candidates {
		if best&(1<<i) != 0 {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

// costs lists each known cost once, as what it adds with the given sign.
func (w Why) costs(sign int64) []cause {
	var list []cause
	add := func(of term, minor int64) {
		for _, c := range list {
			if c.minor == sign*minor {
				return
			}
		}
		if minor != 0 {
			list = append(list, cause{of, sign * minor})
		}
	}
	add(feeTerm, w.Fee)
	add(taxTerm, w.Tax)
	if w.ExpectedFee != nil {
		add(expectedFeeTerm, *w.ExpectedFee)
	}
	if w.ExpectedTax != nil {
		add(expectedTaxTerm, *w.ExpectedTax)
	}
	return list
}

// amountCauses explain a difference of amounts: costs kept back, or given on top, or rounding.
func (b Break) amountCauses() []cause {
	gap := b.Actual - b.Expected
	candidates := append(b.Why.costs(-1), b.Why.costs(+1)...)
	if abs(gap) <= b.Why.Smallest {
		candidates = []cause{{roundingTerm, gap}}
	}
	return causesOf(gap, candidates)
}

// netCauses explain why a row's net is not what its columns add up to: a cost left out, or taken off twice.
func (b Break) netCauses() []cause {
	w := b.Why
	gap := w.Net - (b.Actual - w.Fee - w.Tax)
	candidates := append(Why{Fee: w.Fee, Tax: w.Tax}.costs(+1), Why{Fee: w.Fee, Tax: w.Tax}.costs(-1)...)
	if abs(gap) <= w.Smallest {
		candidates = []cause{{roundingTerm, gap}}
	}
	return causesOf(gap, candidates)
}

func (j judgement) why() Why {
	r := j.row
	w := Why{Fee: r.Fee, Tax: r.Tax, Net: r.Net, Status: r.Status, Smallest: j.m.rules.smallest(r.Currency)}
	if !j.named {
		return w
	}
	e := j.entry
	w.ExpectedFee, w.ExpectedTax, w.EntryStatus = e.Fee, e.Tax, e.Status
	w.EntryReference, w.EntryTxnID, w.EntryDay = e.Reference, e.TransactionID, j.m.rules.local(e.OccurredAt)
	w.Sized = j.step != part && r.Type != Reversal && (r.Currency == e.Currency || j.locked)
	if j.locked {
		w.Rate = e.Lock
	}
	return w
}
