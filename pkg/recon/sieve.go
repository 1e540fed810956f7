package recon

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// The sieve is a first reading that keeps 16 bytes of each record. It finds the references that have exactly one entry and
// one row which agree in everything the rules look at; nothing else in the run can change what these are. The second reading
// brings only the others, whole, before the rules. Agreement is that of 63 bits of a keyed hash of everything, and of the
// partition and 32 bits of the reference's own; the sums of what the sieve kept back are held against each other, per currency
// and to the last unit. References that share partition and 32 bits are both looked at, and told apart, in the second reading.

// mark is what the sieve keeps of a record.
type mark struct {
	reference uint32 // hash, beside what the partition says of it
	place     uint32 // of the record in its lane: see placeOf
	facts     uint64 // hash of all that the rules look at; never 0 but for odd ones
}

const (
	markSize = 16
	// odd records are never plain, whatever stands beside them.
	odd             = 0
	mostInteresting = 2 // records beside so many entries; beyond, the sieve is not worth its second reading
)

// agree says whether an entry and a row of one reference are plain.
func (e mark) agree(r mark) bool { return e.facts == r.facts && e.facts != odd }

func (m mark) put(to []byte) {
	le := binary.LittleEndian
	le.PutUint64(to, uint64(m.place)<<32|uint64(m.reference))
	le.PutUint64(to[8:], m.facts)
}

func markAt(from []byte) mark {
	le := binary.LittleEndian
	_ = from[markSize-1]
	return mark{le.Uint32(from), le.Uint32(from[4:]), le.Uint64(from[8:])}
}

// costs says which costs an entry expects.
type costs struct{ fee, tax bool }

// habit is what the books expect, by kind. The few entries that have another one are odd, so that no row has to be marked for
// each habit that its entry might have.
type habit [3]costs

// habitOf the books is that of most entries at their start. What cannot be read there, the first reading will tell.
func (r *run) habitOf() habit {
	l, b := &lane{paths: []string{r.Books}, header: bookHeader}, r.blocks[0]
	defer l.close()
	var most habit
	if more, err := l.take(b); !more || err != nil {
		return most
	}
	var s splitter
	var seen [len(most)]map[costs]int
	_ = b.records(func(record []byte, _ uint32, broken reason) error { // it has no errors of its own
		if broken != "" || s.cut(b, record) != "" {
			return nil
		}
		if kind, ok := kindOf(s.get(bookKind)); ok {
			c := costs{len(s.get(bookFee)) > 0, len(s.get(bookTax)) > 0}
			if seen[kind] == nil {
				seen[kind] = map[costs]int{}
			}
			if seen[kind][c]++; seen[kind][c] > seen[kind][most[kind]] {
				most[kind] = c
			}
		}
		return nil
	})
	return most
}

// referenceAt is the first part of a mark.
func referenceAt(marks []byte, n uint32) uint32 {
	return binary.LittleEndian.Uint32(marks[n*markSize:])
}

// sieve marks an entry.
func (k *bookReader) sieve(e *entry) error {
	hash := k.hash(e.reference)
	m := mark{reference: uint32(hash), place: k.bookPlaces.of(k.block)}
	if e.status == paid && k.dues.of(e.day) >= k.date && k.habit[e.kind] == (costs{e.hasFee, e.hasTax}) {
		m.facts = k.facts(hash, e.transaction, e.signed(), e.fee, e.tax, e.day, e.currency, e.kind)
	}
	to, err := k.sink.grow(k.marks.entries.partOf(hash), markSize)
	if err == nil {
		m.put(to)
	}
	return err
}

// sieve marks a row.
func (k *rowReader) sieve(r *row) error {
	hash := k.grouped(r)
	m := mark{reference: uint32(hash), place: k.rowPlaces.of(k.block)}
	if r.status == settled && r.kind != reversal && r.net == r.amount-r.fee-r.tax && len(r.reference) > 0 {
		m.facts = k.facts(hash, r.transaction, r.amount, r.fee, r.tax, r.day, r.currency, r.kind)
	}
	to, err := k.sink.grow(k.marks.rows.partOf(hash), markSize)
	if err == nil {
		m.put(to)
	}
	return err
}

// facts hashes what a plain pair has in common: its reference by the hash that it has already, and costs if the
// books expect them.
func (r *run) facts(reference uint64, transaction []byte, signed, fee, tax int64, day int32, currency uint16, kind uint8) uint64 {
	if !r.habit[kind].fee {
		fee = 0
	}
	if !r.habit[kind].tax {
		tax = 0
	}
	s := &r.factSecret
	return s.with(reference, s.hash(transaction), uint64(signed)) ^ s.with(uint64(day)<<32|uint64(currency)<<8|uint64(kind), uint64(fee), uint64(tax)) | 1

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
	for i := range uint32(n) {
		slot := j.slot(referenceAt(j.entryBytes, i))
		if first := j.table[slot]; first != 0 {
			j.mixed[first-1] = true // more than one entry
			j.interest(p, i, j.entryBytes, &j.entryPlaces)
			j.taken[i] = another
			continue
		}
		j.table[slot] = i + 1
	}
	for i := range uint32(len(j.rowBytes) / markSize) {
		r := markAt(j.rowBytes[i*markSize:])
		first := j.table[j.slot(r.reference)]
		if first != 0 && j.taken[first-1] == 0 && markAt(j.entryBytes[(first-1)*markSize:]).agree(r) {
			j.taken[first-1] = i + 1
			continue
		}
		if first != 0 {
			j.mixed[first-1] = true
		}
		j.interest(p, i, j.rowBytes, &j.rowPlaces)
	}
	for i := range uint32(n) {
		row := j.taken[i]
		if row == another || (row != 0 && !j.mixed[i]) {
			continue
		}
		j.interest(p, i, j.entryBytes, &j.entryPlaces)
		if row != 0 {
			j.interest(p, row-1, j.rowBytes, &j.rowPlaces)
		}
	}
	return nil
}

// another marks an entry whose reference an earlier one has: that one speaks for both.
const another = math.MaxUint32

// slot of a reference in the table: the one where it is, or would be.
func (j *joiner) slot(reference uint32) uint32 {
	mask := uint32(len(j.table) - 1)
	slot := reference & mask
	for j.table[slot] != 0 && referenceAt(j.entryBytes, j.table[slot]-1) != reference {
		slot = (slot + 1) & mask
	}
	return slot
}

// interest notes a record that is to be read again: where it is, or its reference if places are of no use.
func (j *joiner) interest(partition int, n uint32, marks []byte, places *[]uint32) {
	m := markAt(marks[n*markSize:])
	if j.byPlace {
		*places = append(*places, m.place)
		return
	}
	j.interesting = append(j.interesting, wantedKey(partition, m.reference))
}

// wanted are the references of the second reading; nil means all.
type wanted struct {
	// front is small enough for the processor's cache and denies nearly all that is not wanted.
	front []uint64
	slots []uint64
	mask  uint64
}

// wantedKey is what marks keep of a reference.
func wantedKey(partition int, hash uint32) uint64 { return uint64(partition)<<32 | uint64(hash) }

func newWanted(n int) *wanted {
	size := 1 << 10
	for size < 3*n {
		size *= 2
	}
	return &wanted{front: make([]uint64, size/8), slots: make([]uint64, size), mask: uint64(size - 1)}
}

// inUse makes no key 0, which means free.
const inUse = 1 << 63

// add a key. There is room for the number it was made for, and half of it more.
func (w *wanted) add(key uint64) {
	*w.word(key) |= 1 << (key & 63)
	key |= inUse
	slot := key & w.mask
	for w.slots[slot] != 0 && w.slots[slot] != key {
		slot = (slot + 1) & w.mask
	}
	w.slots[slot] = key
}

func (w *wanted) word(key uint64) *uint64 { return &w.front[key>>6&(w.mask>>3)] }

func (w *wanted) has(key uint64) bool {
	if *w.word(key)>>(key&63)&1 == 0 {
		return false
	}
	key |= inUse
	for slot := key & w.mask; w.slots[slot] != 0; slot = (slot + 1) & w.mask {
		if w.slots[slot] == key {
			return true
		}
	}
	return false
}

// wants says whether the records of a reference are to be read again.
func (r *run) wants(hash uint64) bool { return r.wanted.has(r.wantedKey(hash)) }

func (r *run) wantedKey(hash uint64) uint64 { return wantedKey(r.entries.partOf(hash), uint32(hash)) }

// sieveAll looks at all marks and tells what is to be read again: the places of records, or references; neither if that would
// be about everything.
func (r *run) sieveAll(ctx context.Context, joiners []*joiner) error {
	r.byPlace = r.bookPlaces.useful() && r.rowPlaces.useful() && !r.reversals.any()
	if err := r.partitions(ctx, joiners, (*joiner).sift); err != nil {
		return err
	}
	r.room.forget()
	n, entries := 0, int64(0)
	for i, j := range joiners {
		n += len(j.interesting) + len(j.entryPlaces) + len(j.rowPlaces)
		entries += r.first[i].entries
	}
	if int64(n) > entries/mostInteresting+1024 {
		r.byPlace = false
		return nil
	}
	if r.byPlace {
		for _, j := range joiners {
			r.bookPlaces.wanted = append(r.bookPlaces.wanted, j.entryPlaces...)
			r.rowPlaces.wanted = append(r.rowPlaces.wanted, j.rowPlaces...)
			j.entryPlaces, j.rowPlaces = nil, nil
		}
		return nil
	}
	r.wanted = newWanted(n + r.reversals.count())
	for _, j := range joiners {
		for _, key := range j.interesting {
			r.wanted.add(key)
		}
		j.interesting = nil
	}
	return nil
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
