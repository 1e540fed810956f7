package recon

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
	lowBits  = 0x7f * eachByte
)

// separators are the commas and line ends among eight bytes, as eight bits.
func separators(x uint64) uint64 {
	const gather = 0x0002040810204081 // brings the high bits of eight bytes together in the top one
	low := x & lowBits
	others := ((low ^ ','*eachByte) + lowBits) & ((low ^ '\n'*eachByte) + lowBits) // have their high bit set
	found := ^(others | x) & highBits
	return found * gather >> 56
}

// index finds the commas and line ends of a block, 64 bytes at a time: that none has to wait for the one before is worth
// more than finding each cell's end when its turn comes.
func (b *block) index() {
	const together = 4096 // bytes
	at, n := append(b.at[:0], atStart), 1
	at = at[:cap(at)]
	for i := 0; i < len(b.text); i += together {
		if n+together > len(at) {
			at = slices.Grow(at[:n], 2*together+n)
			at = at[:cap(at)]
		}
		end := min(i+together, (len(b.text)+63)/64*64) // up to 63 bytes behind the text: see slack
		n += indexGroups(at[n:], b.text[i:end:cap(b.text)], i)
	}
	for n > 1 && int(at[n-1]) >= len(b.text) {
		n-- // behind the text
	}
	b.at = at[:n]
}

// indexWords notes the separators of a text, whose length is a multiple of 64, and says how many there are; there is room as
// if all of it were separators. Of each 64 bytes up to eight are noted whether they are there or not, for a loop that nearly
// always ends at another place is what a processor cannot foresee.
func indexWords(to []uint32, text []byte, from int) int {
	le, n := binary.LittleEndian, 0
	for i := 0; i < len(text); i += 64 {
		c := (*[64]byte)(text[i:])
		found := separators(le.Uint64(c[0:])) | separators(le.Uint64(c[8:]))<<8 |
			separators(le.Uint64(c[16:]))<<16 | separators(le.Uint64(c[24:]))<<24 |
			separators(le.Uint64(c[32:]))<<32 | separators(le.Uint64(c[40:]))<<40 |
			separators(le.Uint64(c[48:]))<<48 | separators(le.Uint64(c[56:]))<<56
		k, spread := bits.OnesCount64(found), (*[64]uint32)(to[n:])
		for j := range 8 {
			spread[j] = uint32(from + i + bits.TrailingZeros64(found))
			found &= found - 1
		}
		for j := 8; found != 0; j++ {
			spread[j&63] = uint32(from + i + bits.TrailingZeros64(found))
			found &= found - 1
		}
		n += k
	}
	return n
}

// isRecord says whether separators are those of one record: commas, and a line end at last.
func isRecord(text []byte, at []uint32) bool {
	last := len(at) - 1
	for _, p := range at[:last] {
		if text[p] != ',' {
			return false
		}
	}
	return text[at[last]] == '\n'
}

// lineOf counts the separators up to the first line end.
func lineOf(text []byte, at []uint32) int {
	n := 1
	for ; text[at[n-1]] != '\n'; n++ {
	}
	return n
}

// even says that the block's separators are those of records of so many columns and nothing else: there are as many as there
// are to be, and each line ends where the count of columns says.
func (b *block) even(columns int) bool {
	at := b.at[1:]
	if len(at) != b.lines*columns {
		return false
	}
	for i := columns - 1; i < len(at); i += columns {
		if b.text[at[i]] != '\n' {
			return false
		}
	}
	return true
}

// quickly cuts a block without quotes by its index. Records that quick cannot read go to slow, uncut.
func (s *splitter) quickly(b *block, quick func(line uint32) (bool, error), slow func(record []byte, line uint32, broken reason) error) error {
	s.header = &b.from.header
	b.index()
	b.nth = 0
	even := b.even(s.header.count)
	for line, at := b.line, b.at; len(at) > 1; line, b.nth = line+1, b.nth+1 {
		n, from, read := s.header.count, at[0]+1, false
		var err error
		if n < len(at) && (even || isRecord(b.text, at[1:n+1])) && at[n]-from < longest {
			s.text, s.ends = b.text, at[:n+1]
			if end := at[n]; end > from && b.text[end-1] == '\r' {
				s.own = append(append(s.own[:0], at[:n]...), end-1)
				s.ends = s.own
			}
			read, err = quick(line)
		} else {
			n = lineOf(b.text, at[1:])
		}
		if !read && err == nil {
			err = b.record(b.text[from:at[n]+1], line, "", slow)
		}
		if err != nil {
			return err
		}
		at = at[n:]
	}
	return nil
}
