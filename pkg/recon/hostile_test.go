package recon_test

import (
	"context"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/recon"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// lineSize is how long a hostile line is, in bytes: 3 GiB where the whole corpus is asked for.
func lineSize() int64 {
	if corpusSize() >= 1_000_000 {
		return 3 << 30
	}
	return 96 << 20
}

// withALine writes a file whose second line is so long. It is a hole of the disk: nothing of that size is ever written.
func withALine(t testing.TB, path, header, last string) string {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error { _, err := f.WriteString(header); return err },
		func() error { return f.Truncate(int64(len(header)) + lineSize()) },
		func() error { _, err := f.WriteAt([]byte("\n"+last), int64(len(header))+lineSize()); return err },
		f.Close,
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// TestAnEndlessLine: of rows it is one unreadable row, with its line, and the row behind it is read; of books it is the end. Neither is held in
// memory.
func TestAnEndlessLine(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	dir := t.TempDir()
	long := withALine(t, filepath.Join(dir, "long.csv"), rowsHeader, aRow)
	o := options(t, dir, write(t, filepath.Join(dir, "books.csv"), booksHeader, aBook), long)
	o.Matches = false
	got := runIt(t, o)
	if got.Summary.Unreadable != 1 || got.Summary.Matched != 1 || got.Summary.Rows != 2 || !strings.Contains(got.Breaks, ",long.csv,2,0.00,") ||
		!strings.Contains(got.Breaks, "the line is longer than 64 KiB") {
		t.Errorf("%+v\n%.500s", got.Summary, got.Breaks)
	}
	o.Books, o.Settlements = withALine(t, filepath.Join(dir, "longbooks.csv"), booksHeader, aBook), []string{write(t, filepath.Join(dir, "rows.csv"), rowsHeader, aRow)}
	o.Out = filepath.Join(dir, "none")
	if _, err := recon.Run(context.Background(), o); err == nil || !strings.Contains(err.Error(), "longbooks.csv line 2: the line is longer than 64 KiB") {
		t.Error(err)
	}
	if _, err := os.Stat(o.Out); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a run that failed has left its directory")
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
		t.Errorf("%d MiB for a line of %d MiB", took>>20, lineSize()>>20)
	} else {
		t.Logf("%d MiB for a line of %d MiB", took>>20, lineSize()>>20)
	}
}

// calendars are the day 2026-11-19 as others write it.
func calendars() map[string]string {
	return map[string]string{"Persian": "1405-08-28", "Thai Buddhist": "2569-11-19", "Minguo": "0115-11-19", "Minguo, three digits": "115-11-19", "Islamic": "1448-06-09",
		"Hebrew": "5787-09-09", "Reiwa": "R8-11-19", "Eastern digits": "٢٠٢٦-١١-١٩", "full-width digits": "２０２６-１１-１９", "Islamic, written": "9 Jumada II 1448"}
}

// TestDatesOfOtherCalendars are no dates: a row says so with its line, books end the run.
func TestDatesOfOtherCalendars(t *testing.T) {
	for name, date := range calendars() {
		got, err := runFiles(t, booksHeader+aBook, rowsHeader+aRow+strings.Replace(strings.ReplaceAll(aRow, "T1,R1", "T2,R2"), "2026-11-19", date, 1))
		if err != nil || got.Summary.Unreadable != 1 || got.Summary.Matched != 1 || got.Summary.Breaks[settlement.Unreadable] != 1 ||
			!strings.Contains(got.Breaks, ",rows1.csv,3,0.00,") || !strings.Contains(got.Breaks, "Date is not a date") {
			t.Errorf("%s in rows: %v, %+v\n%s", name, err, got.Summary, got.Breaks)
		}
		_, err = runFiles(t, booksHeader+aBook+strings.NewReplacer("pay_1", "pay_2", "2026-11-19", date).Replace(aBook), rowsHeader+aRow)
		if err == nil || !strings.Contains(err.Error(), "books.csv line 3: occurred_at is not an RFC 3339 instant") {
			t.Errorf("%s in books: %v", name, err)
		}
	}
}

// TestADateThatIsSevenYearsBehind is one of the Ethiopian calendar: its digits alone do not tell it from ours, but nothing settles that late, or that early.
func TestADateThatIsSevenYearsBehind(t *testing.T) {
	for date, far := range map[string]bool{"2019-03-10": true, "2018-13-05": true, "2023-01-19": true, "2030-09-21": true, "2023-01-20": false, "2030-09-20": false} {
		class, says := settlement.DateShift, "dated "+date+" here, 2026-11-19 in the books"
		if far {
			class, says = settlement.Unreadable, ",rows1.csv,2,0.00,"
		}
		got, err := runFiles(t, booksHeader+aBook, rowsHeader+strings.Replace(aRow, "2026-11-19", date, 1))
		if err != nil || got.Summary.Breaks[class] != 1 || int64(len(got.Summary.Breaks)) != 1+got.Summary.Unreadable || !strings.Contains(got.Breaks, says) {
			t.Errorf("%s in rows: %v, %+v\n%s", date, err, got.Summary, got.Breaks)
		}
		_, err = runFiles(t, booksHeader+strings.Replace(aBook, "2026-11-19", date, 1), rowsHeader+aRow)
		if far != (err != nil) || far && !strings.Contains(err.Error(), "books.csv line 2: occurred_at is ") {
			t.Errorf("%s in books: %v", date, err)
		}
	}
}

// FuzzRun gives a whole run any books and any two files: it ends with a reason and leaves nothing, or accounts for every row and every entry, with a
// line and a reason for what cannot be read.
func FuzzRun(f *testing.F) {
	for _, seed := range [][3]string{
		{booksHeader + aBook, rowsHeader + aRow, rowsHeader + aRow},                                                                                                 // two files with the same rows
		{booksHeader + aBook + aBook, rowsHeader + aRow, ""},                                                                                                        // an id twice, an empty file
		{booksHeader + strings.Replace(aBook, "120.00", "12O.00", 1), rowsHeader, rowsHeader},                                                                       // letters in books
		{booksHeader + aBook, rowsHeader + strings.Replace(aRow, "120.00", "12O.00", 1), rowsHeader},                                                                // letters in rows
		{booksHeader + aBook, rowsHeader + strings.Replace(aRow, "2026", "2569", 1), rowsHeader},                                                                    // another calendar
		{booksHeader + aBook, rowsHeader + strings.Replace(aRow, "2026-11-19", "2019-03-10", 1), rowsHeader + strings.Replace(aRow, "2026-11-19", "2018-13-05", 1)}, // seven years behind
		{booksHeader + aBook, "\xff\xfeT\x00r\x00", rowsHeader + strings.Replace(aRow, "R1", "R\xe9", 1)},                                                           // another encoding
		{booksHeader + aBook, strings.Replace(rowsHeader, "Fee,", "", 1) + aRow, rowsHeader},                                                                        // a column is missing
		{booksHeader + aBook, rowsHeader + strings.Replace(aRow, "R1", `"R1`, 1) + aRow, rowsHeader + strings.Repeat("x", 70_000)},                                  // quotes, a long line
		{booksHeader + aBook, string(gzipped(f, rowsHeader+aRow)), string(zipped(f, "a.csv", rowsHeader+aRow))},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, books, first, second string) {
		dir := t.TempDir()
		o := options(t, dir, write(t, filepath.Join(dir, "books.csv"), books), write(t, filepath.Join(dir, "a.csv"), first), write(t, filepath.Join(dir, "b.csv"), second))
		o.Workers, o.Partitions, o.Memory = 1, 2, 1
		result, err := recon.Run(context.Background(), o)
		if err != nil {
			if _, err := os.Stat(o.Out); !errors.Is(err, fs.ErrNotExist) {
				t.Error("a run that failed has left its directory")
			}
			return
		}
		result.Discard()
		got := runIt(t, o)
		records, err := csv.NewReader(strings.NewReader(got.Breaks)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		unreadable, classes := int64(0), int64(0)
		for _, r := range records[1:] {
			if r[0] == string(settlement.Unreadable) {
				if unreadable++; r[7] == "0" || r[14] == "" {
					t.Errorf("no line or no reason: %q", r)
				}
			}
		}
		for _, n := range got.Summary.Breaks {
			classes += n
		}
		rows := int64(0) // that have a break, or match
		for _, r := range records[1:] {
			if r[7] != "0" {
				rows++
			}
		}
		if s := got.Summary; unreadable != int64(s.Unreadable) || classes != int64(len(records)-1) || rows+int64(strings.Count(got.Matches, "\n")-1) != int64(s.Rows) {
			t.Errorf("%+v\n%s%s", got.Summary, got.Breaks, got.Matches)
		}
	})
}
