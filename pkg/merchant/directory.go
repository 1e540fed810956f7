package merchant

import (
	"context"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

// CacheFor is how long a key or merchant is believed without asking again: also how long a revoked key may still work.
const CacheFor = time.Minute

// Directory finds who is asking. It remembers answers for a minute, so that a warm function reads neither record.
type Directory struct {
	Store store.Store
	Now   func() time.Time
	Live  bool // real money: only live keys are let in; false lets in only test keys

	mu        sync.Mutex
	keys      map[string]cached[APIKey]
	merchants map[string]cached[Merchant]
}

type cached[T any] struct {
	value T
	until time.Time
}

// maxCached bounds the memory of a function that is probed with made-up keys: only keys that exist are kept.
const maxCached = 10_000

// Who finds the key and merchant of a bearer token. Errors: ErrKey (malformed, of the other mode, revoked),
// store.ErrNotFound.
func (d *Directory) Who(ctx context.Context, token string) (APIKey, Merchant, error) {
	hash, mode, err := HashKey(token)
	if err != nil {
		return APIKey{}, Merchant{}, err
	}
	if (mode == modeLive) != d.Live {
		return APIKey{}, Merchant{}, ErrKey
	}
	key, err := lookup(ctx, d, &d.keys, hash, APIKeyKey(hash), DecodeKey)
	if err != nil {
		return APIKey{}, Merchant{}, err
	}
	if key.Mode != mode || !key.Valid(d.Now()) {
		return APIKey{}, Merchant{}, ErrKey
	}
	d.note(ctx, &key)
	m, err := d.Merchant(ctx, key.Merchant)
	return key, m, err
}

// note keeps the day on which a key was last used: one write a day, and none that anything waits for or rests on. Whoever
// changes the key at the same time wins.
func (d *Directory) note(ctx context.Context, key *APIKey) {
	today := calendar.On(d.Now(), calendar.Colombia().Zone())
	if !key.LastUsed.Before(today) {
		return
	}
	key.LastUsed = today
	if d.Store.Commit(ctx, store.Put{Record: EncodeKey(*key, key.Version)}) == nil {
		key.Version++
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if found, ok := d.keys[key.Hash]; ok {
		d.keys[key.Hash] = cached[APIKey]{*key, found.until}
	}
}

// Behind finds whose key it was that something was accepted with. It may have been revoked since. Error: store.ErrNotFound.
func (d *Directory) Behind(ctx context.Context, hash string) (APIKey, Merchant, error) {
	key, err := lookup(ctx, d, &d.keys, hash, APIKeyKey(hash), DecodeKey)
	if err != nil {
		return APIKey{}, Merchant{}, err
	}
	m, err := d.Merchant(ctx, key.Merchant)
	return key, m, err
}

// Merchant finds a merchant by id. Error: store.ErrNotFound.
func (d *Directory) Merchant(ctx context.Context, id string) (Merchant, error) {
	return lookup(ctx, d, &d.merchants, id, Key(id), Decode)
}

func lookup[T any](ctx context.Context, d *Directory, cache *map[string]cached[T], name string, key store.Key, decode func(store.Record) (T, error)) (T, error) {
	now := d.Now()
	d.mu.Lock()
	found, ok := (*cache)[name]
	d.mu.Unlock()
	if ok && now.Before(found.until) {
		return found.value, nil
	}
	var none T
	record, err := d.Store.Get(ctx, key) // outside the lock: other requests must not wait for this one's read
	if err != nil {
		return none, err
	}
	value, err := decode(record)
	if err != nil {
		return none, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if *cache == nil || len(*cache) >= maxCached {
		*cache = map[string]cached[T]{}
	}
	(*cache)[name] = cached[T]{value, now.Add(CacheFor)}
	return value, nil
}
