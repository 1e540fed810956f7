package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// When a breaker opens, and for how long.
const (
	breakerWindow = time.Minute
	breakerCalls  = 20 // at least, of which half or more failed
	// breakerGlance is for how long an instance believes what it has read.
	breakerGlance = 10 * time.Second
	// breakerShare is how many good calls an instance keeps to itself while others fail, so that writes stay few.
	breakerShare = 5
	// breakerTrial is how long one call may try whether the provider is back: longer than any function that makes one.
	breakerTrial = 90 * time.Second
	breakerFirst = 30 * time.Second
	// BreakerLongest is the longest pause between two trials.
	BreakerLongest = 5 * time.Minute
)

// Breaker keeps calls away from a provider that fails them, and lets one call at a time find out whether it is back. There is
// one for each account and ability, in one record that all instances share: an instance that waits twenty seconds for a
// time-out makes three calls a minute, and alone would never see that something is wrong. The record is written only
// around failures. It decides when to call, never what is true of money: where it cannot be read, calls go through.
//
// A nil Breaker lets everything through.
type Breaker struct {
	Store store.Store
	Now   func() time.Time
	Log   *slog.Logger
	Least int // calls in a window before it may open; 0 = twenty

	mu    sync.Mutex // never held during a read or write
	known map[store.Key]glance
}

type glance struct {
	Outage
	at, told time.Time // when it was read; when this instance last wrote what it saw
}

// Outage is how calls of one ability of an account fare: those of the last window with a failure in it and, while the breaker is
// open, since when.
type Outage struct {
	Account  string    `json:"account"`
	Ability  Ability   `json:"ability"`
	Since    time.Time `json:"since"` // of the window
	Calls    int       `json:"calls"`
	Bad      int       `json:"bad"`
	OpenedAt time.Time `json:"opened_at,omitzero"` // zero = closed
	TryAt    time.Time `json:"try_at,omitzero"`    // when the next call may try
	Tries    int       `json:"tries,omitempty"`    // that failed since it opened

	version int64
}

// Open says that no call but a trial leaves.
func (o Outage) Open() bool { return !o.OpenedAt.IsZero() }

func breakersPartition(tenant string) string { return tenant + "#breakers" }

func breakerKey(a Account, ability Ability) store.Key {
	return store.Key{PK: a.Tenant + "#breaker#" + a.ID + "#" + string(ability), SK: "breaker"}
}

// Outages lists the open breakers of a merchant's accounts, from an index: for people to know.
func Outages(ctx context.Context, from store.Store, tenant string) ([]Outage, error) {
	var open []Outage
	for after := ""; ; {
		page, err := from.Query(ctx, store.Query{Index: store.List, PK: breakersPartition(tenant), After: after})
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			o, err := decodeOutage(r)
			if err != nil {
				return nil, err
			}
			if o.Open() {
				open = append(open, o)
			}
		}
		if after = page.Next; after == "" {
			return open, nil
		}
	}
}

func decodeOutage(r store.Record) (Outage, error) {
	var o Outage
	if err := store.Unmarshal(r.Body, &o); err != nil {
		return Outage{}, fmt.Errorf("provider: record %s: %w", r.Key, err)
	}
	o.version = r.Version
	return o, nil
}

// Pass is the answer to whether a call may leave now.
type Pass struct {
	Until time.Time // zero = it may; else when to come again
	trial bool
}

// Admit says whether a call may leave. Where the breaker is open and its pause over, exactly one caller gets the trial: the write
// that moves the next trial on is the lease, and a holder that dies gives it back by the clock.
func (b *Breaker) Admit(ctx context.Context, c *Client, a Ability) Pass {
	if b == nil || !c.Can(a) {
		return Pass{}
	}
	key, now := breakerKey(c.account, a), b.Now()
	g := b.look(ctx, key, now)
	if !g.Open() {
		return Pass{}
	}
	// An instant further off than any pause was written by a clock that is wrong.
	if wait := g.TryAt.Sub(now); wait > 0 && wait <= BreakerLongest+ClockTolerance {
		return Pass{Until: g.TryAt}
	}
	g.TryAt = now.Add(breakerTrial)
	if !b.write(ctx, c.account.Tenant, key, g, now) {
		return Pass{Until: g.TryAt}
	}
	return Pass{trial: true}
}

// Heard tells the breaker how the calls since the last time ended. It comes after the outcome is kept: a crash in between loses a
// count, never an outcome.
func (b *Breaker) Heard(ctx context.Context, c *Client, a Ability, pass Pass) {
	if b == nil {
		return
	}
	seen := c.tallies.take(a)
	if seen.calls == 0 {
		return
	}
	key, now := breakerKey(c.account, a), b.Now()
	g := b.look(ctx, key, now)
	switch {
	case g.Open() && !pass.trial:
		return // it left before the breaker opened: the trial decides
	case g.Open() && seen.bad < seen.calls:
		g.Outage = Outage{version: g.version}
		b.Log.InfoContext(ctx, "breaker closed", "tenant", c.account.Tenant, "account", c.account.ID, "part", string(a))
	case g.Open():
		g.Tries++
		g.TryAt = now.Add(min(breakerFirst<<min(g.Tries, 8), BreakerLongest))
		b.say(ctx, c, a, g.Outage)
	default:
		counting := !g.Since.IsZero() && now.Sub(g.Since).Abs() <= breakerWindow
		if seen.bad == 0 && !counting {
			return
		}
		if seen.bad == 0 && seen.calls < breakerShare && now.Sub(g.told) < breakerGlance {
			c.tallies.add(a, seen)
			return
		}
		if !counting {
			g.Outage = Outage{Since: now, version: g.version}
		}
		g.Calls, g.Bad = g.Calls+seen.calls, g.Bad+seen.bad
		if g.Calls >= cmp.Or(b.Least, breakerCalls) && 2*g.Bad >= g.Calls {
			g.OpenedAt, g.TryAt = now, now.Add(breakerFirst)
			b.say(ctx, c, a, g.Outage)
		}
	}
	g.Account, g.Ability, g.told = c.account.ID, a, now
	if !b.write(ctx, c.account.Tenant, key, g, now) && !pass.trial {
		c.tallies.add(a, seen) // another was first: told with the next
	}
}

// say logs what the alarm counts.
func (b *Breaker) say(ctx context.Context, c *Client, a Ability, o Outage) {
	b.Log.WarnContext(ctx, "breaker open", "tenant", c.account.Tenant, "account", c.account.ID, "part", string(a), "attempt", o.Tries)
}

// look reads the record, or remembers it. One that cannot be read is as good as closed.
func (b *Breaker) look(ctx context.Context, key store.Key, now time.Time) glance {
	b.mu.Lock()
	g, ok := b.known[key]
	b.mu.Unlock()
	if ok && now.Sub(g.at).Abs() < breakerGlance {
		return g
	}
	r, err := b.Store.Get(ctx, key)
	if err == nil {
		g.Outage, err = decodeOutage(r)
	} else {
		g.Outage = Outage{}
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		b.Log.WarnContext(ctx, "breaker not read", "key", key.String(), "error", err)
		return glance{}
	}
	g.at = now
	b.keep(key, g)
	return g
}

func (b *Breaker) keep(key store.Key, g glance) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil {
		b.known = map[store.Key]glance{}
	}
	b.known[key] = g
}

// write replaces the record that was read; false if it changed since, or may have.
func (b *Breaker) write(ctx context.Context, tenant string, key store.Key, g glance, now time.Time) bool {
	body, err := json.Marshal(g.Outage)
	if err != nil {
		panic(err) // strings, integers and instants always encode
	}
	r := store.Record{Key: key, Version: g.version, Body: body}
	if g.Open() {
		r.Index = store.Places{List: store.Key{PK: breakersPartition(tenant), SK: key.PK}}
	}
	err = b.Store.Commit(ctx, store.Put{Record: r})
	if err != nil {
		g.at = time.Time{} // to be read again
		b.keep(key, g)
		if !store.IsConflict(err) {
			b.Log.WarnContext(ctx, "breaker not written", "key", key.String(), "error", err)
		}
		return false
	}
	g.version++
	g.at = now
	b.keep(key, g)
	return true
}
