package recon

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

const (
	errQuote   reason = "the fields cannot be split"
	errTooLong reason = "the line is longer than 64 KiB"
	errOpen    reason = "a quote is never closed"
)

// trim takes the line end off a record.
func trim(record []byte) []byte {
	if n := len(record); n > 0 && record[n-1] == '\n' {
		record = record[:n-1]
	}
	if n := len(record); n > 0 && record[n-1] == '\r' {
		record = record[:n-1]
	}
	return record
}

// fields are the cells of one record: text and, for each cell, where it ends. A cell starts one byte behind the one before.
// They hold no pointers but one, for they are made millions of times.
type fields struct {
	text    []byte
	ends    []uint32
	scratch []byte // of records with quotes: the cells as they are meant, a comma behind each
}

func (f *fields) count() int { return len(f.ends) }

func (f *fields) cell(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = f.ends[i-1] + 1
	}
	return f.text[start:f.ends[i]]
}

// split cuts a record without quotes at its commas. Eight bytes behind the record must be there to be looked at.
func (f *fields) split(record []byte) {
	const commas, low = 0x2c2c2c2c2c2c2c2c, 0x7f7f7f7f7f7f7f7f
	ends, n := f.ends[:0], len(record)
	text := record[:n+slack]
	for i := 0; i < n; i += 8 {
		x := binary.LittleEndian.Uint64(text[i:]) ^ commas
		for found := ^(((x & low) + low) | x | low); found != 0; found &= found - 1 {
			ends = append(ends, uint32(i+bits.TrailingZeros64(found)>>3))
		}
	}
	for len(ends) > 0 && int(ends[len(ends)-1]) >= n {
		ends = ends[:len(ends)-1] // behind the record
	}
	f.text, f.ends = record, append(ends, uint32(n))
}

// splitQuoted cuts a record that may have quotes.
func (f *fields) splitQuoted(record []byte) error {
	f.scratch, f.ends = f.scratch[:0], f.ends[:0]
	for rest := record; ; {
		if len(rest) > 0 && rest[0] == '"' {
			end := closing(rest[1:])
			if end < 0 {
				return errOpen
			}
			f.scratch = appendUnquoted(f.scratch, rest[1:end+1])
			if rest = rest[end+2:]; len(rest) > 0 && rest[0] != ',' {
				return errQuote
			}
		} else {
			end := bytes.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			if bytes.IndexByte(rest[:end], '"') >= 0 {
				return errQuote
			}
			f.scratch, rest = append(f.scratch, rest[:end]...), rest[end:]
		}
		f.ends = append(f.ends, uint32(len(f.scratch)))
		if len(rest) == 0 {
			f.text = f.scratch
			return nil
		}
		f.scratch, rest = append(f.scratch, ','), rest[1:]
	}
}

func appendUnquoted(to, field []byte) []byte {
	for {
		n := bytes.IndexByte(field, '"')
		if n < 0 {
			return append(to, field...)
		}
		to, field = append(to, field[:n+1]...), field[n+2:]
	}
}
