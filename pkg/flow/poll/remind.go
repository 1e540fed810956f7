package poll

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// Accounts lists the accounts of a network.
type Accounts interface {
	OfNetwork(ctx context.Context, network string) ([]provider.Account, error)
}

// Reminder does job.Remind: it tells people, once each, of what is going to be late, money that waits for them, credentials
// and papers that run out, exchange rates that nobody has brought. A schedule asks for it once a day.
type Reminder struct {
	Store    store.Store
	Observer observe.Observer
	Accounts Accounts
	Now      func() time.Time
	Log      *slog.Logger
}

// Handle looks at every merchant with an account on the network. One merchant's trouble is not another's.
func (r *Reminder) Handle(ctx context.Context, j job.Job) error {
	network := j.Key.PK
	country, err := calendar.ByNetwork(network)
	if err != nil {
		return err
	}
	accounts, err := r.Accounts.OfNetwork(ctx, network)
	if err != nil {
		return err
	}
	of := map[string][]provider.Account{}
	var tenants []string
	for _, a := range accounts {
		if of[a.Tenant] == nil {
			tenants = append(tenants, a.Tenant)
		}
		of[a.Tenant] = append(of[a.Tenant], a)
	}
	slices.Sort(tenants)
	var all []error
	for _, tenant := range tenants {
		if err := r.tenant(ctx, country, network, tenant, of[tenant]); err != nil {
			r.Log.ErrorContext(ctx, "not reminded", "tenant", tenant, "error", err)
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

func (r *Reminder) tenant(ctx context.Context, country calendar.Country, network, tenant string, accounts []provider.Account) error {
	record, err := r.Store.Get(ctx, merchant.Key(tenant))
	if err != nil {
		return err
	}
	m, err := merchant.Decode(record)
	if err != nil {
		return err
	}
	today := calendar.On(r.Now(), country.Zone())
	rules := m.RulesOn(today)
	return errors.Join(r.held(ctx, tenant, network), r.expiries(ctx, rules, tenant, accounts, today),
		r.rates(ctx, rules, country, tenant, m, network, today))
}

// held reminds of what waits for people; what waits for a provider is looked at when the provider is asked.
func (r *Reminder) held(ctx context.Context, tenant, network string) error {
	for after := ""; ; {
		page, err := r.Store.Query(ctx, store.Query{Index: store.Work, PK: job.HeldPartition(tenant), After: after})
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			d, err := disbursement.Decode(record)
			if err != nil {
				return err
			}
			if d.Network == network && d.MustWarn(r.Now()) {
				if _, err := r.Observer.Warn(ctx, d, r.Now()); err != nil {
					return err
				}
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// expiries reminds of what runs out at accounts, by the merchant's own word in its rules.
func (r *Reminder) expiries(ctx context.Context, rules merchant.Rules, tenant string, accounts []provider.Account, today calendar.Date) error {
	for _, x := range rules.Expiries {
		if !slices.ContainsFunc(accounts, func(a provider.Account) bool { return a.ID == x.Account }) {
			continue
		}
		days, near := x.Near(today)
		if !near {
			continue
		}
		told, err := r.tell(ctx, event.Expires(tenant, x.Account, x.What, x.On, days, r.Now()))
		if err != nil {
			return err
		}
		if told {
			r.Log.WarnContext(ctx, "expires soon", "tenant", tenant, "account", x.Account, "name", x.What, "date", x.On.String())
		}
	}
	return nil
}

// rates reminds of a source that has brought no rate for two business days, where the rules rest on it: before what rests on
// it is refused.
func (r *Reminder) rates(ctx context.Context, rules merchant.Rules, country calendar.Country, tenant string, m merchant.Merchant, network string, today calendar.Date) error {
	if rules.FX.Bears == "" {
		return nil
	}
	country, err := settlement.CalendarBook{Store: r.Store}.Over(ctx, tenant, country)
	if err != nil {
		return err
	}
	for _, shop := range m.Stores {
		source := rate.Official(shop.Currency)
		if shop.Network != network || source == "" {
			continue
		}
		last, err := rate.Book{Store: r.Store}.Last(ctx, tenant, source, shop.Currency, today)
		if err != nil {
			return err
		}
		if !last.IsZero() && country.BusinessDaysBetween(last, today) <= rate.Fresh {
			continue
		}
		told, err := r.tell(ctx, event.Stale(tenant, string(source), last, r.Now()))
		if err != nil {
			return err
		}
		if told {
			r.Log.WarnContext(ctx, "exchange rates are stale", "tenant", tenant, "name", string(source), "date", last.String())
		}
	}
	return nil
}

// tell keeps an event that is not kept yet; the sweep delivers it. It says whether this was the first time.
func (r *Reminder) tell(ctx context.Context, about event.Reminder) (first bool, err error) {
	e := about.Event
	endpoints := event.Endpoints{Tenant: e.Tenant}
	record, err := r.Store.Get(ctx, event.EndpointsKey(e.Tenant))
	if err == nil {
		endpoints, err = event.DecodeEndpoints(e.Tenant, record)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	e.To = endpoints.To(e.Type)
	err = r.Store.Commit(ctx, store.Put{Record: store.Record{Key: about.Mark, Body: []byte(`"` + e.ID + `"`)}}, store.Put{Record: event.Encode(e, r.Now())})
	if store.IsConflict(err) {
		return false, nil
	}
	return err == nil, err
}
