// Package memstore keeps records in memory: the twin of dynamostore for the development server, the simulator and
// tests. It polices its callers as strictly as DynamoDB would, and its indexes can lag.
package memstore

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// keepExpired is how long an expired record may still be read: DynamoDB deletes within days, not at the instant, and
// callers must not notice the difference.
const keepExpired = 48 * time.Hour

// Options are what a simulator sets. The zero value is a store whose indexes never lag and whose records never expire.
type Options struct {
	// Now is the store's clock: for lag, expiry, and when a call was answered. Without it none of them happens.
	Now func() time.Time
	// Lag draws how long after a commit the indexes see it; nil = at once. It is asked once per commit.
	Lag func() time.Duration
	// Changed hears what each commit changed, after it and outside of the store's lock; nil = nobody listens.
	Changed func([]store.Change)
	// Heard says whether whoever listens wants to hear of a record at all; nil = of every record.
	Heard func(store.Key) bool
}

// Store is a store.Store in memory. Its methods may be called at the same time; none calls out while it holds its lock.
type Store struct {
	options    Options
	mu         sync.Mutex
	rows       map[store.Key]*row
	partitions map[partition]*ordered
	pending    changes
	seq        int64
}

// row is a record as stored. Its slices belong to the store alone.
type row struct {
	record  store.Record
	settled time.Time // when the indexes will have seen its last change
}

// moment is what the outside said about time, asked before the lock is taken.
type moment struct {
	now time.Time
	lag time.Duration
}

// New is an empty store.
func New(o Options) *Store {
	return &Store{options: o, rows: map[store.Key]*row{}, partitions: map[partition]*ordered{}}
}

func (s *Store) now() time.Time {
	if s.options.Now == nil {
		return time.Time{}
	}
	return s.options.Now()
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key store.Key) (store.Record, error) {
	if err := ctx.Err(); err != nil {
		return store.Record{}, err
	}
	if err := store.CheckKey(key); err != nil {
		return store.Record{}, err
	}
	now := s.now()
	store.Answered(ctx, now)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.row(key, now)
	if r == nil {
		return store.Record{}, fmt.Errorf("%w: %s", store.ErrNotFound, key)
	}
	return clone(r.record), nil
}

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, writes ...store.Write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := store.Check(writes); err != nil {
		return err
	}
	moment := moment{now: s.now()}
	store.Answered(ctx, moment.now)
	if s.options.Lag != nil && s.options.Now != nil {
		moment.lag = s.options.Lag()
	}
	changes, err := s.commit(writes, moment)
	if len(changes) > 0 {
		s.options.Changed(changes)
	}
	return err
}

// commit does all writes or none, under the lock.
func (s *Store) commit(writes []store.Write, moment moment) (changes []store.Change, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(moment.now)
	var losers []store.Loser
	for _, w := range writes {
		reason, err := s.test(w, moment.now)
		if err != nil {
			return nil, err
		}
		if reason != "" {
			losers = append(losers, store.Loser{Key: store.KeyOf(w), Reason: reason})
		}
	}
	if losers != nil {
		return nil, &store.ConflictError{Losers: losers}
	}
	for _, w := range writes {
		key := store.KeyOf(w)
		if !s.heard(key) {
			s.write(w, moment)
			continue
		}
		var change store.Change
		if r := s.rows[key]; r != nil {
			change.Old = clone(r.record)
		}
		s.write(w, moment)
		change.New = clone(s.rows[key].record)
		changes = append(changes, change)
	}
	return changes, nil
}

// heard says whether somebody hears of a record's changes: others are not copied.
func (s *Store) heard(key store.Key) bool {
	return s.options.Changed != nil && (s.options.Heard == nil || s.options.Heard(key))
}

// test says why a write would lose, or nothing.
func (s *Store) test(w store.Write, now time.Time) (store.Reason, error) {
	r := s.row(store.KeyOf(w), now)
	switch w := w.(type) {
	case store.Put:
		switch {
		case r == nil && w.Record.Version == 0:
			return "", nil
		case w.Record.Version == 0:
			return store.Exists, nil
		case r == nil || r.record.Version != w.Record.Version:
			return store.Version, nil
		}
	case store.Take:
		switch {
		case r == nil:
			return store.Absent, nil
		case w.Amount < 0 && r.record.Free > math.MaxInt64+w.Amount:
			return "", fmt.Errorf("%w: the balance of %s would overflow", store.ErrInvalid, w.Key)
		case r.record.Free < w.Amount:
			return store.Short, nil
		}
	}
	return "", nil
}

func (s *Store) write(w store.Write, moment moment) {
	key := store.KeyOf(w)
	r := s.rows[key]
	if r == nil {
		r = &row{record: store.Record{Key: key}}
		s.rows[key] = r
		s.partition(partition{pk: key.PK}).insert(entry{key.SK, key})
	}
	switch w := w.(type) {
	case store.Put:
		was := r.record.Index
		r.record = clone(w.Record)
		r.record.Version++
		s.reindex(r, was, r.record.Index, moment)
	case store.Take:
		r.record.Free -= w.Amount
		r.record.Version++
		if w.Tag != "" {
			if i, found := slices.BinarySearch(r.record.Tags, w.Tag); !found {
				r.record.Tags = slices.Insert(r.record.Tags, i, w.Tag)
			}
		}
	}
}

// row finds a record, and forgets it if it expired long ago.
func (s *Store) row(key store.Key, now time.Time) *row {
	r := s.rows[key]
	if r == nil || r.record.Expires.IsZero() || now.Before(r.record.Expires.Add(keepExpired)) {
		return r
	}
	delete(s.rows, key)
	s.unlist(partition{pk: key.PK}, entry{key.SK, key})
	s.reindex(r, r.record.Index, store.Places{}, moment{now: now})
	return nil
}

// clone shares nothing with r, and is as r would come back from DynamoDB: tags a sorted set, expiry in whole seconds.
func clone(r store.Record) store.Record {
	r.Body = append([]byte{}, r.Body...)
	if len(r.Tags) > 0 {
		r.Tags = slices.Clone(r.Tags)
		slices.Sort(r.Tags)
		r.Tags = slices.Compact(r.Tags)
	} else {
		r.Tags = nil
	}
	if !r.Expires.IsZero() {
		r.Expires = r.Expires.UTC().Truncate(time.Second)
	}
	return r
}
