package recon

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// reason why a record cannot be read, for the person who must look; each names its column.
type reason string

func (r reason) Error() string { return string(r) }

const (
	errAmount   reason = "Amount is not a decimal"
	errFee      reason = "Fee is not a decimal"
	errTax      reason = "Tax is not a decimal"
	errNet      reason = "Net Amount is not a decimal"
	errCurrency reason = "Currency is not three capital letters"
	errDate     reason = "Date is not a date"
	errType     reason = "Type is none of PAYMENT, REFUND, PAYOUT, REVERSAL"
	errStatus   reason = "Status is none of SETTLED, REJECTED, FAILED"
	errUTF8     reason = "the line is not UTF-8"
)

// splitter cuts records into fields and keeps its room between them.
type splitter struct {
	header  header
	fields  [][]byte
	scratch []byte
	days    days
}

// cut splits one record of a block.
func (s *splitter) cut(b *block, record []byte) error {
	if !b.valid && !utf8.Valid(record) {
		return errUTF8
	}
	if b.quoted && bytes.IndexByte(record, '"') >= 0 {
		var err error
		if s.fields, s.scratch, err = splitQuoted(record, s.fields, s.scratch); err != nil {
			return err
		}
	} else {
		s.fields = split(record, s.fields)
	}
	if len(s.fields) != s.header.count {
		return reason(fmt.Sprintf("%d fields instead of %d", len(s.fields), s.header.count))
	}
	return nil
}

// rowParser makes rows of records.
type rowParser struct {
	splitter
	file   uint16
	others []byte
}

// parse reads a record into r. On an error the two references may be set, for the person who must look.
func (p *rowParser) parse(b *block, record []byte, r *row) error {
	*r = row{file: p.file, line: r.line}
	if err := p.cut(b, record); err != nil {
		return err
	}
	f := p.fields
	h := &p.header
	r.transaction, r.reference = h.get(f, colTransaction), h.get(f, colReference)
	var ok bool
	if r.kind, ok = typeOf(h.get(f, colType)); !ok {
		return errType
	}
	if r.status, ok = rowStatus(h.get(f, colStatus)); !ok {
		return errStatus
	}
	if r.currency = currencyCode(h.get(f, colCurrency)); r.currency == 0 {
		return errCurrency
	}
	if r.amount, ok = decimal(h.get(f, colAmount)); !ok {
		return errAmount
	}
	if r.fee, ok = decimal(h.get(f, colFee)); !ok {
		return errFee
	}
	if h.at[colTax] >= 0 {
		if r.tax, ok = decimal(h.get(f, colTax)); !ok {
			return errTax
		}
	}
	if r.net, ok = decimal(h.get(f, colNet)); !ok {
		return errNet
	}
	if _, r.seconds, ok = p.days.moment(h.get(f, colDate)); !ok {
		return errDate
	}
	if len(h.others) > 0 {
		p.others = h.appendOthers(p.others[:0], f)
		r.others = p.others
	}
	if !fits(r.others) {
		return errTooLong
	}
	return nil
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
	offset int64 // of the network's zone, seconds east of Greenwich
}

// parse reads a record into e.
func (p *entryParser) parse(b *block, record []byte, e *entry) error {
	*e = entry{}
	if err := p.cut(b, record); err != nil {
		return err
	}
	f := p.fields
	h := &p.header
	e.id, e.reference, e.transaction = h.get(f, bookID), h.get(f, bookReference), h.get(f, bookTransaction)
	if len(e.id) == 0 {
		return reason("id is empty")
	}
	if len(e.reference) == 0 {
		return reason("reference is empty")
	}
	var ok bool
	if e.kind, ok = kindOf(h.get(f, bookKind)); !ok {
		return reason("kind is none of payment, refund, payout")
	}
	if e.status, ok = entryStatus(h.get(f, bookStatus)); !ok {
		return reason("status is none of pending, paid, expired, cancelled, failed, rejected, returned")
	}
	if e.currency = currencyCode(h.get(f, bookCurrency)); e.currency == 0 {
		return reason("currency is not three capital letters")
	}
	return p.numbers(e)
}

func (p *entryParser) numbers(e *entry) error {
	f := p.fields
	h := &p.header
	var ok bool
	if e.amount, ok = decimal(h.get(f, bookAmount)); !ok || e.amount < 0 {
		return reason("amount is not a positive decimal")
	}
	if fee := h.get(f, bookFee); len(fee) > 0 {
		if e.fee, e.hasFee = decimal(fee); !e.hasFee {
			return reason("fee is not a decimal")
		}
	}
	if tax := h.get(f, bookTax); len(tax) > 0 {
		if e.tax, e.hasTax = decimal(tax); !e.hasTax {
			return reason("tax is not a decimal")
		}
	}
	if e.nanos, ok = p.days.instant(h.get(f, bookOccurred)); !ok {
		return reason("occurred_at is not an RFC 3339 instant")
	}
	e.day = localDay(e.nanos, p.offset)
	return nil
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
