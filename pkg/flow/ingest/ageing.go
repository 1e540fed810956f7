package ingest

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

const (
	// monthsBack is how far back days are looked at for what is still open; older ones are of years that are closed.
	monthsBack = 12
	// pagesEach is how many pages of breaks of one day are looked at: of a day with more what is told is the least that it can be.
	pagesEach = 20
)

// waiting is what a network's days have open.
type waiting struct {
	count int
	age   int // of the oldest, in business days
	day   reconciliation.Glance
	risk  map[money.Currency]int64 // minor units, whichever way they go
}

// ageing tells, every few hours, what waits for people on all days of a network together: how many breaks are open, how old the
// oldest of them is, and what they are about in each currency. Alarms listen for these lines.
func (in *Ingester) ageing(ctx context.Context, network string, accounts []provider.Account) error {
	country, err := calendar.ByNetwork(network)
	if err != nil {
		return err
	}
	if in.Now().In(country.Zone()).Hour()%pastEvery != 0 {
		return nil
	}
	w, tenants := waiting{age: -1, risk: map[money.Currency]int64{}}, map[string]bool{}
	for _, a := range accounts {
		tenants[a.Tenant] = true
	}
	today := calendar.On(in.Now(), country.Zone())
	for _, tenant := range slices.Sorted(maps.Keys(tenants)) {
		days, err := settlement.CalendarBook{Store: in.Store}.Over(ctx, tenant, country)
		if err != nil {
			return err
		}
		for back := monthsBack; back >= 0; back-- {
			first := time.Date(today.Year, time.Month(today.Month)-time.Month(back), 1, 0, 0, 0, 0, time.UTC)
			if err := in.month(ctx, &w, tenant, network, first, days, today); err != nil {
				return err
			}
		}
	}
	if w.count == 0 {
		return nil
	}
	in.Log.InfoContext(ctx, "breaks are open", "tenant", w.day.Tenant, "account", w.day.Account, "reconciliation", w.day.ID, "date", w.day.Date.String(),
		"breaks", w.count, "age", w.age)
	for _, c := range slices.Sorted(maps.Keys(w.risk)) {
		in.Log.InfoContext(ctx, "money is open", "currency", string(c), "minor", w.risk[c])
	}
	return nil
}

// month adds what is open on a network's days of a month.
func (in *Ingester) month(ctx context.Context, w *waiting, tenant, network string, first time.Time, country calendar.Country, today calendar.Date) error {
	q := store.Query{Index: store.List, PK: reconciliation.ListPartition(tenant, first)}
	for {
		page, err := in.Store.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			day, err := reconciliation.Look(record)
			if err != nil {
				return err
			}
			if day.Network != network || day.Open == 0 {
				continue
			}
			if err := in.open(ctx, w, day, country, today); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// open adds what is open on a day.
func (in *Ingester) open(ctx context.Context, w *waiting, day reconciliation.Glance, country calendar.Country, today calendar.Date) error {
	decisions, err := discrepancy.Read(ctx, in.Store, day.Tenant, day.Account, day.ID)
	if err != nil {
		return err
	}
	for n := range min(day.Sheet.Pages(), pagesEach) {
		list, err := day.Sheet.Page(ctx, in.Files, n)
		if err != nil {
			return err
		}
		for _, b := range list {
			d, decided := decisions[discrepancy.Key(day.Tenant, day.Account, day.ID, b)]
			if decided && d.Stands(b.Mark(), today, false).Settled() {
				continue
			}
			w.count++
			b.Account(func(c money.Currency, minor int64) { w.risk[c] += max(minor, -minor) })
			if age := b.Age(day.Date, today, country); age > w.age {
				w.age, w.day = age, day
			}
		}
	}
	return nil
}
