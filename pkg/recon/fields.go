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

// split cuts a record without quotes at its commas. Eight bytes behind the record must be there to be looked at.
func split(record []byte, into [][]byte) [][]byte {
	const commas, low = 0x2c2c2c2c2c2c2c2c, 0x7f7f7f7f7f7f7f7f
	into = into[:0]
	start, n := 0, len(record)
	text := record[:n+slack]
	for i := 0; i < n; i += 8 {
		x := binary.LittleEndian.Uint64(text[i:]) ^ commas
		for found := ^(((x & low) + low) | x | low); found != 0; found &= found - 1 {
			at := i + bits.TrailingZeros64(found)>>3
			if at >= n {
				break
			}
			into = append(into, record[start:at])
			start = at + 1
		}
	}
	return append(into, record[start:])
}

// splitQuoted cuts a record that may have quotes. Fields whose quotes hold doubled ones are rewritten into scratch.
func splitQuoted(record []byte, into [][]byte, scratch []byte) ([][]byte, []byte, error) {
	into, scratch = into[:0], scratch[:0]
	if cap(scratch) < len(record) {
		scratch = make([]byte, 0, len(record)) // it never grows: fields keep pointing into it
	}
	for rest := record; ; {
		var field []byte
		if len(rest) > 0 && rest[0] == '"' {
			end := closing(rest[1:])
			if end < 0 {
				return into, scratch, errOpen
			}
			from := len(scratch)
			scratch = appendUnquoted(scratch, rest[1:end+1])
			field, rest = scratch[from:], rest[end+2:]
			if len(rest) > 0 && rest[0] != ',' {
				return into, scratch, errQuote
			}
		} else {
			end := bytes.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			if field, rest = rest[:end], rest[end:]; bytes.IndexByte(field, '"') >= 0 {
				return into, scratch, errQuote
			}
		}
		into = append(into, field)
		if len(rest) == 0 {
			return into, scratch, nil
		}
		rest = rest[1:]
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
