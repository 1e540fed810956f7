// Package store is the contract of storage: records under tenant-first keys, sparse indexes for lists and sweeps,
// and one way to change anything: Commit, whose conditions are part of the write.
//
// Two implementations pass storetest: memstore (in memory) and dynamostore (DynamoDB).
package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// MaxWrites is how many writes one Commit may carry (the limit of TransactWriteItems).
const MaxWrites = 100

// Key names one record. PK starts with the tenant, except for the two records that find the tenant.
type Key struct{ PK, SK string }

// String is for logs and messages.
func (k Key) String() string { return k.PK + "/" + k.SK }

// Index is the name of a sparse index: a record is in it while Record.Index has a place for it.
// Indexes may lag by seconds: they serve lists and sweeps and never decide about money.
type Index string

const (
	// Work holds what is unfinished, by due instant, and what awaits settlement, by due day.
	Work Index = "work"
	// List holds what merchants list, newest last.
	List Index = "list"
)

// Places is where a record is listed: its key in each index; zero in those it is not in.
type Places struct{ Work, List Key }

// In is the place in an index; zero for the table, and where there is none.
func (p Places) In(i Index) Key {
	switch i {
	case Work:
		return p.Work
	case List:
		return p.List
	}
	return Key{}
}

// With is p with a place in an index.
func (p Places) With(i Index, at Key) Places {
	switch i {
	case Work:
		p.Work = at
	case List:
		p.List = at
	}
	return p
}

// Record is one stored thing.
type Record struct {
	Key     Key
	Version int64     // fence: how many writes the record has had; Put says which version it replaces, 0 = must not exist
	Body    []byte    // the noun, encoded once by its record.go; opaque here
	Free    int64     // a balance that Take lowers and raises without reading; never negative
	Tags    []string  // ids that Take has added, sorted, each once
	Index   Places    // where the record is listed
	Expires time.Time // caches only; zero = never. No truth ever expires
}

// Write is one part of a Commit: Put or Take.
type Write interface{ key() Key }

// Put writes a whole record (Body, Free, Tags, Index, Expires). Condition: the stored version is Record.Version
// (0: the record does not exist). The stored version becomes Record.Version + 1.
type Put struct{ Record Record }

// Take lowers Free by Amount (raises it if negative) and adds Tag, if any, to Tags. Condition: the record exists and
// Free does not become negative. The version grows by one, so a Put prepared from an older read loses.
type Take struct {
	Key    Key
	Amount int64
	Tag    string
}

func (p Put) key() Key  { return p.Record.Key }
func (t Take) key() Key { return t.Key }

// KeyOf is the key a write touches.
func KeyOf(w Write) Key { return w.key() }

// Query reads one partition, of the table (Index empty) or of an index, in SK order. Records come whole and fresh: a
// query of an index reads each found record again and leaves out those that have moved on since. KeysOnly skips that
// second read: then only Key and Index[q.Index] are filled, and they may be stale.
type Query struct {
	Index      Index
	PK         string
	From, To   string // SK bounds, both inclusive; empty = open
	After      string // Page.Next of the page before
	Limit      int    // 1…; 0 = 100
	Descending bool
	KeysOnly   bool
}

// Page is a part of a query's answer. Next is empty at the end; a page may be shorter than the limit, even empty, while
// Next is not.
type Page struct {
	Records []Record
	Next    string
}

// Store is what every part of the bundle rests on.
type Store interface {
	// Get reads one record, strongly consistent. Error: ErrNotFound.
	Get(ctx context.Context, key Key) (Record, error)
	// Query reads one partition; consistent for the table, lagging for an index.
	Query(ctx context.Context, q Query) (Page, error)
	// Commit does all its writes or none. At most MaxWrites, each key once. Errors: *ConflictError when a condition
	// does not hold (an answer: read again or refuse), ErrBusy when others' transactions were in the way or the store
	// throttles (nothing was written: try again later). Any other error leaves the effect unknown.
	Commit(ctx context.Context, writes ...Write) error
}

var (
	// ErrNotFound says no record has the key.
	ErrNotFound = errors.New("store: not found")
	// ErrBusy says contention or throttling kept a commit from being tried; nothing was written.
	ErrBusy = errors.New("store: busy")
	// ErrInvalid says a commit or query is malformed: a bug of the caller.
	ErrInvalid = errors.New("store: invalid")
)

// Reason says why a write lost.
type Reason string

const (
	// Exists: Put wanted the record absent.
	Exists Reason = "exists"
	// Version: Put named another version than the stored one, or the record is absent.
	Version Reason = "version"
	// Short: Take wanted more than is free.
	Short Reason = "short"
	// Absent: Take found no record.
	Absent Reason = "absent"
)

// Loser is one write whose condition did not hold.
type Loser struct {
	Key    Key
	Reason Reason
}

// ConflictError names every write of a commit whose condition did not hold. Nothing was written.
type ConflictError struct{ Losers []Loser }

func (e *ConflictError) Error() string {
	var b strings.Builder
	b.WriteString("store: conflict")
	for _, l := range e.Losers {
		fmt.Fprintf(&b, " %s:%s", l.Key, l.Reason)
	}
	return b.String()
}

// Lost returns why the write of key lost, or "" if it is not among the losers of err.
func Lost(err error, key Key) Reason {
	var conflict *ConflictError
	if errors.As(err, &conflict) {
		for _, l := range conflict.Losers {
			if l.Key == key {
				return l.Reason
			}
		}
	}
	return ""
}

// IsConflict says whether a condition of the commit did not hold.
func IsConflict(err error) bool {
	var conflict *ConflictError
	return errors.As(err, &conflict)
}

// Check is what every implementation asks of a commit before it tries it. Error: ErrInvalid.
func Check(writes []Write) error {
	if len(writes) == 0 || len(writes) > MaxWrites {
		return fmt.Errorf("%w: %d writes in one commit", ErrInvalid, len(writes))
	}
	seen, bytes := make(map[Key]bool, len(writes)), 0
	for _, w := range writes {
		k := w.key()
		if err := CheckKey(k); err != nil {
			return err
		}
		if seen[k] {
			return fmt.Errorf("%w: %s twice in one commit", ErrInvalid, k)
		}
		seen[k] = true
		if p, ok := w.(Put); ok {
			if err := checkRecord(p.Record); err != nil {
				return err
			}
			bytes += len(p.Record.Body)
		}
	}
	if bytes > MaxCommit {
		return fmt.Errorf("%w: %d bytes in one commit", ErrInvalid, bytes)
	}
	return nil
}
