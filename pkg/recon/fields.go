package recon

import (
	"bytes"
	"fmt"
	"math"
	"unicode/utf8"
)

const (
	errQuote   reason = "the fields cannot be split"
	errTooLong reason = "the line is longer than 64 KiB"
	errOpen    reason = "a quote is never closed"
	errUTF8    reason = "the line is not UTF-8"
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

// fields are the cells of one record: a text, and where the separators stand before, between and behind them.
type fields struct {
	text    []byte
	ends    []uint32
	own     []uint32 // of records that are in no index
	scratch []byte   // of records with quotes: the cells as they are meant, a comma behind each
}

// atStart stands before the first byte of a text.
const atStart = math.MaxUint32

func (f *fields) count() int { return len(f.ends) - 1 }

func (f *fields) cell(i int) []byte {
	around := f.ends[i : i+2 : i+2]
	return f.text[around[0]+1 : around[1]]
}

// split cuts one record, without its line end.
func (f *fields) split(record []byte) reason {
	if bytes.IndexByte(record, '"') >= 0 {
		return f.splitQuoted(record)
	}
	f.text, f.own = record, append(f.own[:0], atStart)
	for at := 0; ; at++ {
		n := bytes.IndexByte(record[at:], ',')
		if n < 0 {
			f.own = append(f.own, uint32(len(record)))
			f.ends = f.own
			return ""
		}
		at += n
		f.own = append(f.own, uint32(at))
	}
}

// splitQuoted cuts a record that may have quotes.
func (f *fields) splitQuoted(record []byte) reason {
	f.scratch, f.own = f.scratch[:0], append(f.own[:0], atStart)
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
		f.own = append(f.own, uint32(len(f.scratch)))
		if len(rest) == 0 {
			f.text, f.ends = f.scratch, f.own
			return ""
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

// splitter cuts records into the wanted columns.
type splitter struct {
	header *header
	fields
}

// cut a record of a block into cells, and say why that cannot be done.
func (s *splitter) cut(b *block, record []byte) reason {
	s.header = &b.from.header
	if !b.valid && !utf8.Valid(record) {
		return errUTF8
	}
	if broken := s.split(record); broken != "" {
		return broken
	}
	if s.count() != s.header.count {
		return reason(fmt.Sprintf("%d fields instead of %d", s.count(), s.header.count))
	}
	return ""
}

// column finds one column of a record that has not been cut. False: the record cannot be read.
func (s *splitter) column(b *block, record []byte, column int) ([]byte, bool) {
	if b.quoted || !b.valid {
		if s.cut(b, record) != "" {
			return nil, false
		}
		return s.get(column), true
	}
	for at := b.from.header.at[column]; at > 0; at-- {
		n := bytes.IndexByte(record, ',')
		if n < 0 {
			return nil, false
		}
		record = record[n+1:]
	}
	if n := bytes.IndexByte(record, ','); n >= 0 {
		record = record[:n]
	}
	return record, true
}

// get is a column of the record; empty if the file does not have it.
func (s *splitter) get(column int) []byte {
	if at := s.header.at[column]; at >= 0 {
		return s.cell(at)
	}
	return nil
}

// appendOthers adds the columns nobody asked for, for the question whether two rows are identical in every column.
func (s *splitter) appendOthers(to []byte) []byte {
	to = append(to, s.header.names...)
	for _, i := range s.header.others {
		to = append(append(to, 0x1f), s.cell(i)...)
	}
	return to
}
