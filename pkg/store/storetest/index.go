package storetest

import (
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/store"
)

var indexClauses = []clause{
	{"index", "A record is in an index while Record.Index has an entry for it, in the order of that entry's SK.", func(l *lab) {
		l.list("a", "3")
		l.list("b", "1")
		l.list("c", "2")
		l.letters("p", "d")
		l.indexed(store.Query{}, "b c a")
		l.indexed(store.Query{Descending: true}, "a c b")
		l.indexed(store.Query{From: "2"}, "c a")
		l.indexed(store.Query{To: "2", Descending: true}, "c b")
		l.indexed(store.Query{From: "3", To: "1"}, "")
	}},
	{"index-leave", "A record leaves an index with the Put that leaves the entry out.", func(l *lab) {
		l.list("a", "1")
		l.indexed(store.Query{}, "a")
		l.must(store.Put{Record: store.Record{Key: l.key("p", "a"), Version: 1}})
		if got := l.sks(l.work(store.Query{})); got != "" {
			l.Fatalf("%q still listed", got)
		}
		l.eventually("keys gone", func() bool { return len(l.all(l.work(store.Query{KeysOnly: true}))) == 0 })
	}},
	{"index-fresh", "A query of an index reads each found record again and leaves out those that have moved on.", func(l *lab) {
		l.list("a", "1")
		l.list("b", "2")
		l.indexed(store.Query{}, "a b")
		moved := store.Record{Key: l.key("p", "a"), Version: 1, Index: store.Places{Work: l.key("w", "3")}}
		l.must(store.Put{Record: moved})
		for _, r := range l.all(l.work(store.Query{To: "1"})) {
			l.Fatalf("%s found where it no longer is", r.Key)
		}
		l.must(store.Put{Record: store.Record{
			Key: l.key("p", "b"), Version: 1, Body: []byte("new"),
			Index: store.Places{Work: l.key("w", "2")},
		}})
		if got := l.all(l.work(store.Query{From: "2", To: "2"})); len(got) != 1 || string(got[0].Body) != "new" {
			l.Fatalf("not fresh: %+v", got)
		}
		l.indexed(store.Query{}, "b a")
	}},
	{"index-apart", "Indexes are apart from each other and from the table.", func(l *lab) {
		r := l.full()
		r.Index = store.Places{List: r.Key}
		l.must(store.Put{Record: r})
		l.eventually("listed", func() bool { return l.sks(store.Query{Index: store.List, PK: r.Key.PK}) == "a" })
		if got := l.sks(store.Query{Index: store.Work, PK: r.Key.PK}); got != "" {
			l.Fatalf("%q in the other index", got)
		}
	}},
	{"index-keys", "KeysOnly fills only Key and Index[q.Index].", func(l *lab) {
		r := l.full()
		l.must(store.Put{Record: r})
		q := store.Query{Index: store.Work, PK: r.Index.Work.PK, KeysOnly: true}
		l.eventually("listed", func() bool { return len(l.all(q)) == 1 })
		l.same(l.all(q)[0], store.Record{
			Key: r.Key, Index: store.Places{Work: r.Index.Work},
		})
	}},
	{"index-ties", "Pages lose and repeat nothing where many records are listed under one SK.", func(l *lab) {
		for _, sk := range []string{"a", "b", "c", "d", "e"} {
			l.list(sk, "1")
		}
		l.list("f", "2")
		l.eventually("all listed", func() bool { return len(l.all(l.work(store.Query{}))) == 6 })
		for limit := 1; limit <= 7; limit++ {
			for _, down := range []bool{false, true} {
				for _, bound := range []string{"", "1"} {
					got := strings.Fields(l.sks(l.work(store.Query{Limit: limit, Descending: down, To: bound})))
					slices.Sort(got)
					want := "a b c d e f"
					if bound != "" {
						want = "a b c d e"
					}
					if strings.Join(got, " ") != want {
						l.Fatalf("limit %d, descending %t, to %q: %q", limit, down, bound, got)
					}
				}
			}
		}
	}},
	{"index-cursor", "A cursor of an index may lie outside the bounds.", func(l *lab) {
		l.list("a", "1")
		l.list("b", "3")
		l.list("c", "5")
		l.indexed(store.Query{}, "a b c")
		at := func(sk string) string {
			return store.Query{Index: store.Work}.Cursor(store.Position{SK: sk, Key: l.key("p", "x")})
		}
		l.expect(l.work(store.Query{After: at("2")}), "b c")
		l.expect(l.work(store.Query{After: at("2"), From: "4"}), "c")
		l.expect(l.work(store.Query{After: at("4"), To: "3"}), "")
		l.expect(l.work(store.Query{After: at("4"), To: "1", Descending: true}), "a")
		l.expect(l.work(store.Query{After: at("2"), From: "3", Descending: true}), "")
	}},
	{"index-many", "An index query may find more records than one read of the table takes.", func(l *lab) {
		var writes []store.Write
		for i := range 130 {
			sk := string(rune('a'+i/26)) + string(rune('a'+i%26))
			writes = append(writes, store.Put{Record: store.Record{
				Key: l.key("p", sk), Body: []byte(sk), Index: store.Places{Work: l.key("w", sk)},
			}})
		}
		l.must(writes[:100]...)
		l.must(writes[100:]...)
		l.eventually("all listed", func() bool { return len(l.all(l.work(store.Query{Limit: 130}))) == 130 })
		got := l.all(l.work(store.Query{Limit: 130}))
		if !slices.IsSortedFunc(got, func(a, b store.Record) int { return strings.Compare(a.Key.SK, b.Key.SK) }) {
			l.Fatal("not in order")
		}
	}},
}

// list puts a record of partition p that is in the work index under sk.
func (l *lab) list(name, sk string) {
	l.Helper()
	l.must(store.Put{Record: store.Record{
		Key: l.key("p", name), Index: store.Places{Work: l.key("w", sk)},
	}})
}

func (l *lab) work(q store.Query) store.Query {
	q.Index, q.PK = store.Work, l.key("w", "").PK
	return q
}

// indexed waits until the work index shows these records.
func (l *lab) indexed(q store.Query, want string) {
	l.Helper()
	l.eventually(want, func() bool { return l.sks(l.work(q)) == want })
}
