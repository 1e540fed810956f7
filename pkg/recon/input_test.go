package recon_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/recon"
	"github.com/vuelto/vuelto/pkg/settlement"
)

const (
	aBook = "pay_1,payment,R1,T1,120.00,4.20,0.76,PEN,paid,2026-11-19T10:00:00-05:00\n"
	aRow  = "T1,R1,PAYMENT,120.00,4.20,0.76,115.04,PEN,2026-11-19 10:00:00,SETTLED\n"
)

// runFiles runs on books and rows given as text.
func runFiles(t testing.TB, books string, rows ...string) (outcome, error) {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, text := range rows {
		paths = append(paths, write(t, filepath.Join(dir, fmt.Sprintf("rows%d.csv", i+1)), text))
	}
	o := options(t, dir, write(t, filepath.Join(dir, "books.csv"), books), paths...)
	o.Matches = false
	result, err := recon.Run(context.Background(), o)
	if err != nil {
		if _, err := os.Stat(o.Out); !errors.Is(err, os.ErrNotExist) {
			t.Error("a run that failed has left its directory")
		}
		return outcome{}, err
	}
	result.Discard()
	sieved := runIt(t, o)
	o.Matches = true
	whole := runIt(t, o)
	if sieved.Breaks != whole.Breaks || !cmp.Equal(sieved.Summary, whole.Summary) {
		t.Errorf("through the sieve:\n%s%s", cmp.Diff(whole.Breaks, sieved.Breaks), cmp.Diff(whole.Summary, sieved.Summary))
	}
	return whole, nil
}

func TestFormsOfOneFile(t *testing.T) {
	want, err := runFiles(t, booksHeader+aBook, rowsHeader+aRow)
	if err != nil || want.Summary.Matched != 1 {
		t.Fatal(want, err)
	}
	for name, c := range map[string][2]string{
		"CRLF":             {strings.ReplaceAll(booksHeader+aBook, "\n", "\r\n"), strings.ReplaceAll(rowsHeader+aRow, "\n", "\r\n")},
		"no last line end": {strings.TrimSuffix(booksHeader+aBook, "\n"), strings.TrimSuffix(rowsHeader+aRow, "\n")},
		"BOM":              {"\ufeff" + booksHeader + aBook, "\ufeff" + rowsHeader + aRow},
		"empty lines":      {booksHeader + aBook + "\n\r\n", rowsHeader + aRow + "\n"},
		"quoted":           {booksHeader + `"` + strings.ReplaceAll(aBook[:len(aBook)-1], ",", `","`) + "\"\n", rowsHeader + `"` + strings.ReplaceAll(aRow[:len(aRow)-1], ",", `","`) + "\"\n"},
		"more columns":     {"note," + booksHeader + "x," + aBook, "branch," + rowsHeader + "Lima," + aRow},
		"UTC":              {booksHeader + strings.Replace(aBook, "10:00:00-05:00", "15:00:00Z", 1), rowsHeader + aRow},
		"fractions":        {booksHeader + strings.Replace(aBook, "10:00:00-05:00", "10:00:00.123-05:00", 1), rowsHeader + aRow},
		"other order": {"occurred_at,id,kind,reference,transaction_id,amount,fee,tax,currency,status\n2026-11-19T10:00:00-05:00,pay_1,payment,R1,T1,120.00,4.20,0.76,PEN,paid\n",
			rowsHeader + aRow},
		"short decimals": {booksHeader + strings.Replace(aBook, "120.00", "120", 1), rowsHeader + strings.Replace(aRow, "4.20", "4.2", 1)},
		"no tax column":  {booksHeader + strings.Replace(aBook, "0.76", "", 1), strings.Replace(rowsHeader, "Tax,", "", 1) + strings.Replace(aRow, "0.76,115.04", "115.80", 1)},
	} {
		got, err := runFiles(t, c[0], c[1])
		if err != nil || got.Summary.Matched != 1 || len(got.Summary.Breaks) != 0 || got.Summary.Totals["PEN"].Gross != "120.00" {
			t.Errorf("%s: %+v, %v", name, got.Summary, err)
		}
	}
}

func TestUnreadableRowsSayWhere(t *testing.T) {
	bad := map[string]string{
		"9 fields instead of 10":                            strings.Replace(aRow, "T1,", "", 1),
		"11 fields instead of 10":                           "x," + aRow,
		"Amount is not a decimal":                           strings.Replace(aRow, "120.00", "1_20.00", 1),
		"Fee is not a decimal":                              strings.Replace(aRow, "4.20", "4,20", 1)[:0] + strings.Replace(aRow, "4.20", "4.205", 1),
		"Tax is not a decimal":                              strings.Replace(aRow, "0.76", "", 1),
		"Net Amount is not a decimal":                       strings.Replace(aRow, "115.04", "115.", 1),
		"Currency is not three capital letters":             strings.Replace(aRow, "PEN", "pen", 1),
		"Date is not a date":                                strings.Replace(aRow, "2026-11-19", "2026-02-30", 1),
		"Type is none of PAYMENT, REFUND, PAYOUT, REVERSAL": strings.Replace(aRow, "PAYMENT", "payment", 1),
		"Status is none of SETTLED, REJECTED, FAILED":       strings.Replace(aRow, "SETTLED", "OK", 1),
		"the fields cannot be split":                        strings.Replace(aRow, "R1", `"R"1`, 1),
		"a quote is never closed":                           strings.Replace(aRow, "R1", `"R1`, 1),
		"the line is not UTF-8":                             strings.Replace(aRow, "R1", "R\xe9", 1),
		"the line is longer than 64 KiB":                    strings.Replace(aRow, "R1", strings.Repeat("R", 70_000), 1),
	}
	for reason, line := range bad {
		got, err := runFiles(t, booksHeader+aBook, rowsHeader+line+aRow)
		if err != nil || got.Summary.Unreadable != 1 || got.Summary.Matched != 1 || got.Summary.Rows != 2 {
			t.Errorf("%s: %+v, %v", reason, got.Summary, err)
			continue
		}
		if !strings.Contains(got.Breaks, ",rows1.csv,2,0.00,") || !strings.Contains(got.Breaks, reason) {
			t.Errorf("%s: %s", reason, got.Breaks)
		}
	}
}

// TestLinesArePhysical: quoted fields hold line ends, blocks end anywhere, and a line number is where a person looks.
func TestLinesArePhysical(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(rowsHeader)
	line, want := 2, map[int]string{}
	for i := range 40_000 {
		id := fmt.Sprintf("T%d", i+10)
		want[line] = id
		if i%3 == 0 {
			fmt.Fprintf(&rows, "\"%s\n\r\n\",\"R\"\"%d\",PAYMENT,1.00,0,0,1.00,PEN,2026-11-19 10:00:00,SETTLED\n", id, i)
			line += 3
			continue
		}
		fmt.Fprintf(&rows, "%s,R%d,PAYMENT,1.00,0,0,1.00,PEN,2026-11-19 10:00:00,SETTLED\n", id, i)
		line++
	}
	got, err := runFiles(t, booksHeader, rows.String())
	if err != nil || got.Summary.Breaks[settlement.MissingInBooks] != 40_000 {
		t.Fatal(got.Summary, err)
	}
	records, err := csv.NewReader(strings.NewReader(got.Breaks)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		line, _ := strconv.Atoi(r[7])
		if id := strings.TrimSpace(r[5]); want[line] != id {
			t.Fatalf("line %s shows %s, want %s", r[7], id, want[line])
		}
	}
}

func TestFilesThatAreNone(t *testing.T) {
	for name, c := range map[string]struct{ books, rows, says string }{
		"empty books":      {"", rowsHeader, "books.csv: the file is empty"},
		"empty rows":       {booksHeader, "", "rows1.csv: the file is empty"},
		"UTF-16":           {booksHeader, "\xff\xfeT\x00r\x00", "rows1.csv: the file is UTF-16: save it as UTF-8"},
		"binary":           {"MZ\x00\x00", rowsHeader, "books.csv: the file is no text"},
		"missing columns":  {strings.Replace(booksHeader, "kind,", "", 1), rowsHeader, `books.csv: missing column "kind"`},
		"other columns":    {booksHeader, "a,b,c\n", `rows1.csv: missing column "Transaction ID", "Reference Code"`},
		"column twice":     {"id," + booksHeader, rowsHeader, `books.csv: column "id" stands twice`},
		"letters in books": {booksHeader + aBook + strings.Replace(aBook, "120.00", "12O.00", 1), rowsHeader, "books.csv line 3: amount is not a positive decimal"},
		"negative books":   {booksHeader + strings.Replace(aBook, "120.00", "-120.00", 1), rowsHeader, "books.csv line 2: amount is not a positive decimal"},
		"no reference":     {booksHeader + strings.Replace(aBook, "R1", "", 1), rowsHeader, "books.csv line 2: reference is empty"},
		"other calendar":   {booksHeader + strings.Replace(aBook, "2026-11-19T", "19/11/2026 ", 1), rowsHeader, "books.csv line 2: occurred_at is not an RFC 3339 instant"},
		"id twice":         {booksHeader + aBook + "\n" + aBook, rowsHeader, `books.csv line 4: id "pay_1" stands on line 2 already`},
		"an endless line":  {strings.Repeat("x", 300_000), rowsHeader, "books.csv: the header cannot be read"},
		"endless in books": {booksHeader + strings.Repeat("x", 300_000) + "\n", rowsHeader, "books.csv line 2: the line is longer than 64 KiB"},
		"too much":         {booksHeader + strings.Repeat(strings.Replace(aBook, "120.00", "999999999999.00", 1), 1), rowsHeader + strings.Repeat(strings.Replace(aRow, "120.00", "999999999999.00", 1), 93_000), "the amounts add up to more than can be counted"},
	} {
		_, err := runFiles(t, c.books, c.rows)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func zipped(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPackedFiles(t *testing.T) {
	plain, err := runFiles(t, booksHeader+aBook, rowsHeader+aRow)
	if err != nil {
		t.Fatal(err)
	}
	for name, packed := range map[string][]byte{"gzip": gzipped(t, rowsHeader+aRow), "two gzip members": append(gzipped(t, rowsHeader), gzipped(t, aRow)...),
		"zip": zipped(t, "inside/", "", "inside/rows.csv", rowsHeader+aRow, "__MACOSX/rows.csv", "x")} {
		got, err := runFiles(t, booksHeader+aBook, string(packed))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got.Summary.Digests, plain.Summary.Digests = nil, nil
		if diff := cmp.Diff(plain, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	bomb := rowsHeader + string(make([]byte, 64<<20))
	for name, c := range map[string]struct {
		packed []byte
		want   error
	}{
		"gzip bomb":    {gzipped(t, bomb), recon.ErrBomb},
		"endless rows": {gzipped(t, rowsHeader+strings.Repeat(aRow, 300_000)), recon.ErrBomb},
		"two files":    {zipped(t, "a.csv", rowsHeader, "b.csv", rowsHeader), recon.ErrArchive},
		"no file":      {zipped(t), recon.ErrArchive},
		"nested":       {zipped(t, "a.csv.gz", "x"), recon.ErrArchive},
	} {
		if _, err := runFiles(t, booksHeader, string(c.packed)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := runFiles(t, booksHeader, string(gzipped(t, rowsHeader+aRow)[:60])); err == nil {
		t.Error("half a gzip file is read as a whole one")
	}
}

func TestRepeatedRowsAcrossFiles(t *testing.T) {
	got, err := runFiles(t, booksHeader+aBook, rowsHeader+aRow, "Note,"+rowsHeader+"x,"+aRow+"x,"+aRow, rowsHeader+aRow)
	if err != nil || got.Summary.Breaks[settlement.DuplicateRow] != 2 || got.Summary.Breaks[settlement.DuplicatePayment] != 1 || got.Summary.Matched != 1 {
		t.Errorf("%+v, %v\n%s", got.Summary, err, got.Breaks)
	}
	if len(got.Summary.Digests) != 4 {
		t.Errorf("digests %v", got.Summary.Digests)
	}
}

// TestFilesOfOtherColumns: nothing of a row of one file is left in those of the next, which lacks two of its columns.
func TestFilesOfOtherColumns(t *testing.T) {
	second := strings.NewReplacer("pay_1", "pay_2", "R1,T1", "R2,T2", "0.76", "").Replace(aBook)
	less := strings.Replace(rowsHeader, "Tax,", "", 1) + "T2,R2,PAYMENT,120.00,4.20,115.80,PEN,2026-11-19 10:00:00,SETTLED\n"
	got, err := runFiles(t, booksHeader+aBook+second, less, "Note,"+rowsHeader+"x,"+aRow, less, less, less)
	if err != nil || got.Summary.Matched != 2 || got.Summary.Breaks[settlement.DuplicateRow] != 3 || len(got.Summary.Breaks) != 1 || got.Summary.Totals["PEN"].Tax != "0.76" {
		t.Errorf("%+v, %v\n%s", got.Summary, err, got.Breaks)
	}
}

// TestTwoEntriesOfOneTransaction: the earlier one has the row, in whatever order they stand in the books.
func TestTwoEntriesOfOneTransaction(t *testing.T) {
	earlier := strings.NewReplacer("pay_1", "pay_2", "10:00:00", "09:00:00").Replace(aBook)
	for _, books := range []string{aBook + earlier, earlier + aBook} {
		got, err := runFiles(t, booksHeader+books, rowsHeader+aRow)
		if err != nil || !strings.Contains(got.Matches, "\npay_2,") || !strings.Contains(got.Breaks, "MISSING_AT_NETWORK,,payment,pay_1,") {
			t.Errorf("%v\n%s%s", err, got.Matches, got.Breaks)
		}
	}
}

// TestARepeatedRowNamesNothing: of two entries of one transaction the second is free for a row of another reference.
func TestARepeatedRowNamesNothing(t *testing.T) {
	second := strings.NewReplacer("pay_1", "pay_2", "10:00:00", "11:00:00").Replace(aBook)
	got, err := runFiles(t, booksHeader+aBook+second, rowsHeader+aRow+aRow+strings.Replace(aRow, "R1", "R2", 1))
	if err != nil || got.Summary.Matched != 2 || got.Summary.Breaks[settlement.DuplicateRow] != 1 || len(got.Summary.Breaks) != 1 {
		t.Errorf("%v %+v\n%s%s", err, got.Summary, got.Matches, got.Breaks)
	}
}

func TestNoCellRuns(t *testing.T) {
	for _, hostile := range []string{"=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "＝1", "－1", "＋1", "＠x"} {
		got, err := runFiles(t, booksHeader, rowsHeader+strings.Replace(aRow, "R1", hostile, 1))
		if err != nil || !strings.Contains(got.Breaks, ",'"+hostile+",") || strings.Contains(got.Breaks, ","+hostile) {
			t.Errorf("%q: %v\n%s", hostile, err, got.Breaks)
		}
	}
	got, err := runFiles(t, booksHeader+aBook, rowsHeader+strings.Replace(aRow, "R1", "-77", 1)+strings.Replace(aRow, "T1,R1", "T2,R2", 1))
	if err != nil || strings.Contains(got.Breaks, "'") {
		t.Errorf("a negative number is no number any more: %v\n%s", err, got.Breaks)
	}
}
