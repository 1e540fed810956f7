package recon

import "bytes"

// longest record, in bytes. What is longer is no row of a settlement file: a quote that was never closed, or no CSV at all.
const longest = 64 << 10

// ending says how a record ends.
type ending uint8

const (
	whole    ending = iota
	more            // its end is not in the bytes at hand
	unclosed        // its quote is never closed: only its first line belongs to it
	endless         // its first line is too long, and not at its end yet
)

// next finds the end of the record that text starts with, line end included, by RFC 4180: a quote counts only where a
// field begins, and within it line ends and commas are data. last says that nothing follows text.
func next(text []byte, last bool) (int, ending) {
	limit := min(len(text), longest)
	known := last || len(text) >= longest // there is no more to wait for
	for i := 0; i < limit; {
		if text[i] == '"' {
			closed := closing(text[i+1:limit]) + i + 1
			if closed == i {
				return firstLine(text, limit, known)
			}
			i = closed + 1
		}
		n := bytes.IndexAny(text[i:limit], ",\n")
		if n < 0 {
			break
		}
		if i += n + 1; text[i-1] == '\n' {
			return i, whole
		}
	}
	switch {
	case last && limit == len(text):
		return len(text), whole
	case known:
		return firstLine(text, limit, true)
	}
	return 0, more
}

// closing is the index of the quote that closes a field, -1 if there is none; doubled quotes are data.
func closing(field []byte) int {
	for at := 0; ; {
		n := bytes.IndexByte(field[at:], '"')
		if n < 0 {
			return -1
		}
		if at += n; at+1 >= len(field) || field[at+1] != '"' {
			return at
		}
		at += 2
	}
}

// firstLine ends a record that has no end of its own, so that one stray quote costs one line and not the file.
func firstLine(text []byte, limit int, known bool) (int, ending) {
	if !known {
		return 0, more
	}
	if n := bytes.IndexByte(text[:limit], '\n'); n >= 0 {
		return n + 1, unclosed
	}
	if limit == len(text) && len(text) < longest {
		return len(text), unclosed
	}
	return limit, endless
}
