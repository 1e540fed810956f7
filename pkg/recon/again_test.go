package recon_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/recon"
)

// manyLines are books and rows of a few blocks each, of which some differ. twist may change a line's form, never its content.
func manyLines(n int, twist func(i int, line string) string) (books, rows string) {
	var b, r strings.Builder
	b.WriteString(booksHeader)
	r.WriteString(rowsHeader)
	for i := range n {
		fee, transaction := "4.20", fmt.Sprintf("T%06d", i)
		switch {
		case i%97 == 5:
			fee = "4.21"
		case i%101 == 7:
			transaction += "x"
		}
		b.WriteString(twist(i, fmt.Sprintf("pay_%d,payment,R%06d,T%06d,120.00,4.20,0.76,PEN,paid,2026-11-19T10:00:00-05:00\n", i, i, i)))
		if i%103 != 9 {
			r.WriteString(twist(i, fmt.Sprintf("%s,R%06d,PAYMENT,120.00,%s,0.76,%s,PEN,2026-11-19 10:00:00,SETTLED\n", transaction, i,
				fee, map[string]string{"4.20": "115.04", "4.21": "115.03"}[fee])))
		}
	}
	return b.String(), r.String()
}

// TestSecondReading: a record that the sieve wants again is found at its place, and with its line, whatever stands around it.
func TestSecondReading(t *testing.T) {
	same := func(_ int, line string) string { return line }
	for name, twist := range map[string]func(int, string) string{
		"plain":       same,
		"CRLF":        func(_ int, line string) string { return strings.Replace(line, "\n", "\r\n", 1) },
		"empty lines": func(i int, line string) string { return line + strings.Repeat("\n", i%3) },
		"more lines in a block than a place can count": func(i int, line string) string {
			if i == 900 {
				return strings.Repeat("\n", 20_000) + line
			}
			return line
		},
		"a line longer than blocks": func(i int, line string) string {
			if i == 900 && !strings.HasPrefix(line, "pay_") {
				return strings.Repeat("x", 600_000) + "\n" + line
			}
			return line
		},
		"quotes in one block": func(i int, line string) string {
			if i > 2000 && i < 2300 {
				return "\"" + strings.Replace(line, ",", "\",", 1)
			}
			return line
		},
		"line ends in quotes": func(i int, line string) string {
			if i > 2000 && i < 2300 {
				return "\"\n" + strings.Replace(line, ",", "\",", 1)
			}
			return line
		},
		"no end": func(i int, line string) string {
			if i == 3982 {
				return strings.TrimSuffix(line, "\n")
			}
			return line
		},
	} {
		t.Run(name, func(t *testing.T) {
			books, rows := manyLines(3983, twist)
			cut := strings.LastIndexByte(rows[:strings.Index(rows, "R002500")], 10) + 1
			got, err := runFiles(t, books, rows[:cut], rowsHeader+rows[cut:])
			if err != nil || got.Summary.Breaks["MISSING_AT_NETWORK"] == 0 {
				t.Fatal(got.Summary.Breaks, err)
			}
		})
	}
}

// TestSecondReadingOfPacked: a compressed file has no middle to read from; it gives the same breaks.
func TestSecondReadingOfPacked(t *testing.T) {
	books, rows := manyLines(3983, func(_ int, line string) string { return line })
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(rows))
	_ = w.Close()
	plain, err := runFiles(t, books, rows)
	if err != nil {
		t.Fatal(err)
	}
	got, err := runFiles(t, books, packed.String())
	if err != nil || got.Breaks != plain.Breaks || len(got.Breaks) < 1000 {
		t.Error(err, len(got.Breaks), len(plain.Breaks))
	}
}

// TestFileChangedBetweenReadings: what was marked must still be there.
func TestFileChangedBetweenReadings(t *testing.T) {
	for name, change := range map[string]func(path string, size int) error{
		"cut short":             func(path string, size int) error { return os.Truncate(path, int64(size/2)) },
		"without its line ends": func(path string, size int) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), size), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			books, rows := manyLines(3983, func(_ int, line string) string { return line })
			path := write(t, filepath.Join(dir, "rows.csv"), rows)
			o := options(t, dir, write(t, filepath.Join(dir, "books.csv"), books), path)
			o.Matches = false
			o.Progress = func(read int64) {
				if read == int64(len(books)+len(rows)) {
					if err := change(path, len(rows)); err != nil {
						t.Error(err)
					}
				}
			}
			if _, err := recon.Run(context.Background(), o); err == nil || !strings.Contains(err.Error(), "has been changed while it was read") {
				t.Error(err)
			}
		})
	}
}
