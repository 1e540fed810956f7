package recon

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestIndexGroups holds what the processor finds 32 bytes at a time against a byte after the other.
func TestIndexGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := bytes.Repeat([]byte(rapid.StringOfN(rapid.RuneFrom([]rune("x,\n\x00¬é\u208a")), 1, 200, -1).Draw(t, "text")), 20)
		text = text[:len(text)/64*64]
		if len(text) == 0 {
			return
		}
		const from = 4096
		var want []uint32
		for i, c := range text {
			if c == ',' || c == '\n' {
				want = append(want, uint32(from+i))
			}
		}
		for name, index := range map[string]func(to []uint32, text []byte, from int) int{"groups": indexGroups, "words": indexWords} {
			to := make([]uint32, len(text)+1)
			to[len(text)] = 7
			if n := index(to[:len(text)], text, from); !slices.Equal(to[:n], want) || to[len(text)] != 7 {
				t.Fatalf("%s: %v, want %v; behind it %d", name, to[:n], want, to[len(text)])
			}
		}
	})
}

// TestSkip holds the counting of stretches against lines that are found one by one.
func TestSkip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 90, 511, 512, 600, 2000}), 1, 30).Draw(t, "lengths")
		var text []byte
		var starts []int
		for _, n := range lengths {
			starts = append(starts, len(text))
			text = append(append(text, strings.Repeat("x", n)...), '\n')
		}
		starts = append(starts, len(text))
		for lines, want := range starts {
			if got := skip(text, lines); got != want {
				t.Fatalf("%d lines end at %d, want %d", lines, got, want)
			}
		}
		if got := skip(text, len(starts)+3); got != len(text) {
			t.Fatalf("more lines than there are end at %d, want %d", got, len(text))
		}
	})
}

// TestHabit: of each kind what most entries do.
func TestHabit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "books.csv")
	text := "id,kind,reference,transaction_id,amount,fee,tax,currency,status,occurred_at\n"
	for i, line := range []string{"payment,,", "payment,1.00,0.18", "payment,1.00,0.18", "refund,,", "refund,,", "refund,1.00,", "payout,2.00,"} {
		kind, costs, _ := strings.Cut(line, ",")
		text += fmt.Sprintf("e%d,%s,r%d,t%d,10.00,%s,PEN,paid,2026-11-19T10:00:00-05:00\n", i, kind, i, i, costs)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &run{Options: Options{Books: path}, blocks: []*block{newBlock()}}
	if got, want := r.habitOf(), (habit{{true, true}, {}, {true, false}}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	r.Books = filepath.Join(dir, "none.csv")
	if got := r.habitOf(); got != (habit{}) {
		t.Errorf("of books that are not there: %v", got)
	}
}
