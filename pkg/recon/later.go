package recon

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// ErrCrowded says that more rows and entries hang together by their identifiers than the memory holds: one reference for
// all, or references that agree nowhere.
var ErrCrowded = errors.New("too many rows and entries share their identifiers for this --memory")

// later keeps, packed, the references whose rows or entries may be named across references, until every partition has been
// looked at.
type later struct {
	limit int64 // bytes

	mu                       sync.Mutex
	entries, witnesses, rows []byte
}

func (l *later) entry(e *entry) error {
	return l.keep(&l.entries, e.size(), func(to []byte) { e.pack(to, 0) })
}
func (l *later) witness(e *entry) error {
	return l.keep(&l.witnesses, e.size(), func(to []byte) { e.pack(to, 0) })
}
func (l *later) row(r *row) error {
	return l.keep(&l.rows, r.size(), func(to []byte) { r.pack(to, 0) })
}

func (l *later) keep(list *[]byte, size int, pack func(to []byte)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if int64(len(l.entries)+len(l.witnesses)+len(l.rows)+size) > l.limit {
		return fmt.Errorf("%w: raise it", ErrCrowded)
	}
	n := len(*list)
	*list = slices.Grow(*list, size)[:n+size]
	pack((*list)[n:])
	return nil
}

func appendEntry(to []byte, e *entry, hash uint32) []byte {
	n := len(to)
	to = slices.Grow(to, e.size())[:n+e.size()]
	e.pack(to[n:], hash)
	return to
}

func appendRow(to []byte, r *row, hash uint32) []byte {
	n := len(to)
	to = slices.Grow(to, r.size())[:n+r.size()]
	r.pack(to[n:], hash)
	return to
}

// list a record is in.
type list uint8

const (
	ofEntries list = iota
	ofWitnesses
	ofRows
)

// linked is a record and the group of records that its identifiers tie it to.
type linked struct {
	group, at uint32
	list      list
}

// groups ties together what shares an identifier, reference or transaction, in whatever column: nothing outside of such a
// group has a say in it.
type groups struct {
	parent []uint32
	node   map[uint64]uint32 // by hash of the identifier; that two share one costs nothing but room
}

func (g *groups) of(hash uint64) uint32 {
	n, known := g.node[hash]
	if !known {
		n = uint32(len(g.parent))
		g.parent = append(g.parent, n)
		g.node[hash] = n
	}
	return g.root(n)
}

func (g *groups) root(n uint32) uint32 {
	for g.parent[n] != n {
		g.parent[n] = g.parent[g.parent[n]]
		n = g.parent[n]
	}
	return n
}

// tie two identifiers; empty ones tie nothing.
func (g *groups) tie(hash func([]byte) uint64, a, b []byte) uint32 {
	if len(a) == 0 {
		a = b
	}
	one := g.of(hash(a))
	if len(b) == 0 {
		return one
	}
	other := g.of(hash(b))
	g.parent[max(one, other)] = min(one, other)
	return one
}

// each gives all of it in parts that have nothing to do with each other, none much larger than it must be.
func (l *later) each(r *run, do func(u *universe) error) error {
	all := l.linked(r.hash)
	u := &universe{}
	for i := range all {
		l.add(u, all[i], r)
		last := i+1 == len(all)
		if last || (all[i+1].group != all[i].group && len(u.entries)+len(u.elsewhere)+len(u.rows) >= enough) {
			if err := do(u); err != nil {
				return err
			}
			u = &universe{}
		}
	}
	return nil
}

// linked lists all records by group.
func (l *later) linked(hash func([]byte) uint64) []linked {
	g := &groups{node: map[uint64]uint32{}}
	var all []linked
	var e entry
	for _, of := range []struct {
		bytes []byte
		list  list
	}{{l.entries, ofEntries}, {l.witnesses, ofWitnesses}} {
		for at := 0; at < len(of.bytes); {
			size := e.unpack(of.bytes[at:])
			all = append(all, linked{g.tie(hash, e.reference, e.transaction), uint32(at), of.list})
			at += size
		}
	}
	var row row
	for at := 0; at < len(l.rows); {
		size := row.unpack(l.rows[at:])
		all = append(all, linked{g.tie(hash, row.reference, row.transaction), uint32(at), ofRows})
		at += size
	}
	for i := range all {
		all[i].group = g.root(all[i].group)
	}
	slices.SortFunc(all, func(a, b linked) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.list, b.list), cmp.Compare(a.at, b.at))
	})
	return all
}

func (l *later) add(u *universe, x linked, r *run) {
	var e entry
	switch x.list {
	case ofEntries:
		e.unpack(l.entries[x.at:])
		u.entry(&e)
	case ofWitnesses:
		e.unpack(l.witnesses[x.at:])
		u.elsewhere = append(u.elsewhere, e.full())
	case ofRows:
		var row row
		row.unpack(l.rows[x.at:])
		u.row(&row, r.files, r.offset)
	}
}
