package decide

import (
	"context"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// overlap is how many days beside those asked for are compared, so that what belongs together over their edge is found.
const overlap = 14

// BankLeg is a leg of the bank with the country whose calendar it follows.
type BankLeg struct {
	settlement.Leg
	Country calendar.Country
}

// BankLegs holds the settlement days of a span against the bank, network by network: what is paid in a country's currency follows its
// calendar.
func (d *Decider) BankLegs(ctx context.Context, tenant string, from, to calendar.Date) ([]BankLeg, error) {
	owed, err := d.payables(ctx, tenant, from.AddDays(-overlap), to.AddDays(overlap))
	if err != nil {
		return nil, err
	}
	came, err := settlement.DepositBook{Store: d.Store}.Between(ctx, tenant, from.AddDays(-overlap), to.AddDays(overlap))
	if err != nil {
		return nil, err
	}
	var list []BankLeg
	for _, country := range []calendar.Country{calendar.Colombia(), calendar.Peru()} {
		if country, err = (settlement.CalendarBook{Store: d.Store}).Over(ctx, tenant, country); err != nil {
			return nil, err
		}
		today := calendar.On(d.Now(), country.Zone())
		days, lines := ofCountry(country, owed, came)
		for _, l := range settlement.Bank(today, settlement.Rules{Country: country, Smallest: map[money.Currency]int64{money.COP: 100}}, days, lines) {
			if !l.Day().Before(from) && !to.Before(l.Day()) {
				list = append(list, BankLeg{l, country})
			}
		}
	}
	return list, nil
}

// payables are what the compared days from one to another come to.
func (d *Decider) payables(ctx context.Context, tenant string, from, to calendar.Date) ([]payable, error) {
	var list []payable
	first := calendar.On(from.Start(time.UTC).AddDate(0, 0, 1-from.Start(time.UTC).Day()), time.UTC)
	for month := first.Start(time.UTC); !to.Start(time.UTC).Before(month); month = month.AddDate(0, 1, 0) {
		q := store.Query{Index: store.List, PK: reconciliation.ListPartition(tenant, month), From: from.String(), To: to.String() + "|~"}
		for {
			page, err := d.Store.Query(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, record := range page.Records {
				day, err := reconciliation.Decode(record)
				if err != nil {
					return nil, err
				}
				for currency, total := range day.Outcome.Totals { // any order: settlement.Bank sorts them
					list = append(list, payable{day.Network, settlement.Payable{ID: day.ID, Account: day.Account, Day: day.Date,
						Currency: money.Currency(currency), Net: total.Net}})
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return list, nil
}

// payable is a settlement day with the network that it is of.
type payable struct {
	network string
	settlement.Payable
}

// ofCountry is what is compared by a country's calendar: its networks' days, and the deposits that name one of their accounts or
// are in its own currency. Dollars that name no account are Peru's, the only network that pays them.
func ofCountry(country calendar.Country, owed []payable, came []settlement.Deposit) (days []settlement.Payable, lines []settlement.Deposit) {
	home := map[string]bool{}
	for _, p := range owed {
		c, err := calendar.ByNetwork(p.network)
		mine := err == nil && c.Code() == country.Code()
		if home[p.Account] = mine; mine {
			days = append(days, p.Payable)
		}
	}
	for _, d := range came {
		mine, known := home[d.Account]
		if !known {
			mine = (d.Currency == money.COP) == (country.Code() == calendar.Colombia().Code())
		}
		if mine {
			lines = append(lines, d)
		}
	}
	return days, lines
}
