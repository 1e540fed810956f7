package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Entry is one provider that is linked in: how to make its adapter, and what its words mean.
type Entry struct {
	New   New
	Words func() Words
}

// Registry names every provider that is linked in.
type Registry map[string]Entry

// Meaning translates a provider's code or status word; false if there is no translation.
func (r Registry) Meaning(provider, word string) (Meaning, bool) {
	entry, ok := r[provider]
	if !ok || word == "" || entry.Words == nil {
		return Meaning{}, false
	}
	return entry.Words().Of(word)
}

// Set gives the client of an account, made once and kept while the account stays as it is.
type Set struct {
	registry Registry
	doer     Doer
	clock    Clock

	mu      sync.Mutex // never held during a call
	clients map[string]*Client
}

// NewSet makes an empty set. All its clients call through doer and live by clock.
func NewSet(registry Registry, doer Doer, clock Clock) *Set {
	return &Set{registry: registry, doer: doer, clock: clock, clients: map[string]*Client{}}
}

// Client is the account's client. An account that changed (a rotated secret, another endpoint) gets a new one.
// Error: no such provider, or the account's credentials, settings or profile do not fit.
func (s *Set) Client(account Account) (*Client, error) {
	key := account.Tenant + "\x00" + account.ID
	s.mu.Lock()
	kept := s.clients[key]
	s.mu.Unlock()
	if kept != nil && kept.account.same(account) {
		return kept, nil
	}
	entry, ok := s.registry[account.Provider]
	if !ok {
		return nil, fmt.Errorf("provider: account %q: no provider %q", account.ID, account.Provider)
	}
	adapter, err := entry.New(account, s.doer, s.clock)
	if err != nil {
		return nil, fmt.Errorf("provider: account %q: %w", account.ID, err)
	}
	client, err := Open(adapter, account, s.clock)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.clients[key] = client
	s.mu.Unlock()
	return client, nil
}

func (a Account) same(b Account) bool {
	return a.ID == b.ID && a.Tenant == b.Tenant && a.Provider == b.Provider && a.Network == b.Network &&
		a.Mode == b.Mode && a.Endpoint == b.Endpoint && a.Fees == b.Fees && slices.Equal(a.Secrets, b.Secrets) &&
		maps.Equal(a.Credentials, b.Credentials) && maps.Equal(a.Settings, b.Settings)
}

// Desk finds the client of an account by its id.
type Desk struct {
	Book Book
	Set  *Set
}

// Client is the client of the account with this id. Errors: store.ErrNotFound, those of Set.Client.
func (d Desk) Client(ctx context.Context, id string) (*Client, error) {
	account, err := d.Book.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.Set.Client(account)
}
