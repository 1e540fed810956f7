package batch

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/vuelto/vuelto/pkg/sheet"
)

// workbookReader reads the first sheet of a spreadsheet: a table with a header in its first row.
type workbookReader struct {
	table
	r    *sheet.Reader
	rows int
}

func openWorkbook(content []byte, columns Columns) (Reader, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || !sheet.Is(archive) {
		return nil, fmt.Errorf("%w: it is no workbook", ErrUnreadable)
	}
	r, err := sheet.Open(archive, "")
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrUnreadable, err)
	}
	first, err := r.Next()
	if err != nil {
		return nil, fmt.Errorf("%w: it has no header", ErrUnreadable)
	}
	names := make([]string, len(first.Cells))
	for i, c := range first.Cells {
		names[i] = c.Text
	}
	t, err := head(names, columns)
	return &workbookReader{table: t, r: r}, err
}

func (r *workbookReader) Next() (Row, error) {
	found, err := r.r.Next()
	if errors.Is(err, io.EOF) {
		return Row{}, io.EOF
	}
	if err != nil {
		return Row{}, fmt.Errorf("%w: after row %d: %v", ErrUnreadable, r.rows, err)
	}
	r.rows++
	row := Row{Number: r.rows, Line: found.Number}
	cells, err := r.texts(found.Cells)
	if err != nil {
		row.Fault = err
		return row, nil
	}
	row.Body, row.Fault = r.body(cells)
	return row, nil
}

// texts are a row's cells as a table of text would have them. Errors: ErrRow, ErrFormula.
func (r *workbookReader) texts(cells []sheet.Cell) ([]string, error) {
	texts := make([]string, max(len(r.names), len(cells)))
	for i, c := range cells {
		switch {
		case c.Formula:
			return nil, fmt.Errorf("%w: column %s", ErrFormula, r.name(i))
		case c.Kind == sheet.Fault:
			return nil, fmt.Errorf("%w: column %s holds %s", ErrRow, r.name(i), clip(c.Text))
		case c.Kind == sheet.Date:
			texts[i] = c.At.Format("2006-01-02")
		default:
			texts[i] = c.Text
		}
	}
	return texts, nil
}

func (r *workbookReader) name(i int) string {
	if i < len(r.names) {
		return r.names[i]
	}
	return fmt.Sprint(i + 1)
}
