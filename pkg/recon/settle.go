package recon

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// rest settles what is not plain: entries without a row, references with more to say, rows without an entry.
func (j *joiner) rest() error {
	local := &universe{}
	groups := map[uint32][]uint32{} // of mixed references: the rows left, by first entry
	var alone []uint32              // rows without an entry
	for _, off := range j.left {
		j.r.unpack(j.rowBytes[off:])
		if first := j.find(j.hashAt(off), j.r.reference); first != 0 {
			groups[first] = append(groups[first], off)
		} else {
			alone = append(alone, off)
		}
	}
	for _, first := range j.table {
		if first != 0 {
			if err := j.reference(first, groups[first], local); err != nil {
				return err
			}
			if err := j.judgeLocal(local, enough); err != nil {
				return err
			}
		}
	}
	if err := j.alone(alone, local); err != nil {
		return err
	}
	return j.judgeLocal(local, 0)
}

// alone settles rows whose reference has no entry. Of these only identical ones have to do with each other.
func (j *joiner) alone(rows []uint32, local *universe) error {
	slices.SortFunc(rows, func(a, b uint32) int { return cmp.Compare(j.hashAt(a), j.hashAt(b)) })
	for i, off := range rows {
		j.r.unpack(j.rowBytes[off:])
		if j.r.kind == reversal || j.rowIsOpen(&j.r) {
			if err := j.laterRow(&j.r); err != nil {
				return err
			}
			continue
		}
		if i > 0 && j.hashAt(off) != j.hashAt(rows[i-1]) {
			if err := j.judgeLocal(local, enough); err != nil {
				return err
			}
		}
		local.row(&j.r, j.files, j.offset)
	}
	return nil
}

// hashAt is the hash of a row's reference.
func (j *joiner) hashAt(off uint32) uint32 { return binary.LittleEndian.Uint32(j.rowBytes[off:]) }

// reference settles all entries of one reference.
func (j *joiner) reference(first uint32, rows []uint32, local *universe) error {
	if j.mixed[first-1] {
		return j.mixedReference(first, rows, local)
	}
	for number := first; number != 0; number = j.after[number-1] {
		off := j.taken[number-1]
		if off != 0 {
			j.r.unpack(j.rowBytes[off-1:])
			j.tally.match(&j.r)
		}
		if off == 0 || j.matches != nil || j.reversals.any() {
			j.e.unpack(j.entryBytes[j.at[number-1]:])
		}
		if err := j.single(off != 0, local); err != nil {
			return err
		}
	}
	return nil
}

// single settles the current entry, of a plain reference: matched by the current row, or without one.
func (j *joiner) single(matched bool, local *universe) error {
	if matched && j.matches != nil {
		if err := j.keepPlain(); err != nil {
			return err
		}
	}
	switch {
	case matched:
	case j.entryIsOpen(&j.e):
		return j.laterEntry(&j.e)
	case j.e.status != paid:
		j.tally.matched++
	case j.dues.of(j.e.day) > j.date:
		j.tally.pending++
	default:
		local.entry(&j.e)
	}
	return j.witness(&j.e)
}

// witness keeps an entry that is settled here for a reversal elsewhere that names it.
func (j *joiner) witness(e *entry) error {
	if len(e.transaction) > 0 && j.reversals.any() && j.reversals.has(j.hash(e.transaction)) {
		return j.later.witness(e)
	}
	return nil
}

// mixedReference hands a whole reference to the rules, here or at the end of the run.
func (j *joiner) mixedReference(first uint32, rows []uint32, local *universe) error {
	for number := first; number != 0; number = j.after[number-1] {
		if off := j.taken[number-1]; off != 0 {
			rows = append(rows, off-1)
		}
	}
	if j.isOpen(first, rows) {
		for number := first; number != 0; number = j.after[number-1] {
			j.e.unpack(j.entryBytes[j.at[number-1]:])
			if err := j.laterEntry(&j.e); err != nil {
				return err
			}
		}
		for _, off := range rows {
			j.r.unpack(j.rowBytes[off:])
			if err := j.laterRow(&j.r); err != nil {
				return err
			}
		}
		return nil
	}
	for number := first; number != 0; number = j.after[number-1] {
		j.e.unpack(j.entryBytes[j.at[number-1]:])
		local.entry(&j.e)
		if err := j.witness(&j.e); err != nil {
			return err
		}
	}
	for _, off := range rows {
		j.r.unpack(j.rowBytes[off:])
		local.row(&j.r, j.files, j.offset)
	}
	return nil
}

// manyInOne is up to how many rows and entries a reference is looked at closely before it is left to the end.
const manyInOne = 32

// isOpen says that a row or an entry of the reference, not named within it by transaction, may be named from outside.
func (j *joiner) isOpen(first uint32, rows []uint32) bool {
	var entries []entry
	for number := first; number != 0; number = j.after[number-1] {
		var e entry
		e.unpack(j.entryBytes[j.at[number-1]:])
		if entries = append(entries, e); len(entries) > manyInOne {
			return true
		}
	}
	if len(rows) > manyInOne {
		return true
	}
	own := j.different(rows)
	for i := range own {
		r := &own[i]
		if r.kind == reversal || (!namedInside(r.transaction, r.kind, entries, own, false) && j.rowIsOpen(r)) {
			return true
		}
	}
	for i := range entries {
		e := &entries[i]
		if !namedInside(e.transaction, e.kind, entries, own, true) && j.entryIsOpen(e) {
			return true
		}
	}
	return false
}

// different are the rows of a reference, without those that repeat an earlier one: these name nothing.
func (j *joiner) different(rows []uint32) []row {
	list := make([]row, 0, len(rows))
	for _, off := range rows {
		var r row
		r.unpack(j.rowBytes[off:])
		if !slices.ContainsFunc(list, func(x row) bool { return x.content() == r.content() }) {
			list = append(list, r)
		}
	}
	return list
}

// namedInside says that each row (or each entry) of a transaction finds its counterpart within the reference.
func namedInside(transaction []byte, kind uint8, entries []entry, rows []row, asEntry bool) bool {
	var ofEntries, ofRows int
	for i := range entries {
		if entries[i].kind == kind && bytes.Equal(entries[i].transaction, transaction) {
			ofEntries++
		}
	}
	for i := range rows {
		if rows[i].kind == kind && bytes.Equal(rows[i].transaction, transaction) {
			ofRows++
		}
	}
	if asEntry {
		return ofRows >= ofEntries
	}
	return ofEntries >= ofRows
}

// enough rows and entries are judged at once: more would only take more memory.
const enough = 4096

// judgeLocal lets the rules judge what has come together, if it is more than so many.
func (j *joiner) judgeLocal(local *universe, more int) error {
	if len(local.entries)+len(local.rows) <= more {
		return nil
	}
	err := j.compare(local, j.breaks, j.matches, j.tally)
	*local = universe{entries: local.entries[:0], rows: local.rows[:0]}
	return err
}

// inOrder sorts rows by file and line, as the rules want them.
func inOrder(rows []numbered) {
	slices.SortFunc(rows, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.Line, b.Line))
	})
}
