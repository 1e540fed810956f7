package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// Format of a file. Stored strings: append only.
type Format string

const (
	CSV  Format = "csv"
	JSON Format = "json"
	XLSX Format = "xlsx"
)

// Formats lists every format.
func Formats() []Format { return []Format{CSV, JSON, XLSX} }

var (
	// ErrUnreadable says that a file cannot be read as rows at all, so that none of it may be believed.
	ErrUnreadable = errors.New("batch: unreadable file")
	// ErrTooLong says that a file has more than MaxRows.
	ErrTooLong = fmt.Errorf("batch: more than %d rows", MaxRows)
	// ErrRow says that one row cannot be read; the others are not its concern.
	ErrRow = errors.New("batch: unreadable row")
	// ErrFormula says that a cell holds a formula: what it comes to depends on whose spreadsheet works it out.
	ErrFormula = errors.New("batch: formula in a cell")
)

// Row is one row of a file: the body that the request for it alone would have, or what is wrong with it.
type Row struct {
	Number int // 1-based, without the header
	Line   int // 1-based, for the person who must look; 0 where the format has no lines
	Body   []byte
	Fault  error // ErrRow or ErrFormula
}

// Column is where a cell of a table belongs in a row's body.
type Column struct {
	Path   []string // names from the outside in
	Number bool     // an integer; else a text
}

// Columns are the columns a table may have, by name.
type Columns map[string]Column

// Reader reads a file's rows in order.
type Reader interface {
	// Next is the next row. Errors: io.EOF after the last, ErrUnreadable.
	Next() (Row, error)
}

// FormatOf tells a file's format by how it begins.
func FormatOf(content []byte) Format {
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		return XLSX
	}
	if bytes.HasPrefix(bytes.TrimLeft(content, " \t\r\n\ufeff"), []byte("{")) {
		return JSON
	}
	return CSV
}

// Open reads a file. Error: ErrUnreadable.
func Open(format Format, content []byte, columns Columns) (Reader, error) {
	if !slices.Contains(Formats(), format) {
		return nil, fmt.Errorf("%w: format %q", ErrUnreadable, format)
	}
	if format == XLSX {
		return openWorkbook(content, columns)
	}
	if !utf8.Valid(content) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrUnreadable)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if format == JSON {
		return openJSON(content)
	}
	return openCSV(content, columns)
}

// Count reads a whole file. Errors: ErrUnreadable, ErrTooLong.
func Count(r Reader) (rows int, err error) {
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return rows, err
		}
		if rows++; rows > MaxRows {
			return rows, ErrTooLong
		}
	}
	if rows == 0 {
		return 0, fmt.Errorf("%w: it has no rows", ErrUnreadable)
	}
	return rows, nil
}

// jsonReader reads {"rows":[{…},{…}]}.
type jsonReader struct {
	d    *json.Decoder
	rows int
	done bool
}

func openJSON(content []byte) (Reader, error) {
	d := json.NewDecoder(bytes.NewReader(content))
	for _, want := range []json.Token{json.Delim('{'), "rows", json.Delim('[')} {
		if got, err := d.Token(); err != nil || got != want {
			return nil, fmt.Errorf(`%w: it must be {"rows":[…]} and nothing else`, ErrUnreadable)
		}
	}
	return &jsonReader{d: d}, nil
}

func (r *jsonReader) Next() (Row, error) {
	if r.done {
		return Row{}, io.EOF
	}
	if r.d.More() {
		var raw json.RawMessage
		if err := r.d.Decode(&raw); err != nil {
			return Row{}, fmt.Errorf("%w: after row %d: %v", ErrUnreadable, r.rows, err)
		}
		r.rows++
		return Row{Number: r.rows, Body: raw}, nil
	}
	for _, want := range []json.Token{json.Delim(']'), json.Delim('}')} {
		if got, err := r.d.Token(); err != nil || got != want {
			return Row{}, fmt.Errorf("%w: something else follows row %d", ErrUnreadable, r.rows)
		}
	}
	if _, err := r.d.Token(); !errors.Is(err, io.EOF) {
		return Row{}, fmt.Errorf("%w: something follows the object", ErrUnreadable)
	}
	r.done = true
	return Row{}, io.EOF
}
