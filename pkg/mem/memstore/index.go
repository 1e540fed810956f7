package memstore

import (
	"container/heap"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// partition names one ordered set: of the table when index is empty.
type partition struct {
	index store.Index
	pk    string
}

// change is one entry on its way into or out of an index.
type change struct {
	at     time.Time
	seq    int64
	part   partition
	entry  entry
	listed bool // false: the entry leaves
}

// changes is a heap by instant, then by order of commit.
type changes []change

func (c changes) Len() int { return len(c) }
func (c changes) Less(i, j int) bool {
	if !c[i].at.Equal(c[j].at) {
		return c[i].at.Before(c[j].at)
	}
	return c[i].seq < c[j].seq
}
func (c changes) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *changes) Push(x any)   { *c = append(*c, x.(change)) }
func (c *changes) Pop() any {
	old := *c
	last := old[len(old)-1]
	old[len(old)-1] = change{}
	*c = old[:len(old)-1]
	return last
}

// reindex moves a record from where it was listed to where it is. One record's changes keep their order, as a real
// index keeps it; different records overtake each other.
func (s *Store) reindex(r *row, was, is store.Places, moment moment) {
	at := moment.now.Add(moment.lag)
	if at.Before(r.settled) {
		at = r.settled
	}
	for _, index := range store.Indexes() {
		old, now := was.In(index), is.In(index)
		if old == now {
			continue
		}
		if old != (store.Key{}) {
			s.change(change{at: at, part: partition{index, old.PK}, entry: entry{old.SK, r.record.Key}}, moment)
		}
		if now != (store.Key{}) {
			s.change(change{at: at, part: partition{index, now.PK}, entry: entry{now.SK, r.record.Key}, listed: true}, moment)
		}
		r.settled = at
	}
}

func (s *Store) change(c change, moment moment) {
	if !c.at.After(moment.now) {
		s.apply(c)
		return
	}
	s.seq++
	c.seq = s.seq
	heap.Push(&s.pending, c)
}

func (s *Store) apply(c change) {
	if c.listed {
		s.partition(c.part).insert(c.entry)
		return
	}
	s.unlist(c.part, c.entry)
}

// settle lets the indexes see what has become visible by now.
func (s *Store) settle(now time.Time) {
	for len(s.pending) > 0 && !s.pending[0].at.After(now) {
		s.apply(heap.Pop(&s.pending).(change))
	}
}

func (s *Store) partition(p partition) *ordered {
	o := s.partitions[p]
	if o == nil {
		o = &ordered{}
		s.partitions[p] = o
	}
	return o
}

func (s *Store) unlist(p partition, e entry) {
	o := s.partitions[p]
	if o == nil {
		return
	}
	o.remove(e)
	if len(o.chunks) == 0 {
		delete(s.partitions, p)
	}
}
