package proof

import (
	"slices"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// waiting is what of a held refund or payout is looked at in the queue.
type waiting struct {
	ID         string
	HeldReason string `json:"held_reason"`
	Theirs     string `json:"network_reference"`
	Provider   string
	Manual     struct {
		Actions []disbursement.Action
	}
}

// clear works the manual queue off: whoever looks after it asks the provider's people what became of each, and says so; another
// agrees. What is still under way there, and what was meant to wait, is left.
func (p *people) clear() {
	var list struct{ Data []waiting }
	if !p.look("/v1/manual?limit=100", &list) {
		return
	}
	books := entries(p.m.world.Networks)
	for _, x := range list.Data {
		switch x.HeldReason {
		case disbursement.HoldManual, disbursement.HoldDetails, disbursement.HoldBlocked:
			continue
		}
		action := outcome(books[x.ID])
		if !slices.Contains(x.Manual.Actions, action) {
			continue
		}
		how := map[string]any{"action": action, "evidence": "case 12 of " + x.Provider}
		if action != disbursement.Stop && x.Theirs == "" { // they name it, so that what they say of it later is known to be about it
			how["network_reference"] = books[x.ID].theirs
		}
		p.close(x.ID, how)
	}
}

// outcome is how a hold ends by what the provider's book says; empty while the book does not know yet.
func outcome(e entry) disbursement.Action {
	switch {
	case e.live > 0 && e.last == simnet.Paid:
		return disbursement.ConfirmPaid
	case e.live > 0:
		return ""
	case e.last == simnet.Returned:
		return disbursement.ConfirmReturned
	}
	return disbursement.Stop
}
