// Package csvsettlement reads settlement files that are comma-separated text with a header line: the form the networks'
// reports share. What differs between them is data, in a Layout.
package csvsettlement

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// Largest is how much of a file is pulled at once, in bytes.
const Largest = 64 << 20

// longest record, in bytes: beyond it a stray quote has swallowed the rest of the file.
const longest = 64 << 10

// Layout is how one report spells the generic columns.
type Layout struct {
	Zone  *time.Location    // of the Date column
	Dates string            // layout of the Date column; empty = YYYY-MM-DD HH:MM:SS
	Names map[string]string // generic name → the report's; absent = the generic one
	Comma rune              // between fields; 0 = comma
}

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
		lines := &lines{in: bufio.NewReaderSize(file, 64<<10)}
		raw, err := lines.next()
		if err != nil {
			yield(settlement.Row{}, fmt.Errorf("%w: %w", ErrHeader, err))
			return
		}
		columns, err := layout.columns(strings.TrimPrefix(raw, "\ufeff"))
		if err != nil {
			yield(settlement.Row{}, err)
			return
		}
		for {
			raw, err := lines.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(settlement.Row{}, fmt.Errorf("csvsettlement: line %d: %w", lines.at, err))
				return
			}
			if raw == "" {
				continue
			}
			row := columns.row(raw)
			row.Line, row.Raw = lines.at, raw
			if !yield(row, nil) {
				return
			}
		}
	}
}

// lines joins physical lines to records: a quoted field may hold line ends.
type lines struct {
	in   *bufio.Reader
	line int // physical lines read
	at   int // line on which the last record starts
}

var errLongRecord = errors.New("a record is too long")

func (l *lines) next() (string, error) {
	var record strings.Builder
	open := false // inside quotes
	for {
		text, err := l.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || record.Len()+len(text) > longest {
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
		l.line++
		if record.Len() == 0 {
			l.at = l.line
		}
		record.Write(text)
		open = open != (bytes.Count(text, []byte{'"'})%2 == 1)
		if !open {
			return strings.TrimRight(record.String(), "\r\n"), nil
		}
	}
}

// fields splits one record.
func (layout Layout) fields(raw string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(raw))
	if layout.Comma != 0 {
		r.Comma = layout.Comma
	}
	r.FieldsPerRecord = -1
	return r.Read()
}
