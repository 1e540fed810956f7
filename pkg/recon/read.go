package recon

import (
	"github.com/vuelto/vuelto/pkg/settlement"
)

// pass is what a reading is for.
type pass uint8

const (
	onlyPass   pass = iota // everything goes to its partition, whole
	sievePass              // everything is marked
	secondPass             // what the marks have left goes to its partition
)

// bookReader parses blocks of the books.
type bookReader struct {
	*run
	entryParser
	pass  pass
	sink  *sink
	ids   *sink
	tally *tally
	dues  *dueDays
	block *block
	known bool     // this reader has seen a transaction id
	late  []uint64 // references wanted because a reversal names their transaction
	e     entry
}

// parse one block of the books. A line that cannot be read ends the run: books are ours, and have to be whole.
func (k *bookReader) parse(b *block) error {
	k.block = b
	slow := func(record []byte, line uint32, broken reason) error { return k.record(b, record, line, broken) }
	if k.pass != sievePass || !b.plain() {
		return b.records(slow)
	}
	return k.quickly(b, func(uint32) (bool, error) {
		if k.entryParser.read(&k.e) != "" {
			return false, nil
		}
		return true, k.entry(&k.e)
	}, slow)
}

func (k *bookReader) record(b *block, record []byte, line uint32, broken reason) error {
	if k.pass == secondPass && broken == "" && !k.isWanted(b, record) {
		return nil
	}
	if broken == "" {
		broken = k.entryParser.parse(b, record, &k.e)
	}
	if broken != "" {
		return &LineError{b.from.name, line, broken.Error()}
	}
	return k.entry(&k.e)
}

func (k *bookReader) entry(e *entry) error {
	k.tally.entry(e)
	if k.pass != secondPass {
		if err := k.keepID(e); err != nil {
			return err
		}
	}
	if k.pass == sievePass {
		return k.sieve(e)
	}
	if len(e.transaction) > 0 && !k.known {
		k.known = true
		k.transactions.Store(true)
	}
	hash := k.hash(e.reference)
	to, err := k.sink.grow(k.entries.partOf(hash), e.size())
	if err == nil {
		e.pack(to, uint32(hash))
	}
	return err
}

// keepID keeps the hash of an id, so that one that stands twice is found.
func (k *bookReader) keepID(e *entry) error {
	id := k.hash(e.id)
	to, err := k.ids.grow(k.run.ids.partOf(id), 8)
	if err == nil {
		putHash(to, id)
	}
	return err
}

// isWanted says whether a record of the second reading is to be looked at.
func (k *bookReader) isWanted(b *block, record []byte) bool {
	if k.wanted == nil {
		return true
	}
	reference, ok := k.column(b, record, bookReference)
	if !ok {
		return true
	}
	hash := k.hash(reference)
	if k.wants(hash) {
		return true
	}
	if k.reversals.any() {
		if transaction, ok := k.column(b, record, bookTransaction); ok && len(transaction) > 0 && k.reversals.has(k.hash(transaction)) {
			k.late = append(k.late, hash)
			return true
		}
	}
	return false
}

// rowReader parses blocks of the settlement files.
type rowReader struct {
	*run
	rowParser
	pass   pass
	sink   *sink
	breaks *sorted
	tally  *tally
	block  *block
	r      row
}

// parse one block of rows. What cannot be read is a break, once.
func (k *rowReader) parse(b *block) error {
	k.block, k.file = b, uint16(b.from.number)
	slow := func(record []byte, line uint32, broken reason) error { return k.record(b, record, line, broken) }
	if k.pass != sievePass || !b.plain() {
		return b.records(slow)
	}
	return k.quickly(b, func(line uint32) (bool, error) {
		if k.r.line = line; k.rowParser.read(&k.r) != "" {
			return false, nil
		}
		return true, k.row(&k.r)
	}, slow)
}

func (k *rowReader) record(b *block, record []byte, line uint32, broken reason) error {
	if k.pass == secondPass && (broken != "" || !k.isWanted(b, record)) {
		return nil
	}
	r, bare := &k.r, broken != "" || !b.valid
	r.line = line
	if broken == "" {
		broken = k.rowParser.parse(b, record, r)
	}
	if broken == "" {
		return k.row(r)
	}
	if k.pass == secondPass {
		return nil
	}
	k.tally.rows++
	return k.unreadable(line, r, broken, bare)
}

func (k *rowReader) row(r *row) error {
	k.tally.row(r)
	if k.pass != secondPass && r.kind == reversal && len(r.transaction) > 0 {
		k.reversals.add(k.hash(r.transaction))
	}
	if k.pass == sievePass {
		return k.sieve(r)
	}
	hash := k.grouped(r)
	to, err := k.sink.grow(k.entries.partOf(hash), r.size())
	if err == nil {
		r.pack(to, uint32(hash))
	}
	return err
}

// grouped is the hash of the reference. A row without one can name nothing by it; such rows keep apart.
func (r *run) grouped(x *row) uint64 {
	if len(x.reference) == 0 {
		return r.hash(x.transaction)
	}
	return r.hash(x.reference)
}

func (k *rowReader) isWanted(b *block, record []byte) bool {
	if k.wanted == nil {
		return true
	}
	reference, ok := k.column(b, record, colReference)
	return ok && (len(reference) == 0 || k.wants(k.hash(reference)))
}

func (k *rowReader) unreadable(line uint32, r *row, why reason, bare bool) error {
	b := settlement.Break{Class: settlement.Unreadable, File: k.files[k.file], Line: int(line), Reason: why.Error()}
	if !bare {
		b.Reference, b.TransactionID = string(r.reference), string(r.transaction)
	}
	k.tally.unreadable++
	k.tally.broken(&b)
	return k.keepBreak(&b, k.breaks)
}

// LineError says which line of the books cannot be read.
type LineError struct {
	File   string
	Line   uint32 // physical, 1-based
	Reason string
}

func (e *LineError) Error() string {
	return e.File + " line " + lineNumber(e.Line) + ": " + e.Reason
}
