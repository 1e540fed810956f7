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

// splitter cuts records into the wanted columns.
type splitter struct {
	header header
	fields
	days days
}

// cut splits one record of a block.
func (s *splitter) cut(b *block, record []byte) error {
	if !b.valid && !utf8.Valid(record) {
		return errUTF8
	}
	if b.quoted && bytes.IndexByte(record, '"') >= 0 {
		if err := s.splitQuoted(record); err != nil {
			return err
		}
	} else {
		s.split(record)
	}
	if s.count() != s.header.count {
		return reason(fmt.Sprintf("%d fields instead of %d", s.count(), s.header.count))
	}
	return nil
}

// column finds one column of a record that has not been cut. False: the record cannot be read.
func (s *splitter) column(b *block, record []byte, column int) ([]byte, bool) {
	at := s.header.at[column]
	if !b.valid || (b.quoted && bytes.IndexByte(record, '"') >= 0) {
		if err := s.cut(b, record); err != nil {
			return nil, false
		}
		return s.cell(at), true
	}
	for ; at > 0; at-- {
		n := bytes.IndexByte(record, ',')
		if n < 0 {
			return nil, false
		}
		record = record[n+1:]
	}
	if n := bytes.IndexByte(record, ','); n >= 0 {
		record = record[:n]
	}
	return record, true
}

// get is a column of the record; empty if the file does not have it.
func (s *splitter) get(column int) []byte {
	if at := s.header.at[column]; at >= 0 {
		return s.cell(at)
	}
	return nil
}

// appendOthers adds the columns nobody asked for, for the question whether two rows are identical in every column.
func (s *splitter) appendOthers(to []byte) []byte {
	to = append(to, s.header.names...)
	for _, i := range s.header.others {
		to = append(append(to, 0x1f), s.cell(i)...)
	}
	return to
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
	r.transaction, r.reference = p.get(colTransaction), p.get(colReference)
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
	if r.amount, ok = decimal(p.get(colAmount)); !ok {
		return errAmount
	}
	if r.fee, ok = decimal(p.get(colFee)); !ok {
		return errFee
	}
	if p.header.at[colTax] >= 0 {
		if r.tax, ok = decimal(p.get(colTax)); !ok {
			return errTax
		}
	}
	if r.net, ok = decimal(p.get(colNet)); !ok {
		return errNet
	}
	if _, r.seconds, ok = p.days.moment(p.get(colDate)); !ok {
		return errDate
	}
	if len(p.header.others) > 0 {
		p.others = p.appendOthers(p.others[:0])
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
	e.id, e.reference, e.transaction = p.get(bookID), p.get(bookReference), p.get(bookTransaction)
	if len(e.id) == 0 {
		return reason("id is empty")
	}
	if len(e.reference) == 0 {
		return reason("reference is empty")
	}
	var ok bool
	if e.kind, ok = kindOf(p.get(bookKind)); !ok {
		return reason("kind is none of payment, refund, payout")
	}
	if e.status, ok = entryStatus(p.get(bookStatus)); !ok {
		return reason("status is none of pending, paid, expired, cancelled, failed, rejected, returned")
	}
	if e.currency = currencyCode(p.get(bookCurrency)); e.currency == 0 {
		return reason("currency is not three capital letters")
	}
	return p.numbers(e)
}

func (p *entryParser) numbers(e *entry) error {
	var ok bool
	if e.amount, ok = decimal(p.get(bookAmount)); !ok || e.amount < 0 {
		return reason("amount is not a positive decimal")
	}
	if fee := p.get(bookFee); len(fee) > 0 {
		if e.fee, e.hasFee = decimal(fee); !e.hasFee {
			return reason("fee is not a decimal")
		}
	}
	if tax := p.get(bookTax); len(tax) > 0 {
		if e.tax, e.hasTax = decimal(tax); !e.hasTax {
			return reason("tax is not a decimal")
		}
	}
	if e.nanos, ok = p.days.instant(p.get(bookOccurred)); !ok {
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
