package recon

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// secret keys a hash, so that nobody who writes a file can choose what collides.
type secret [4]uint64

func newSecret() secret {
	seed := maphash.MakeSeed()
	var s secret
	for i := range s {
		s[i] = maphash.Comparable(seed, i) | 1
	}
	return s
}

// fold multiplies and brings both halves of the product together.
func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

// hash of an identifier. It is wyhash's construction, the one that Go's own maps use where a processor has no AES.
func (s *secret) hash(text []byte) uint64 {
	le, n := binary.LittleEndian, len(text)
	var x, y uint64
	seed := s[0]
	switch {
	case n > 16:
		for rest := text; len(rest) > 16; rest = rest[16:] {
			seed = fold(le.Uint64(rest)^s[1], le.Uint64(rest[8:])^seed)
		}
		x, y = le.Uint64(text[n-16:]), le.Uint64(text[n-8:])
	case n >= 8:
		x, y = le.Uint64(text), le.Uint64(text[n-8:])
	case n >= 4:
		x, y = uint64(le.Uint32(text)), uint64(le.Uint32(text[n-4:]))
	case n > 0:
		x = uint64(text[0])<<16 | uint64(text[n>>1])<<8 | uint64(text[n-1])
	}
	return fold(s[1]^uint64(n), fold(x^s[2], y^seed))
}

// with makes one hash of another and of two numbers.
func (s *secret) with(hash, a, b uint64) uint64 {
	return fold(fold(hash^s[0], a^s[1])^s[2], b^s[3])
}
