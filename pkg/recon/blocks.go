package recon

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// blockSize is how much is read and parsed at once, in bytes: more than the longest record, and less than a processor keeps
// close by.
const blockSize = 128 << 10

// slack follows a block's text, so that whole words can be looked at from its last byte on.
const slack = 64

// block is a run of whole records of one input. Its text ends with a line end.
type block struct {
	from    *input
	text    []byte // with slack behind it in its array
	line    uint32 // physical line of the first record, 1-based
	lines   int    // ends of lines in it, as it was read
	quoted  bool   // there is a quote in it
	valid   bool   // all of it is UTF-8
	endless bool   // it stands for one line that is too long to be a record
	array   []byte
	at      []uint32 // where its commas and line ends are, if it has been indexed
	number  int      // among the blocks of its lane
	nth     uint32   // of its records is being parsed, from 0
}

func newBlock() *block { return &block{array: make([]byte, blockSize)} }

// reader cuts a text into blocks.
type reader struct {
	in    io.Reader
	line  uint32 // of the next record
	rest  []byte // the start of a record whose end has not been read yet
	ended bool
	skip  bool  // within a line that is too long
	done  int64 // bytes of the text before rest
}

func newReader(in io.Reader) *reader { return &reader{in: in, line: 1} }

// fill puts the next whole records into a block. Errors: io.EOF, and those of the text.
func (r *reader) fill(b *block) error {
	for !r.ended || len(r.rest) > 0 {
		n := copy(b.array, r.rest)
		if !r.ended {
			got, err := io.ReadFull(r.in, b.array[n:len(b.array)-slack-1])
			if r.ended = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); err != nil && !r.ended {
				return err
			}
			if n += got; r.ended && n > 0 && b.array[n-1] != '\n' {
				b.array[n] = '\n' // the last line may lack it
				n++
			}
		}
		if r.cut(b, b.array[:n]) {
			return nil
		}
	}
	return io.EOF
}

// cut takes the whole records from text into the block and keeps the rest. False: there are none.
func (r *reader) cut(b *block, text []byte) bool {
	if r.skip {
		n := bytes.IndexByte(text, '\n')
		if r.rest = r.rest[:0]; n < 0 {
			r.done += int64(len(text))
			return false
		}
		r.skip = false
		r.line++
		r.done += int64(n) + 1
		text = text[:copy(text, text[n+1:])]
	}
	b.line, b.endless, b.quoted = r.line, false, bytes.IndexByte(text, '"') >= 0
	end, how := r.end(text, b.quoted)
	if how == endless && end == 0 {
		b.endless, r.skip = true, true
	}
	b.lines = bytes.Count(text[:end], lineEnd)
	r.line += uint32(b.lines)
	b.text, r.rest = text[:end], append(r.rest[:0], text[end:]...)
	r.done += int64(end)
	b.valid = utf8.Valid(b.text)
	return end > 0 || b.endless
}

// end of the last whole record of a text, and what follows it.
func (r *reader) end(text []byte, quoted bool) (int, ending) {
	if !quoted {
		end := len(text)
		if !r.ended {
			end = bytes.LastIndexByte(text, '\n') + 1
		}
		if end == 0 && len(text) >= longest {
			return 0, endless
		}
		return end, more
	}
	end := 0
	for end < len(text) {
		n, how := next(text[end:], r.ended)
		if how == more || how == endless {
			return end, how
		}
		end += n
	}
	return end, more
}

// plain says that commas and line ends are nothing but that.
func (b *block) plain() bool { return !b.quoted && b.valid && !b.endless }

// records gives the records of a block, without their line ends, with the physical lines they start on; or why one is none.
func (b *block) records(do func(record []byte, line uint32, broken reason) error) error {
	if b.endless {
		return do(nil, b.line, errTooLong)
	}
	line := b.line
	b.nth = 0
	for text := b.text; len(text) > 0; b.nth++ {
		record, lines, broken := text[:bytes.IndexByte(text, '\n')+1], uint32(1), reason("")
		if b.quoted {
			end, how := next(text, true)
			record = text[:end]
			lines = uint32(bytes.Count(record, []byte{'\n'}))
			if how == unclosed {
				broken = errOpen
			}
		}
		if err := b.record(record, line, broken, do); err != nil {
			return err
		}
		text = text[len(record):]
		line += lines
	}
	return nil
}

// record gives one, unless its line is empty.
func (b *block) record(record []byte, line uint32, broken reason, do func(record []byte, line uint32, broken reason) error) error {
	if len(record) > longest {
		broken = errTooLong
	}
	if record = trim(record); len(record) > 0 || broken != "" {
		return do(record, line, broken)
	}
	return nil
}
