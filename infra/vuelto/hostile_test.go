package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestBadInput, a name for each kind, as pkg/flow/reconcile has it for the service: books that cannot be read end the run with file, line and reason, and
// nothing is written; rows are UNREADABLE with line and reason, and what stands beside them counts. Disks that fill up are played in pkg/recon, lines of
// three gigabytes where the corpus is large (make corpus).
func TestBadInput(t *testing.T) {
	second := strings.NewReplacer("pay_1", "pay_2", "R1,T1", "R2,T2").Replace(strings.SplitAfter(booksText, "\n")[1])
	row := strings.NewReplacer("T1,R1", "T2,R2").Replace(strings.SplitAfter(rowsText, "\n")[1])
	inRow := func(old, now string) string { return rowsText + strings.Replace(row, old, now, 1) }
	inBooks := func(old, now string) string { return booksText + strings.Replace(second, old, now, 1) }
	whole := booksText + second
	for name, cases := range map[string][]struct {
		books, rows, network string
		code                 int
		says                 string // on stderr, or, with status 1, in breaks.csv
	}{
		"missing columns": {{whole, strings.Replace(rowsText, "Fee,", "", 1), "", 2, `rows.csv: missing column "Fee"`},
			{strings.Replace(whole, "reference,", "", 1), rowsText, "", 2, `books.csv: missing column "reference"`}},
		"unknown network": {{whole, rowsText + row, "oxxo", 2, `no network "oxxo"`}},
		"wrong encoding": {{whole, "\xff\xfeT\x00r\x00", "", 2, "rows.csv: the file is UTF-16"}, {whole, inRow("SETTLED", "LIQUIDACI\xd3N"), "", 1, "rows.csv,3,"},
			{inBooks("R2", "R\xd3"), rowsText, "", 2, "books.csv line 3: "}},
		"a line without end": {{whole, rowsText + strings.Repeat("x", 1<<20) + "\n" + row, "", 1, "the line is longer than 64 KiB"},
			{booksText + strings.Repeat("x", 1<<20) + "\n" + second, rowsText, "", 2, "books.csv line 3: the line is longer than 64 KiB"}},
		"a bomb": {{whole, gzipped(t, rowsText+strings.Repeat("\n", 8<<20)), "", 2, "rows.csv: expands to more than a hundred times"},
			{gzipped(t, booksText+strings.Repeat("\n", 8<<20)), rowsText, "", 2, "books.csv: expands to more than a hundred times"}},
		"an empty file":                {{"", rowsText, "", 2, "books.csv: the file is empty"}, {whole, "", "", 2, "rows.csv: the file is empty"}},
		"two files with the same rows": {{whole, rowsText + row, "", 1, "DUPLICATE_ROW"}},
		"an id twice in the books":     {{inBooks("pay_2", "pay_1"), rowsText, "", 2, `books.csv line 3: id "pay_1" stands on line 2 already`}},
		"letters in amounts": {{whole, inRow("12000.00", "12OOO.00"), "", 1, "Amount is not a decimal"}, {whole, inRow("250.00", "2S0.00"), "", 1, "Fee is not a decimal"},
			{inBooks("12000.00", "12OOO.00"), rowsText, "", 2, "books.csv line 3: amount is not a positive decimal"}},
		"another calendar": {{whole, inRow("2026-11-19", "2019-03-10"), "", 1, "Date is more than 1400 days"}, {whole, inRow("2026-11-19", "2569-11-19"), "", 1, "Date is not a date"},
			{inBooks("2026-11-19", "2019-03-10"), rowsText, "", 2, "books.csv line 3: occurred_at is more than 1400 days from --date"},
			{inBooks("2026-11-19", "1448-06-09"), rowsText, "", 2, "books.csv line 3: occurred_at is not"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, c := range cases {
				dir := files(t, c.books, c.rows)
				args := []string{"recon", "--network", "efecty", "--date", "2026-11-20", "--books", "books.csv", "--settlement", "rows.csv", "--out", "out"}
				if c.network != "" {
					args[2] = c.network
				}
				if name == "two files with the same rows" {
					if err := os.WriteFile(filepath.Join(dir, "again.csv"), []byte(c.rows), 0o600); err != nil {
						t.Fatal(err)
					}
					args = append(args, "--settlement", "again.csv")
				}
				_, stderr, code := vuelto(t, dir, args...)
				breaks, err := os.ReadFile(filepath.Join(dir, "out", "breaks.csv"))
				if _, there := os.Stat(filepath.Join(dir, "out")); code == 2 && !os.IsNotExist(there) {
					t.Errorf("%d: something was written", i)
				}
				said := map[bool]string{true: stderr, false: string(breaks)}[code == 2]
				if code != c.code || (code == 1) != (err == nil) || !strings.Contains(said, c.says) {
					t.Errorf("%d: exit %d, %v, %q, want %q\n%.800s", i, code, err, stderr, c.says, breaks)
				}
				if code == 1 && name != "two files with the same rows" && !strings.Contains(said, ",rows.csv,3,") {
					t.Errorf("%d: the line is not told: %.400s", i, breaks)
				}
				if code == 1 && strings.Count(string(breaks), ",rows.csv,2,") != 0 {
					t.Errorf("%d: the good row is a break, too: %.800s", i, breaks)
				}
			}
		})
	}
}
