package recon

import (
	"archive/zip"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/sheet"
)

// workbook gives the first sheet of a workbook as CSV, a line for each of its rows: what a break calls a line is the row that
// the spreadsheet shows. A date is spelled as settlement rows spell it; what the spreadsheet could not work out or hold stays
// what it shows, which no amount and no date is.
type workbook struct {
	rows  *sheet.Reader
	row   sheet.Row // read ahead
	line  int       // lines given so far
	width int       // of the header: a sheet leaves out what is empty at the end of a row
	text  []byte    // not given yet
	err   error
}

// openWorkbook opens the first sheet. Error: sheet.ErrWorkbook.
func openWorkbook(archive *zip.Reader) (io.Reader, error) {
	rows, err := sheet.Open(archive, "")
	return &workbook{rows: rows}, err
}

func (w *workbook) Read(p []byte) (int, error) {
	for len(w.text) == 0 {
		if w.err != nil {
			return 0, w.err
		}
		w.next()
	}
	n := copy(p, w.text)
	w.text = w.text[n:]
	return n, nil
}

// next makes the text of the next line, or says why there is none.
func (w *workbook) next() {
	if w.line >= w.row.Number {
		if w.row, w.err = w.rows.Next(); w.err != nil {
			w.err = errors.Join(w.err, w.rows.Close())
			if errors.Is(w.err, io.EOF) {
				w.err = io.EOF
			}
			return
		}
	}
	w.text = w.text[:0]
	if w.line++; w.line == w.row.Number {
		if w.width == 0 {
			w.width = len(w.row.Cells)
		}
		for i := range max(w.width, len(w.row.Cells)) {
			if i > 0 {
				w.text = append(w.text, ',')
			}
			if i < len(w.row.Cells) {
				w.text = appendCell(w.text, w.row.Cells[i])
			}
		}
	}
	w.text = append(w.text, '\n')
}

// ofOneLine keeps a row on a line, whatever a cell of it holds.
var ofOneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", `"`, `""`)

func appendCell(to []byte, c sheet.Cell) []byte {
	text := c.Text
	switch c.Kind {
	case sheet.Date:
		return c.At.AppendFormat(to, time.DateTime)
	case sheet.Fault:
		text = "#" + strings.TrimPrefix(text, "#")
	}
	if !strings.ContainsAny(text, ",\"\r\n") {
		return append(to, text...)
	}
	return append(append(append(to, '"'), ofOneLine.Replace(text)...), '"')
}
