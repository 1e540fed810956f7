package identity

import (
	"crypto/sha256"
	"strings"
)

// Derived ids: the id of a payment is a function of the merchant's own order reference, that of a refund of the
// merchant's own refund id. Two requests for the same thing therefore meet on the same record, and the condition
// "must not exist" in the write is all the uniqueness there is: for ever, without a second record.

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Derive makes prefix + 26 characters of Crockford base 32 (the shape of a ULID) from the parts. The same parts give
// the same id; parts are length-delimited, so that ("ab","c") and ("a","bc") differ.
func Derive(prefix string, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		n := len(p)
		h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		h.Write([]byte(p))
	}
	sum := h.Sum(nil)[:16]
	var b strings.Builder
	b.Grow(len(prefix) + 26)
	b.WriteString(prefix)
	// 128 bits in 26 digits of 5: the first digit carries 3.
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
