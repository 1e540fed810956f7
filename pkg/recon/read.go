package recon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// blocks lets workers parse a source's blocks while the next ones are read. first gets the header.
func (r *run) blocks(ctx context.Context, s *source, first func(header []byte) error, workers []func(b *block) error) error {
	in := newReader(s.text)
	b := <-r.free
	err := in.fill(b)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if err != nil {
		b.text = nil
	}
	end, how := next(b.text, in.ended)
	if how != whole || b.endless {
		r.free <- b
		if b.endless || how == unclosed {
			return &HeaderError{s.name, "the header cannot be read"}
		}
		end = len(b.text)
	}
	if err := first(b.text[:end]); err != nil {
		r.free <- b
		return err
	}
	b.line += uint32(bytes.Count(b.text[:end], []byte{'\n'}))
	b.text = b.text[end:]

	group, ctx := errgroup.WithContext(ctx)
	full := make(chan *block, len(workers))
	group.Go(func() error {
		defer close(full)
		for {
			r.progress(s)
			select {
			case full <- b:
			case <-ctx.Done():
				return ctx.Err()
			}
			b = <-r.free
			if err := in.fill(b); errors.Is(err, io.EOF) {
				r.free <- b
				return nil
			} else if err != nil {
				r.free <- b
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	})
	for _, parse := range workers {
		group.Go(func() error {
			var failed error
			for b := range full {
				if failed == nil {
					failed = parse(b)
				}
				r.free <- b
			}
			return failed
		})
	}
	return group.Wait()
}

// records gives the records of a block, without their line ends, with the physical lines they start on.
func (b *block) records(do func(record []byte, line uint32, broken reason) error) error {
	if b.endless {
		return do(nil, b.line, errTooLong)
	}
	b.valid = utf8.Valid(b.text)
	line := b.line
	for text := b.text; len(text) > 0; {
		var record []byte
		var broken reason
		lines := uint32(1)
		if b.quoted {
			end, how := next(text, true)
			if how == unclosed {
				broken = errOpen
			}
			record, text = text[:end], text[end:]
			lines = uint32(bytes.Count(record, []byte{'\n'}))
		} else {
			end := bytes.IndexByte(text, '\n') + 1
			if end == 0 {
				end = len(text)
			}
			record, text = text[:end], text[end:]
		}
		if len(record) > longest {
			broken = errTooLong
		}
		if record = trim(record); len(record) > 0 || broken != "" {
			if err := do(record, line, broken); err != nil {
				return err
			}
		}
		line += lines
	}
	return nil
}

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
	pass    pass
	sink    *sink
	ids     *sink
	tally   *tally
	dues    *dueDays
	scratch []byte
	name    string
	known   bool     // this reader has seen a transaction id
	late    []uint64 // references wanted because a reversal names their transaction
}

// parse one block of the books. A line that cannot be read ends the run: books are ours, and have to be whole.
func (k *bookReader) parse(b *block) error {
	var e entry
	return b.records(func(record []byte, line uint32, broken reason) error {
		if k.pass == secondPass && broken == "" && !k.isWanted(b, record) {
			return nil
		}
		var err error = broken
		if broken == "" {
			err = k.entryParser.parse(b, record, &e)
		}
		if err != nil {
			return &LineError{k.name, line, err.Error()}
		}
		k.tally.entry(&e)
		if k.pass == sievePass {
			return k.sieve(&e, k.keepID(&e))
		}
		if k.pass == onlyPass {
			if err := k.keepID(&e); err != nil {
				return err
			}
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
	})
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
	if k.wanted.has(hash) {
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

// rowReader parses blocks of one settlement file.
type rowReader struct {
	*run
	rowParser
	pass    pass
	sink    *sink
	breaks  *sorted
	tally   *tally
	scratch []byte
}

// parse one block of rows. What cannot be read is a break, once.
func (k *rowReader) parse(b *block) error {
	var r row
	return b.records(func(record []byte, line uint32, broken reason) error {
		if k.pass == secondPass && (broken != "" || !k.isWanted(b, record)) {
			return nil
		}
		r.line = line
		var err error = broken
		if broken == "" {
			err = k.rowParser.parse(b, record, &r)
		}
		if err != nil {
			if k.pass == secondPass {
				return nil
			}
			k.tally.rows++
			return k.unreadable(line, &r, err, broken != "" || !b.valid)
		}
		k.tally.row(&r)
		if k.pass != secondPass && r.kind == reversal && len(r.transaction) > 0 {
			k.reversals.add(k.hash(r.transaction))
		}
		if k.pass == sievePass {
			return k.sieve(&r)
		}
		hash := k.grouped(&r)
		to, err := k.sink.grow(k.entries.partOf(hash), r.size())
		if err == nil {
			r.pack(to, uint32(hash))
		}
		return err
	})
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
	return ok && (len(reference) == 0 || k.wanted.has(k.hash(reference)))
}

func (k *rowReader) unreadable(line uint32, r *row, why error, bare bool) error {
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

// workersFor is how many workers there are unless somebody says so: one for each processor, but no more than memory is
// made for.
func workersFor(asked int) int {
	if asked > 0 {
		return asked
	}
	return min(runtime.GOMAXPROCS(0), 8)
}
