package sheet_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vuelto/vuelto/pkg/sheet"
)

func book(t testing.TB, cells ...sheet.Cell) []byte {
	t.Helper()
	var out bytes.Buffer
	b := sheet.New(&out)
	b.Sheet("Day [1]", "a", "b")
	b.Row(cells...)
	b.Sheet("Totals", "currency")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestAnotherReaderReadsIt: a library that we did not write sees the cells as they were meant.
func TestAnotherReaderReadsIt(t *testing.T) {
	texts := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "ñ 手续费 <&>\"'", "a\nb", " spaced ", "_x000D_", "", "_x", "_x_x0041_"}
	var cells []sheet.Cell
	for _, s := range texts {
		cells = append(cells, sheet.Label(s))
	}
	cells = append(cells, sheet.Decimal("-1234.50"), sheet.Int(7), sheet.Decimal("9007199254740993.01"))
	f, err := excelize.OpenReader(bytes.NewReader(book(t, cells...)))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.GetSheetList(), "|"); got != "Day -1-|Totals" {
		t.Errorf("sheets %s", got)
	}
	for i, want := range append(texts, "-1234.50", "7") {
		at, _ := excelize.CoordinatesToCellName(i+1, 2)
		got, err := f.GetCellValue("Day -1-", at, excelize.Options{RawCellValue: true})
		if err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", at, got, want, err)
		}
		if formula, _ := f.GetCellFormula("Day -1-", at); formula != "" {
			t.Errorf("%s would be run: %s", at, formula)
		}
		kind, _ := f.GetCellType("Day -1-", at)
		if number := i >= len(texts); number != (kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber) && want != "" {
			t.Errorf("%s is of type %d", at, kind)
		}
	}
	if got, _ := f.GetCellValue("Day -1-", "M2"); got != "-1,234.50" {
		t.Errorf("money is shown as %q", got)
	}
}

func TestTheSameBytes(t *testing.T) {
	if !bytes.Equal(book(t, sheet.Label("x")), book(t, sheet.Label("x"))) {
		t.Error("two books of one content differ")
	}
}

func TestTooManyRows(t *testing.T) {
	b := sheet.New(&bytes.Buffer{})
	b.Sheet("s", "h")
	for range sheet.MaxRows {
		b.Row()
	}
	if err := b.Close(); !errors.Is(err, sheet.ErrTooLong) {
		t.Error(err)
	}
}

// full is a disk without room.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("no room")
	}
	return len(p), nil
}

func TestAFullDiskIsSaid(t *testing.T) {
	for left := range 40 {
		b := sheet.New(&full{left * 20})
		b.Sheet("s", "h")
		b.Row(sheet.Label("x"))
		if b.Close() == nil {
			t.Errorf("%d bytes were enough", left*20)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"=1", "_x0041_", "\x00\xff", "<a>", "a\r\nb", "_x_x0041_x", "ñ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		read, err := excelize.OpenReader(bytes.NewReader(book(t, sheet.Label(s))))
		if err != nil {
			t.Fatal(err)
		}
		if formula, _ := read.GetCellFormula("Day -1-", "A2"); formula != "" {
			t.Fatalf("%q would be run", s)
		}
	})
}
