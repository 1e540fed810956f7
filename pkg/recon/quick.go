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
// more than finding each cell's end when its turn comes. Up to eight are noted whether they are there or not, for a loop that
// nearly always ends at another place is what a processor cannot foresee.
func (b *block) index() {
	le, at, n := binary.LittleEndian, append(b.at[:0], atStart), 1
	at = at[:cap(at)]
	for i := 0; i < len(b.text); i += 64 {
		if n+64 > len(at) {
			at = slices.Grow(at[:n], 4096+n)
			at = at[:cap(at)]
		}
		c := (*[64]byte)(b.text[i : i+64 : cap(b.text)])
		found := separators(le.Uint64(c[0:])) | separators(le.Uint64(c[8:]))<<8 |
			separators(le.Uint64(c[16:]))<<16 | separators(le.Uint64(c[24:]))<<24 |
			separators(le.Uint64(c[32:]))<<32 | separators(le.Uint64(c[40:]))<<40 |
			separators(le.Uint64(c[48:]))<<48 | separators(le.Uint64(c[56:]))<<56
		to, k := (*[64]uint32)(at[n:n+64]), bits.OnesCount64(found)
		for j := range 8 {
			to[j] = uint32(i + bits.TrailingZeros64(found))
			found &= found - 1
		}
		for j := 8; found != 0; j++ {
			to[j&63] = uint32(i + bits.TrailingZeros64(found))
			found &= found - 1
		}
		n += k
	}
	for n > 1 && int(at[n-1]) >= len(b.text) {
		n-- // behind the text
	}
	b.at = at[:n]
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

// quickly cuts a block without quotes by its index. Records that quick cannot read go to slow, uncut.
func (s *splitter) quickly(b *block, quick func(line uint32) (bool, error), slow func(record []byte, line uint32, broken reason) error) error {
	s.header = &b.from.header
	b.index()
	b.nth = 0
	for line, at := b.line, b.at; len(at) > 1; line, b.nth = line+1, b.nth+1 {
		n, from, read := s.header.count, at[0]+1, false
		var err error
		if n < len(at) && isRecord(b.text, at[1:n+1]) && at[n]-from < longest {
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
