package recon

import (
	"bytes"
	"errors"
	"io"
)

// blockSize is how much is read and parsed at once, in bytes. It is larger than the longest record.
const blockSize = 256 << 10

// slack follows a block's text, so that eight bytes can be looked at from its last one on.
const slack = 8

// block is a run of whole records.
type block struct {
	text    []byte // with slack behind it in its array
	line    uint32 // physical line of the first record, 1-based
	quoted  bool   // there is a quote in it
	valid   bool   // all of it is UTF-8
	endless bool   // it stands for one line that is too long to be a record
	array   []byte
}

// reader cuts a text into blocks.
type reader struct {
	in    io.Reader
	line  uint32 // of the next record
	rest  []byte // the start of a record whose end has not been read yet
	ended bool
	skip  bool // within a line that is too long
}

func newReader(in io.Reader) *reader { return &reader{in: in, line: 1} }

// fill puts the next whole records into a block. Errors: io.EOF, and those of the text.
func (r *reader) fill(b *block) error {
	for !r.ended || len(r.rest) > 0 {
		n := copy(b.array, r.rest)
		if !r.ended {
			got, err := io.ReadFull(r.in, b.array[n:len(b.array)-slack])
			if r.ended = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); err != nil && !r.ended {
				return err
			}
			n += got
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
			return false
		}
		r.skip = false
		r.line++
		text = text[:copy(text, text[n+1:])]
	}
	b.line, b.endless, b.quoted = r.line, false, bytes.IndexByte(text, '"') >= 0
	end, how := r.end(text, b.quoted)
	if how == endless && end == 0 {
		b.endless, r.skip = true, true
	}
	r.line += uint32(bytes.Count(text[:end], []byte{'\n'}))
	b.text, r.rest = text[:end], append(r.rest[:0], text[end:]...)
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
