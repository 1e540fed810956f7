package recon_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/vuelto/vuelto/pkg/recon"
)

// crossed are n pairs whose references are made as told, so that only the transactions say who is who.
func crossed(n int, ofBook, ofRow func(i int) string) (books, rows string) {
	var b, r strings.Builder
	b.WriteString(booksHeader)
	r.WriteString(rowsHeader)
	for i := range n {
		fmt.Fprintf(&b, "pay_%d,payment,%s,T%d,120.00,4.20,0.76,PEN,paid,2026-11-19T10:00:00-05:00\n", i, ofBook(i), i)
		fmt.Fprintf(&r, "T%d,%s,PAYMENT,120.00,4.20,0.76,115.04,PEN,2026-11-19 10:00:00,SETTLED\n", i, ofRow(i))
	}
	return b.String(), r.String()
}

func TestReferencesThatAgreeNowhere(t *testing.T) {
	const n = 30_000
	books, rows := crossed(n, func(i int) string { return fmt.Sprint("order-", i) }, func(i int) string { return fmt.Sprint("CIP", i) })
	dir := t.TempDir()
	o := options(t, dir, write(t, filepath.Join(dir, "books.csv"), books), write(t, filepath.Join(dir, "rows.csv"), rows))
	o.Partitions = 8
	if got := runIt(t, o); got.Summary.Matched != n || len(got.Summary.Breaks) != 0 {
		t.Errorf("%+v", got.Summary)
	}
	o.Memory = 1
	if _, err := recon.Run(context.Background(), o); !errors.Is(err, recon.ErrCrowded) {
		t.Errorf("more than the memory holds: %v", err)
	}
}

// TestOneReferenceForAll: a network may write its agreement's number where the reference belongs.
func TestOneReferenceForAll(t *testing.T) {
	const n = 5_000
	agreement := func(int) string { return "110101" }
	books, rows := crossed(n, agreement, agreement)
	got, err := runFiles(t, books, rows)
	if err != nil || got.Summary.Matched != n || len(got.Summary.Breaks) != 0 {
		t.Errorf("%+v, %v", got.Summary, err)
	}
}

func TestNoRoomOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	o := options(t, dir, write(t, filepath.Join(dir, "books.csv"), booksHeader, aBook), write(t, filepath.Join(dir, "rows.csv"), rowsHeader, aRow))
	o.Memory, o.Temp = 1, filepath.Join(dir, "nowhere")
	if _, err := recon.Run(context.Background(), o); err == nil || !strings.Contains(err.Error(), "disk") {
		t.Errorf("no place for partitions: %v", err)
	}
}

// TestADiskThatFillsUp, while it is partitioned or while results are written, ends the run with the reason; nothing of it is left. The disk is a
// limit of what a file may hold, in a process of its own.
func TestADiskThatFillsUp(t *testing.T) {
	if dir := os.Getenv("VUELTO_SMALL_DISK"); dir != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 256 << 10, Max: 256 << 10}); err != nil {
			t.Fatal(err)
		}
		o := options(t, dir, filepath.Join(dir, "books.csv"), filepath.Join(dir, "rows.csv"))
		o.Partitions, o.Temp, o.Matches = 8, filepath.Join(dir, "temp"), false
		if os.Getenv("VUELTO_SMALL_MEMORY") != "" {
			o.Memory, o.Matches = 1, true
		}
		_, err := recon.Run(context.Background(), o)
		fmt.Println("ended:", err)
		return
	}
	for _, c := range []struct {
		memory, rows, says string // rows: what the references in the file begin with
	}{{"1", "R", "writing a partition: "}, {"", "X", "ended: breaks.csv: write "}} {
		books, rows := crossed(10_000, func(i int) string { return fmt.Sprint("R", i) }, func(i int) string { return fmt.Sprint(c.rows, i) })
		dir := t.TempDir()
		write(t, filepath.Join(dir, "books.csv"), books)
		write(t, filepath.Join(dir, "rows.csv"), strings.ReplaceAll(rows, "\nT", "\n"+c.rows))
		if err := os.Mkdir(filepath.Join(dir, "temp"), 0o700); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestADiskThatFillsUp$")
		cmd.Env = append(os.Environ(), "VUELTO_SMALL_DISK="+dir, "VUELTO_SMALL_MEMORY="+c.memory)
		said, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(said), "ended: ") || !strings.Contains(string(said), c.says) {
			t.Errorf("%v: %s, want %s", err, said, c.says)
		}
		left, _ := filepath.Glob(filepath.Join(dir, "temp", "*"))
		all, _ := filepath.Glob(filepath.Join(dir, "*"))
		if len(left) > 0 || len(all) != 3 {
			t.Errorf("left behind: %v %v", left, all)
		}
	}
}
