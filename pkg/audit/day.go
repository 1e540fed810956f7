package audit

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Line is one entry of a sealed day: a step with its place in its record's chain. Field names are append only.
type Line struct {
	Subject  string `json:"subject"` // pay_…, rf_… or po_…
	Entry    int    `json:"entry"`   // from 1
	At       string `json:"at"`      // RFC 3339, UTC, milliseconds
	From     string `json:"from,omitempty"`
	To       string `json:"to"`
	Evidence string `json:"evidence,omitempty"`
	By       string `json:"by,omitempty"`
	Role     string `json:"role,omitempty"` // of the person in by
	Note     string `json:"note,omitempty"`
	Before   string `json:"before"` // hash of the entry before; of the first, the record's own beginning
	Hash     string `json:"hash"`
}

// Seal is the last line of a day's file.
type Seal struct {
	Tenant  string `json:"tenant"`
	Day     string `json:"day"` // UTC
	Entries int    `json:"entries"`
	Root    string `json:"root"`   // Merkle root over the lines before, each without its line end (RFC 6962, section 2.1)
	Before  string `json:"before"` // seal of the day before; zeros on the first day
	Seal    string `json:"seal"`   // of all of this
}

// Name of a sealed day's file.
func Name(tenant, day string) string { return "audit/" + tenant + "/" + day + ".jsonl" }

const stamp = "2006-01-02T15:04:05.000Z"

// NewLine is a step as it is sealed; before is the hash in front of it.
func NewLine(subject string, n int, s Step, before, sum Hash) Line {
	return Line{Subject: subject, Entry: n, At: s.At.UTC().Format(stamp), From: s.From, To: s.To, Evidence: s.Evidence, By: s.By,
		Role: s.Role, Note: s.Note, Before: before.String(), Hash: sum.String()}
}

// Step is the entry as it is hashed. Error: its instant is none.
func (l Line) Step() (Step, error) {
	at, err := time.Parse(stamp, l.At)
	return Step{At: at, From: l.From, To: l.To, Evidence: l.Evidence, By: l.By, Role: l.Role, Note: l.Note}, err
}

// lineRoom is how many bytes most lines need no more than.
const lineRoom = 512

// Write is a day's file, its entries by record, one a line, then the seal; lines are sorted so. Before is the seal of the day
// before, empty on the first day.
func Write(tenant, day, before string, lines []Line) ([]byte, Seal, error) {
	if before == "" {
		before = Hash{}.String()
	}
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Entry, b.Entry))
	})
	var out bytes.Buffer
	out.Grow((len(lines) + 1) * lineRoom)
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	var t tree
	for i := range lines {
		from := out.Len()
		if err := enc.Encode(&lines[i]); err != nil {
			return nil, Seal{}, fmt.Errorf("audit: %w", err)
		}
		t.add(out.Bytes()[from : out.Len()-1])
	}
	s := Seal{Tenant: tenant, Day: day, Entries: len(lines), Root: t.root().String(), Before: before}
	s.Seal = s.sum().String()
	if err := enc.Encode(s); err != nil {
		return nil, Seal{}, fmt.Errorf("audit: %w", err)
	}
	return out.Bytes(), s, nil
}

func (s Seal) sum() Hash {
	var c Chain
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(s.Entries))
	c.write("vuelto day 1", s.Tenant, s.Day, string(n[:]), s.Root, s.Before)
	return sha256.Sum256(c.text)
}

// Read gives a day's entries and seal without judging them. Error: it is no such file.
func Read(file []byte) (lines []Line, seal Seal, err error) {
	rows := bytes.Split(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
	for i, row := range rows {
		if i == len(rows)-1 {
			return lines, seal, json.Unmarshal(row, &seal)
		}
		var l Line
		if err := json.Unmarshal(row, &l); err != nil {
			return nil, seal, fmt.Errorf("line %d: %w", i+1, err)
		}
		lines = append(lines, l)
	}
	return lines, seal, nil
}

// Sealed gives the hash of each entry of a day, in their order, and the seal: all that is needed to go on from it. Nothing else of an
// entry is read. Error: it is no such file.
func Sealed(file []byte) (hashes []string, seal Seal, err error) {
	const mark, digits = `"hash":"`, 2 * sha256.Size // the mark is in no text, whose quotation marks are escaped
	file = bytes.TrimSuffix(file, []byte("\n"))
	end := bytes.LastIndexByte(file, '\n') + 1
	n := bytes.Count(file[:end], []byte("\n"))
	var all strings.Builder
	all.Grow(n * digits)
	for row := range bytes.Lines(file[:end]) {
		_, after, ok := bytes.Cut(row, []byte(mark))
		if !ok || len(after) < digits {
			return nil, seal, fmt.Errorf("line %d: no hash", all.Len()/digits+1)
		}
		all.Write(after[:digits])
	}
	hashes = make([]string, n)
	for i := range hashes {
		hashes[i] = all.String()[i*digits:][:digits]
	}
	return hashes, seal, json.Unmarshal(file[end:], &seal)
}

// readSeal takes a seal as Write writes it and no other way. Error: it is none.
func readSeal(row []byte) (s Seal, err error) {
	if err = json.Unmarshal(row, &s); err != nil {
		return s, err
	}
	var again bytes.Buffer
	enc := json.NewEncoder(&again)
	enc.SetEscapeHTML(false)
	if err = enc.Encode(s); err == nil && (s.Seal == "" || !bytes.Equal(bytes.TrimSuffix(again.Bytes(), []byte("\n")), row)) {
		err = errors.New("not as a seal is written")
	}
	return s, err
}

func parse(s string) (h Hash, err error) {
	b, err := hex.DecodeString(s)
	if err == nil && len(b) != len(h) {
		err = fmt.Errorf("a hash of %d bytes", len(b))
	}
	copy(h[:], b)
	return h, err
}

// tree makes a Merkle root in the order of adding, keeping one hash for each level.
type tree struct {
	levels []Hash
	full   []bool
	leaf   []byte
}

func (t *tree) add(leaf []byte) {
	t.leaf = append(append(t.leaf[:0], 0), leaf...)
	h := Hash(sha256.Sum256(t.leaf))
	for i := 0; ; i++ {
		if i == len(t.levels) {
			t.levels, t.full = append(t.levels, Hash{}), append(t.full, false)
		}
		if !t.full[i] {
			t.levels[i], t.full[i] = h, true
			return
		}
		h, t.full[i] = node(t.levels[i], h), false
	}
}

func (t *tree) root() Hash {
	var out Hash
	some := false
	for i, full := range t.full {
		switch {
		case full && some:
			out = node(t.levels[i], out)
		case full:
			out, some = t.levels[i], true
		}
	}
	if !some {
		return sha256.Sum256(nil)
	}
	return out
}

func node(l, r Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], l[:])
	copy(b[1+sha256.Size:], r[:])
	return sha256.Sum256(b[:])
}
