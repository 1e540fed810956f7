package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/vuelto/vuelto/pkg/store"
)

// AccountKey finds an account from a webhook's path: one of the two keys that cannot start with the tenant.
func AccountKey(id string) store.Key { return store.Key{PK: "account#" + id, SK: "account"} }

// AccountsPartition lists the accounts of a network, for the settlement pull.
func AccountsPartition(network string) string { return "accounts#" + network }

// EncodeAccount makes the record of an account; version is the one it replaces. Credentials are in it: the table is
// encrypted at rest, and the roles of functions that call no provider may not read it.
func EncodeAccount(a Account, version int64) store.Record {
	body, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	return store.Record{Key: AccountKey(a.ID), Version: version, Body: body,
		Index: store.Places{List: store.Key{PK: AccountsPartition(a.Network), SK: a.ID}}}
}

// DecodeAccount reads an account.
func DecodeAccount(r store.Record) (Account, error) {
	var a Account
	if err := store.Unmarshal(r.Body, &a); err != nil {
		return Account{}, fmt.Errorf("provider: record %s: %w", r.Key, err)
	}
	return a, nil
}

// Book finds the accounts of one mode. Those of the other are as good as absent: a live stack must not take a sandbox's
// webhook for cash, nor a test stack send a refund to the real provider.
type Book struct {
	Store store.Store
	Live  bool // false finds test accounts only
}

func (b Book) has(a Account) bool { return (a.Mode == Live) == b.Live }

// Account reads one account. Error: store.ErrNotFound.
func (b Book) Account(ctx context.Context, id string) (Account, error) {
	a, _, err := b.Changed(ctx, id, nil)
	return a, err
}

// Changed is Account for somebody who remembers the account's bytes: if they are still the same, the account is not read
// anew and comes back empty.
func (b Book) Changed(ctx context.Context, id string, known []byte) (Account, []byte, error) {
	r, err := b.Store.Get(ctx, AccountKey(id))
	if err != nil || bytes.Equal(r.Body, known) {
		return Account{}, known, err
	}
	a, err := DecodeAccount(r)
	if err == nil && !b.has(a) {
		return Account{}, nil, fmt.Errorf("%w: account %q is a %s one", store.ErrNotFound, id, a.Mode)
	}
	return a, r.Body, err
}

// OfNetwork lists the accounts on a network.
func (b Book) OfNetwork(ctx context.Context, network string) ([]Account, error) {
	var accounts []Account
	for after := ""; ; {
		page, err := b.Store.Query(ctx, store.Query{Index: store.List, PK: AccountsPartition(network), After: after})
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			a, err := DecodeAccount(r)
			if err != nil {
				return nil, err
			}
			if b.has(a) {
				accounts = append(accounts, a)
			}
		}
		if after = page.Next; after == "" {
			return accounts, nil
		}
	}
}
