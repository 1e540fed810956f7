package simnet

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Movement is cash that moved: what a settlement file lists.
type Movement struct {
	Account   *Account
	Kind      string
	Reversal  bool
	ID        string
	Reference string
	Minor     int64 // signed as the merchant sees it
	Currency  money.Currency
	At        time.Time
	Ours      string // the caller's reference of what moved
	Flaw      Flaw   // what the file will say wrongly of it; mostly nothing
}

func (b *Book) move(m Movement) {
	m.At = b.host.Now()
	if b.faults.DecideRow != nil && !m.Reversal {
		m.Flaw = b.faults.DecideRow(m)
	}
	b.movements = append(b.movements, m)
}

// networkDay is a day in a network's country.
type networkDay struct {
	network string
	day     calendar.Date
}

// network of an account: a gateway carries several.
func (b *Book) network(a *Account) string {
	if a != nil && a.Network != "" {
		return a.Network
	}
	return b.manners.Network
}

// networks lists those of the accounts, in the order of their registration.
func (b *Book) networks() []string {
	var all []string
	for _, a := range b.accounts {
		if n := b.network(a); !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		all = []string{b.manners.Network}
	}
	return all
}

// Close ends a local day on every network of the accounts: its movements go into the file of the next business day of
// their country, one file per settlement day and account however many days end in it. Closing a day again adds what moved
// since. Where countries settle on different days, the returned one is that of a network on which something moved, the
// later if all did.
func (b *Book) Close(day calendar.Date) (file string, settles calendar.Date, err error) {
	busy := false
	for _, network := range b.networks() {
		country, err := calendar.ByNetwork(network)
		if err != nil {
			return "", calendar.Date{}, err
		}
		due := country.AddBusinessDays(day, 1)
		b.closed[networkDay{network, day}], b.published[networkDay{network, due}] = due, true
		maps.DeleteFunc(b.pages, func(k pageKey, _ *page) bool { return k.settles == due })
		moved := b.movedOn(network, day, country.Zone())
		if settles.IsZero() || (moved && !busy) || (moved == busy && settles.Before(due)) {
			settles = due
		}
		busy = busy || moved
	}
	return b.manners.Name + "-" + settles.String() + ".csv", settles, nil
}

func (b *Book) movedOn(network string, day calendar.Date, zone *time.Location) bool {
	for _, m := range b.movements {
		if b.network(m.Account) == network && calendar.On(m.At, zone) == day {
			return true
		}
	}
	return false
}

// rowType is how the generic columns call it.
func (m Movement) rowType() settlement.Type {
	if m.Reversal {
		return settlement.Reversal
	}
	return settlement.Type(strings.ToUpper(m.Kind))
}

// print fills the generic columns.
func (l line) print(zone *time.Location) []string {
	amount := func(minor int64) string { return money.FormatMinor(minor, 2) }
	return []string{l.id, l.reference, string(l.kind), amount(l.minor), amount(l.fee), amount(l.tax),
		amount(l.minor - l.fee - l.tax + l.skew), string(l.currency), l.at.In(zone).Format(time.DateTime), l.status}
}
