package storetest

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/vuelto/vuelto/pkg/store"
)

var takeClauses = []clause{
	{"take", "Take lowers Free by Amount, to zero at the least.", func(l *lab) {
		key := l.fund(10)
		l.must(store.Take{Key: key, Amount: 4})
		l.must(store.Take{Key: key, Amount: 6})
		l.same(l.get(key), store.Record{Key: key, Version: 3, Body: []byte("kept"), Free: 0})
	}},
	{"take-short", "Take of more than is free loses: Short.", func(l *lab) {
		key := l.fund(10)
		l.loses(l.commit(store.Take{Key: key, Amount: 11, Tag: "x"}), store.Loser{Key: key, Reason: store.Short})
		l.same(l.get(key), store.Record{Key: key, Version: 1, Body: []byte("kept"), Free: 10})
	}},
	{"take-absent", "Take of a record that is not there loses: Absent.", func(l *lab) {
		key := l.key("p", "a")
		for _, amount := range []int64{-1, 0, 1} {
			l.loses(l.commit(store.Take{Key: key, Amount: amount}), store.Loser{Key: key, Reason: store.Absent})
		}
		l.absent(key)
	}},
	{"take-raise", "Take of a negative amount raises Free.", func(l *lab) {
		key := l.fund(10)
		l.must(store.Take{Key: key, Amount: -5})
		if got := l.get(key); got.Free != 15 {
			l.Fatalf("free %d, want 15", got.Free)
		}
	}},
	{"take-overflow", "A balance that would not fit 63 bits is invalid, not wrapped.", func(l *lab) {
		key := l.fund(10)
		l.invalid(l.commit(store.Take{Key: key, Amount: math.MinInt64}))
		l.invalid(l.commit(store.Take{Key: key, Amount: -(math.MaxInt64 - 9)}))
		if got := l.get(key); got.Free != 10 {
			l.Fatalf("free %d, want 10", got.Free)
		}
	}},
	{"take-tag", "Take adds its Tag to Tags, each once.", func(l *lab) {
		key := l.fund(10)
		for _, tag := range []string{"b", "a", "", "b"} {
			l.must(store.Take{Key: key, Amount: 1, Tag: tag})
		}
		l.same(l.get(key), store.Record{
			Key: key, Version: 5, Body: []byte("kept"), Free: 6, Tags: []string{"a", "b"},
		})
	}},
	{"take-fence", "The version grows with a Take, so a Put prepared from an older read loses.", func(l *lab) {
		key := l.fund(10)
		read := l.get(key)
		l.must(store.Take{Key: key, Amount: 1})
		l.loses(l.commit(store.Put{Record: read}), store.Loser{Key: key, Reason: store.Version})
		l.must(store.Put{Record: l.get(key)})
	}},
	{"take-keeps", "Take leaves body, index and expiry as they are.", func(l *lab) {
		r := l.full()
		l.must(store.Put{Record: r})
		l.must(store.Take{Key: r.Key, Amount: 1, Tag: "rf_3"})
		r.Version, r.Free, r.Tags = 2, r.Free-1, append(r.Tags, "rf_3")
		l.same(l.get(r.Key), r)
	}},
	{"take-race", "Of 64 parallel Takes of a tenth exactly ten succeed, without a read.", func(l *lab) {
		key := l.fund(1000)
		l.race(key, func(int) []store.Write { return []store.Write{store.Take{Key: key, Amount: 100}} })
	}},
	{"take-race-commit", "Of 64 parallel commits that take a tenth and put a record exactly ten succeed.", func(l *lab) {
		key := l.fund(1000)
		l.race(key, func(i int) []store.Write {
			made := store.Record{Key: l.key("refund", fmt.Sprint(i))}
			return []store.Write{store.Put{Record: made}, store.Take{Key: key, Amount: 100, Tag: made.Key.SK}}
		})
		if made, tags := l.all(store.Query{PK: l.key("refund", "").PK}), l.get(key).Tags; len(made) != 10 || len(tags) != 10 {
			l.Fatalf("%d records made, %d tags; want ten", len(made), len(tags))
		}
	}},
}

// fund puts a record with a balance.
func (l *lab) fund(free int64) store.Key {
	l.Helper()
	key := l.key("p", "a")
	l.must(store.Put{Record: store.Record{Key: key, Body: []byte("kept"), Free: free}})
	return key
}

func (l *lab) race(key store.Key, writes func(i int) []store.Write) {
	l.Helper()
	var won atomic.Int64
	l.together(64, func(i int) {
		if err := l.commit(writes(i)...); err == nil {
			won.Add(1)
		} else if store.Lost(err, key) != store.Short {
			l.Errorf("commit: %v", err)
		}
	})
	if got := l.get(key); won.Load() != 10 || got.Free != 0 || got.Version != 11 {
		l.Fatalf("%d won, %d free, version %d; want 10, 0, 11", won.Load(), got.Free, got.Version)
	}
}
