package disbursement

import (
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/audit"
)

// Journal is the history as it is hashed.
func (d Disbursement) Journal() (steps []audit.Step) {
	for _, s := range d.History {
		steps = append(steps, audit.Step{At: s.At, From: string(s.From), To: string(s.To), Evidence: s.Evidence, By: s.By, Role: s.Role, Note: s.Note})
	}
	return steps
}

// Ending is the entry of the journal, from 1, that says how it ended: that the buyer has the money, or that it came back. What is
// noted later, such as the day's settlement, is another matter. 0 while it has not ended so.
func (d Disbursement) Ending() int {
	if d.State != Paid && d.State != Settled && d.State != Returned {
		return 0
	}
	entry := 0
	for i, s := range d.History {
		switch {
		case s.From == s.To:
		case s.To == Returned, (s.To == Paid || s.To == Settled) && s.From != Paid:
			entry = i + 1
		}
	}
	return entry
}

// ReceiptMark begins the evidence by which the journal notes a receipt: then its name, a colon and its digest.
const ReceiptMark = "receipt:"

// Receipt is the digest under which the journal knows a receipt; empty if none of the name was issued.
func (d Disbursement) Receipt(name string) string {
	for _, s := range d.History {
		if digest, ok := strings.CutPrefix(s.Evidence, ReceiptMark+name+":"); ok {
			return digest
		}
	}
	return ""
}

// issue notes that a receipt was issued: of how it ended, once for each name.
func (d Disbursement) issue(o Observation) (Disbursement, Transition, error) {
	t := Transition{From: d.State, To: d.State}
	name, _, ok := strings.Cut(strings.TrimPrefix(o.Evidence, ReceiptMark), ":")
	switch {
	case d.Ending() == 0 || !ok:
		return d, t, fmt.Errorf("%w: there is nothing to attest while %s", ErrNotAllowed, d.State)
	case d.Receipt(name) != "":
		return d, t, nil // somebody else was first
	}
	next := d.clone()
	next.History = append(next.History, o.step(d.State, d.State, o.Note))
	t.Changed = true
	return next, t, nil
}
