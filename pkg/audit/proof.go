package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
)

// Proof shows that one entry is among those of a sealed day, without showing the others.
type Proof struct {
	Line  Line     `json:"line"`
	Index int      `json:"index"` // of the line in its day, from 0
	Path  []string `json:"path"`  // the hashes beside the way from the line to the root (RFC 6962, section 2.1.1)
}

// Prove gives a proof of each entry that a day has of a record. Error: it is no such file.
func Prove(file []byte, subject string) (found []Proof, seal Seal, err error) {
	lines, seal, err := Read(file)
	if err != nil {
		return nil, seal, err
	}
	rows := bytes.Split(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
	var leaves []Hash
	for i, l := range lines {
		if l.Subject == subject && leaves == nil {
			leaves = hashes(rows[:len(lines)])
		}
		if l.Subject == subject {
			found = append(found, Proof{Line: l, Index: i, Path: path(leaves, i)})
		}
	}
	return found, seal, nil
}

// Check says what is wrong with a proof; nil if the seal is one and the entry is what its hash says and among what was sealed.
func (p Proof) Check(s Seal) error {
	if s.sum().String() != s.Seal {
		return errors.New("the seal does not fit what it says")
	}
	var v Verifier
	v.known = map[string][]link{}
	if what := v.line(s.Day, p.Index+1, p.Line); what != "" {
		return errors.New(what)
	}
	row, err := p.Line.row()
	if err != nil {
		return err
	}
	root, ok := climb(hashes([][]byte{row})[0], p.Index, s.Entries, p.Path)
	if !ok || root.String() != s.Root {
		return fmt.Errorf("entry %d is not among what was sealed on %s", p.Line.Entry, s.Day)
	}
	return nil
}

// row is the line as a day's file has it.
func (l Line) row() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(l)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// hashes are the leaves of the tree.
func hashes(rows [][]byte) (leaves []Hash) {
	for _, row := range rows {
		t := tree{}
		t.add(row)
		leaves = append(leaves, t.root())
	}
	return leaves
}

// path is what lies beside the way from a leaf to the root, from below.
func path(leaves []Hash, n int) []string {
	if len(leaves) <= 1 {
		return []string{}
	}
	k := 1 << (bits.Len(uint(len(leaves)-1)) - 1) // the largest power of two below
	if n < k {
		return append(path(leaves[:k], n), over(leaves[k:]).String())
	}
	return append(path(leaves[k:], n-k), over(leaves[:k]).String())
}

// over is the root of leaves.
func over(leaves []Hash) Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1 << (bits.Len(uint(len(leaves)-1)) - 1)
	return node(over(leaves[:k]), over(leaves[k:]))
}

// climb is the root that a leaf leads to; false if the path is not as long as such a tree's is at that place.
func climb(leaf Hash, n, size int, path []string) (Hash, bool) {
	if size == 1 {
		return leaf, n == 0 && len(path) == 0
	}
	if n < 0 || n >= size || len(path) == 0 {
		return leaf, false
	}
	beside, err := parse(path[len(path)-1])
	if err != nil {
		return leaf, false
	}
	k, below := 1<<(bits.Len(uint(size-1))-1), path[:len(path)-1]
	if n < k {
		h, ok := climb(leaf, n, k, below)
		return node(h, beside), ok
	}
	h, ok := climb(leaf, n-k, size-k, below)
	return node(beside, h), ok
}
