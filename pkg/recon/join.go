package recon

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// joiner compares one partition after the other. A partition holds every row and entry of its references. What is plain,
// one row beside its one entry with nothing to say, is settled on the packed records; the rest of a reference goes to the
// rules as a whole, and to the end of the run if rows or entries of other references may have a say in it.
type joiner struct {
	*run
	tally           *tally
	breaks, matches *sorted // matches is nil if nobody wants them
	dues            *dueDays

	entryBytes, rowBytes  []byte
	at                    []uint32 // offset of each entry
	table                 []uint32 // by hash of the reference: number of the first entry, from 1
	after                 []uint32 // number of the next entry of the same reference
	taken                 []uint32 // per entry: offset of the row that matches it, from 1
	mixed                 []bool   // per first entry: its reference is not plain
	left                  []uint32 // offsets of rows that are not settled
	interesting           []uint64 // references that the sieve does not keep back, as keys of wanted
	entryPlaces           []uint32 // of the records that it does not keep back
	rowPlaces             []uint32
	waited                bool // this is the second look
	waitEntries, waitRows []byte
	idBytes               []byte
	idTable               []uint64
	e                     entry
	r                     row
}

// stage is what waits until every partition has been looked at once: references with rows or entries that find no
// counterpart within. Only these can be named across references, and the filters know their transactions.
type stage struct {
	entries, rows    *spool
	entryIDs, rowIDs *filter
}

// first look at a partition.
func (j *joiner) first(p int) error {
	if p < len(j.ids.parts) && j.marks == nil {
		if err := j.suspects(p); err != nil {
			return err
		}
	}
	j.waited = false
	if err := j.partition(p, j.entries, j.rows); err != nil {
		return err
	}
	if err := j.deferred.entries.keep(p, j.waitEntries); err != nil {
		return err
	}
	err := j.deferred.rows.keep(p, j.waitRows)
	j.waitEntries, j.waitRows = j.waitEntries[:0], j.waitRows[:0]
	return err
}

// second look, at what had to wait.
func (j *joiner) second(p int) error {
	j.waited = true
	return j.partition(p, j.deferred.entries, j.deferred.rows)
}

func (j *joiner) partition(p int, entries, rows *spool) error {
	if entries.parts[p].size+rows.parts[p].size > j.partLimit {
		return fmt.Errorf("%w: raise it", ErrCrowded)
	}
	var err error
	if j.entryBytes, err = entries.load(p, j.entryBytes); err != nil {
		return err
	}
	if j.rowBytes, err = rows.load(p, j.rowBytes); err != nil {
		return err
	}
	j.index()
	j.probe()
	return j.rest()
}

// laterEntry keeps an entry that may be named across references: for the second look, or for the end of the run.
func (j *joiner) laterEntry(e *entry) error {
	if j.waited {
		return j.later.entry(e)
	}
	if len(e.transaction) > 0 {
		j.deferred.entryIDs.add(j.hash(e.transaction))
	}
	j.waitEntries = appendEntry(j.waitEntries, e, uint32(j.hash(e.reference)))
	return nil
}

// laterRow keeps a row in the same way.
func (j *joiner) laterRow(r *row) error {
	if j.waited {
		return j.later.row(r)
	}
	if len(r.transaction) > 0 {
		j.deferred.rowIDs.add(j.hash(r.transaction))
	}
	j.waitRows = appendRow(j.waitRows, r, uint32(j.hash(r.reference)))
	return nil
}

// index puts the entries into the table.
func (j *joiner) index() {
	j.at = j.at[:0]
	for off := 0; off < len(j.entryBytes); off += j.e.unpack(j.entryBytes[off:]) {
		j.at = append(j.at, uint32(off))
	}
	n := len(j.at)
	size := 16
	for size < 2*n {
		size *= 2
	}
	j.table = resize(j.table, size)
	j.after, j.taken, j.mixed = resize(j.after, n), resize(j.taken, n), resize(j.mixed, n)
	mask := uint32(size - 1)
	for i, off := range j.at {
		hash := binary.LittleEndian.Uint32(j.entryBytes[off:])
		j.e.unpack(j.entryBytes[off:])
		slot := hash & mask
		for ; ; slot = (slot + 1) & mask {
			first := j.table[slot]
			if first == 0 {
				j.table[slot] = uint32(i + 1)
				break
			}
			if j.sameReference(first, hash, j.e.reference) {
				j.after[i], j.after[first-1] = j.after[first-1], uint32(i+1)
				break
			}
		}
	}
}

func resize[T uint32 | uint64 | bool](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n, n+n/4)
	}
	list = list[:n]
	clear(list)
	return list
}

func (j *joiner) sameReference(number, hash uint32, reference []byte) bool {
	record := j.entryBytes[j.at[number-1]:]
	return binary.LittleEndian.Uint32(record) == hash && bytes.Equal(referenceOf(record), reference)
}

// referenceOf finds the reference in a packed entry.
func referenceOf(record []byte) []byte {
	le := binary.LittleEndian
	from := entryHead + int(le.Uint16(record[5:])) + int(le.Uint16(record[7:]))
	if record[4]&wideBit != 0 {
		from += entryWide - entryHead
	}
	return record[from : from+int(le.Uint16(record[9:]))]
}

// find the first entry of a reference, from 1; 0 if there is none.
func (j *joiner) find(hash uint32, reference []byte) uint32 {
	mask := uint32(len(j.table) - 1)
	for slot := hash & mask; ; slot = (slot + 1) & mask {
		number := j.table[slot]
		if number == 0 || j.sameReference(number, hash, reference) {
			return number
		}
	}
}

// probe settles the plain rows and leaves the others.
func (j *joiner) probe() {
	j.left = j.left[:0]
	for off := 0; off < len(j.rowBytes); {
		hash := binary.LittleEndian.Uint32(j.rowBytes[off:])
		size := j.r.unpack(j.rowBytes[off:])
		first := j.find(hash, j.r.reference)
		if number := j.plain(first); number != 0 {
			j.taken[number-1] = uint32(off + 1)
		} else {
			j.left = append(j.left, uint32(off))
			if first != 0 {
				j.mixed[first-1] = true
			}
		}
		off += size
	}
}

// plain finds the one entry that the row names and from which it differs in nothing; 0 if that is not certain here.
func (j *joiner) plain(first uint32) uint32 {
	if first == 0 || j.r.kind == reversal || j.mixed[first-1] {
		return 0
	}
	const longChain = 8
	found, length := uint32(0), 0
	for number := first; number != 0; number = j.after[number-1] {
		if length++; length > longChain {
			return 0
		}
		j.e.unpack(j.entryBytes[j.at[number-1]:])
		if j.e.kind == j.r.kind && len(j.e.transaction) > 0 && bytes.Equal(j.e.transaction, j.r.transaction) {
			if found != 0 {
				return 0 // twice in the books
			}
			found = number
		}
	}
	if found == 0 && length == 1 && j.e.kind == j.r.kind && len(j.e.transaction) == 0 && !j.rowIsOpen(&j.r) {
		found = first // by reference, for neither side knows better
	}
	if found == 0 || j.taken[found-1] != 0 {
		return 0
	}
	if length > 1 {
		j.e.unpack(j.entryBytes[j.at[found-1]:])
	}
	if p := j.pair(); !p.Clean() {
		return 0
	}
	return found
}

// pair is the current row beside the current entry.
func (j *joiner) pair() settlement.Pair {
	return settlement.Pair{Expected: j.e.signed(), Actual: j.r.amount, Fee: j.r.fee, Tax: j.r.tax, Net: j.r.net,
		ExpectedFee: j.e.fee, ExpectedTax: j.e.tax, CompareFee: j.e.hasFee, CompareTax: j.e.hasTax,
		OtherCurrency: j.r.currency != j.e.currency, Settled: j.r.status == settled, Paid: j.e.status == paid,
		RowDay: int32(floor(j.r.seconds, secondsOfDay)), EntryDay: j.e.day, DueDay: j.dues.of(j.e.day), Date: j.date}
}

// rowIsOpen says that an entry of another reference may carry the row's transaction, the right way round or swapped.
func (j *joiner) rowIsOpen(r *row) bool {
	if !j.waited {
		return len(r.transaction) > 0 && j.transactions.Load()
	}
	ids := j.deferred.entryIDs
	return len(r.transaction) > 0 && (ids.has(j.hash(r.transaction)) || ids.has(j.hash(r.reference)))
}

// entryIsOpen says that a row of another reference may carry the entry's transaction, the right way round or swapped.
func (j *joiner) entryIsOpen(e *entry) bool {
	if !j.waited || len(e.transaction) == 0 {
		return len(e.transaction) > 0
	}
	ids := j.deferred.rowIDs
	return ids.has(j.hash(e.transaction)) || ids.has(j.hash(e.reference))
}
