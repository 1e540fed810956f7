package memstore

import (
	"context"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// Query implements store.Store.
func (s *Store) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	if err := store.CheckQuery(q); err != nil {
		return store.Page{}, err
	}
	after, resumed, err := q.Start()
	if err != nil {
		return store.Page{}, err
	}
	if q.Limit == 0 {
		q.Limit = store.DefaultLimit
	}
	now := s.now()
	store.Answered(ctx, now)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now)
	part := s.partitions[partition{q.Index, q.PK}]
	if part == nil {
		return store.Page{}, nil
	}
	found, more := scan(part, q, entry{after.SK, after.Key}, resumed)
	var page store.Page
	if more {
		last := found[len(found)-1]
		page.Next = q.Cursor(store.Position{SK: last.sk, Key: last.key})
	}
	page.Records = s.read(q, found, now)
	return page, nil
}

// scan walks at most the limit's number of entries. The limit counts what the index holds, stale entries included, as
// DynamoDB's does.
func scan(part *ordered, q store.Query, after entry, resumed bool) (found []entry, more bool) {
	var at place
	step := part.next
	if q.Descending {
		at = part.before(part.first(func(e entry) bool {
			return q.Outside(e.sk) > 0 || resumed && e.compare(after) >= 0
		}))
		step = part.before
	} else {
		at = part.first(func(e entry) bool {
			return q.Outside(e.sk) >= 0 && (!resumed || e.compare(after) > 0)
		})
	}
	for {
		e, ok := part.get(at)
		if !ok || q.Outside(e.sk) != 0 {
			return found, false
		}
		if len(found) == q.Limit {
			return found, true
		}
		found = append(found, e)
		at = step(at)
	}
}

func (s *Store) read(q store.Query, found []entry, now time.Time) []store.Record {
	records := make([]store.Record, 0, len(found))
	for _, e := range found {
		listed := store.Key{PK: q.PK, SK: e.sk}
		if q.KeysOnly {
			records = append(records, store.Record{Key: e.key, Index: store.Places{}.With(q.Index, listed)})
			continue
		}
		r := s.row(e.key, now)
		if r == nil || q.Index != "" && r.record.Index.In(q.Index) != listed {
			continue
		}
		records = append(records, clone(r.record))
	}
	return records
}
