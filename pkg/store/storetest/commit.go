package storetest

import (
	"context"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/store"
)

var commitClauses = []clause{
	{"commit-all", "Commit does all its writes.", func(l *lab) {
		key := l.fund(10)
		l.must(store.Put{Record: store.Record{Key: l.key("p", "b")}}, store.Take{Key: key, Amount: 10},
			store.Put{Record: store.Record{Key: l.key("q", "c")}})
		if l.get(key).Free != 0 || l.get(l.key("p", "b")).Version != 1 || l.get(l.key("q", "c")).Version != 1 {
			l.Fatal("a part is missing")
		}
	}},
	{"commit-none", "Commit does none of its writes if one condition does not hold.", func(l *lab) {
		key := l.fund(10)
		want := l.get(key)
		err := l.commit(store.Put{Record: store.Record{Key: l.key("p", "b")}}, store.Take{Key: key, Amount: 11, Tag: "x"},
			store.Put{Record: store.Record{Key: l.key("q", "c")}})
		l.loses(err, store.Loser{Key: key, Reason: store.Short})
		l.absent(l.key("p", "b"))
		l.absent(l.key("q", "c"))
		l.same(l.get(key), want)
	}},
	{"commit-losers", "A ConflictError names every write whose condition did not hold.", func(l *lab) {
		key := l.fund(10)
		held := store.Put{Record: store.Record{Key: l.key("p", "b")}}
		l.must(held)
		gone, moved := l.key("p", "gone"), l.key("p", "moved")
		l.must(store.Put{Record: store.Record{Key: moved}})
		l.must(store.Take{Key: moved})
		err := l.commit(held, store.Put{Record: store.Record{Key: l.key("q", "new")}}, store.Take{Key: key, Amount: 11},
			store.Take{Key: gone}, store.Put{Record: store.Record{Key: moved, Version: 1}})
		l.loses(err, store.Loser{Key: held.Record.Key, Reason: store.Exists}, store.Loser{Key: key, Reason: store.Short},
			store.Loser{Key: gone, Reason: store.Absent}, store.Loser{Key: moved, Reason: store.Version})
	}},
	{"commit-size", "Commit takes up to MaxWrites writes, and at least one.", func(l *lab) {
		var writes []store.Write
		for i := range store.MaxWrites + 1 {
			writes = append(writes, store.Put{Record: store.Record{Key: l.key("p", fmt.Sprint(i))}})
		}
		l.invalid(l.commit())
		l.invalid(l.commit(writes...))
		l.absent(l.key("p", "0"))
		l.must(writes[:store.MaxWrites]...)
		if got := l.all(store.Query{PK: l.key("p", "").PK}); len(got) != store.MaxWrites {
			l.Fatalf("%d records", len(got))
		}
	}},
	{"commit-once", "Commit takes each key once.", func(l *lab) {
		put := store.Put{Record: store.Record{Key: l.key("p", "a")}}
		l.invalid(l.commit(put, put))
		l.invalid(l.commit(put, store.Take{Key: put.Record.Key}))
		l.absent(put.Record.Key)
	}},
	{"commit-invalid", "A malformed write is ErrInvalid and nothing is written.", func(l *lab) {
		ok := store.Record{Key: l.key("p", "ok")}
		key := l.key("p", "a")
		for _, r := range []store.Record{
			{}, {Key: store.Key{PK: key.PK}}, {Key: store.Key{SK: "a"}},
			{Key: l.key("p", strings.Repeat("x", 1025))}, {Key: l.key(strings.Repeat("x", 2048), "a")},
			{Key: l.key("p", "\xff")},
			{Key: key, Free: -1}, {Key: key, Version: -1}, {Key: key, Body: make([]byte, store.MaxBody+1)},
			{Key: key, Index: store.Places{Work: store.Key{PK: "w"}}},
			{Key: key, Index: store.Places{Work: store.Key{SK: "1"}}},
			{Key: key, Tags: []string{"a", ""}},
		} {
			l.invalid(l.commit(store.Put{Record: ok}, store.Put{Record: r}))
		}
		l.absent(ok.Key)
		l.absent(key)
	}},
	{"commit-bytes", "The bodies of one commit have at most MaxCommit bytes.", func(l *lab) {
		var writes []store.Write
		for i := range store.MaxCommit/store.MaxBody + 1 {
			writes = append(writes, store.Put{Record: store.Record{
				Key: l.key("p", fmt.Sprint(i)), Body: make([]byte, store.MaxBody),
			}})
		}
		l.invalid(l.commit(writes...))
		l.must(writes[1:]...)
	}},
	{"commit-large", "A body may have MaxBody bytes.", func(l *lab) {
		r := store.Record{Key: l.key("p", "a"), Body: make([]byte, store.MaxBody)}
		l.must(store.Put{Record: r})
		if got := l.get(r.Key); len(got.Body) != store.MaxBody {
			l.Fatalf("%d bytes", len(got.Body))
		}
	}},
	{"commit-atomic", "Parallel commits that move an amount from one balance to another keep their sum.", func(l *lab) {
		a, b := l.fund(100), l.key("p", "b")
		l.must(store.Put{Record: store.Record{Key: b, Free: 100}})
		l.together(8, func(i int) {
			amount := int64(i%3 - 1)
			for range 5 {
				if err := l.commit(store.Take{Key: a, Amount: amount}, store.Take{Key: b, Amount: -amount}); err != nil {
					l.Errorf("commit: %v", err)
				}
			}
		})
		var sum int64
		for _, r := range l.all(store.Query{PK: a.PK}) {
			sum += r.Free
		}
		if sum != 200 {
			l.Fatalf("sum %d, want 200", sum)
		}
	}},
	{"lost", "Lost gives the reason of one key, whatever wraps the error.", func(l *lab) {
		key := l.fund(1)
		err := fmt.Errorf("wrapped: %w", l.store.Commit(context.Background(), store.Take{Key: key, Amount: 2}))
		if store.Lost(err, key) != store.Short || store.Lost(err, l.key("p", "b")) != "" || !store.IsConflict(err) {
			l.Fatalf("lost: %v", err)
		}
	}},
}
