package audit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Problem is one sign of tampering.
type Problem struct {
	Day     string
	Line    int    // from 1; 0 = the whole day
	Subject string // what the line is about, if it says so
	What    string
}

// String is one line for a person.
func (p Problem) String() string {
	at := p.Day
	if p.Line > 0 {
		at += fmt.Sprintf(" line %d", p.Line)
	}
	if p.Subject != "" {
		at += " " + p.Subject
	}
	return at + ": " + p.What
}

// Verifier reads the sealed days of one tenant in their order.
type Verifier struct {
	// Tenant that every day must be of; the first day says if empty.
	Tenant  string
	Entries int    // read so far
	Last    Seal   // of the last day
	Begun   string // the seal that the first day goes on from; zeros if it is the first of all

	days  int
	known map[string][]link
}

// link is an entry's place in its record's chain.
type link struct {
	before, hash Hash
	entry, line  int
	day          string
}

// Day reads the next day's file and says everything that is wrong with it.
func (v *Verifier) Day(name string, file []byte) (found []Problem) {
	if v.known == nil {
		v.known = map[string][]link{}
	}
	bad := func(line int, subject, format string, args ...any) {
		found = append(found, Problem{name, line, subject, fmt.Sprintf(format, args...)})
	}
	rows := bytes.Split(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
	seal, err := readSeal(rows[len(rows)-1])
	if err != nil {
		bad(len(rows), "", "the day has no seal: its end is cut off")
		return found
	}
	v.seal(name, seal, bad)
	var t tree
	for i, row := range rows[:len(rows)-1] {
		t.add(row)
		var l Line
		if err := json.Unmarshal(row, &l); err != nil {
			bad(i+1, "", "cannot be read: %v", err)
			continue
		}
		if what := v.line(name, i+1, l); what != "" {
			bad(i+1, l.Subject, "%s", what)
		}
		v.Entries++
	}
	if n := len(rows) - 1; n != seal.Entries {
		bad(0, "", "%d entries, %d were sealed", n, seal.Entries)
	}
	if got := t.root().String(); got != seal.Root {
		bad(0, "", "the entries are not those that were sealed, or not in their order: root %s, sealed %s", got, seal.Root)
	}
	return found
}

func (v *Verifier) seal(name string, s Seal, bad func(int, string, string, ...any)) {
	if s.sum().String() != s.Seal {
		bad(0, "", "the seal does not fit what it says")
	}
	if s.Day != name {
		bad(0, "", "is sealed as %s", s.Day)
	}
	if v.days == 0 {
		v.Begun = s.Before
		if v.Tenant == "" {
			v.Tenant = s.Tenant
		}
	} else if s.Before != v.Last.Seal {
		bad(0, "", "does not go on from %s: days between them are missing, or one was written anew", v.Last.Day)
	}
	if s.Tenant != v.Tenant {
		bad(0, "", "is of %s, not %s", s.Tenant, v.Tenant)
	}
	v.days++
	v.Last = s
}

// line says what is wrong with an entry by itself; empty if nothing is.
func (v *Verifier) line(name string, n int, l Line) string {
	before, err := parse(l.Before)
	if err != nil {
		return "no hash before it: " + err.Error()
	}
	step, err := l.Step()
	if err != nil {
		return "no instant: " + err.Error()
	}
	_, sum := Resume(before, l.Entry-1).Add(step)
	v.known[l.Subject] = append(v.known[l.Subject], link{before, sum, l.Entry, n, name})
	if sum.String() != l.Hash {
		return fmt.Sprintf("entry %d (%s → %s by %q at %s) was changed after it was written", l.Entry, l.From, l.To, l.By, l.At)
	}
	return ""
}

// End holds the journals together, each from its first sealed entry to its last. Their entries may lie in the days in another
// order, because the clocks of two machines differ.
func (v *Verifier) End() (found []Problem) {
	for _, subject := range slices.Sorted(maps.Keys(v.known)) {
		links := v.known[subject]
		slices.SortStableFunc(links, func(a, b link) int { return cmp.Compare(a.entry, b.entry) })
		for i, x := range links {
			what := ""
			switch {
			case i == 0 && x.entry == 1 && x.before != Begin(v.Tenant, subject).Last():
				what = "the first entry is of another record's journal"
			case i > 0 && x.entry == links[i-1].entry:
				what = fmt.Sprintf("entry %d is there twice", x.entry)
			case i > 0 && x.entry != links[i-1].entry+1:
				what = fmt.Sprintf("entry %d follows entry %d: what was between them is missing", x.entry, links[i-1].entry)
			case i > 0 && x.before != links[i-1].hash:
				what = fmt.Sprintf("entry %d does not go on from entry %d", x.entry, links[i-1].entry)
			}
			if what != "" {
				found = append(found, Problem{x.day, x.line, subject, what})
			}
		}
	}
	return found
}
