package recon

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
)

// TwiceError says that an id stands twice in the books, and on which lines.
type TwiceError struct {
	File          string
	ID            string
	First, Second uint32 // physical lines
}

func (e *TwiceError) Error() string {
	return fmt.Sprintf("%s line %d: id %q stands on line %d already", e.File, e.Second, e.ID, e.First)
}

// idSet is a small set of hashes. It is written while inputs are read, and read after.
type idSet struct {
	mu  sync.Mutex
	ids map[uint64]bool
}

func (s *idSet) add(hash uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[uint64]bool{}
	}
	s.ids[hash] = true
}

func (s *idSet) any() bool            { return len(s.ids) > 0 }
func (s *idSet) count() int           { return len(s.ids) }
func (s *idSet) has(hash uint64) bool { return s.ids[hash] }

// suspects finds hashes of ids that came twice in a partition.
func (j *joiner) suspects(p int) error {
	var err error
	if j.idBytes, err = j.ids.load(p, j.idBytes); err != nil {
		return err
	}
	n := len(j.idBytes) / 8
	size := 16
	for size < 2*n {
		size *= 2
	}
	j.idTable = resize(j.idTable, size)
	mask := uint64(size - 1)
	for from := j.idBytes; len(from) > 0; from = from[8:] {
		hash := binary.LittleEndian.Uint64(from) | 1 // never 0, which means free
		slot := hash >> 1 & mask
		for j.idTable[slot] != 0 && j.idTable[slot] != hash {
			slot = (slot + 1) & mask
		}
		if j.idTable[slot] == hash {
			j.doubtful.add(hash)
		}
		j.idTable[slot] = hash
	}
	return nil
}

// refuseTwice reads the books again if hashes came twice, for only equal ids are an error. Error: *TwiceError.
func (r *run) refuseTwice(ctx context.Context) error {
	if !r.doubtful.any() {
		return nil
	}
	var mu sync.Mutex
	lines := map[string][]uint32{}
	l := &lane{paths: []string{r.Books}, header: bookHeader}
	for range r.Workers {
		var s splitter
		l.parse = append(l.parse, func(b *block) error {
			return b.records(func(record []byte, line uint32, _ reason) error {
				if id, ok := s.column(b, record, bookID); ok && r.doubtful.has(r.hash(id)|1) {
					mu.Lock()
					lines[string(id)] = append(lines[string(id)], line)
					mu.Unlock()
				}
				return nil
			})
		})
	}
	if err := r.readLanes(ctx, l); err != nil {
		return err
	}
	var found *TwiceError
	for _, id := range slices.Sorted(maps.Keys(lines)) {
		at := lines[id]
		if slices.Sort(at); len(at) > 1 && (found == nil || at[1] < found.Second) {
			found = &TwiceError{filepath.Base(r.Books), id, at[0], at[1]}
		}
	}
	if found != nil {
		return found
	}
	return nil
}
