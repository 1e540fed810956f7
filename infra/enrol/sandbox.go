package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sandbox"
	"github.com/vuelto/vuelto/pkg/store"
)

// play gives the merchant an account with every played provider, and each store all that are on its network, the network
// itself first. Error: the merchant is a live one, or has accounts that are not played.
func (e *enrolment) play(site string) error {
	if e.Mode != provider.Test {
		return sandbox.ErrLive
	}
	if len(e.Accounts) > 0 {
		return errors.New("accounts: a sandbox makes its own, so that no credential of a provider's comes near it")
	}
	e.sandboxKey = sandbox.KeyPrefix + rand.Text()
	for _, a := range sandbox.Accounts(e.Merchant.ID, site, e.sandboxKey, rand.Text()) {
		e.Accounts = append(e.Accounts, account{ID: a.ID, Provider: a.Provider, Network: a.Network, Endpoint: a.Endpoint,
			Credentials: a.Credentials, Secrets: a.Secrets, Settings: a.Settings, Fees: fees{PerTenThousand: a.Fees.PerTenThousand,
				Fixed: a.Fees.Fixed, TaxPerHundred: a.Fees.TaxPerHundred, Unit: a.Fees.Unit}})
	}
	for i := range e.Merchant.Stores {
		s := &e.Merchant.Stores[i]
		for _, a := range e.Accounts {
			if a.Network == s.Network {
				s.Accounts = append(s.Accounts, merchant.AccountRef{Provider: a.Provider, Account: a.ID})
			}
		}
	}
	return nil
}

// open lets the sandbox know of the accounts, and of the key that opens it.
func (e *enrolment) open(ctx context.Context, s store.Store, site string) error {
	var accounts []provider.Account
	for _, a := range e.Accounts {
		accounts = append(accounts, a.of(*e))
	}
	stage := sandbox.New(sandbox.Ports{Store: s, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	return stage.Open(ctx, site, e.sandboxKey, accounts)
}
