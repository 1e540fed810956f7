package csvsettlement

import (
	"archive/zip"
	"cmp"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/sheet"
)

// workbook gives the rows of a sheet as the separated text that the layout describes: numbers with its decimal mark, dates
// in its spelling. So a report means the same whether it was exported as text or as a workbook, and a line that is shown to
// somebody reads like the report's own.
type workbook struct {
	in     *sheet.Reader
	layout Layout
	row    sheet.Row // read ahead; of number 0 = not yet
	at     int
	width  int // of the header: a sheet leaves empty cells at the end of a row out
}

// sheet opens the sheet that the layout names. Error: ErrPacked.
func (layout Layout) sheet(archive *zip.Reader) (records, error) {
	in, err := sheet.Open(archive, layout.Sheet)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPacked, err)
	}
	return &workbook{in: in, layout: layout}, nil
}

func (w *workbook) line() int { return w.at }

// next is the next row; one that the sheet leaves out is an empty line, so that lines are the sheet's own.
func (w *workbook) next() (string, error) {
	if w.row.Number <= w.at {
		row, err := w.in.Next()
		if err != nil {
			return "", err
		}
		w.row = row
	}
	if w.at++; w.at < w.row.Number {
		return "", nil
	}
	var fields []string
	for _, c := range w.row.Cells {
		fields = append(fields, w.cell(c))
	}
	if w.at == w.layout.Skip+1 {
		w.width = len(fields)
	}
	for len(fields) < w.width {
		fields = append(fields, "")
	}
	var out strings.Builder
	line := csv.NewWriter(&out)
	if w.layout.Comma != 0 {
		line.Comma = w.layout.Comma
	}
	if err := line.Write(fields); err != nil {
		return "", err
	}
	line.Flush()
	if out.Len() > longest {
		return "", errLongRecord
	}
	return strings.TrimSuffix(out.String(), "\n"), line.Error()
}

func (w *workbook) zone() *time.Location {
	if w.layout.Zone == nil {
		return time.UTC
	}
	return w.layout.Zone
}

// cell spells a value as the layout reads it. A fault stays what it is, which no number and no date is.
func (w *workbook) cell(c sheet.Cell) string {
	switch {
	case c.Kind == sheet.Number && w.layout.Decimal != 0:
		return strings.Replace(c.Text, ".", string(rune(w.layout.Decimal)), 1)
	case c.Kind == sheet.Date:
		// The sheet's clock names no zone: it is that of the report.
		at := time.Date(c.At.Year(), c.At.Month(), c.At.Day(), c.At.Hour(), c.At.Minute(), c.At.Second(), 0, w.zone())
		return at.Format(cmp.Or(w.layout.Dates, time.DateTime))
	case c.Kind == sheet.Fault:
		return "#" + strings.TrimPrefix(c.Text, "#")
	}
	return c.Text
}
