package recon

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// The sieve is a first reading that keeps 24 bytes of each record. It finds the references that have exactly one entry and
// one row which agree in everything the rules look at; nothing else in the run can change what these are. The second reading
// brings only the others, whole, before the rules. Agreement is that of 128 bits of keyed hashes and of the costs
// themselves; the sums of what the sieve kept back are held against each other, per currency and to the last unit.

// mark is what the sieve keeps of a record.
type mark struct {
	reference uint64 // hash
	facts     uint64 // hash of transaction, kind, amount, currency and local day
	costs     uint64
}

const (
	markSize = 24
	costBits = 30
	costMask = 1<<costBits - 1
	// odd records are never plain, whatever stands beside them.
	odd             = 1 << 63
	comparesFee     = 1 << 62
	comparesTax     = 1 << 61
	mostInteresting = 4 // one reference in so many; beyond, the sieve is not worth its second reading
)

func costsOf(fee, tax int64) uint64 {
	if fee < 0 || fee > costMask || tax < 0 || tax > costMask {
		return odd
	}
	return uint64(fee) | uint64(tax)<<costBits
}

// agree says whether an entry and a row of one reference are plain.
func (e mark) agree(r mark) bool {
	if (e.costs|r.costs)&odd != 0 || e.facts != r.facts {
		return false
	}
	differ := e.costs ^ r.costs
	return (e.costs&comparesFee == 0 || differ&costMask == 0) && (e.costs&comparesTax == 0 || differ>>costBits&costMask == 0)
}

func (m mark) put(to []byte) {
	le := binary.LittleEndian
	le.PutUint64(to, m.reference)
	le.PutUint64(to[8:], m.facts)
	le.PutUint64(to[16:], m.costs)
}

func markAt(from []byte) mark {
	le := binary.LittleEndian
	_ = from[markSize-1]
	return mark{le.Uint64(from), le.Uint64(from[8:]), le.Uint64(from[16:])}
}

// sieve marks an entry.
func (k *bookReader) sieve(e *entry) error {
	m := mark{reference: k.hash(e.reference), costs: costsOf(e.fee, e.tax),
		facts: k.facts(e.reference, e.transaction, e.signed(), e.day, e.currency, e.kind)}
	if e.hasFee {
		m.costs |= comparesFee
	}
	if e.hasTax {
		m.costs |= comparesTax
	}
	if e.status != paid || k.dues.of(e.day) < k.date {
		m.costs |= odd
	}
	to, err := k.sink.grow(k.marks.entries.partOf(m.reference), markSize)
	if err == nil {
		m.put(to)
	}
	return err
}

// sieve marks a row.
func (k *rowReader) sieve(r *row) error {
	m := mark{reference: k.grouped(r), costs: costsOf(r.fee, r.tax),
		facts: k.facts(r.reference, r.transaction, r.amount, r.day, r.currency, r.kind)}
	if r.status != settled || r.kind == reversal || r.net != r.amount-r.fee-r.tax || len(r.reference) == 0 {
		m.costs |= odd
	}
	to, err := k.sink.grow(k.marks.rows.partOf(m.reference), markSize)
	if err == nil {
		m.put(to)
	}
	return err
}

// facts hashes what a plain pair has in common, its reference under another secret once more.
func (r *run) facts(reference, transaction []byte, signed int64, day int32, currency uint16, kind uint8) uint64 {
	s := &r.factSecret
	return s.with(s.hash(reference), s.hash(transaction), 0) ^ s.with(uint64(signed), uint64(day), uint64(currency)<<8|uint64(kind))
}

// sift finds the interesting references of a partition: all that are not plain.
func (j *joiner) sift(p int) error {
	var err error
	if j.entryBytes, err = j.marks.entries.load(p, j.entryBytes); err != nil {
		return err
	}
	if j.rowBytes, err = j.marks.rows.load(p, j.rowBytes); err != nil {
		return err
	}
	if p < len(j.ids.parts) {
		if err := j.suspects(p); err != nil {
			return err
		}
	}
	n := len(j.entryBytes) / markSize
	size := 16
	for size < 2*n {
		size *= 2
	}
	j.table, j.taken, j.mixed = resize(j.table, size), resize(j.taken, n), resize(j.mixed, n)
	mask := uint64(size - 1)
	for i := range n {
		m := markAt(j.entryBytes[i*markSize:])
		slot := m.reference & mask
		for j.table[slot] != 0 && markAt(j.entryBytes[(j.table[slot]-1)*markSize:]).reference != m.reference {
			slot = (slot + 1) & mask
		}
		if first := j.table[slot]; first != 0 {
			j.mixed[first-1] = true // more than one entry
			j.taken[i] = 1          // the first one speaks for all
			continue
		}
		j.table[slot] = uint32(i + 1)
	}
	for at := 0; at < len(j.rowBytes); at += markSize {
		r := markAt(j.rowBytes[at:])
		slot := r.reference & mask
		for j.table[slot] != 0 && markAt(j.entryBytes[(j.table[slot]-1)*markSize:]).reference != r.reference {
			slot = (slot + 1) & mask
		}
		first := j.table[slot]
		if first == 0 {
			j.interesting = append(j.interesting, r.reference)
			continue
		}
		if j.taken[first-1] == 0 && markAt(j.entryBytes[(first-1)*markSize:]).agree(r) {
			j.taken[first-1] = 1
		} else {
			j.mixed[first-1] = true
		}
	}
	for i := range n {
		if j.mixed[i] || j.taken[i] == 0 {
			j.interesting = append(j.interesting, markAt(j.entryBytes[i*markSize:]).reference)
		}
	}
	return nil
}

// wanted are the references of the second reading; nil means all.
type wanted struct {
	// front is small enough for the processor's cache and denies nearly all that is not wanted.
	front []uint64
	slots []uint64
	mask  uint64
}

func newWanted(n int) *wanted {
	size := 1 << 10
	for size < 3*n {
		size *= 2
	}
	return &wanted{front: make([]uint64, size/8), slots: make([]uint64, size), mask: uint64(size - 1)}
}

// add a hash. There is room for the number it was made for, and half of it more.
func (w *wanted) add(hash uint64) {
	*w.word(hash) |= 1 << (hash & 63)
	hash |= 1 // never 0, which means free
	slot := hash >> 1 & w.mask
	for w.slots[slot] != 0 && w.slots[slot] != hash {
		slot = (slot + 1) & w.mask
	}
	w.slots[slot] = hash
}

func (w *wanted) word(hash uint64) *uint64 { return &w.front[hash>>32&(w.mask>>3)] }

func (w *wanted) has(hash uint64) bool {
	if *w.word(hash)>>(hash&63)&1 == 0 {
		return false
	}
	hash |= 1
	for slot := hash >> 1 & w.mask; w.slots[slot] != 0; slot = (slot + 1) & w.mask {
		if w.slots[slot] == hash {
			return true
		}
	}
	return false
}

// sieveAll reads everything once and tells which references are to be read again.
func (r *run) sieveAll(ctx context.Context, joiners []*joiner) (*wanted, error) {
	if err := r.partitions(ctx, joiners, (*joiner).sift); err != nil {
		return nil, err
	}
	n := 0
	for _, j := range joiners {
		n += len(j.interesting)
	}
	var entries int64
	for _, t := range r.first {
		entries += t.entries
	}
	if int64(n) > entries/mostInteresting+1024 {
		return nil, nil
	}
	w := newWanted(n + r.reversals.count())
	for _, j := range joiners {
		for _, hash := range j.interesting {
			w.add(hash)
		}
		j.interesting = nil
	}
	return w, nil
}

// keptBack counts what the sieve kept back: everything of the first reading that the second one did not bring.
func (r *run) keptBack(all *tally) error {
	var first, second tally
	for i := range r.first {
		first.addRead(r.first[i])
		second.addRead(r.tallies[i])
	}
	entries, rows := first.entries-second.entries, first.rows-first.unreadable-second.rows
	if entries != rows || entries < 0 {
		return fmt.Errorf("%w: the sieve kept back %d entries and %d rows", settlement.ErrUnbalanced, entries, rows)
	}
	all.entries, all.rows, all.unreadable, all.size = first.entries, first.rows, first.unreadable, first.size
	all.matched += entries
	for _, x := range first.read {
		y := of(&second.read, x.currency)
		plain := settlement.Total{Gross: x.Gross - y.Gross, Fee: x.Fee - y.Fee, Tax: x.Tax - y.Tax, Net: x.Net - y.Net, Expected: x.Expected - y.Expected}
		if plain.Gross != plain.Expected {
			return fmt.Errorf("%w: the sieve kept back %d and %d %s", settlement.ErrUnbalanced, plain.Gross, plain.Expected, currencyText(x.currency))
		}
		if plain != (settlement.Total{}) {
			add(of(&all.totals, x.currency), plain)
		}
	}
	return nil
}
