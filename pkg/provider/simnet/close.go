package simnet

import (
	"bytes"
	"encoding/csv"
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
}

func (b *Book) move(m Movement) {
	m.At = b.host.Now()
	b.movements = append(b.movements, m)
}

// Close ends a local day: its movements go into the file of the next business day, one file per settlement day and
// account however many days end in it. Closing a day again adds what moved since.
func (b *Book) Close(day calendar.Date) (file string, settles calendar.Date, err error) {
	country, err := calendar.ByNetwork(b.manners.Network)
	if err != nil {
		return "", calendar.Date{}, err
	}
	settles = country.AddBusinessDays(day, 1)
	b.closed[day], b.published[settles] = settles, true
	return b.manners.Name + "-" + settles.String() + ".csv", settles, nil
}

// File is an account's settlement file of a day; false while nothing settles on it.
func (b *Book) File(a *Account, settles calendar.Date) ([]byte, bool) {
	country, err := calendar.ByNetwork(b.manners.Network)
	if err != nil {
		return nil, false
	}
	if !b.published[settles] {
		return nil, false
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(strings.Split("Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status", ","))
	for _, m := range b.movements {
		if m.Account.ID == a.ID && b.closed[calendar.On(m.At, country.Zone())] == settles {
			_ = w.Write(m.row(country.Zone()))
		}
	}
	w.Flush()
	return out.Bytes(), true
}

// row prints a movement in the generic columns. A reversal gives the principal back; its cost stays.
func (m Movement) row(zone *time.Location) []string {
	kind := settlement.Type(strings.ToUpper(m.Kind))
	fee, tax := m.Account.Fees.Of(m.Minor)
	if m.Reversal {
		kind, fee, tax = settlement.Reversal, 0, 0
	}
	amount := func(minor int64) string { return money.FormatMinor(minor, 2) }
	return []string{m.ID, m.Reference, string(kind), amount(m.Minor), amount(fee), amount(tax),
		amount(m.Minor - fee - tax), string(m.Currency), m.At.In(zone).Format(time.DateTime), "SETTLED"}
}
