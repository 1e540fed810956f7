package recon_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/sheet"
)

// bookOf makes a workbook of CSV without quotes; cells that are decimals become numbers, as a spreadsheet keeps them.
func bookOf(t testing.TB, text string) string {
	t.Helper()
	var out bytes.Buffer
	b := sheet.New(&out)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	b.Sheet("rows", strings.Split(lines[0], ",")...)
	for _, line := range lines[1:] {
		var cells []sheet.Cell
		for _, c := range strings.Split(line, ",") {
			if strings.Contains(c, ".") && !strings.ContainsAny(c, "#:T") {
				cells = append(cells, sheet.Decimal(c))
			} else {
				cells = append(cells, sheet.Label(c))
			}
		}
		b.Row(cells...)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestWorkbooksAreRead as the same rows are as CSV: the same breaks of the same lines, whichever side is a workbook.
func TestWorkbooksAreRead(t *testing.T) {
	books, rows := booksHeader+aBook, rowsHeader+aRow
	for i := 2; i < 40; i++ {
		books += strings.NewReplacer("pay_1", fmt.Sprint("pay_", i), "R1,T1,", fmt.Sprintf("R%d,T%d,", i, i)).Replace(aBook)
		row := strings.Replace(aRow, "T1,R1,", fmt.Sprintf("T%d,R%d,", i, i), 1)
		switch i {
		case 7:
			row = strings.Replace(row, "120.00", "12x.00", 1)
		case 9:
			row = strings.Replace(row, "SETTLED\n", "SETTLED,more\n", 1) // wider than the header
		case 11:
			row = strings.Replace(row, "120.00,4.20", "119.00,3.20", 1)
		case 13:
			row = strings.Replace(row, ",SETTLED", ",", 1) // its last cell is empty, and a workbook leaves it out
		}
		rows += row
	}
	want, err := runFiles(t, books, rows)
	if err != nil || want.Summary.Unreadable != 3 || want.Summary.Breaks[settlement.AmountUnder] != 1 {
		t.Fatalf("%+v, %v", want.Summary, err)
	}
	for name, files := range map[string][2]string{"rows": {books, bookOf(t, rows)}, "books": {bookOf(t, books), rows}, "both": {bookOf(t, books), bookOf(t, rows)}} {
		got, err := runFiles(t, files[0], files[1])
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want.Summary.Digests, got.Summary.Digests = nil, nil
		if diff := cmp.Diff(want.Summary, got.Summary); diff != "" || got.Breaks != want.Breaks || got.Matches != want.Matches {
			t.Errorf("%s: %s%s", name, diff, cmp.Diff(want.Breaks, got.Breaks))
		}
	}
}

// TestWhatASpreadsheetHolds beside plain text and decimals.
func TestWhatASpreadsheetHolds(t *testing.T) {
	var out bytes.Buffer
	b := sheet.New(&out)
	b.Sheet("rows", strings.Split(strings.TrimSuffix("Note,"+rowsHeader, "\n"), ",")...)
	row := strings.Split(strings.TrimSuffix("Lima, \"centro\"|"+strings.ReplaceAll(aRow, ",", "|"), "\n"), "|")
	add := func(change map[int]sheet.Cell) {
		var cells []sheet.Cell
		for i, c := range row {
			cell := sheet.Label(c)
			if x, there := change[i]; there {
				cell = x
			}
			cells = append(cells, cell)
		}
		b.Row(cells...)
	}
	add(map[int]sheet.Cell{0: sheet.Label("two\nlines, \"quoted\"")})
	b.Row() // left empty
	add(map[int]sheet.Cell{4: sheet.Label("#N/A")})
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := runFiles(t, booksHeader+aBook, out.String())
	if err != nil || got.Summary.Matched != 1 || got.Summary.Unreadable != 1 || !strings.Contains(got.Breaks, "rows1.csv,4,") {
		t.Errorf("%+v, %v\n%s", got.Summary, err, got.Breaks)
	}
}

func TestWorkbooksThatCannotBeRead(t *testing.T) {
	whole := bookOf(t, rowsHeader+aRow)
	broken := zipped(t, "xl/workbook.xml", "<workbook><sheets>", "a.csv", rowsHeader)
	for name, text := range map[string]string{"no workbook inside": string(broken), "half": whole[:len(whole)/2]} {
		if _, err := runFiles(t, booksHeader+aBook, text); err == nil || (name != "half" && !errors.Is(err, sheet.ErrWorkbook)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := runFiles(t, booksHeader+aBook, bookOf(t, strings.Replace(rowsHeader, "Status", "State", 1)+aRow)); err == nil || !strings.Contains(err.Error(), "Status") {
		t.Errorf("a column that is missing: %v", err)
	}
}
