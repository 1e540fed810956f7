package proof

import (
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// waiting is what of a held refund or payout is looked at in the queue.
type waiting struct {
	ID         string
	HeldReason string `json:"held_reason"`
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
		for _, can := range x.Manual.Actions {
			if can == action {
				p.close(x.ID, map[string]any{"action": action, "evidence": "case 12 of " + x.Provider})
			}
		}
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
