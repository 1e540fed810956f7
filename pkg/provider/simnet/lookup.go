package simnet

import "time"

// hidden is a change of a disbursement that look-ups do not see yet, as if they were answered by a copy of the book that lags
// behind it, and what they show instead; nil for that there is none.
type hidden struct {
	until time.Time
	shown *Disbursement
}

// hide keeps what has just happened to a disbursement from look-ups for a while, if a fault wants it so. was is how it stood
// before; nil if it was not there.
func (b *Book) hide(d, was *Disbursement) {
	if b.manners.Unasked {
		return
	}
	if lag := b.faults.lag(); lag > 0 {
		d.hidden = append(d.hidden, hidden{b.host.Now().Add(lag), was})
	}
}

// Shown is a disbursement as look-ups show it; nil if they do not show it at all.
func (b *Book) Shown(d *Disbursement) *Disbursement {
	if d == nil {
		return nil
	}
	for _, h := range d.hidden {
		if b.host.Now().Before(h.until) {
			return h.shown
		}
	}
	return d
}

// Lookup finds what DisbursementOf does, as look-ups show it.
func (b *Book) Lookup(a *Account, ours string) *Disbursement {
	return newest(b.disbursements[ours], a, b.Shown)
}

// newest is the latest live one of an account's disbursements, else the latest, each as it is shown; nil if it has none.
func newest(all []*Disbursement, a *Account, shown func(*Disbursement) *Disbursement) *Disbursement {
	var found *Disbursement
	for _, d := range all {
		if d = shown(d); d != nil && d.Account.ID == a.ID && (found == nil || d.live() || !found.live()) {
			found = d
		}
	}
	return found
}
