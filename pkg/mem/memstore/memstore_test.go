package memstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

var epoch = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return memstore.New(memstore.Options{}) })
}

// TestLaggingStore moves the clock a little with every call, so that lagging indexes come round while a test asks.
func TestLaggingStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store {
		var calls atomic.Int64
		return memstore.New(memstore.Options{
			Now: func() time.Time { return epoch.Add(time.Duration(calls.Add(1)) * 100 * time.Millisecond) },
			Lag: func() time.Duration { return time.Duration(rand.Int64N(int64(2 * time.Second))) },
		})
	})
}

func put(t *testing.T, s store.Store, r store.Record) {
	t.Helper()
	if err := s.Commit(context.Background(), store.Put{Record: r}); err != nil {
		t.Fatal(err)
	}
}

func found(t *testing.T, s store.Store, q store.Query) int {
	t.Helper()
	page, err := s.Query(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Records)
}

func TestIndexSeesACommitAfterItsLag(t *testing.T) {
	now, lag := epoch, time.Second
	s := memstore.New(memstore.Options{Now: func() time.Time { return now }, Lag: func() time.Duration { return lag }})
	due := func(sk string) store.Places {
		return store.Places{Work: store.Key{PK: "w", SK: sk}}
	}
	key := store.Key{PK: "p", SK: "a"}
	keys := store.Query{Index: store.Work, PK: "w", KeysOnly: true}

	put(t, s, store.Record{Key: key, Index: due("1")})
	if n := found(t, s, keys); n != 0 {
		t.Fatalf("%d listed before the lag", n)
	}
	now = now.Add(time.Second)
	if n := found(t, s, keys); n != 1 {
		t.Fatalf("%d listed after the lag", n)
	}
	put(t, s, store.Record{Key: key, Version: 1})
	if n := found(t, s, keys); n != 1 {
		t.Fatalf("%d listed: the index knew at once", n)
	}
	whole := keys
	whole.KeysOnly = false
	if n := found(t, s, whole); n != 0 {
		t.Fatalf("%d found that moved on", n)
	}
	lag = 0 // a later change of the same record must not overtake the earlier
	put(t, s, store.Record{Key: key, Version: 2, Index: due("2")})
	if n := found(t, s, keys); n != 1 {
		t.Fatalf("%d listed: a record's changes changed places", n)
	}
	now = now.Add(time.Second)
	if page, _ := s.Query(context.Background(), keys); len(page.Records) != 1 || page.Records[0].Index.Work.SK != "2" {
		t.Fatalf("after all lags: %+v", page.Records)
	}
}

func TestExpiredRecordsGoLate(t *testing.T) {
	now := epoch
	s := memstore.New(memstore.Options{Now: func() time.Time { return now }})
	key := store.Key{PK: "p", SK: "a"}
	put(t, s, store.Record{
		Key: key, Expires: epoch.Add(time.Hour), Index: store.Places{List: store.Key{PK: "l", SK: "1"}},
	})
	now = epoch.Add(48 * time.Hour)
	if _, err := s.Get(context.Background(), key); err != nil {
		t.Fatalf("an hour too early: %v", err)
	}
	now = epoch.Add(49 * time.Hour)
	if _, err := s.Get(context.Background(), key); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("still there: %v", err)
	}
	if n := found(t, s, store.Query{PK: "p"}) + found(t, s, store.Query{Index: store.List, PK: "l", KeysOnly: true}); n != 0 {
		t.Fatalf("%d left behind", n)
	}
	put(t, s, store.Record{Key: key})
}

func TestLongPartitionsStayInOrder(t *testing.T) {
	s := memstore.New(memstore.Options{})
	const n = 3000
	for _, i := range rand.Perm(n) {
		put(t, s, store.Record{Key: store.Key{PK: "p", SK: fmt.Sprintf("%05d", i)}})
	}
	q := store.Query{PK: "p", Limit: 77}
	for i := 0; ; {
		page, err := s.Query(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			if r.Key.SK != fmt.Sprintf("%05d", i) {
				t.Fatalf("place %d holds %s", i, r.Key)
			}
			i++
		}
		if q.After = page.Next; q.After == "" {
			if i != n {
				t.Fatalf("%d records", i)
			}
			return
		}
	}
}

// BenchmarkCommit is what a refund's creation writes: the payment's balance, the refund, its idempotency record and a
// journal entry.
func BenchmarkCommit(b *testing.B) {
	s := memstore.New(memstore.Options{})
	ctx := context.Background()
	payment := store.Key{PK: "m", SK: "pay"}
	if err := s.Commit(ctx, store.Put{Record: store.Record{Key: payment, Free: 1 << 60}}); err != nil {
		b.Fatal(err)
	}
	body := make([]byte, 700)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		id := fmt.Sprintf("%012d", i)
		index := store.Places{
			Work: store.Key{PK: fmt.Sprintf("due#%d", i%8), SK: id}, List: store.Key{PK: "m#2026-11-22", SK: id},
		}
		err := s.Commit(ctx, store.Take{Key: payment, Amount: 1},
			store.Put{Record: store.Record{Key: store.Key{PK: "m#rf", SK: id}, Body: body, Index: index}},
			store.Put{Record: store.Record{Key: store.Key{PK: "m#key", SK: id}, Body: body[:200]}},
			store.Put{Record: store.Record{Key: store.Key{PK: "m#journal", SK: id}, Body: body[:300]}})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// TestWhoListensHearsOfWhatItWants: of a commit's records those alone, each before and after.
func TestWhoListensHearsOfWhatItWants(t *testing.T) {
	var heard []store.Change
	s := memstore.New(memstore.Options{Changed: func(c []store.Change) { heard = append(heard, c...) }, Heard: func(k store.Key) bool { return k.SK == "told" }})
	for version, body := range []string{"a", "b"} {
		var writes []store.Write
		for _, sk := range []string{"quiet", "told"} {
			writes = append(writes, store.Put{Record: store.Record{Key: store.Key{PK: "x", SK: sk}, Version: int64(version), Body: []byte(body)}})
		}
		if err := s.Commit(context.Background(), writes...); err != nil {
			t.Fatal(err)
		}
	}
	if len(heard) != 2 || heard[1].Key().SK != "told" || string(heard[1].Old.Body) != "a" || string(heard[1].New.Body) != "b" || heard[0].Old.Version != 0 {
		t.Errorf("heard %+v", heard)
	}
	if err := s.Commit(context.Background(), store.Put{Record: store.Record{Key: store.Key{PK: "y", SK: "quiet"}}}); err != nil || len(heard) != 2 {
		t.Errorf("%v: heard %+v", err, heard)
	}
}
