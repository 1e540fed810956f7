package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/store"
)

// enrolment is what one merchant consists of.
type enrolment struct {
	Mode     provider.Mode     `json:"mode"`
	Merchant merchant.Merchant `json:"merchant"`
	Accounts []account         `json:"accounts"`
	Keys     []person          `json:"keys"` // people and systems who get a new API key

	sandboxKey string   // of the sandbox whose providers the accounts are with; empty = there is none
	rotated    []string // accounts of which a person says that their new credentials are of the same account at the provider
}

// account is a provider.Account as people write it; tenant and mode are those of the enrolment.
type account struct {
	ID          string            `json:"id"`
	Provider    string            `json:"provider"`
	Network     string            `json:"network"`
	Endpoint    string            `json:"endpoint"`
	Credentials map[string]string `json:"credentials"`
	Secrets     []string          `json:"secrets"`
	Settings    map[string]string `json:"settings"`
	Fees        fees              `json:"fees"`
}

type fees struct {
	PerTenThousand int64 `json:"per_ten_thousand"`
	Fixed          int64 `json:"fixed"` // minor units
	TaxPerHundred  int64 `json:"tax_per_hundred"`
	Unit           int64 `json:"unit"` // smallest charged step in minor units
}

type person struct {
	Person string        `json:"person"`
	Role   merchant.Role `json:"role"`
}

// issued is a new API key, shown once.
type issued struct {
	person
	Key string
}

// read reads an enrolment strictly: a misspelt limit must not be a missing one. With the site of a stack that has a sandbox,
// the accounts are those with its providers.
func read(r io.Reader, site string) (enrolment, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return enrolment{}, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var e enrolment
	if err := d.Decode(&e); err != nil {
		return e, err
	}
	if site != "" {
		if err := e.play(site); err != nil {
			return e, err
		}
	}
	return e, e.check()
}

// check names every fault at once, and no value of a credential.
func (e enrolment) check() error {
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(e.Mode != provider.Test && e.Mode != provider.Live, `mode must be "test" or "live"`)
	fault(e.Merchant.ID == "" || bytes.ContainsAny([]byte(e.Merchant.ID), "# /"), "merchant.id must be a word")
	fault(len(e.Merchant.Rules) > 0, "merchant.rules have a history of their own: set them by PUT /v1/rules")
	known := map[merchant.AccountRef]string{}
	set := provider.NewSet(all.Registry(), nil, nil)
	for _, a := range e.Accounts {
		_, err := set.Client(a.of(e))
		fault(err != nil, "%v", err)
		fault(a.ID == "", "an account of %s has no id", a.Provider)
		known[merchant.AccountRef{Provider: a.Provider, Account: a.ID}] = a.Network
	}
	for _, s := range e.Merchant.Stores {
		_, err := calendar.ByNetwork(s.Network)
		fault(err != nil, "store %q: %v", s.ID, err)
		fault(s.ID == "" || !s.Currency.Known(), "store %q: no id, or the currency %q is unknown", s.ID, s.Currency)
		fault(len(s.Accounts) == 0, "store %q has no account", s.ID)
		for _, ref := range s.Accounts {
			network, ok := known[ref]
			fault(!ok, "store %q names account %q of %s, which is not among the accounts", s.ID, ref.Account, ref.Provider)
			fault(ok && network != s.Network, "store %q is on %s, its account %q on %s", s.ID, s.Network, ref.Account, network)
		}
	}
	roles := []merchant.Role{merchant.Viewer, merchant.Operator, merchant.Approver, merchant.Finance, merchant.Admin}
	for _, k := range e.Keys {
		fault(k.Person == "" || !slices.Contains(roles, k.Role), "key of %q: role must be one of %v", k.Person, roles)
	}
	return errors.Join(faults...)
}

func (a account) of(e enrolment) provider.Account {
	p := provider.Account{ID: a.ID, Tenant: e.Merchant.ID, Provider: a.Provider, Network: a.Network, Mode: e.Mode,
		Endpoint: a.Endpoint, Credentials: a.Credentials, Secrets: a.Secrets, Settings: a.Settings}
	p.Fees.PerTenThousand, p.Fees.Fixed = a.Fees.PerTenThousand, a.Fees.Fixed
	p.Fees.TaxPerHundred, p.Fees.Unit = a.Fees.TaxPerHundred, a.Fees.Unit
	return p
}

// enrol writes the merchant and its accounts, new or changed, and new API keys, in one commit. Error: an account's id
// belongs to another merchant or, at the provider, to another account than before, see again; or somebody else wrote at the
// same time.
func enrol(ctx context.Context, s store.Store, e enrolment) ([]issued, error) {
	version, record, err := current(ctx, s, merchant.Key(e.Merchant.ID))
	if err != nil {
		return nil, err
	}
	if version > 0 {
		known, err := merchant.Decode(record)
		if err != nil {
			return nil, err
		}
		e.Merchant.Rules = known.Rules // what people have decided since stays decided
	}
	writes := []store.Write{store.Put{Record: merchant.Encode(e.Merchant, version)}}
	var refused []error
	for _, a := range e.Accounts {
		version, record, err := current(ctx, s, provider.AccountKey(a.ID))
		if err != nil {
			return nil, err
		}
		if version > 0 {
			kept, err := provider.DecodeAccount(record)
			if err != nil {
				return nil, err
			}
			if err := e.again(kept, a.of(e)); err != nil {
				refused = append(refused, err)
			}
		}
		writes = append(writes, store.Put{Record: provider.EncodeAccount(a.of(e), version)})
	}
	if len(refused) > 0 {
		return nil, errors.Join(refused...)
	}
	var keys []issued
	for _, k := range e.Keys {
		key := "sk_" + string(e.Mode) + "_" + rand.Text()
		made, err := merchant.NewKey(key, merchant.APIKey{Merchant: e.Merchant.ID, Person: k.Person, Role: k.Role})
		if err != nil {
			return nil, err
		}
		keys = append(keys, issued{k, key})
		writes = append(writes, made.Writes()...)
	}
	return keys, s.Commit(ctx, writes...)
}

// current is the version of a stored record; 0 if there is none.
func current(ctx context.Context, s store.Store, key store.Key) (int64, store.Record, error) {
	record, err := s.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return 0, record, nil
	}
	return record.Version, record, err
}
