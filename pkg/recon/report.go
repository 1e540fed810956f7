package recon

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// sheetRows is how many rows a sheet holds; what is more goes on the next one.
const sheetRows = 1_000_000

// report makes the spreadsheet of the breaks from their CSV file, and of the nets in other currencies where there are rates. Sheets and columns are named in the
// language of the run. Amounts are numbers, everything else is text, so that no
// cell can be run.
func (r *run) report(w io.Writer, breaks string, shown map[string][]Shown, totals map[string]Sums) error {
	file, err := os.Open(breaks)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	in := csv.NewReader(bufio.NewReaderSize(file, 64<<10))
	header, err := in.Read()
	if err != nil {
		return err
	}
	header = settlement.Titles(r.Language, header...)
	for n := 1; ; n++ {
		name := settlement.Titles(r.Language, "breaks")[0]
		if n > 1 {
			name += " " + strconv.Itoa(n)
		}
		if err := addSheet(book, n, name); err != nil {
			return err
		}
		more, err := fillSheet(book, name, header, in)
		if err != nil {
			return err
		}
		if more {
			continue
		}
		if err := r.shownSheet(book, shown, totals); err != nil {
			return err
		}
		return book.Write(w)
	}
}

// shownSheet is a line for each net and each currency that it is shown in.
func (r *run) shownSheet(book *excelize.File, shown map[string][]Shown, totals map[string]Sums) error {
	if len(shown) == 0 {
		return nil
	}
	name := settlement.Titles(r.Language, "in other currencies")[0]
	if _, err := book.NewSheet(name); err != nil {
		return err
	}
	rows := [][]any{cellsOf(settlement.Titles(r.Language, "currency", "net", "shown in", "amount", "source", "pair", "rate", "rate of"), false)}
	for _, c := range slices.Sorted(maps.Keys(shown)) {
		for _, s := range shown[c] {
			if s.Net == "" {
				s.Source = settlement.Titles(r.Language, "no rate known")[0]
			}
			rows = append(rows, []any{c, number(totals[c].Net), s.Currency, number(s.Net), s.Source, s.Pair, s.Rate, s.Date})
		}
	}
	for i, row := range rows {
		if err := book.SetSheetRow(name, "A"+strconv.Itoa(i+1), &row); err != nil {
			return err
		}
	}
	return nil
}

func addSheet(book *excelize.File, n int, name string) error {
	if n == 1 {
		return book.SetSheetName("Sheet1", name)
	}
	_, err := book.NewSheet(name)
	return err
}

// fillSheet writes as many lines as a sheet holds, and says whether there are more.
func fillSheet(book *excelize.File, name string, header []string, in *csv.Reader) (bool, error) {
	sheet, err := book.NewStreamWriter(name)
	if err != nil {
		return false, err
	}
	if err := sheet.SetRow("A1", cellsOf(header, false)); err != nil {
		return false, err
	}
	for n := 2; n <= sheetRows; n++ {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return false, sheet.Flush()
		}
		if err != nil {
			return false, err
		}
		if err := sheet.SetRow("A"+strconv.Itoa(n), cellsOf(fields, true)); err != nil {
			return false, err
		}
	}
	return true, sheet.Flush()
}

// cellsOf a line of breaks.csv. line, expected, actual and difference are numbers.
func cellsOf(fields []string, typed bool) []any {
	cells := make([]any, len(fields))
	for i, f := range fields {
		cells[i] = f
		if typed && i >= 7 && i <= 10 {
			cells[i] = number(f)
		}
	}
	return cells
}

// number is a cell of digits. A spreadsheet has no numbers but binary fractions; one is used only where it prints as the
// same digits again, otherwise the cell stays text.
func number(digits string) any {
	if n, err := strconv.ParseFloat(digits, 64); err == nil && strconv.FormatFloat(n, 'f', decimalsOf(digits), 64) == digits {
		return n
	}
	return digits
}

func decimalsOf(digits string) int {
	if _, fraction, found := strings.Cut(digits, "."); found {
		return len(fraction)
	}
	return 0
}
