package storetest

import (
	"context"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/store"
)

var queryClauses = []clause{
	{"query", "A query reads one partition in SK order, and no other.", func(l *lab) {
		l.letters("p", "c", "a", "b")
		l.letters("q", "d")
		l.expect(store.Query{PK: l.key("p", "").PK}, "a b c")
	}},
	{"query-empty", "A partition without records has one empty page.", func(l *lab) {
		l.expect(store.Query{PK: l.key("p", "").PK}, "")
	}},
	{"query-consistent", "A query of the table is consistent.", func(l *lab) {
		for i := range 20 {
			l.letters("p", fmt.Sprintf("%02d", i))
			if got := l.all(store.Query{PK: l.key("p", "").PK}); len(got) != i+1 {
				l.Fatalf("%d records right after write %d", len(got), i+1)
			}
		}
	}},
	{"query-whole", "Records come whole.", func(l *lab) {
		r := l.full()
		l.must(store.Put{Record: r})
		r.Version = 1
		l.same(l.all(store.Query{PK: r.Key.PK})[0], r)
	}},
	{"query-bounds", "From and To are inclusive; empty is open; From after To is empty.", func(l *lab) {
		l.letters("p", "a", "b", "c", "d")
		pk := l.key("p", "").PK
		l.expect(store.Query{PK: pk, From: "b"}, "b c d")
		l.expect(store.Query{PK: pk, To: "b"}, "a b")
		l.expect(store.Query{PK: pk, From: "b", To: "c"}, "b c")
		l.expect(store.Query{PK: pk, From: "bb", To: "cc"}, "c")
		l.expect(store.Query{PK: pk, From: "c", To: "b"}, "")
	}},
	{"query-descending", "Descending turns the order, not the bounds.", func(l *lab) {
		l.letters("p", "a", "b", "c", "d")
		pk := l.key("p", "").PK
		l.expect(store.Query{PK: pk, Descending: true}, "d c b a")
		l.expect(store.Query{PK: pk, From: "b", To: "c", Descending: true}, "c b")
		l.expect(store.Query{PK: pk, From: "c", To: "b", Descending: true}, "")
	}},
	{"query-limit", "A page has at most Limit records, 100 where none is given.", func(l *lab) {
		l.letters("p", "a", "b", "c")
		page, err := l.store.Query(context.Background(), store.Query{PK: l.key("p", "").PK, Limit: 2})
		if err != nil || len(page.Records) != 2 || page.Next == "" {
			l.Fatalf("%d records, next %q, %v", len(page.Records), page.Next, err)
		}
		for i := range 150 {
			l.letters("q", fmt.Sprintf("%03d", i))
		}
		page, err = l.store.Query(context.Background(), store.Query{PK: l.key("q", "").PK})
		if err != nil || len(page.Records) != 100 || page.Next == "" {
			l.Fatalf("%d records, next %q, %v", len(page.Records), page.Next, err)
		}
	}},
	{"query-after", "After continues where a page ended, in either direction, until Next is empty.", func(l *lab) {
		l.letters("p", "a", "b", "c", "d", "e")
		pk := l.key("p", "").PK
		for limit := 1; limit <= 6; limit++ {
			l.expect(store.Query{PK: pk, Limit: limit}, "a b c d e")
			l.expect(store.Query{PK: pk, Limit: limit, Descending: true}, "e d c b a")
			l.expect(store.Query{PK: pk, Limit: limit, From: "b", To: "d", Descending: true}, "d c b")
		}
	}},
	{"query-after-gone", "A cursor may lie outside the bounds, or name no record.", func(l *lab) {
		l.letters("p", "b", "d", "f")
		pk := l.key("p", "").PK
		l.expect(store.Query{PK: pk, After: "c"}, "d f")
		l.expect(store.Query{PK: pk, After: "c", Descending: true}, "b")
		l.expect(store.Query{PK: pk, After: "a", From: "d"}, "d f")
		l.expect(store.Query{PK: pk, After: "e", To: "d"}, "")
		l.expect(store.Query{PK: pk, After: "g", To: "d", Descending: true}, "d b")
		l.expect(store.Query{PK: pk, After: "c", From: "d", Descending: true}, "")
	}},
	{"query-stable", "Records inserted between two pages neither repeat nor hide others.", func(l *lab) {
		l.letters("p", "b", "d", "f")
		q := store.Query{PK: l.key("p", "").PK, Limit: 2}
		page, err := l.store.Query(context.Background(), q)
		if err != nil {
			l.Fatal(err)
		}
		l.letters("p", "a", "e")
		q.After = page.Next
		l.expect(q, "e f")
	}},
	{"query-keys", "KeysOnly fills only Key.", func(l *lab) {
		r := l.full()
		l.must(store.Put{Record: r})
		l.same(l.all(store.Query{PK: r.Key.PK, KeysOnly: true})[0], store.Record{Key: r.Key})
	}},
	{"query-invalid", "A query without a partition, of an unknown index, or with a cursor that is none is ErrInvalid.", func(l *lab) {
		pk := l.key("p", "").PK
		for _, q := range []store.Query{
			{}, {PK: pk, Limit: -1}, {PK: pk, Index: "nope"}, {PK: pk, Index: store.Work, After: "nope"},
			{PK: pk, Index: store.Work, After: `["a","",""]`}, {PK: pk, After: strings.Repeat("x", 1025)},
		} {
			_, err := l.store.Query(context.Background(), q)
			l.invalid(err)
		}
	}},
	{"get-invalid", "Get of half a key is ErrInvalid.", func(l *lab) {
		for _, key := range []store.Key{{}, {PK: "p"}, {SK: "s"}} {
			_, err := l.store.Get(context.Background(), key)
			l.invalid(err)
		}
	}},
}

// letters puts records of one partition.
func (l *lab) letters(pk string, sks ...string) {
	l.Helper()
	for _, sk := range sks {
		l.must(store.Put{Record: store.Record{Key: l.key(pk, sk), Body: []byte(sk)}})
	}
}

func (l *lab) expect(q store.Query, want string) {
	l.Helper()
	if got := l.sks(q); got != want {
		l.Fatalf("query %+v: %q, want %q", q, got, want)
	}
}
