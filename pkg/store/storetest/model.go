package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/store"
)

// ideal is the contract as the shortest code that has it.
type ideal map[store.Key]store.Record

func (m ideal) commit(writes []store.Write) []store.Loser {
	var losers []store.Loser
	for _, w := range writes {
		if reason := m.reason(w); reason != "" {
			losers = append(losers, store.Loser{Key: store.KeyOf(w), Reason: reason})
		}
	}
	if losers != nil {
		return losers
	}
	for _, w := range writes {
		switch w := w.(type) {
		case store.Put:
			r := w.Record
			r.Version++
			m[r.Key] = r
		case store.Take:
			r := m[w.Key]
			r.Version++
			r.Free -= w.Amount
			if w.Tag != "" && !slices.Contains(r.Tags, w.Tag) {
				r.Tags = append(slices.Clone(r.Tags), w.Tag)
				slices.Sort(r.Tags)
			}
			m[w.Key] = r
		}
	}
	return nil
}

func (m ideal) reason(w store.Write) store.Reason {
	r, exists := m[store.KeyOf(w)]
	switch w := w.(type) {
	case store.Put:
		if w.Record.Version == 0 && exists {
			return store.Exists
		}
		if w.Record.Version != r.Version {
			return store.Version
		}
	case store.Take:
		if !exists {
			return store.Absent
		}
		if r.Free < w.Amount {
			return store.Short
		}
	}
	return ""
}

// listed are the keys a query must find, in order.
func (m ideal) listed(index store.Index, pk string) []store.Key {
	type place struct {
		sk  string
		key store.Key
	}
	var places []place
	for _, r := range m {
		at := r.Key
		if index != "" {
			at = r.Index.In(index)
		}
		if at.PK == pk {
			places = append(places, place{at.SK, r.Key})
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.sk, b.sk), cmp.Compare(a.key.PK, b.key.PK), cmp.Compare(a.key.SK, b.key.SK))
	})
	var keys []store.Key
	for _, p := range places {
		keys = append(keys, p.key)
	}
	return keys
}

// model drives random commits against the store and the ideal.
func model(t *testing.T, s store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		l := &lab{TB: t, store: s, tenant: tenant()}
		m := ideal{}
		for range rapid.IntRange(1, 25).Draw(rt, "commits") {
			writes := l.draw(rt, m)
			err := l.commit(writes...)
			want := m.commit(writes)
			var conflict *store.ConflictError
			if err != nil && !errors.As(err, &conflict) {
				rt.Fatalf("commit %+v: %v", writes, err)
			}
			var got []store.Loser
			if conflict != nil {
				got = conflict.Losers
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				rt.Fatalf("commit %+v: losers (-want +got):\n%s", writes, diff)
			}
		}
		l.agree(rt, m)
	})
}

// draw makes a commit whose conditions mostly hold.
func (l *lab) draw(rt *rapid.T, m ideal) []store.Write {
	keys := []store.Key{l.key("p", "a"), l.key("p", "b"), l.key("p", "c"), l.key("q", "a"), l.key("q", "b")}
	chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, 4, rapid.ID[store.Key]).Draw(rt, "keys")
	var writes []store.Write
	for _, key := range chosen {
		if rapid.Bool().Draw(rt, "take") {
			writes = append(writes, store.Take{
				Key:    key,
				Amount: rapid.Int64Range(-5, 8).Draw(rt, "amount"),
				Tag:    rapid.SampledFrom([]string{"", "x", "y", "z"}).Draw(rt, "tag"),
			})
			continue
		}
		off := rapid.SampledFrom([]int64{0, 0, 0, 0, 0, 0, 1, -1}).Draw(rt, "off")
		r := store.Record{
			Key:     key,
			Version: max(0, m[key].Version+off),
			Body:    rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(rt, "body"),
			Free:    rapid.Int64Range(0, 20).Draw(rt, "free"),
		}
		for _, index := range store.Indexes() {
			if rapid.Bool().Draw(rt, "listed") {
				r.Index = r.Index.With(index, l.key(rapid.SampledFrom([]string{"v", "w"}).Draw(rt, "list"),
					fmt.Sprint(rapid.IntRange(1, 3).Draw(rt, "due"))))
			}
		}
		writes = append(writes, store.Put{Record: r})
	}
	return writes
}

// agree compares everything that can be read.
func (l *lab) agree(rt *rapid.T, m ideal) {
	for _, key := range slices.SortedFunc(maps.Keys(m), func(a, b store.Key) int { return cmp.Compare(a.String(), b.String()) }) {
		if diff := gocmp.Diff(m[key], l.get(key), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("%s (-want +got):\n%s", key, diff)
		}
	}
	limit := rapid.IntRange(1, 4).Draw(rt, "limit")
	for _, index := range append([]store.Index{""}, store.Indexes()...) {
		for _, pk := range []string{"p", "q", "v", "w"} {
			pk = l.key(pk, "").PK
			want := m.listed(index, pk)
			found := func() []store.Key {
				var keys []store.Key
				for _, r := range l.all(store.Query{Index: index, PK: pk, Limit: limit}) {
					keys = append(keys, r.Key)
				}
				return keys
			}
			if index == "" {
				if got := found(); !slices.Equal(got, want) {
					rt.Fatalf("%s: %v, want %v", pk, got, want)
				}
				continue
			}
			// Under one SK of an index the order of records is nobody's promise.
			l.eventually(fmt.Sprintf("%s of %s: %v", index, pk, want), func() bool { return sameSet(found(), want) })
		}
	}
}

func sameSet(a, b []store.Key) bool {
	order := func(a, b store.Key) int { return cmp.Compare(a.String(), b.String()) }
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, order)
	slices.SortFunc(b, order)
	return slices.Equal(a, b)
}
