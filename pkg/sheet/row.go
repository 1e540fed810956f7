package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Kind of a cell's value.
type Kind int

const (
	Text   Kind = iota // also empty
	Number             // Text holds its decimal form: digits, a dot, a sign
	Date               // At holds the wall clock, which names no zone; Text the number behind it
	Fault              // an error value such as #N/A, or a number of which the spreadsheet has lost digits
)

// Cell is one value.
type Cell struct {
	Kind Kind
	Text string
	At   time.Time // in UTC, for want of a zone
	// Formula says that the value was worked out by the program that wrote the file.
	Formula bool
}

// Row is one row with its cells from the first column to the last that has a value.
type Row struct {
	Number int // 1-based, as the spreadsheet shows it
	Cells  []Cell
}

// Next is the next row that has cells. Errors: io.EOF, ErrWorkbook.
func (r *Reader) Next() (Row, error) {
	if r.broken != nil {
		return Row{}, r.broken
	}
	for {
		token, err := next(r.in)
		if err != nil {
			r.broken = err
			return Row{}, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "row" {
			continue
		}
		row, err := r.rowOf(start)
		if err != nil {
			r.broken = err
			return Row{}, err
		}
		if len(row.Cells) > 0 {
			return row, nil
		}
	}
}

// rowOf reads the cells of a row. Rows and cells may leave their number out: they then follow the one before.
func (r *Reader) rowOf(start xml.StartElement) (Row, error) {
	number := r.row + 1
	if text := attr(start, "r"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return Row{}, fmt.Errorf("%w: row %q", ErrWorkbook, text)
		}
		number = n
	}
	if number <= r.row || number > mostRow {
		return Row{}, fmt.Errorf("%w: row %d after row %d", ErrWorkbook, number, r.row)
	}
	r.row = number
	row := Row{Number: number}
	for {
		token, err := next(r.in)
		if err != nil {
			return row, cutOff(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			return row, nil // cells are read whole, so that this is the row's own end
		case xml.StartElement:
			if t.Name.Local != "c" {
				if err := r.in.Skip(); err != nil {
					return row, fmt.Errorf("%w: %w", ErrWorkbook, err)
				}
				continue
			}
			if err := r.cell(t, &row); err != nil {
				return row, err
			}
		}
	}
}

// cutOff turns an end within something into what it is.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: cut off", ErrWorkbook)
	}
	return err
}

// cell reads one cell to its place.
func (r *Reader) cell(start xml.StartElement, row *Row) error {
	at := len(row.Cells)
	if ref := attr(start, "r"); ref != "" {
		column, ok := columnOf(ref)
		if !ok || column < at {
			return fmt.Errorf("%w: cell %q in row %d", ErrWorkbook, ref, row.Number)
		}
		at = column
	}
	if at >= mostColumns {
		return fmt.Errorf("%w: row %d has more than %d cells", ErrWorkbook, row.Number, mostColumns)
	}
	text, formula, err := r.text()
	if err != nil {
		return err
	}
	value, err := r.value(attr(start, "t"), attr(start, "s"), text)
	value.Formula = formula
	if err != nil || value == (Cell{}) {
		return err
	}
	for len(row.Cells) < at {
		row.Cells = append(row.Cells, Cell{})
	}
	row.Cells = append(row.Cells, value)
	return nil
}

// text is what stands in a cell: in its value, or in its own text, of which phonetic readings are no part; and whether a
// formula stands there, too.
func (r *Reader) text() (text string, formula bool, err error) {
	var out []byte
	within := 0   // elements
	skip := 0     // within a phonetic reading
	take := false // within a value or a text; a formula is neither
	for {
		token, err := next(r.in)
		if err != nil {
			return "", formula, cutOff(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			within++
			if skip > 0 || t.Name.Local == "rPh" {
				skip++
			}
			take = t.Name.Local == "v" || t.Name.Local == "t"
			formula = formula || t.Name.Local == "f"
		case xml.EndElement:
			if within == 0 {
				return string(out), formula, nil
			}
			within--
			skip, take = max(0, skip-1), false
		case xml.CharData:
			if take && skip == 0 {
				out = append(out, t...)
			}
			if len(out) > 4*mostCell {
				return "", formula, fmt.Errorf("%w: a cell of more than %d characters", ErrWorkbook, mostCell)
			}
		}
	}
}

// value understands a cell's text by its type.
func (r *Reader) value(kind, style, text string) (Cell, error) {
	switch kind {
	case "s":
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n >= len(r.texts) {
			return Cell{}, fmt.Errorf("%w: no shared text %q", ErrWorkbook, text)
		}
		return Cell{Text: r.texts[n]}, nil
	case "e":
		return Cell{Kind: Fault, Text: text}, nil
	case "d":
		for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05.999Z07:00", "2006-01-02"} {
			if at, err := time.Parse(layout, text); err == nil {
				return Cell{Kind: Date, Text: text, At: at.UTC()}, nil
			}
		}
		return Cell{Kind: Fault, Text: text}, nil
	case "", "n":
		if text == "" {
			return Cell{}, nil
		}
		return r.number(style, text), nil
	}
	return Cell{Text: text}, nil // inline, of a formula, or a truth value
}

// columnOf reads the column of a reference such as "AB12"; 0 is the first.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := range len(ref) {
		switch c := ref[i]; {
		case c >= 'A' && c <= 'Z':
			n = n*26 + int(c-'A') + 1
		case i == 0:
			return 0, false
		default:
			return n - 1, true
		}
		if n > mostColumns {
			return 0, false
		}
	}
	return n - 1, n > 0
}
