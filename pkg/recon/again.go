package recon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// places are where the blocks of a lane are, in the order in which they were read, and which records of them the sieve wants
// to see again.
type places struct {
	blocks []placed
	inputs []*input
	packed bool        // some input is compressed: there is no reading in the middle of it
	lost   atomic.Bool // some place does not fit 32 bits
	wanted []uint32
}

// placed is one block as it was read.
type placed struct {
	from          int64 // in its file
	size          int32
	line          uint32
	input         uint16
	quoted, valid bool
}

// A place is the number of a block and that of a record within it.
const (
	recordBits = 13
	blockBits  = 32 - recordBits
)

// add the block that has just been read. The lane is locked.
func (p *places) add(b *block) {
	if p == nil {
		return
	}
	if n := len(p.inputs); n == 0 || p.inputs[n-1] != b.from {
		p.inputs = append(p.inputs, b.from)
		p.packed = p.packed || !b.from.bare
	}
	b.number = len(p.blocks)
	if !p.packed && b.number < 1<<blockBits {
		p.blocks = append(p.blocks, placed{b.from.reader.done - int64(len(b.text)), int32(len(b.text)), b.line, uint16(len(p.inputs) - 1), b.quoted, b.valid})
	}
}

// of the record that is being parsed.
func (p *places) of(b *block) uint32 {
	if b.nth >= 1<<recordBits || b.number >= 1<<blockBits {
		p.lost.Store(true)
	}
	return uint32(b.number)<<recordBits | b.nth&(1<<recordBits-1)
}

// useful says whether every record can be found by its place.
func (p *places) useful() bool { return !p.packed && !p.lost.Load() }

// errChanged says that a file is not what it was when the run began.
var errChanged = errors.New("the file has been changed while it was read")

// again reads once more what the sieve wants, of each block the records that it wants.
func (r *run) again(ctx context.Context) error {
	books, rows := r.bookReaders(secondPass), r.rowReaders(secondPass)
	ofBooks := func(worker int) func(b *block, record []byte, line uint32, broken reason) error {
		return books[worker].record
	}
	if err := r.bookPlaces.each(ctx, r.blocks, ofBooks); err != nil {
		return err
	}
	ofRows := func(worker int) func(b *block, record []byte, line uint32, broken reason) error {
		return func(b *block, record []byte, line uint32, broken reason) error {
			rows[worker].file = uint16(b.from.number)
			return rows[worker].record(b, record, line, broken)
		}
	}
	if err := r.rowPlaces.each(ctx, r.blocks, ofRows); err != nil {
		return err
	}
	return flushed(books, rows)
}

// each gives the wanted records to the workers, a block at a time.
func (p *places) each(ctx context.Context, blocks []*block, do func(worker int) func(b *block, record []byte, line uint32, broken reason) error) error {
	slices.Sort(p.wanted)
	var starts []int // of each block's records among the wanted ones
	for i, at := range p.wanted {
		if i == 0 || at>>recordBits != p.wanted[i-1]>>recordBits {
			starts = append(starts, i)
		}
	}
	starts = append(starts, len(p.wanted))
	for _, in := range p.inputs {
		if err := in.reopen(); err != nil {
			return err
		}
		defer in.close()
	}
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for worker, b := range blocks {
		record := do(worker)
		group.Go(func() error {
			for {
				i := int(next.Add(1))
				if i >= len(starts) || ctx.Err() != nil {
					return ctx.Err()
				}
				wanted := p.wanted[starts[i-1]:starts[i]]
				if err := p.load(b, int(wanted[0]>>recordBits)); err != nil {
					return err
				}
				if err := b.some(wanted, record); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// load a block again.
func (p *places) load(b *block, number int) error {
	at := &p.blocks[number]
	b.from, b.line, b.quoted, b.valid, b.endless, b.number = p.inputs[at.input], at.line, at.quoted, at.valid, false, number
	b.text = b.array[:at.size]
	n, err := b.from.file.ReadAt(b.text, at.from)
	if errors.Is(err, io.EOF) && n == len(b.text)-1 {
		b.text[n] = '\n' // the last line may lack it
		n++
	}
	if n < len(b.text) {
		if err == nil || errors.Is(err, io.EOF) {
			err = errChanged
		}
		return fmt.Errorf("%s: %w", b.from.name, err)
	}
	if len(b.text) == 0 || b.text[len(b.text)-1] != '\n' {
		return fmt.Errorf("%s: %w", b.from.name, errChanged)
	}
	return nil
}

// some gives those records of a block that are wanted, by their places.
func (b *block) some(wanted []uint32, do func(b *block, record []byte, line uint32, broken reason) error) error {
	if b.quoted {
		return b.records(func(record []byte, line uint32, broken reason) error {
			if len(wanted) == 0 || wanted[0]&(1<<recordBits-1) != b.nth {
				return nil
			}
			wanted = wanted[1:]
			return do(b, record, line, broken)
		})
	}
	text, nth := b.text, uint32(0)
	for _, place := range wanted {
		want := place & (1<<recordBits - 1)
		text = text[skip(text, int(want-nth)):]
		nth = want
		record := text[:bytes.IndexByte(text, '\n')+1]
		err := b.record(record, b.line+nth, "", func(record []byte, line uint32, broken reason) error { return do(b, record, line, broken) })
		if err != nil {
			return err
		}
	}
	return nil
}

// skip so many lines: where the next one begins. Counting the line ends of a stretch is quicker than finding each.
func skip(text []byte, lines int) int {
	const stretch = 512 // bytes
	at := 0
	for len(text)-at > stretch {
		n := bytes.Count(text[at:at+stretch], lineEnd)
		if n >= lines {
			break
		}
		lines -= n
		at += stretch
	}
	for ; lines > 0 && at < len(text); lines-- {
		n := bytes.IndexByte(text[at:], '\n')
		if n < 0 {
			return len(text)
		}
		at += n + 1
	}
	return at
}

var lineEnd = []byte{'\n'}
