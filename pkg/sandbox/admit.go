package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/store"
)

// KeyPrefix begins the keys of a sandbox. They open nothing else.
const KeyPrefix = "sandbox_"

// ErrLive says that something of real money was brought to where money is played.
var ErrLive = errors.New("sandbox: live credentials have no business here")

const keysPK = "keys"

func hashOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Accounts are a tenant's made-up contracts with every provider that can be played behind a stack's address. A key is part
// of where a provider is called, since a diary has an end and nobody else is to fill it. unguessable is added to whatever
// proves who calls: the names of accounts are public.
func Accounts(tenant, site, key, unguessable string) []provider.Account {
	accounts := allsim.Accounts(tenant)
	for i := range accounts {
		a := &accounts[i]
		var pairs []string
		for _, name := range Names() {
			pairs = append(pairs, simnet.Address(name), site+"/_sandbox/wire/"+key+"/"+name)
		}
		played := strings.NewReplacer(pairs...)
		a.Endpoint = played.Replace(a.Endpoint)
		for name, value := range a.Settings {
			a.Settings[name] = played.Replace(value)
		}
		a.Settings["notification_url"] = hears(site, *a)
		for name, value := range a.Credentials {
			if strings.HasSuffix(value, tenant) {
				a.Credentials[name] = value + "-" + unguessable
			}
		}
		for n, secret := range a.Secrets {
			a.Secrets[n] = secret + "-" + unguessable
		}
	}
	return accounts
}

// hears is where a stack hears of an account's callbacks.
func hears(site string, a provider.Account) string {
	return site + "/webhooks/" + a.Provider + "/" + a.ID
}

// Open lets a key in and makes accounts known to their providers. Errors: ErrLive; a site that is no address.
func (s *Stage) Open(ctx context.Context, site, key string, accounts []provider.Account) error {
	at, err := url.Parse(site)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || strings.HasSuffix(site, "/") {
		return fmt.Errorf("sandbox: %q is no https address without a slash at its end", site)
	}
	if !strings.HasPrefix(key, KeyPrefix) {
		return fmt.Errorf("%w: a key begins with %s", ErrLive, KeyPrefix)
	}
	known := map[string][]contract{}
	for _, a := range accounts {
		if a.Mode != provider.Test {
			return fmt.Errorf("%w: account %q is not a test one", ErrLive, a.ID)
		}
		known[a.Provider] = append(known[a.Provider], contract{a, hears(site, a)})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.names {
		if len(known[name]) == 0 {
			continue
		}
		if _, err := s.do(ctx, name, deed{Kind: opened, Accounts: known[name]}); err != nil {
			return err
		}
	}
	err = s.store.Commit(ctx, store.Put{Record: store.Record{Key: store.Key{PK: keysPK, SK: hashOf(key)}, Body: []byte("{}")}})
	if store.IsConflict(err) {
		return nil // it is let in already
	}
	return err
}

// admits says whether a key was let in.
func (s *Stage) admits(ctx context.Context, key string) (bool, error) {
	hash := hashOf(key)
	if s.keys[hash] {
		return true, nil
	}
	_, err := s.store.Get(ctx, store.Key{PK: keysPK, SK: hash})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err == nil {
		s.keys[hash] = true
	}
	return err == nil, err
}
