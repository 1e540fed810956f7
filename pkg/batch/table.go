package batch

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// table turns the cells under a header into bodies.
type table struct {
	names   []string
	columns []Column
}

// head reads the header. A column that no request has, or that comes twice, says that the file is not what it is taken
// for. Error: ErrUnreadable.
func head(cells []string, columns Columns) (table, error) {
	var t table
	seen := map[string]bool{}
	for _, cell := range cells {
		name := strings.TrimSpace(cell)
		c, ok := columns[name]
		switch {
		case !ok:
			return t, fmt.Errorf("%w: column %q is not known", ErrUnreadable, clip(name))
		case seen[name]:
			return t, fmt.Errorf("%w: column %q comes twice", ErrUnreadable, name)
		}
		seen[name] = true
		t.names, t.columns = append(t.names, name), append(t.columns, c)
	}
	return t, nil
}

// body makes a row's request. An empty cell is a field left out. Errors: ErrRow, ErrFormula.
func (t table) body(cells []string) ([]byte, error) {
	if len(cells) != len(t.columns) {
		return nil, fmt.Errorf("%w: %d cells under %d columns", ErrRow, len(cells), len(t.columns))
	}
	out := map[string]any{}
	for i, cell := range cells {
		cell, c := strings.TrimSpace(cell), t.columns[i]
		switch {
		case cell == "":
			continue
		case formula(cell):
			return nil, fmt.Errorf("%w: column %s", ErrFormula, t.names[i])
		case c.Number && !integer(cell):
			return nil, fmt.Errorf("%w: column %s must be an integer of minor units", ErrRow, t.names[i])
		}
		var value any = cell
		if c.Number {
			value = json.Number(cell)
		}
		into := out
		for _, name := range c.Path[:len(c.Path)-1] {
			inner, ok := into[name].(map[string]any)
			if !ok {
				inner = map[string]any{}
				into[name] = inner
			}
			into = inner
		}
		into[c.Path[len(c.Path)-1]] = value
	}
	return json.Marshal(out) // names are sorted: the same row is the same body
}

// formula says that a spreadsheet would work the cell out. Telephone numbers and negative amounts begin with a sign, too.
func formula(cell string) bool {
	first, size := utf8.DecodeRuneInString(cell)
	switch first {
	case '=', '@', '＝', '＠':
		return true
	case '+', '-', '＋', '－':
		return strings.Trim(cell[size:], "0123456789 ()-.") != ""
	}
	return false
}

func integer(cell string) bool {
	digits := strings.TrimPrefix(cell, "-")
	return digits != "" && len(digits) <= 18 && strings.Trim(digits, "0123456789") == "" && (digits == "0" || digits[0] != '0')
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

// csvReader reads a table with a header, separated by commas or, as spreadsheets in Spanish write it, by semicolons.
type csvReader struct {
	table
	r    *csv.Reader
	rows int
}

func openCSV(content []byte, columns Columns) (Reader, error) {
	r := csv.NewReader(bytes.NewReader(content))
	first, _, _ := bytes.Cut(content, []byte("\n"))
	if bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		r.Comma = ';'
	}
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	cells, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: it has no header", ErrUnreadable)
	}
	t, err := head(cells, columns)
	return &csvReader{table: t, r: r}, err
}

func (r *csvReader) Next() (Row, error) {
	cells, err := r.r.Read()
	if errors.Is(err, io.EOF) {
		return Row{}, io.EOF
	}
	if err != nil {
		return Row{}, fmt.Errorf("%w: %v", ErrUnreadable, err) // names the line
	}
	r.rows++
	row := Row{Number: r.rows}
	row.Line, _ = r.r.FieldPos(0)
	row.Body, row.Fault = r.body(cells)
	return row, nil
}
