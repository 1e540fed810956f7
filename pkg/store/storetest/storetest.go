// Package storetest is the contract of store.Store as a suite: one clause for each sentence, and a failing clause
// prints its sentence.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vuelto/vuelto/pkg/store"
)

// clause is one sentence of the contract and the check that it holds.
type clause struct {
	name     string
	sentence string
	check    func(*lab)
}

// Run checks every clause, each on a store that open returns. Stores may share their records: each clause keeps to
// partitions of its own, fresh within one process. Indexes may lag by up to five seconds.
func Run(t *testing.T, open func(*testing.T) store.Store) {
	for _, c := range slices.Concat(recordClauses, putClauses, takeClauses, queryClauses, indexClauses, commitClauses) {
		t.Run(c.name, func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the rule: %s", c.sentence)
				}
			})
			c.check(&lab{TB: t, store: open(t), tenant: tenant()})
		})
	}
	t.Run("model", func(t *testing.T) {
		t.Cleanup(func() {
			if t.Failed() {
				t.Log("the rule: any sequence of commits has the effect and the answers of the model")
			}
		})
		model(t, open(t))
	})
}

var tenants atomic.Int64

func tenant() string { return fmt.Sprintf("t%d", tenants.Add(1)) }

// lab is one clause's bench.
type lab struct {
	testing.TB
	store  store.Store
	tenant string
}

func (l *lab) key(pk, sk string) store.Key { return store.Key{PK: l.tenant + "#" + pk, SK: sk} }

// commit tries again while the store is busy: contention is not what the clauses are about.
func (l *lab) commit(writes ...store.Write) error {
	var err error
	for range 200 {
		if err = l.store.Commit(context.Background(), writes...); !errors.Is(err, store.ErrBusy) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return err
}

func (l *lab) must(writes ...store.Write) {
	l.Helper()
	if err := l.commit(writes...); err != nil {
		l.Fatalf("commit: %v", err)
	}
}

func (l *lab) get(key store.Key) store.Record {
	l.Helper()
	r, err := l.store.Get(context.Background(), key)
	if err != nil {
		l.Fatalf("get: %v", err)
	}
	return r
}

func (l *lab) absent(key store.Key) {
	l.Helper()
	if r, err := l.store.Get(context.Background(), key); !errors.Is(err, store.ErrNotFound) {
		l.Fatalf("get of %s: %+v, %v; want ErrNotFound", key, r, err)
	}
}

func (l *lab) same(got, want store.Record) {
	l.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		l.Fatalf("record (-want +got):\n%s", diff)
	}
}

// loses checks that a commit loses for exactly these reasons, in the order of its writes.
func (l *lab) loses(err error, losers ...store.Loser) {
	l.Helper()
	var conflict *store.ConflictError
	if !errors.As(err, &conflict) {
		l.Fatalf("commit: %v; want a ConflictError", err)
	}
	if diff := cmp.Diff(losers, conflict.Losers); diff != "" {
		l.Fatalf("losers (-want +got):\n%s", diff)
	}
}

func (l *lab) invalid(err error) {
	l.Helper()
	if !errors.Is(err, store.ErrInvalid) {
		l.Fatalf("error %v; want ErrInvalid", err)
	}
}

// all reads every page of a query.
func (l *lab) all(q store.Query) []store.Record {
	l.Helper()
	var records []store.Record
	for pages := 0; ; pages++ {
		page, err := l.store.Query(context.Background(), q)
		if err != nil {
			l.Fatalf("query %+v: %v", q, err)
		}
		limit := q.Limit
		if limit == 0 {
			limit = store.DefaultLimit
		}
		if len(page.Records) > limit {
			l.Fatalf("query %+v: a page of %d records", q, len(page.Records))
		}
		records = append(records, page.Records...)
		if page.Next == "" {
			return records
		}
		if pages > 1000 {
			l.Fatalf("query %+v has no end", q)
		}
		q.After = page.Next
	}
}

// sks are the sort keys of a query's records, joined.
func (l *lab) sks(q store.Query) string {
	l.Helper()
	var sks []string
	for _, r := range l.all(q) {
		sks = append(sks, r.Key.SK)
	}
	return strings.Join(sks, " ")
}

// eventually gives a lagging index its time.
func (l *lab) eventually(what string, ok func() bool) {
	l.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			l.Fatalf("after five seconds still not: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
