package simnet

import (
	"fmt"
	"slices"
	"time"
)

// Accept takes a disbursement in, whatever its size: a second one under the same reference is a second one, which the
// ledger then shows. Only an account that honours idempotency gets its first one back, with fresh = false.
func (b *Book) Accept(d Disbursement, idempotent bool) (kept *Disbursement, fresh bool) {
	b.taken++
	if first := b.DisbursementOf(d.Account, d.Ours); first != nil && idempotent {
		return first, false
	}
	if first := b.DisbursementOf(d.Account, d.Ours); first != nil && first.live() {
		b.doubled = append(b.doubled, d.Ours)
	}
	b.draw(d.Account, d.Minor)
	d.CreatedAt = b.host.Now()
	d.MovedAt = d.CreatedAt
	kept = &d
	b.hide(kept, nil)
	b.entries = append(b.entries, kept)
	b.disbursements[d.Ours] = append(b.disbursements[d.Ours], kept)
	b.refunds[d.Transaction] = append(b.refunds[d.Transaction], kept)
	if d.CashCode != "" {
		b.host.After(d.CashExpires.Sub(d.CreatedAt), func() {
			if kept.Status == Collectable {
				b.enter(kept, Expired, "")
			}
		})
	}
	b.tell(kept)
	return kept, true
}

// Taken is how many disbursements have been handed over, those that were there already included.
func (b *Book) Taken() int { return b.taken }

// DisbursementOf finds an account's disbursement under the caller's reference: the latest live one, else the latest;
// nil if it has none.
func (b *Book) DisbursementOf(a *Account, ours string) *Disbursement {
	return newest(b.disbursements[ours], a, func(d *Disbursement) *Disbursement { return d })
}

// RefundsOf lists what was asked back of a payment, oldest first.
func (b *Book) RefundsOf(p *Payment) []*Disbursement {
	var all []*Disbursement
	for _, r := range p.Receipts {
		all = append(all, b.refunds[r.ID]...)
	}
	return all
}

// DisbursementsOf lists an account's disbursements, newest first.
func (b *Book) DisbursementsOf(a *Account) []*Disbursement {
	var all []*Disbursement
	for _, entry := range slices.Backward(b.entries) {
		if d, ok := entry.(*Disbursement); ok && d.Account.ID == a.ID {
			all = append(all, d)
		}
	}
	return all
}

// Move does a verb to the latest live disbursement; see Network.
func (b *Book) Move(ours string, verb Verb) error {
	var d *Disbursement
	for _, candidate := range b.disbursements[ours] {
		if candidate.live() {
			d = candidate
		}
	}
	if d == nil {
		return fmt.Errorf("%s has no live disbursement %s", b.manners.Name, ours)
	}
	switch verb {
	case Complete, Collect:
		b.enter(d, Paid, "")
	case Fail:
		b.enter(d, Rejected, b.manners.FailCode)
	case Expire:
		b.enter(d, Expired, "")
	case Bounce:
		b.enter(d, Returned, "")
	default:
		return fmt.Errorf("no verb %q", verb)
	}
	return nil
}

// enter changes the status, books the cash, and tells.
func (b *Book) enter(d *Disbursement, status, code string) {
	was := d.Status
	if was != status {
		before := *d
		b.hide(d, &before)
		// Two moves of one disbursement never carry the same instant: receivers order events by it.
		at := b.host.Now()
		if !at.After(d.MovedAt) {
			at = d.MovedAt.Add(time.Millisecond)
		}
		if status == Rejected || status == Returned || status == Expired {
			b.draw(d.Account, -d.Minor)
		}
		d.Status, d.Code, d.MovedAt = status, code, at
		m := Movement{Account: d.Account, Kind: d.Kind, ID: d.Reference, Reference: b.codeOf(d), Minor: -d.Minor, Currency: d.Currency, Ours: d.Ours}
		switch {
		case status == Paid:
			d.PaidAt = at
			b.move(m)
		case was == Paid:
			m.Minor, m.Reversal = -m.Minor, true
			b.move(m)
		}
	}
	b.tell(d)
}

// codeOf is the reference code of a settlement row: the voucher of the payment given back, else the caller's reference.
func (b *Book) codeOf(d *Disbursement) string {
	if p := b.receipts[d.Transaction]; p != nil {
		return p.Code
	}
	return d.Ours
}

// Doubled lists the references under which the provider has been made to hold two live disbursements at once: what must
// never happen.
func (b *Book) Doubled() []string { return b.doubled }
