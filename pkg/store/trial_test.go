package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestATrialIsTheStoreWithoutItsEffects: the same commits get the same answers on a trial as on the store itself, reads
// see the same, and the store beneath never changes.
func TestATrialIsTheStoreWithoutItsEffects(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }
	ctx, random := context.Background(), rand.New(rand.NewPCG(1, 2))
	real, beneath := memstore.New(memstore.Options{Now: now}), memstore.New(memstore.Options{Now: now})
	key := func(i int) store.Key { return store.Key{PK: fmt.Sprint("t#", i), SK: "x"} }
	for i := range 4 {
		for _, s := range []store.Store{real, beneath} {
			if err := s.Commit(ctx, store.Put{Record: store.Record{Key: key(i), Body: []byte("{}"), Free: 20}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	trial, lost := store.NewTrial(beneath), 0
	for range 3000 {
		var writes []store.Write
		for _, i := range random.Perm(8)[:1+random.IntN(3)] {
			if random.IntN(2) == 0 {
				writes = append(writes, store.Take{Key: key(i), Amount: random.Int64N(12) - 5, Tag: []string{"", "a", "b", "c"}[random.IntN(4)]})
				continue
			}
			version := int64(0)
			if r, err := real.Get(ctx, key(i)); err == nil && random.IntN(4) > 0 {
				version = r.Version
			}
			writes = append(writes, store.Put{Record: store.Record{Key: key(i), Version: version, Body: []byte("{}"), Free: random.Int64N(30)}})
		}
		want, got := real.Commit(ctx, writes...), trial.Commit(ctx, writes...)
		if fmt.Sprint(want) != fmt.Sprint(got) {
			t.Fatalf("%v: the store says %v, the trial %v", writes, want, got)
		}
		if want != nil {
			lost++
		}
	}
	if lost < 300 || lost > 2700 {
		t.Errorf("%d of 3000 commits lost: the test tries one thing only", lost)
	}
	for i := range 8 {
		want, err := real.Get(ctx, key(i))
		got, err2 := trial.Get(ctx, key(i))
		if errors.Is(err, store.ErrNotFound) != errors.Is(err2, store.ErrNotFound) || want.Version != got.Version ||
			want.Free != got.Free || !slices.Equal(want.Tags, got.Tags) {
			t.Errorf("%d: the store has %v (%v), the trial %v (%v)", i, want, err, got, err2)
		}
		was, err := beneath.Get(ctx, key(i))
		if known := i < 4; known != (err == nil) || known && (was.Version != 1 || was.Free != 20 || was.Tags != nil) {
			t.Errorf("%d: beneath is %v (%v)", i, was, err)
		}
	}
}
