package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// Keys lists the caller's API keys, at most limit.
func (r *Requester) Keys(ctx context.Context, c Caller, limit int) ([]merchant.APIKey, error) {
	var list []merchant.APIKey
	for after := ""; ; {
		page, err := r.Store.Query(ctx, store.Query{PK: merchant.KeysPartition(c.Merchant.ID), After: after})
		if err != nil {
			return nil, err
		}
		for _, pointer := range page.Records {
			k, err := r.key(ctx, string(pointer.Body))
			if err != nil {
				return nil, err
			}
			if list = append(list, k); len(list) == limit {
				return list, nil
			}
		}
		if after = page.Next; after == "" {
			return list, nil
		}
	}
}

func (r *Requester) key(ctx context.Context, hash string) (merchant.APIKey, error) {
	record, err := r.Store.Get(ctx, merchant.APIKeyKey(hash))
	if err != nil {
		return merchant.APIKey{}, err
	}
	return merchant.DecodeKey(record)
}

func (r *Requester) keyByID(ctx context.Context, c Caller, id string) (merchant.APIKey, error) {
	pointer, err := r.Store.Get(ctx, merchant.KeyPointer(c.Merchant.ID, id))
	if err != nil {
		return merchant.APIKey{}, notFound(err, "API key")
	}
	return r.key(ctx, string(pointer.Body))
}

// AddKey makes a key. It lets nobody in until a second person agrees, unless its role only looks: a person with two keys
// could ask with one and agree with the other.
func (r *Requester) AddKey(ctx context.Context, c Caller, token string, k merchant.APIKey) (merchant.APIKey, error) {
	k.Merchant, k.CreatedBy, k.CreatedAt, k.Waits = c.Merchant.ID, c.Key.Person, r.Now().UTC(), k.Role != merchant.Viewer
	k, err := merchant.NewKey(token, k)
	if err != nil {
		return k, err
	}
	return k, busy(r.Store.Commit(ctx, k.Writes()...))
}

// AgreeKey lets a key in that somebody else made. Errors: ErrNotFound, ErrSamePerson, ErrState.
func (r *Requester) AgreeKey(ctx context.Context, c Caller, id string) (merchant.APIKey, error) {
	return r.change(ctx, c, id, func(k *merchant.APIKey) error {
		switch {
		case k.CreatedBy == c.Key.Person:
			return fmt.Errorf("%w: %s made it", ErrSamePerson, k.CreatedBy)
		case k.Revoked:
			return fmt.Errorf("%w: it is revoked", ErrState)
		case k.Waits:
			k.Waits, k.AgreedBy = false, c.Key.Person
		}
		return nil
	})
}

// RevokeKey ends a key, within a minute everywhere. Errors: ErrNotFound, ErrOwnKey.
func (r *Requester) RevokeKey(ctx context.Context, c Caller, id string) (merchant.APIKey, error) {
	return r.change(ctx, c, id, func(k *merchant.APIKey) error {
		if k.Hash == c.Key.Hash {
			return ErrOwnKey
		}
		if !k.Revoked {
			k.Revoked, k.RevokedBy = true, c.Key.Person
		}
		return nil
	})
}

// change writes what was decided about a key, over what it was.
func (r *Requester) change(ctx context.Context, c Caller, id string, decide func(*merchant.APIKey) error) (merchant.APIKey, error) {
	k, err := r.keyByID(ctx, c, id)
	if err != nil {
		return k, err
	}
	if err := decide(&k); err != nil {
		return k, err
	}
	return k, moved(r.Store.Commit(ctx, store.Put{Record: merchant.EncodeKey(k, k.Version)}))
}

// RotateKey makes a key that takes another's place: the same person, role and sources, a new secret; the old one lets in
// until the overlap is over. Whoever rotates another person's key needs a second person, as for any new key. Errors:
// ErrNotFound, ErrState.
func (r *Requester) RotateKey(ctx context.Context, c Caller, id, token, signing string, overlap time.Duration) (merchant.APIKey, error) {
	old, err := r.keyByID(ctx, c, id)
	if err != nil {
		return old, err
	}
	own, now := old.Person == c.Key.Person, r.Now().UTC()
	switch {
	case !own && !c.Key.May(merchant.Govern):
		return old, fmt.Errorf("%w: API key", ErrNotFound)
	case old.ReplacedBy != "" || !old.Valid(now):
		return old, fmt.Errorf("%w: it is revoked, over, or replaced", ErrState)
	}
	k := merchant.APIKey{Merchant: old.Merchant, Person: old.Person, Role: old.Role, Sources: old.Sources, CreatedBy: c.Key.Person,
		CreatedAt: now, Waits: !own && old.Role != merchant.Viewer}
	if old.Signing != "" {
		k.Signing = signing
	}
	if k, err = merchant.NewKey(token, k); err != nil {
		return k, err
	}
	old.ReplacedBy, old.ExpiresAt = k.ID(), now.Add(overlap)
	return k, moved(r.Store.Commit(ctx, append(k.Writes(), store.Put{Record: merchant.EncodeKey(old, old.Version)})...))
}

// moved is a commit that lost because its record was changed meanwhile.
func moved(err error) error {
	if store.IsConflict(err) && !errors.Is(err, ErrBusy) {
		return fmt.Errorf("%w: it changed meanwhile", ErrBusy)
	}
	return busy(err)
}
