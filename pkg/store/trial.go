package store

import (
	"context"
	"errors"
	"slices"
)

// Trial is a store on which commits count and are never written: what runs on it sees its own effects, one after the other,
// and whatever else is in the store beneath. It is for finding out what would happen. Not for several goroutines at once.
// Query does not see the trial's own commits.
type Trial struct {
	beneath Store
	records map[Key]*Record // read or written; nil = absent
}

// NewTrial begins a trial.
func NewTrial(beneath Store) *Trial { return &Trial{beneath, map[Key]*Record{}} }

// Get implements Store.
func (t *Trial) Get(ctx context.Context, key Key) (Record, error) {
	r, err := t.record(ctx, key)
	if err != nil {
		return Record{}, err
	}
	if r == nil {
		return Record{}, ErrNotFound
	}
	return copied(*r), nil
}

// Query implements Store.
func (t *Trial) Query(ctx context.Context, q Query) (Page, error) { return t.beneath.Query(ctx, q) }

// Commit implements Store.
func (t *Trial) Commit(ctx context.Context, writes ...Write) error {
	if err := Check(writes); err != nil {
		return err
	}
	var losers []Loser
	for _, w := range writes {
		r, err := t.record(ctx, w.key())
		if err != nil {
			return err
		}
		if reason := loses(w, r); reason != "" {
			losers = append(losers, Loser{w.key(), reason})
		}
	}
	if losers != nil {
		return &ConflictError{losers}
	}
	for _, w := range writes {
		switch w := w.(type) {
		case Put:
			r := copied(w.Record)
			r.Version++
			t.records[r.Key] = &r
		case Take:
			r := t.records[w.Key]
			r.Free, r.Version = r.Free-w.Amount, r.Version+1
			if i, found := slices.BinarySearch(r.Tags, w.Tag); w.Tag != "" && !found {
				r.Tags = slices.Insert(r.Tags, i, w.Tag)
			}
		}
	}
	return nil
}

func loses(w Write, r *Record) Reason {
	switch w := w.(type) {
	case Put:
		switch {
		case r != nil && w.Record.Version == 0:
			return Exists
		case w.Record.Version != 0 && (r == nil || r.Version != w.Record.Version):
			return Version
		}
	case Take:
		switch {
		case r == nil:
			return Absent
		case r.Free < w.Amount:
			return Short
		}
	}
	return ""
}

func (t *Trial) record(ctx context.Context, key Key) (*Record, error) {
	if r, known := t.records[key]; known {
		return r, nil
	}
	r, err := t.beneath.Get(ctx, key)
	switch {
	case errors.Is(err, ErrNotFound):
		t.records[key] = nil
	case err != nil:
		return nil, err
	default:
		t.records[key] = &r
	}
	return t.records[key], nil
}

// copied shares nothing that its holder might change.
func copied(r Record) Record {
	r.Body, r.Tags = slices.Clone(r.Body), slices.Clone(r.Tags)
	slices.Sort(r.Tags)
	r.Tags = slices.Compact(r.Tags)
	return r
}
