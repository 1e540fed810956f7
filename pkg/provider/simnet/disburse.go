package simnet

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Accept takes a disbursement in, whatever its size: a second one under the same reference is a second one, which the
// ledger then shows. Only an account that honours idempotency gets its first one back, with fresh = false.
func (b *Book) Accept(d Disbursement, idempotent bool) (kept *Disbursement, fresh bool) {
	b.taken++
	if first := b.DisbursementOf(d.Account, d.Ours); first != nil && idempotent {
		return first, false
	}
	b.judge(d)
	b.draw(d.Account, d.Minor)
	d.CreatedAt = b.host.Now()
	d.MovedAt = d.CreatedAt
	kept = &d
	b.hide(kept, nil)
	b.entries = append(b.entries, kept)
	b.disbursements[d.Ours] = append(b.disbursements[d.Ours], kept)
	b.same[Root(d.Ours)] = append(b.same[Root(d.Ours)], kept)
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

// judge notes what must never happen, of a disbursement that is about to be taken in: another one of the same is live, or more would
// be given back of a payment than was received for it. Providers take either in.
func (b *Book) judge(d Disbursement) {
	for _, other := range b.same[Root(d.Ours)] {
		if other.live() {
			b.doubled = append(b.doubled, d.Ours)
			break
		}
	}
	p := b.receipts[d.Transaction]
	if p == nil {
		return
	}
	sum := d.Minor
	for _, r := range b.RefundsOf(p) {
		if r.live() {
			sum += r.Minor
		}
	}
	if sum > p.taken() {
		b.overdrawn = append(b.overdrawn, d.Ours)
	}
}

// Root is a refund's or payout's id without what the reference of one attempt may have behind it: a second attempt under a reference
// of its own pays the same one twice.
func Root(ours string) string {
	const length = len("rf_0123456789ABCDEFGHJKMNPQRS")
	if len(ours) > length && (strings.HasPrefix(ours, "rf_") || strings.HasPrefix(ours, "po_")) {
		return ours[:length]
	}
	return ours
}

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
// never happen. A reference that another attempt of the same had counts as the same.
func (b *Book) Doubled() []string { return b.doubled }

// Overdrawn lists the references under which the provider has been made to give back more of a payment than it had received for it,
// where it is told whose cash it gives back: what must never happen, either.
func (b *Book) Overdrawn() []string { return b.overdrawn }
