package recon

import (
	"context"
	"path/filepath"
)

// readAll reads the inputs: once if every match is to be written, else through the sieve and then what that has left.
func (r *run) readAll(ctx context.Context, joiners []*joiner) error {
	if r.Matches {
		return r.reading(ctx, onlyPass)
	}
	r.marks = &stage{entries: newSpool(r.Temp, len(r.entries.parts), r.room), rows: newSpool(r.Temp, len(r.entries.parts), r.room)}
	defer r.marks.entries.close()
	defer r.marks.rows.close()
	if err := r.reading(ctx, sievePass); err != nil {
		return err
	}
	r.first, r.tallies = r.tallies, nil
	for i := range joiners {
		r.tallies = append(r.tallies, newTally())
		for class, n := range r.first[i].breaks {
			r.tallies[i].breaks[class] = n // of rows that cannot be read
		}
		joiners[i].tally = r.tallies[i]
	}
	var err error
	if r.wanted, err = r.sieveAll(ctx, joiners); err != nil {
		return err
	}
	if err := r.refuseTwice(ctx); err != nil {
		return err
	}
	return r.reading(ctx, secondPass)
}

func (r *run) reading(ctx context.Context, pass pass) error {
	if err := r.readBooks(ctx, pass); err != nil {
		return err
	}
	for i := range r.Settlements {
		if err := r.readRows(ctx, i, pass); err != nil {
			return err
		}
	}
	return nil
}

// readSource reads a source to its end and keeps its digest.
func (r *run) readSource(ctx context.Context, path string, pass pass, first func(s *source, header []byte) error, workers []func(b *block) error) error {
	s, err := openSource(path, pass != secondPass)
	if err != nil {
		return err
	}
	defer s.close()
	if err := r.blocks(ctx, s, func(header []byte) error { return first(s, header) }, workers); err != nil {
		return err
	}
	if pass == secondPass {
		return nil
	}
	digest, err := s.digest()
	if err != nil {
		return err
	}
	name := s.name
	if _, taken := r.digests[name]; taken {
		name = path // two files of one base name
	}
	r.digests[name] = digest
	if info, err := s.file.Stat(); err == nil {
		r.read.Add(info.Size())
	}
	return nil
}

// progress tells how much of the inputs has been read.
func (r *run) progress(s *source) {
	if r.Progress == nil || r.wanted != nil {
		return // the second reading is short
	}
	if at, err := s.file.Seek(0, 1); err == nil {
		r.Progress(r.read.Load() + at)
	}
}

func (r *run) readBooks(ctx context.Context, pass pass) error {
	readers := make([]*bookReader, r.Workers)
	workers := make([]func(*block) error, r.Workers)
	for i := range readers {
		readers[i] = &bookReader{run: r, entryParser: entryParser{offset: r.offset}, pass: pass, sink: newSink(r.into(pass).entries),
			ids: newSink(r.ids), tally: r.tallies[i], dues: newDueDays(r.Rules), name: filepath.Base(r.Books)}
		workers[i] = readers[i].parse
	}
	err := r.readSource(ctx, r.Books, pass, func(s *source, record []byte) error {
		h, err := readHeader(s.name, record, bookColumns, []string{"fee", "tax"})
		for _, k := range readers {
			k.header = h
		}
		return err
	}, workers)
	if err != nil {
		return err
	}
	for _, k := range readers {
		if err := k.sink.flush(); err != nil {
			return err
		}
		if err := k.ids.flush(); err != nil {
			return err
		}
		for _, hash := range k.late {
			r.wanted.add(hash)
		}
	}
	return nil
}

// into are the spools that a reading fills.
func (r *run) into(pass pass) stage {
	if pass == sievePass {
		return *r.marks
	}
	return stage{entries: r.entries, rows: r.rows}
}

func (r *run) readRows(ctx context.Context, file int, pass pass) error {
	readers := make([]*rowReader, r.Workers)
	workers := make([]func(*block) error, r.Workers)
	for i := range readers {
		readers[i] = &rowReader{run: r, rowParser: rowParser{file: uint16(file)}, pass: pass, sink: newSink(r.into(pass).rows),
			breaks: r.breaks[i], tally: r.tallies[i]}
		workers[i] = readers[i].parse
	}
	wanted, optional := r.Profile.columns()
	err := r.readSource(ctx, r.Settlements[file], pass, func(s *source, record []byte) error {
		h, err := readHeader(s.name, record, wanted, optional)
		for _, k := range readers {
			k.header = h
		}
		return err
	}, workers)
	if err != nil {
		return err
	}
	for _, k := range readers {
		if err := k.sink.flush(); err != nil {
			return err
		}
	}
	return nil
}
