package decide

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// unfinished names the days that keep a month open: those that are not closed, and, unless silence is accepted, those without a
// file. Error: ErrState while the month is not over, here or where an account is.
func (d *Decider) unfinished(ctx context.Context, tenant string, first calendar.Date, accounts []Expecting, days []reconciliation.Reconciliation, silent bool) ([]string, error) {
	var open []string
	byAccount := map[string][]reconciliation.Reconciliation{}
	for _, day := range days {
		byAccount[day.Account] = append(byAccount[day.Account], day)
		if !day.Closed() {
			open = append(open, day.Date.String()+" "+day.Account+" "+day.ID)
		}
	}
	if err := over(first, d.Now(), time.UTC); err != nil {
		return nil, err
	}
	for _, a := range accounts {
		country, err := settlement.CalendarBook{Store: d.Store}.Of(ctx, tenant, a.Network)
		if err == nil {
			err = over(first, d.Now(), country.Zone())
		}
		if err != nil {
			return nil, err
		}
		if silent {
			continue
		}
		quiet, err := d.quiet(ctx, tenant, first, a.Account, country, byAccount[a.Account])
		if err != nil {
			return nil, err
		}
		open = append(open, quiet...)
	}
	slices.Sort(open)
	return slices.Compact(open), nil
}

// monthAtBank is how a month's settlement days and its bank statements stand, and names the differences that nobody has decided about. A merchant who
// brought no statement of the month has no such leg: nothing is open, and the month says that no deposit was known. What is not due yet is no
// difference. A statement that comes while the month is being closed is as one that comes after.
func (d *Decider) monthAtBank(ctx context.Context, tenant string, first calendar.Date) (reconciliation.AtBank, []string, error) {
	last := monthAfter(first).AddDays(-1)
	came, err := settlement.DepositBook{Store: d.Store}.Between(ctx, tenant, first, last)
	bank := reconciliation.AtBank{Deposits: len(came)}
	if err != nil || len(came) == 0 {
		return bank, nil, err
	}
	legs, err := d.Matters(ctx, tenant, first, last)
	if err != nil {
		return bank, nil, err
	}
	var open []string
	for _, x := range legs {
		if x.open && !x.Standing(x.Today(d)).Settled() {
			open = append(open, x.Bank.Day().String()+" "+x.ID+" "+string(x.Bank.Class)+" at the bank")
		}
	}
	bank.Legs, bank.Open = len(legs), len(open)
	slices.Sort(open)
	return bank, open, nil
}

// over says that a month has passed in a zone. Error: ErrState.
func over(first calendar.Date, now time.Time, zone *time.Location) error {
	if next := monthAfter(first); calendar.On(now, zone).Before(next) {
		return fmt.Errorf("%w: the month ends on %s", ErrState, next.AddDays(-1))
	}
	return nil
}

// remembered is how many days before a month an account's files show that it was sending when the month began.
const remembered = 14

// quiet are an account's business days without a file: from the start of the month if it was sending before, else from its first
// file on. An account without any is named once, for the month.
func (d *Decider) quiet(ctx context.Context, tenant string, first calendar.Date, account string, country calendar.Country, days []reconciliation.Reconciliation) ([]string, error) {
	if len(days) == 0 {
		return []string{first.String()[:len("2006-01")] + " " + account + " no file all month"}, nil
	}
	had, from := map[calendar.Date]bool{}, days[0].Date
	for _, day := range days {
		had[day.Date] = true
	}
	for back := range remembered {
		_, err := d.day(ctx, tenant, reconciliation.ID(tenant, account, first.AddDays(-1-back)))
		if err == nil {
			from = first
			break
		}
		if !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	var open []string
	for day := from; day.Before(monthAfter(first)); day = day.AddDays(1) {
		if country.IsBusinessDay(day) && !had[day] {
			open = append(open, day.String()+" "+account+" no file")
		}
	}
	return open, nil
}
