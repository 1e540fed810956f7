// Package csvsettlement reads settlement files that are separated text with a header line, packed or not: the form the
// networks' reports share. What differs between them is data, in a Layout, which an account's settings may spell out.
package csvsettlement

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// Largest is how much of a file is pulled at once, in bytes.
const Largest = 64 << 20

// longest record, in bytes: beyond it a stray quote has swallowed the rest of the file.
const longest = 64 << 10

// The generic columns. Tax may be absent.
const (
	transactionID = "Transaction ID"
	reference     = "Reference Code"
	kind          = "Type"
	amount        = "Amount"
	fee           = "Fee"
	tax           = "Tax"
	net           = "Net Amount"
	currency      = "Currency"
	date          = "Date"
	status        = "Status"
)

// ErrHeader says the file does not start with the columns of its layout.
var ErrHeader = errors.New("csvsettlement: header")

// Read yields every record after the header. A record that cannot be read is yielded with its reason in Unreadable. The
// error ends the reading: there is no header that fits, or the file cannot be read on.
func Read(file io.Reader, layout Layout) iter.Seq2[settlement.Row, error] {
	return func(yield func(settlement.Row, error) bool) {
		from, columns, err := layout.start(file)
		if err != nil {
			yield(settlement.Row{}, err)
			return
		}
		for row, err := range rows(from, columns) {
			if !yield(row, err) {
				return
			}
		}
	}
}

// rows understands record after record. An error is the last thing it yields.
func rows(from records, columns columns) iter.Seq2[settlement.Row, error] {
	return func(yield func(settlement.Row, error) bool) {
		for {
			raw, err := from.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(settlement.Row{}, fmt.Errorf("csvsettlement: line %d: %w", from.line(), err))
				return
			}
			if raw == "" {
				continue
			}
			row := columns.row(raw)
			row.Line, row.Raw = from.line(), raw
			if !yield(row, nil) {
				return
			}
		}
	}
}

// start opens the file and understands its header.
func (layout Layout) start(file io.Reader) (records, columns, error) {
	text, workbook, err := unpack(file)
	if err != nil {
		return nil, columns{}, err
	}
	var l records
	if workbook == nil {
		l = &lines{in: bufio.NewReaderSize(layout.Encoding.reader(text), 64<<10)}
	} else if l, err = layout.sheet(workbook); err != nil {
		return nil, columns{}, err
	}
	for range layout.Skip {
		if _, err := l.next(); err != nil {
			return nil, columns{}, fmt.Errorf("%w: %w", ErrHeader, err)
		}
	}
	raw, err := l.next()
	if err != nil {
		return nil, columns{}, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	c, err := layout.columns(strings.TrimPrefix(raw, "\ufeff"))
	return l, c, err
}

// records is what a file is a sequence of: separated text, of which the first is the header.
type records interface {
	// next is the next record, empty for an empty line. Errors: io.EOF, or the file cannot be read on.
	next() (string, error)
	// line on which the last record starts, 1-based.
	line() int
}

// lines joins physical lines to records: a quoted field may hold line ends.
type lines struct {
	in   *bufio.Reader
	read int // physical lines
	at   int // line on which the last record starts
}

func (l *lines) line() int { return l.at }

var errLongRecord = errors.New("a record is too long")

func (l *lines) next() (string, error) {
	var record strings.Builder
	open := false // inside quotes
	for {
		text, err := l.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || record.Len()+len(text) > longest {
			if record.Len() == 0 {
				l.at = l.read + 1
			}
			return "", errLongRecord
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		if len(text) == 0 {
			if record.Len() == 0 {
				return "", io.EOF
			}
			return record.String(), nil // an open quote: splitting the record will say so
		}
		l.read++
		if record.Len() == 0 {
			l.at = l.read
		}
		record.Write(text)
		open = open != (bytes.Count(text, []byte{'"'})%2 == 1)
		if !open {
			return strings.TrimRight(record.String(), "\r\n"), nil
		}
	}
}

// fields splits one record. Few have quotes, and a reader for each record costs more than the splitting.
func (layout Layout) fields(raw string) ([]string, error) {
	if !strings.Contains(raw, `"`) {
		return strings.Split(raw, string(cmp.Or(layout.Comma, ','))), nil
	}
	r := csv.NewReader(strings.NewReader(raw))
	if layout.Comma != 0 {
		r.Comma = layout.Comma
	}
	r.FieldsPerRecord = -1
	return r.Read()
}
