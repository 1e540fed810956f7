package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

const (
	// fundsGlance is for how long an instance believes what it has read.
	fundsGlance = 10 * time.Second
	// fundsFor is how long it counts that a balance did not suffice: after it somebody may have paid in.
	fundsFor = time.Hour
)

// Funds is what is known of the balances of accounts. Few providers tell one; all that is known is what they refuse, by a
// documented code, because it does not suffice. That is kept for an hour, or until something as large goes through, so that
// whoever chooses a road need not choose this one. It decides about roads, never about money: where it cannot be read, an
// account is as good as any.
//
// A nil Funds knows nothing.
type Funds struct {
	Store store.Store
	Now   func() time.Time
	Log   *slog.Logger

	mu    sync.Mutex // never held during a read or write
	known map[store.Key]purse
}

// Shortage is the smallest amount for which an account's balance did not suffice.
type Shortage struct {
	Minor    int64          `json:"minor"`
	Currency money.Currency `json:"currency"`
	At       time.Time      `json:"at"` // when it was last refused
}

type purse struct {
	Shortage
	version int64
	read    time.Time
}

func fundsKey(a Account) store.Key {
	return store.Key{PK: a.Tenant + "#funds#" + a.ID, SK: "funds"}
}

// covers says that a shortage stands in the way of an amount now.
func (s Shortage) covers(amount money.Amount, now time.Time) bool {
	return !s.At.IsZero() && now.Sub(s.At).Abs() < fundsFor && s.Currency == amount.Currency() && amount.Minor() >= s.Minor
}

// Short is what is known to stand in the way of an amount; the zero value if nothing is.
func (f *Funds) Short(ctx context.Context, a Account, amount money.Amount) Shortage {
	if f == nil {
		return Shortage{}
	}
	if p := f.look(ctx, fundsKey(a)); p.covers(amount, f.Now()) {
		return p.Shortage
	}
	return Shortage{}
}

// Heard notes what an answer to a hand-over says of the balance. It comes after the outcome is kept: a crash in between loses
// a hint, never an outcome.
func (f *Funds) Heard(ctx context.Context, a Account, amount money.Amount, claim disbursement.Claim) {
	if f == nil {
		return
	}
	key, now := fundsKey(a), f.Now()
	p := f.look(ctx, key)
	switch {
	case claim == disbursement.ClaimShort:
		least := amount.Minor()
		if p.Currency == amount.Currency() && now.Sub(p.At).Abs() < fundsFor {
			least = min(least, p.Minor)
		}
		p.Shortage = Shortage{least, amount.Currency(), now}
		f.Log.WarnContext(ctx, "balance too low", "tenant", a.Tenant, "account", a.ID)
	case p.covers(amount, now) && (claim == disbursement.ClaimAccepted || claim == disbursement.ClaimCollectable || claim == disbursement.ClaimPaid):
		p.Shortage = Shortage{}
	default:
		return
	}
	body, err := json.Marshal(p.Shortage)
	if err != nil {
		panic(err) // integers, strings and instants always encode
	}
	err = f.Store.Commit(ctx, store.Put{Record: store.Record{Key: key, Version: p.version, Body: body}})
	p.version, p.read = p.version+1, now
	if err != nil {
		p.read = time.Time{} // to be read again: another instance was first, and knows as much
		if !store.IsConflict(err) {
			f.Log.WarnContext(ctx, "balance not noted", "key", key.String(), "error", err)
		}
	}
	f.keep(key, p)
}

func (f *Funds) look(ctx context.Context, key store.Key) purse {
	f.mu.Lock()
	p, ok := f.known[key]
	f.mu.Unlock()
	now := f.Now()
	if ok && now.Sub(p.read).Abs() < fundsGlance {
		return p
	}
	r, err := f.Store.Get(ctx, key)
	p = purse{version: r.Version, read: now}
	if err == nil {
		if err = store.Unmarshal(r.Body, &p.Shortage); err != nil {
			err = fmt.Errorf("provider: record %s: %w", key, err)
		}
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		f.Log.WarnContext(ctx, "balance not read", "key", key.String(), "error", err)
		return purse{}
	}
	f.keep(key, p)
	return p
}

func (f *Funds) keep(key store.Key, p purse) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[store.Key]purse{}
	}
	f.known[key] = p
}
