package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

func TestMeterIsAStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMeter(memstore.New(memstore.Options{})) })
}

func TestSize(t *testing.T) {
	for name, c := range map[string]struct {
		record store.Record
		want   int
	}{
		// pk 2+1, sk 2+1, b 1, v 1+2, f 1+2
		"key alone": {store.Record{Key: store.Key{PK: "p", SK: "s"}}, 13},
		"body":      {store.Record{Key: store.Key{PK: "p", SK: "s"}, Body: []byte("12345")}, 18},
		// v 1+2 as before, c0 2+16
		"one write": {store.Record{Key: store.Key{PK: "p", SK: "s"}, Version: 1}, 31},
		// v 10 is two digits: 1+2; eight places of eighteen
		"many writes": {store.Record{Key: store.Key{PK: "p", SK: "s"}, Version: 10}, 13 + 8*18},
		"balance":     {store.Record{Key: store.Key{PK: "p", SK: "s"}, Free: 1234567}, 16},
		"tags":        {store.Record{Key: store.Key{PK: "p", SK: "s"}, Tags: []string{"ab", "c"}}, 17},
		"expiry":      {store.Record{Key: store.Key{PK: "p", SK: "s"}, Expires: epoch}, 20},
		// work-pk 7+1, work-sk 7+2
		"index": {store.Record{
			Key: store.Key{PK: "p", SK: "s"}, Index: store.Places{Work: store.Key{PK: "w", SK: "12"}},
		}, 30},
		"UTF-8": {store.Record{Key: store.Key{PK: "ñ", SK: "s"}}, 14},
	} {
		if got := store.Size(c.record); got != c.want {
			t.Errorf("%s: %d bytes, want %d", name, got, c.want)
		}
	}
}

// charge is one piece of work and its price.
type charge struct {
	name string
	do   func() error
	want store.Bill
}

func counts(t *testing.T, m *store.Meter, charges []charge) {
	t.Helper()
	for _, c := range charges {
		was := m.Bill()
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := m.Bill().Minus(was); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func key(sk string) store.Key { return store.Key{PK: "p", SK: sk} }

func listed(sk string) store.Places {
	return store.Places{Work: store.Key{PK: "w", SK: sk}}
}

func body(n int) []byte { return []byte(strings.Repeat("x", n)) }

func TestMeterCountsWrites(t *testing.T) {
	ctx := context.Background()
	m := store.NewMeter(memstore.New(memstore.Options{}))
	counts(t, m, []charge{
		{"a small record", func() error {
			return m.Commit(ctx, store.Put{Record: store.Record{Key: key("a"), Body: body(900)}})
		}, store.Bill{TableWrites: 1, Commits: 1}},
		{"more than a KB", func() error {
			return m.Commit(ctx, store.Put{Record: store.Record{Key: key("b"), Body: body(1024)}})
		}, store.Bill{TableWrites: 2, Commits: 1}},
		{"the larger of before and after", func() error {
			return m.Commit(ctx, store.Put{Record: store.Record{Key: key("b"), Version: 1}})
		}, store.Bill{TableWrites: 2, Commits: 1}},
		{"a transaction costs double, an entry one", func() error {
			return m.Commit(ctx, store.Take{Key: key("b")}, store.Put{Record: store.Record{Key: key("c"), Index: listed("1")}})
		}, store.Bill{TableWrites: 4, IndexWrites: 1, Commits: 1}},
		{"an entry that stays is free", func() error {
			return m.Commit(ctx, store.Put{Record: store.Record{Key: key("c"), Version: 1, Index: listed("1")}})
		}, store.Bill{TableWrites: 1, Commits: 1}},
		{"an entry that moves costs two", func() error {
			return m.Commit(ctx, store.Put{Record: store.Record{Key: key("c"), Version: 2, Index: listed("2")}})
		}, store.Bill{TableWrites: 1, IndexWrites: 2, Commits: 1}},
		{"a Take moves no entry", func() error { return m.Commit(ctx, store.Take{Key: key("c")}) },
			store.Bill{TableWrites: 1, Commits: 1}},
		{"an entry that goes costs one", func() error {
			return m.Commit(ctx, store.Put{Record: store.Record{Key: key("c"), Version: 4}})
		}, store.Bill{TableWrites: 1, IndexWrites: 1, Commits: 1}},
		{"a loser costs too, but no entry", func() error {
			err := m.Commit(ctx, store.Put{Record: store.Record{Key: key("d"), Index: listed("1")}},
				store.Take{Key: key("a"), Amount: 1})
			if store.Lost(err, key("a")) != store.Short {
				return err
			}
			return nil
		}, store.Bill{TableWrites: 4, Commits: 1}},
	})
}

func TestMeterCountsReads(t *testing.T) {
	ctx := context.Background()
	m := store.NewMeter(memstore.New(memstore.Options{}))
	if err := m.Commit(ctx, store.Put{Record: store.Record{Key: key("a"), Body: body(900)}}); err != nil {
		t.Fatal(err)
	}
	counts(t, m, []charge{
		{"a read", func() error { _, err := m.Get(ctx, key("a")); return err }, store.Bill{HalfReads: 2}},
		{"a read of nothing", func() error { _, _ = m.Get(ctx, key("z")); return nil }, store.Bill{HalfReads: 2}},
		{"a large record", func() error {
			return m.Commit(ctx, store.Put{Record: store.Record{Key: key("e"), Body: body(4096), Index: listed("1")}})
		}, store.Bill{TableWrites: 5, IndexWrites: 1, Commits: 1}},
		{"a large read", func() error { _, err := m.Get(ctx, key("e")); return err }, store.Bill{HalfReads: 4}},
		{"a page of the table, as a whole", func() error { _, err := m.Query(ctx, store.Query{PK: "p"}); return err },
			store.Bill{HalfReads: 4}},
		{"a page of an index and its record", func() error {
			_, err := m.Query(ctx, store.Query{PK: "w", Index: store.Work})
			return err
		}, store.Bill{HalfReads: 1 + 4}},
		{"keys only", func() error {
			_, err := m.Query(ctx, store.Query{PK: "w", Index: store.Work, KeysOnly: true})
			return err
		}, store.Bill{HalfReads: 1}},
	})
}

// TestPrice: eleven write units and two read units for each of a million refunds are $6.875 and $0.25.
func TestPrice(t *testing.T) {
	if got := (store.Bill{TableWrites: 9, IndexWrites: 2, HalfReads: 4}).Picodollars(); got != 6_875_000+250_000 {
		t.Errorf("%d picodollars", got)
	}
}
