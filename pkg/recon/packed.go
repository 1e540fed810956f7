package recon

import (
	"encoding/binary"
	"math"
)

// Kinds and types share their numbers: a row fits an entry if these are equal. A reversal fits any.
const (
	payment = iota
	refund
	payout
	reversal
)

// Statuses of entries, paid first; of rows, settled first.
const (
	paid    = 0
	settled = 0
)

// row is one settlement row. Its texts point into the bytes it was read from.
type row struct {
	transaction, reference []byte
	others                 []byte // the columns nobody asked for
	amount, fee, tax, net  int64  // minor units
	seconds                int64  // since 1970, by the local clock
	day                    int32  // of seconds
	line                   uint32
	file, currency         uint16
	kind, status           uint8
}

// entry is one line of the books.
type entry struct {
	id, transaction, reference []byte
	lock                       []byte // of a settlement in another currency: see lockText; else empty
	amount, fee, tax           int64  // minor units; the amount is positive
	nanos                      int64  // since 1970
	day                        int32  // local, since 1970
	currency                   uint16
	kind, status               uint8
	hasFee, hasTax             bool
}

// signed is the amount as the merchant sees it.
func (e *entry) signed() int64 {
	if e.kind == payment {
		return e.amount
	}
	return -e.amount
}

// Packed records start with the hash of their reference; wide ones have amounts that do not fit the usual 32 bits.
const (
	rowHead     = 43
	rowWide     = rowHead + 24
	entryHead   = 43
	entryWide   = entryHead + 16
	wideBit     = 0x80
	feeBit      = 0x20
	taxBit      = 0x40
	statusShift = 2
)

func (r *row) narrow() bool {
	return small(r.fee) && small(r.tax) && r.net == r.amount-r.fee-r.tax
}

func small(n int64) bool { return n == int64(int32(n)) }

// fits says whether a record's texts have lengths that can be packed; records are never longer than that.
func fits(texts ...[]byte) bool {
	for _, t := range texts {
		if len(t) > math.MaxUint16 {
			return false
		}
	}
	return true
}

func (r *row) size() int {
	n := len(r.transaction) + len(r.reference) + len(r.others)
	if r.narrow() {
		return rowHead + n
	}
	return rowWide + n
}

// pack writes the row into exactly size bytes.
func (r *row) pack(to []byte, hash uint32) {
	le := binary.LittleEndian
	le.PutUint32(to, hash)
	to[4] = r.kind | r.status<<statusShift
	le.PutUint16(to[5:], uint16(len(r.transaction)))
	le.PutUint16(to[7:], uint16(len(r.reference)))
	le.PutUint16(to[9:], uint16(len(r.others)))
	le.PutUint16(to[11:], r.currency)
	le.PutUint16(to[13:], r.file)
	le.PutUint32(to[15:], r.line)
	le.PutUint64(to[19:], uint64(r.seconds))
	le.PutUint64(to[27:], uint64(r.amount))
	texts := to[rowHead:]
	if r.narrow() {
		le.PutUint32(to[35:], uint32(r.fee))
		le.PutUint32(to[39:], uint32(r.tax))
	} else {
		to[4] |= wideBit
		le.PutUint64(to[43:], uint64(r.fee))
		le.PutUint64(to[51:], uint64(r.tax))
		le.PutUint64(to[59:], uint64(r.net))
		texts = to[rowWide:]
	}
	texts = texts[copy(texts, r.transaction):]
	texts = texts[copy(texts, r.reference):]
	copy(texts, r.others)
}

// unpack reads a packed row and returns its size.
func (r *row) unpack(from []byte) int {
	le := binary.LittleEndian
	_ = from[rowHead-1]
	flags := from[4]
	t, f, o := int(le.Uint16(from[5:])), int(le.Uint16(from[7:])), int(le.Uint16(from[9:]))
	r.kind, r.status = flags&3, flags>>statusShift&3
	r.currency, r.file, r.line = le.Uint16(from[11:]), le.Uint16(from[13:]), le.Uint32(from[15:])
	r.seconds, r.amount = int64(le.Uint64(from[19:])), int64(le.Uint64(from[27:]))
	r.day = int32(floor(r.seconds, secondsOfDay))
	n := rowHead
	if flags&wideBit == 0 {
		r.fee, r.tax = int64(int32(le.Uint32(from[35:]))), int64(int32(le.Uint32(from[39:])))
		r.net = r.amount - r.fee - r.tax
	} else {
		r.fee, r.tax, r.net = int64(le.Uint64(from[43:])), int64(le.Uint64(from[51:])), int64(le.Uint64(from[59:]))
		n = rowWide
	}
	r.transaction, n = from[n:n+t:n+t], n+t
	r.reference, n = from[n:n+f:n+f], n+f
	r.others, n = from[n:n+o:n+o], n+o
	return n
}

func (e *entry) size() int {
	n := len(e.id) + len(e.transaction) + len(e.reference) + len(e.lock)
	if small(e.fee) && small(e.tax) {
		return entryHead + n
	}
	return entryWide + n
}

// pack writes the entry into exactly size bytes.
func (e *entry) pack(to []byte, hash uint32) {
	le := binary.LittleEndian
	le.PutUint32(to, hash)
	to[4] = e.kind | e.status<<statusShift
	if e.hasFee {
		to[4] |= feeBit
	}
	if e.hasTax {
		to[4] |= taxBit
	}
	le.PutUint16(to[5:], uint16(len(e.id)))
	le.PutUint16(to[7:], uint16(len(e.transaction)))
	le.PutUint16(to[9:], uint16(len(e.reference)))
	le.PutUint16(to[11:], e.currency)
	le.PutUint64(to[13:], uint64(e.nanos))
	le.PutUint32(to[21:], uint32(e.day))
	le.PutUint64(to[25:], uint64(e.amount))
	le.PutUint16(to[41:], uint16(len(e.lock)))
	texts := to[entryHead:]
	if small(e.fee) && small(e.tax) {
		le.PutUint32(to[33:], uint32(e.fee))
		le.PutUint32(to[37:], uint32(e.tax))
	} else {
		to[4] |= wideBit
		le.PutUint64(to[43:], uint64(e.fee))
		le.PutUint64(to[51:], uint64(e.tax))
		texts = to[entryWide:]
	}
	texts = texts[copy(texts, e.id):]
	texts = texts[copy(texts, e.transaction):]
	texts = texts[copy(texts, e.reference):]
	copy(texts, e.lock)
}

// unpack reads a packed entry and returns its size.
func (e *entry) unpack(from []byte) int {
	le := binary.LittleEndian
	_ = from[entryHead-1]
	flags := from[4]
	i, t, f := int(le.Uint16(from[5:])), int(le.Uint16(from[7:])), int(le.Uint16(from[9:]))
	e.kind, e.status = flags&3, flags>>statusShift&7
	e.hasFee, e.hasTax = flags&feeBit != 0, flags&taxBit != 0
	e.currency = le.Uint16(from[11:])
	e.nanos, e.day, e.amount = int64(le.Uint64(from[13:])), int32(le.Uint32(from[21:])), int64(le.Uint64(from[25:]))
	n := entryHead
	if flags&wideBit == 0 {
		e.fee, e.tax = int64(int32(le.Uint32(from[33:]))), int64(int32(le.Uint32(from[37:])))
	} else {
		e.fee, e.tax = int64(le.Uint64(from[43:])), int64(le.Uint64(from[51:]))
		n = entryWide
	}
	l := int(le.Uint16(from[41:]))
	e.id, n = from[n:n+i:n+i], n+i
	e.transaction, n = from[n:n+t:n+t], n+t
	e.reference, n = from[n:n+f:n+f], n+f
	e.lock, n = from[n:n+l:n+l], n+l
	return n
}
