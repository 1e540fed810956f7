package recon

import (
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// reason why a record cannot be read, for the person who must look; each names its column.
type reason string

func (r reason) Error() string { return string(r) }

const (
	errAmount     reason = "Amount is not a decimal"
	errFee        reason = "Fee is not a decimal"
	errTax        reason = "Tax is not a decimal"
	errNet        reason = "Net Amount is not a decimal"
	errCurrency   reason = "Currency is not three capital letters"
	errDate       reason = "Date is not a date"
	errFar        reason = settlement.FarReason
	errType       reason = "Type is none of PAYMENT, REFUND, PAYOUT, REVERSAL"
	errStatus     reason = "Status is none of SETTLED, REJECTED, FAILED"
	errID         reason = "id is empty"
	errReference  reason = "reference is empty"
	errKind       reason = "kind is none of payment, refund, payout"
	errBookStatus reason = "status is none of pending, paid, expired, cancelled, failed, rejected, returned"
	errBookCode   reason = "currency is not three capital letters"
	errBookAmount reason = "amount is not a positive decimal"
	errBookFee    reason = "fee is not a decimal"
	errBookTax    reason = "tax is not a decimal"
	errOccurred   reason = "occurred_at is not an RFC 3339 instant"
	errFarBooks   reason = "occurred_at is more than 1400 days from --date, as in another calendar"
	errSettlesIn  reason = "settles_currency is not three capital letters"
	errRate       reason = "locked_rate is not a positive decimal"
	errNoRate     reason = "settles_currency has no locked_rate, and no official rate of its day, or of the five before, was given"
)

// near is the first of the days that may be of our calendar, as a number of days since 1970: settlement.Far before the settlement day.
type near int32

func nearTo(day int32) near { return near(day - settlement.Far) }

func (n near) has(day int32) bool { return uint32(day)-uint32(n) <= 2*settlement.Far }

// rowParser makes rows of records.
type rowParser struct {
	splitter
	near   near
	days   days
	file   uint16
	others []byte
}

// parse reads a record into r, and says why it cannot. The two references may be set even then, for the person who must look.
func (p *rowParser) parse(b *block, record []byte, r *row) reason {
	if broken := p.cut(b, record); broken != "" {
		*r = row{file: p.file, line: r.line}
		return broken
	}
	return p.read(r)
}

// read the record that has been cut.
func (p *rowParser) read(r *row) reason {
	r.file, r.transaction, r.reference, r.others, r.tax = p.file, p.get(colTransaction), p.get(colReference), nil, 0
	var ok bool
	if r.kind, ok = typeOf(p.get(colType)); !ok {
		return errType
	}
	if r.status, ok = rowStatus(p.get(colStatus)); !ok {
		return errStatus
	}
	if r.currency = currencyCode(p.get(colCurrency)); r.currency == 0 {
		return errCurrency
	}
	if r.amount, ok = p.decimal(colAmount); !ok {
		return errAmount
	}
	if r.fee, ok = p.decimal(colFee); !ok {
		return errFee
	}
	if p.header.at[colTax] >= 0 {
		if r.tax, ok = p.decimal(colTax); !ok {
			return errTax
		}
	}
	if r.net, ok = p.decimal(colNet); !ok {
		return errNet
	}
	if r.day, r.seconds, ok = p.days.moment(p.get(colDate)); !ok {
		return errDate
	}
	if !p.near.has(r.day) {
		return errFar
	}
	if len(p.header.others) > 0 {
		p.others = p.appendOthers(p.others[:0])
		if r.others = p.others; !fits(r.others) {
			return errTooLong
		}
	}
	return ""
}

func typeOf(cell []byte) (uint8, bool) {
	switch string(cell) {
	case "PAYMENT":
		return payment, true
	case "REFUND":
		return refund, true
	case "PAYOUT":
		return payout, true
	case "REVERSAL":
		return reversal, true
	}
	return 0, false
}

func rowStatus(cell []byte) (uint8, bool) {
	switch string(cell) {
	case "SETTLED":
		return settled, true
	case "REJECTED":
		return 1, true
	case "FAILED":
		return 2, true
	}
	return 0, false
}

// entryParser makes entries of the books' records.
type entryParser struct {
	splitter
	near   near
	days   days
	offset int64 // of the network's zone, seconds east of Greenwich
	rates  []rate.Rate
}

// parse reads a record into e, and says why it cannot.
func (p *entryParser) parse(b *block, record []byte, e *entry) reason {
	if broken := p.cut(b, record); broken != "" {
		return broken
	}
	return p.read(e)
}

// read the record that has been cut.
func (p *entryParser) read(e *entry) reason {
	e.id, e.reference, e.transaction, e.lock = p.get(bookID), p.get(bookReference), p.get(bookTransaction), nil
	if len(e.id) == 0 {
		return errID
	}
	if len(e.reference) == 0 {
		return errReference
	}
	var ok bool
	if e.kind, ok = kindOf(p.get(bookKind)); !ok {
		return errKind
	}
	if e.status, ok = entryStatus(p.get(bookStatus)); !ok {
		return errBookStatus
	}
	if e.currency = currencyCode(p.get(bookCurrency)); e.currency == 0 {
		return errBookCode
	}
	return p.numbers(e)
}

func (p *entryParser) numbers(e *entry) reason {
	var ok bool
	if e.amount, ok = p.decimal(bookAmount); !ok || e.amount < 0 {
		return errBookAmount
	}
	e.fee, e.hasFee, e.tax, e.hasTax = 0, false, 0, false
	if len(p.get(bookFee)) > 0 {
		if e.fee, e.hasFee = p.decimal(bookFee); !e.hasFee {
			return errBookFee
		}
	}
	if len(p.get(bookTax)) > 0 {
		if e.tax, e.hasTax = p.decimal(bookTax); !e.hasTax {
			return errBookTax
		}
	}
	if e.day, e.nanos, ok = p.days.instant(p.get(bookOccurred), p.offset); !ok {
		return errOccurred
	}
	if !p.near.has(e.day) {
		return errFarBooks
	}
	if p.header.at[bookSettlesIn] < 0 {
		return ""
	}
	return p.locked(e)
}

func kindOf(cell []byte) (uint8, bool) {
	switch string(cell) {
	case "payment":
		return payment, true
	case "refund":
		return refund, true
	case "payout":
		return payout, true
	}
	return 0, false
}

var entryStatuses = [...]string{"paid", "pending", "expired", "cancelled", "failed", "rejected", "returned"}

func entryStatus(cell []byte) (uint8, bool) {
	if string(cell) == "paid" {
		return paid, true
	}
	for i, s := range entryStatuses {
		if string(cell) == s {
			return uint8(i), true
		}
	}
	return 0, false
}
