package storetest

import (
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

var recordClauses = []clause{
	{"get", "Get reads one record, strongly consistent.", func(l *lab) {
		key := l.key("p", "a")
		for version := range int64(20) {
			l.must(store.Put{Record: store.Record{Key: key, Version: version}})
			if got := l.get(key); got.Version != version+1 {
				l.Fatalf("version %d right after write %d", got.Version, version+1)
			}
		}
	}},
	{"not-found", "Get of a key without a record is ErrNotFound.", func(l *lab) {
		l.must(store.Put{Record: store.Record{Key: l.key("p", "a")}})
		l.absent(l.key("p", "b"))
		l.absent(l.key("q", "a"))
	}},
	{"round-trip", "A record comes back as it was put, one version on.", func(l *lab) {
		want := l.full()
		l.must(store.Put{Record: want})
		want.Version = 1
		l.same(l.get(want.Key), want)
	}},
	{"round-trip-empty", "A record of a key alone comes back as such.", func(l *lab) {
		want := store.Record{Key: l.key("p", "a")}
		l.must(store.Put{Record: want})
		want.Version = 1
		l.same(l.get(want.Key), want)
	}},
	{"tags", "Tags are sorted, each once.", func(l *lab) {
		key := l.key("p", "a")
		l.must(store.Put{Record: store.Record{Key: key, Tags: []string{"b", "a", "b"}}})
		l.same(l.get(key), store.Record{Key: key, Version: 1, Tags: []string{"a", "b"}})
	}},
	{"expires", "Expires has a precision of one second and comes back in UTC.", func(l *lab) {
		key := l.key("p", "a")
		at := time.Date(2100, 3, 1, 7, 0, 0, 999, time.FixedZone("", -5*3600))
		l.must(store.Put{Record: store.Record{Key: key, Expires: at}})
		l.same(l.get(key), store.Record{Key: key, Version: 1, Expires: time.Date(2100, 3, 1, 12, 0, 0, 0, time.UTC)})
	}},
	{"no-alias", "Changing what was given to the store, or came from it, changes nothing in it.", func(l *lab) {
		given := l.full()
		want := l.full()
		want.Version = 1
		l.must(store.Put{Record: given})
		spoil(given)
		got := l.get(want.Key)
		l.same(got, want)
		spoil(got)
		l.same(l.get(want.Key), want)
		spoil(l.all(store.Query{PK: want.Key.PK})[0])
		l.same(l.get(want.Key), want)
	}},
}

// full is a record with every field set.
func (l *lab) full() store.Record {
	return store.Record{
		Key:     l.key("p", "a"),
		Body:    []byte("{\"name\":\"Peña 🧾\"}\x00\xff"),
		Free:    5_000_000,
		Tags:    []string{"rf_1", "rf_2"},
		Index:   store.Places{Work: l.key("w", "1"), List: l.key("l", "2")},
		Expires: time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func spoil(r store.Record) {
	r.Body[0] = 'X'
	r.Tags[0] = "X"
}
