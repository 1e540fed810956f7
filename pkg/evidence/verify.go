package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/audit"
)

// maxPart bounds what is read of one part, in bytes.
const maxPart = 64 << 20

// Read is a pack as somebody has it.
type Read struct {
	Manifest Manifest
	Facts    Facts
	Seals    []audit.Seal // by day
	Sealed   int          // entries of the journal that a seal holds

	parts map[string][]byte
	lines []audit.Line
}

// Verify holds every part of a pack against the others and says what is wrong; nothing is if the list is empty. What it cannot see is a
// pack that was made anew as a whole: then the seals in it are none that anybody else knows. Error: it is no such file.
func Verify(file []byte) (r Read, wrong []string, err error) {
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	parts, err := unzipped(file)
	if err != nil {
		return r, nil, err
	}
	if again, err := zipped(parts); err != nil || !bytes.Equal(again, file) {
		bad("the file is not as it was written: something was put in, or changed between its parts")
	}
	if len(parts) == 0 || parts[0].Name != manifestName {
		return r, append(wrong, "there is no manifest"), nil
	}
	if err := strictly(parts[0].Body, &r.Manifest); err != nil {
		return r, append(wrong, "the manifest is not as one is written: "+err.Error()), nil
	}
	if again, err := r.Manifest.sealed(); err != nil || !bytes.Equal(again, parts[0].Body) {
		bad("the manifest was changed: its digest does not fit")
	}
	if r.Manifest.Format != Format {
		bad("it says it is %q, not %q", r.Manifest.Format, Format)
	}
	r.files(parts[1:], bad)
	r.journal(bad)
	r.facts(bad)
	r.receipts(bad)
	r.days(bad)
	return r, wrong, nil
}

// unzipped reads the parts in their order. Error: it is no zip of such parts.
func unzipped(file []byte) (parts []Part, err error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	for _, f := range z.File {
		if f.Method != zip.Store {
			return nil, errors.New("evidence: a part is compressed")
		}
		from, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
		body, err := io.ReadAll(io.LimitReader(from, maxPart))
		if err = errors.Join(err, from.Close()); err != nil {
			return nil, fmt.Errorf("evidence: %s: %w", f.Name, err)
		}
		parts = append(parts, Part{Name: f.Name, Body: body})
	}
	return parts, nil
}

// strictly reads what encoded wrote, and no other way of writing the same.
func strictly(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if again, err := encoded(into); err != nil || !bytes.Equal(again, body) {
		return errors.New("written otherwise")
	}
	return nil
}

type complain func(format string, args ...any)

// files holds what is there against the list.
func (r *Read) files(parts []Part, bad complain) {
	r.parts = map[string][]byte{}
	for i, p := range parts {
		r.parts[p.Name] = p.Body
		if i >= len(r.Manifest.Files) {
			bad("%s is not in the manifest", p.Name)
			continue
		}
		if l := r.Manifest.Files[i]; l.Name != p.Name || l.SHA256 != digest(p.Body) || l.Bytes != len(p.Body) {
			bad("%s is not what the manifest says", p.Name)
		}
	}
	for _, l := range r.Manifest.Files[min(len(parts), len(r.Manifest.Files)):] {
		bad("%s is missing", l.Name)
	}
}

// journal reads every entry and hashes it anew.
func (r *Read) journal(bad complain) {
	chain := audit.Begin(r.Manifest.Tenant, r.Manifest.ID)
	for i, row := range bytes.Split(bytes.TrimSuffix(r.parts[journalName], []byte("\n")), []byte("\n")) {
		var l audit.Line
		if err := json.Unmarshal(row, &l); err != nil {
			bad("journal line %d cannot be read", i+1)
			continue
		}
		step, err := l.Step()
		before := chain.Last()
		n, sum := chain.Add(step)
		if err != nil || audit.NewLine(r.Manifest.ID, n, step, before, sum) != l {
			bad("entry %d of the journal does not go on from the one before, or was changed", i+1)
		}
		r.lines = append(r.lines, l)
	}
	if again, err := rows(r.lines); err != nil || !bytes.Equal(again, r.parts[journalName]) {
		bad("the journal is not as one is written")
	}
	if len(r.lines) != r.Manifest.Entries || chain.Last().String() != r.Manifest.Hash {
		bad("the journal ends with entry %d and %s, by the manifest with %d and %s", len(r.lines), chain.Last(), r.Manifest.Entries, r.Manifest.Hash)
	}
}

func (r *Read) facts(bad complain) {
	m := r.Manifest
	if err := strictly(r.parts[factsName], &r.Facts); err != nil {
		bad("the facts are not as they are written: %v", err)
	}
	if f := r.Facts; f.Tenant != m.Tenant || f.ID != m.ID || f.State != m.State {
		bad("the facts are of %s of %s, %s; the manifest is of %s of %s, %s", f.ID, f.Tenant, f.State, m.ID, m.Tenant, m.State)
	}
	if n := len(r.lines); n > 0 && r.lines[n-1].To != m.State {
		bad("the journal ends with %s, not with %s", r.lines[n-1].To, m.State)
	}
}

// receipts are those whose digests the journal has.
func (r *Read) receipts(bad complain) {
	for _, l := range r.Manifest.Files {
		name, ok := strings.CutPrefix(l.Name, Receipts)
		if !ok {
			continue
		}
		mark := "receipt:" + strings.TrimSuffix(name, ".pdf") + ":" + digest(r.parts[l.Name])
		if !slices.ContainsFunc(r.lines, func(e audit.Line) bool { return e.Evidence == mark }) {
			bad("%s is not the receipt that the journal knows", l.Name)
		}
	}
}

// days are seals that hold entries of this journal.
func (r *Read) days(bad complain) {
	held := map[int]bool{}
	for _, l := range r.Manifest.Files {
		if !strings.HasPrefix(l.Name, seals) {
			continue
		}
		var d Sealed
		if err := strictly(r.parts[l.Name], &d); err != nil {
			bad("%s is not as a day is written: %v", l.Name, err)
			continue
		}
		if d.Seal.Tenant != r.Manifest.Tenant || l.Name != seals+d.Seal.Day+".json" {
			bad("%s is of %s of %s", l.Name, d.Seal.Day, d.Seal.Tenant)
		}
		for _, p := range d.Entries {
			if err := p.Check(d.Seal); err != nil {
				bad("%s: %v", l.Name, err)
			}
			if n := p.Line.Entry; n < 1 || n > len(r.lines) || r.lines[n-1] != p.Line {
				bad("%s: entry %d was sealed otherwise than the journal has it", l.Name, n)
			}
			held[p.Line.Entry] = true
		}
		r.Seals = append(r.Seals, d.Seal)
	}
	r.Sealed = len(held)
}
