package recon

import (
	"slices"
	"sync"
)

// later keeps, packed, the references whose rows or entries may be named across references, until every partition has been
// looked at.
type later struct {
	mu                       sync.Mutex
	entries, witnesses, rows []byte
}

func (l *later) entry(e *entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = appendEntry(l.entries, e, 0)
	return nil
}

func (l *later) witness(e *entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.witnesses = appendEntry(l.witnesses, e, 0)
	return nil
}

func (l *later) row(r *row) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = appendRow(l.rows, r, 0)
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

// universe is all of it.
func (l *later) universe(files []string, offset int64) *universe {
	u := &universe{}
	var e entry
	for from := l.entries; len(from) > 0; {
		from = from[e.unpack(from):]
		u.entry(&e)
	}
	for from := l.witnesses; len(from) > 0; {
		from = from[e.unpack(from):]
		u.elsewhere = append(u.elsewhere, e.full())
	}
	var r row
	for from := l.rows; len(from) > 0; {
		from = from[r.unpack(from):]
		u.row(&r, files, offset)
	}
	return u
}
