package identity

import (
	"crypto/sha256"
	"hash"
	"strings"
	"time"
)

// Derived ids: the id of a payment is a function of the merchant's own order reference, that of a refund of the
// merchant's own refund id. Two requests for the same thing therefore meet on the same record, and the condition
// "must not exist" in the write is all the uniqueness there is: for ever, without a second record.

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Derive makes prefix + 26 characters of Crockford base 32 (the shape of a ULID) from the parts. The same parts give
// the same id; parts are length-delimited, so that ("ab","c") and ("a","bc") differ.
func Derive(prefix string, parts ...string) string {
	h := sha256.New()
	write(h, parts)
	return spell(prefix, h.Sum(nil)[:16])
}

// DeriveAt is Derive for what happens at an instant: the first ten characters are the milliseconds, as in a ULID, so that
// ids sort by time and At reads it back.
func DeriveAt(prefix string, at time.Time, parts ...string) string {
	h := sha256.New()
	write(h, parts)
	ms := uint64(at.UnixMilli())
	bits := []byte{byte(ms >> 40), byte(ms >> 32), byte(ms >> 24), byte(ms >> 16), byte(ms >> 8), byte(ms)}
	return spell(prefix, append(bits, h.Sum(nil)[:10]...))
}

// At is the instant in an id of DeriveAt, in whole milliseconds; false if it is none with this prefix.
func At(prefix, id string) (time.Time, bool) {
	digits, ok := strings.CutPrefix(id, prefix)
	if !ok || len(digits) != 26 {
		return time.Time{}, false
	}
	var ms int64
	for i := range digits {
		d := strings.IndexByte(crockford, digits[i])
		if d < 0 || i == 0 && d > 7 {
			return time.Time{}, false
		}
		if i < 10 {
			ms = ms<<5 | int64(d)
		}
	}
	return time.UnixMilli(ms).UTC(), true
}

func write(h hash.Hash, parts []string) {
	for _, p := range parts {
		n := len(p)
		h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		h.Write([]byte(p))
	}
}

// spell writes 128 bits in 26 digits of 5.
func spell(prefix string, sum []byte) string {
	var b strings.Builder
	b.Grow(len(prefix) + 26)
	b.WriteString(prefix)
	// The first digit carries 3 bits.
	b.WriteByte(crockford[sum[0]>>5])
	acc, bits := uint(sum[0]&0x1f), 5
	for _, c := range sum[1:] {
		acc, bits = acc<<8|uint(c), bits+8
		for bits >= 5 && b.Len() < len(prefix)+26 {
			bits -= 5
			b.WriteByte(crockford[acc>>bits&0x1f])
			acc &= 1<<bits - 1
		}
	}
	for b.Len() < len(prefix)+26 {
		b.WriteByte(crockford[acc&0x1f])
	}
	return b.String()
}
