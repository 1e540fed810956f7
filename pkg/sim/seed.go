package sim

import (
	"context"
	"time"

	tidings "github.com/vuelto/vuelto/pkg/event" // event is what the loop runs
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/store"
)

// The keys of the sandbox: made up, worth nothing outside it.
const (
	DemoKey     = "sk_test_demo"
	ApproverKey = "sk_test_demo_approver"
	OtherKey    = "sk_test_other"
)

// limits of a demo store: five million of its currency's pesos or five thousand soles without approval.
func limits(c money.Currency) merchant.Limits {
	if c == money.COP {
		return merchant.Limits{WithoutApproval: 5_000_000_00, Daily: 10_000 * 5_000_000_00, CashMinimum: 10_000_00, WriteOff: 20_000_00}
	}
	return merchant.Limits{WithoutApproval: 5_000_00, Daily: 10_000 * 5_000_00, WriteOff: 20_00}
}

// seed writes the demo merchants, their keys and their accounts on every simulated provider.
func (w *World) seed(endpoint string) error {
	var writes []store.Write
	for _, id := range []string{"demo", "other"} {
		accounts := w.accounts(id)
		m := merchant.Merchant{ID: id, Name: "Tienda " + id}
		for _, s := range []struct {
			store, network string
			currency       money.Currency
		}{{"store_co", "efecty", money.COP}, {"store_pe", "pagoefectivo", money.PEN}} {
			m.Stores = append(m.Stores, merchant.Store{ID: s.store, Currency: s.currency, Network: s.network,
				Accounts: refs(accounts, s.network), Limits: limits(s.currency)})
		}
		writes = append(writes, store.Put{Record: merchant.Encode(m, 0)})
		for _, a := range accounts {
			writes = append(writes, store.Put{Record: provider.EncodeAccount(a, 0)})
			if n, ok := w.Network(a.Provider); ok {
				n.Register(a, w.hears(a))
			}
		}
	}
	if endpoint != "" {
		writes = append(writes, store.Put{Record: tidings.EncodeEndpoints(tidings.Endpoints{Tenant: "demo", List: []tidings.Endpoint{{
			ID: identity.Derive("we_", "demo"), URL: endpoint, Description: "the sandbox's own receiver",
			Secrets: []tidings.Secret{{Value: DemoSecret}}, CreatedAt: w.Now().UnixMilli()}}})})
	}
	for _, k := range []struct {
		key, merchant, person string
		role                  merchant.Role
	}{
		{DemoKey, "demo", "ana", merchant.Admin}, {ApproverKey, "demo", "beto", merchant.Approver}, {OtherKey, "other", "carla", merchant.Admin},
	} {
		key, err := merchant.NewKey(k.key, merchant.APIKey{Merchant: k.merchant, Person: k.person, Role: k.role})
		if err != nil {
			return err
		}
		writes = append(writes, key.Writes()...)
	}
	return w.Store.Commit(context.Background(), writes...)
}

// ring is how many webhook secrets an account has at most.
const ring = 2

// Rotate gives an account a new webhook secret, ahead of the one that is believed until the next. Its provider signs with the
// new one once it has been told, soon after. Error: no such account.
func (w *World) Rotate(account, secret string, soon time.Duration) error {
	record, err := w.Store.Get(context.Background(), provider.AccountKey(account))
	if err != nil {
		return err
	}
	a, err := provider.DecodeAccount(record)
	if err != nil {
		return err
	}
	a.Secrets = append([]string{secret}, a.Secrets[:min(len(a.Secrets), ring-1)]...)
	w.After(soon, func() {
		if n, ok := w.Network(a.Provider); ok {
			n.Register(a, w.hears(a))
		}
	})
	return w.Store.Commit(context.Background(), store.Put{Record: provider.EncodeAccount(a, record.Version)})
}

// accounts are a tenant's contracts, told where this world hears of what happens.
func (w *World) accounts(tenant string) []provider.Account {
	var accounts []provider.Account
	for _, a := range allsim.Accounts(tenant) {
		if w.hooks.Keep != nil && !w.hooks.Keep(a) {
			continue
		}
		if a.Settings == nil {
			a.Settings = map[string]string{}
		}
		a.Settings["notification_url"] = w.hears(a)
		if w.hooks.Account != nil {
			a = w.hooks.Account(a)
		}
		accounts = append(accounts, a)
	}
	return accounts
}

// hears is the address of an account's webhooks.
func (w *World) hears(a provider.Account) string {
	return w.base + "/webhooks/" + a.Provider + "/" + a.ID
}

// refs lists a network's accounts, the direct one first.
func refs(accounts []provider.Account, network string) []merchant.AccountRef {
	var direct, carried []merchant.AccountRef
	for _, a := range accounts {
		ref := merchant.AccountRef{Provider: a.Provider, Account: a.ID}
		switch {
		case a.Network != network:
		case a.Provider == network:
			direct = append(direct, ref)
		default:
			carried = append(carried, ref)
		}
	}
	return append(direct, carried...)
}
