package storetest

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/vuelto/vuelto/pkg/store"
)

var putClauses = []clause{
	{"put-absent", "Put of version 0 needs the record absent: Exists.", func(l *lab) {
		key := l.key("p", "a")
		l.must(store.Put{Record: store.Record{Key: key, Body: []byte("first")}})
		err := l.commit(store.Put{Record: store.Record{Key: key, Body: []byte("second")}})
		l.loses(err, store.Loser{Key: key, Reason: store.Exists})
		l.same(l.get(key), store.Record{Key: key, Version: 1, Body: []byte("first")})
	}},
	{"put-version", "Put needs the stored version to be its own: Version.", func(l *lab) {
		key := l.key("p", "a")
		l.must(store.Put{Record: store.Record{Key: key}})
		l.must(store.Put{Record: store.Record{Key: key, Version: 1, Body: []byte("kept")}})
		for _, version := range []int64{1, 3} {
			err := l.commit(store.Put{Record: store.Record{Key: key, Version: version}})
			l.loses(err, store.Loser{Key: key, Reason: store.Version})
		}
		l.same(l.get(key), store.Record{Key: key, Version: 2, Body: []byte("kept")})
	}},
	{"put-version-absent", "Put of a version loses for Version where no record is.", func(l *lab) {
		key := l.key("p", "a")
		err := l.commit(store.Put{Record: store.Record{Key: key, Version: 1}})
		l.loses(err, store.Loser{Key: key, Reason: store.Version})
		l.absent(key)
	}},
	{"put-whole", "Put writes the whole record: what it leaves out is gone.", func(l *lab) {
		r := l.full()
		l.must(store.Put{Record: r})
		l.must(store.Put{Record: store.Record{Key: r.Key, Version: 1}})
		l.same(l.get(r.Key), store.Record{Key: r.Key, Version: 2})
	}},
	{"put-many-times", "A record may be put any number of times, each one version on.", func(l *lab) {
		r := l.full()
		for range 12 {
			l.must(store.Put{Record: r})
			r.Version++
			r.Free += 7
			l.must(store.Take{Key: r.Key, Amount: 7})
			r.Version++
			r.Free -= 7
			got := l.get(r.Key)
			got.Free = r.Free
			l.same(got, r)
		}
	}},
	{"put-race", "Of Puts that name one version, exactly one wins.", func(l *lab) {
		key := l.key("p", "a")
		l.must(store.Put{Record: store.Record{Key: key}})
		var won atomic.Int64
		l.together(16, func(int) {
			if err := l.commit(store.Put{Record: store.Record{Key: key, Version: 1}}); err == nil {
				won.Add(1)
			} else if store.Lost(err, key) != store.Version {
				l.Errorf("commit: %v", err)
			}
		})
		if won.Load() != 1 || l.get(key).Version != 2 {
			l.Fatalf("%d won, version %d", won.Load(), l.get(key).Version)
		}
	}},
	{"get-cancelled", "A context that has ended is an error, of Get, Query and Commit, and nothing is written.", func(l *lab) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		key := l.key("p", "a")
		_, get := l.store.Get(ctx, key)
		_, query := l.store.Query(ctx, store.Query{PK: key.PK})
		commit := l.store.Commit(ctx, store.Put{Record: store.Record{Key: key}})
		if get == nil || query == nil || commit == nil {
			l.Fatalf("get %v, query %v, commit %v", get, query, commit)
		}
		l.absent(key)
	}},
}

// together runs f n times at once and waits.
func (l *lab) together(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-start
			f(i)
		}()
	}
	close(start)
	wg.Wait()
}
