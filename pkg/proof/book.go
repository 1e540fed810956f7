package proof

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// entry is what the providers' books hold under one of our references, whatever the attempts.
type entry struct {
	live, dead  int
	sum         int64  // minor units of the live ones together
	least, most int64  // minor units of a single one, live or dead
	currency    string // of all of them; "several" if they differ
	gives       string // the payment whose cash they give back, where the provider was told; "several" if they differ
	last        string // the status that counts: a live one before a dead one
	theirs      string // the provider's id of that one
}

// several are not the one that was asked for.
const several = "several"

// entries are what the providers' books say of each refund and payout.
func entries(networks []simnet.Network) map[string]entry {
	all := map[string]entry{}
	for _, n := range networks {
		for _, e := range n.Ledger() {
			if e.Kind != simnet.KindPayment {
				id := IDOf(e.OurReference)
				all[id] = all[id].with(e)
			}
		}
	}
	return all
}

func (sum entry) with(e simnet.Entry) entry {
	if first := sum.live+sum.dead == 0; first {
		sum.least, sum.most, sum.currency, sum.gives = e.Amount, e.Amount, e.Currency, e.Gives
	}
	sum.least, sum.most = min(sum.least, e.Amount), max(sum.most, e.Amount)
	if sum.currency != e.Currency {
		sum.currency = several
	}
	if sum.gives != e.Gives {
		sum.gives = several
	}
	switch e.Status {
	case simnet.Rejected, simnet.Returned, simnet.Cancelled, simnet.Expired:
		sum.dead++
		if sum.live == 0 {
			sum.last, sum.theirs = e.Status, e.Reference
		}
	default:
		sum.live++
		sum.sum += e.Amount
		sum.last, sum.theirs = e.Status, e.Reference
	}
	return sum
}

// cash is what the providers' books say was received for a payment.
type cash struct {
	minor    int64
	currency string
}

// received is what the providers' books say of each order, and the orders as they came.
func (a *auditor) received() (all map[string]cash, orders []string) {
	all = map[string]cash{}
	for _, n := range a.world.Networks {
		for _, e := range n.Ledger() {
			if e.Kind != simnet.KindPayment {
				continue
			}
			sum, known := all[e.OurReference]
			if !known {
				orders, sum.currency = append(orders, e.OurReference), e.Currency
			}
			if sum.currency != e.Currency {
				sum.currency = several
			}
			if e.Status == simnet.Paid {
				sum.minor += e.Amount
			}
			all[e.OurReference] = sum
		}
	}
	return all, orders
}

// payment holds what we say was received for an order against the cash in the provider's book.
func (a *auditor) payment(id string, received cash) {
	record, err := a.world.Store.Get(context.Background(), payment.Key("demo", id))
	if err != nil {
		a.report(id, i13, err.Error())
		return
	}
	p, err := payment.Decode(record)
	if err != nil {
		a.report(id, i13, err.Error())
		return
	}
	a.people.settled(p)
	if p.PaidMinor() != received.minor && !a.unheard(p) {
		a.report(id, ib, fmt.Sprintf("we say %d was received, the provider's book says %d", p.PaidMinor(), received.minor))
	}
	if string(p.Amount.Currency()) != received.currency {
		a.report(id, ib, fmt.Sprintf("we say it is in %s, the provider's book says %s", p.Amount.Currency(), received.currency))
	}
}

// wish is what somebody asked for, as they asked for it.
type wish struct {
	payment  string // whose cash is to be given back; empty for a payout
	minor    int64
	currency string
}

// askedFor remembers what was asked for by what was accepted. What was asked for in dollars is as much as the answer says, which is
// held against the rate when it comes; what names no amount, as what is given back of a payment at the counter, is not remembered.
func (m *merchants) askedFor(answer noun, body map[string]any) {
	minor, named := body["amount"].(int64)
	currency, _ := body["currency"].(string)
	paid, _ := body["payment"].(string)
	if currency == string(money.USD) {
		minor, currency = answer.Amount, string(money.COP)
	}
	if named {
		m.asked[answer.ID] = wish{paid, minor, currency}
	}
}

// kept says how what we say the buyer got, or gave back, differs from the provider's book, which knows no part of an entry. If a row of
// it was misstated, that row may be all we know.
func kept(d disbursement.Disbursement, e entry, misstated bool) string {
	switch {
	case misstated:
	case (d.State == disbursement.Paid || d.State == disbursement.Settled) && e.live > 0 && d.Received != e.sum:
		return fmt.Sprintf("we say that %d was received, the provider's book says %d", d.Received, e.sum)
	case d.State == disbursement.Returned && e.dead > 0 && d.Returned != e.most:
		return fmt.Sprintf("we say that %d came back, the provider's book says %d", d.Returned, e.most)
	}
	return ""
}

// misstated says that a settlement file has something wrong about it.
func (a *auditor) misstated(id string) bool {
	return slices.ContainsFunc(a.flaws, func(f flawed) bool { return IDOf(f.ours) == id })
}

// amounts says how the money differs between what was asked for, our record and the provider's book: every single one there is the
// whole of what we say and no more, in its currency, and of that payment. That there is one live one at most is I2's.
func amounts(d disbursement.Disbursement, e entry, wanted wish) string {
	minor, currency := d.Amount.Minor(), string(d.Amount.Currency())
	switch {
	case wanted != (wish{}) && wanted != (wish{d.Payment, minor, currency}):
		return fmt.Sprintf("%v was asked for, we say %d %s of %q", wanted, minor, currency, d.Payment)
	case e.live+e.dead == 0:
		return ""
	case e.currency != currency:
		return fmt.Sprintf("we say %s, the provider's book says %s", currency, e.currency)
	case e.least != minor || e.most != minor:
		return fmt.Sprintf("we say %d, the provider's book has from %d to %d", minor, e.least, e.most)
	case e.gives != "" && e.gives != d.Payment:
		return fmt.Sprintf("we say it is of %q, the provider's book says of %q", d.Payment, e.gives)
	}
	return ""
}

// overdrawn reports each payment of which the providers gave back more than they had received for it.
func (a *auditor) overdrawn(given map[string]int64, received map[string]cash) {
	for _, id := range slices.Sorted(maps.Keys(given)) {
		if given[id] > received[id].minor {
			a.report(id, i1, fmt.Sprintf("overdrawn: the providers' books gave back %d of %d received", given[id], received[id].minor))
		}
	}
}
