package recon

import (
	"context"
	"errors"
	"io"
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
	r.habit = r.habitOf()
	r.bookPlaces, r.rowPlaces = &places{}, &places{}
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
	if err := r.sieveAll(ctx, joiners); err != nil {
		return err
	}
	if err := r.refuseTwice(ctx); err != nil {
		return err
	}
	if r.byPlace {
		return r.again(ctx)
	}
	return r.reading(ctx, secondPass)
}

// reading reads all inputs. Books and rows do not wait for each other, unless what the books show of reversed transactions
// says which rows are wanted.
func (r *run) reading(ctx context.Context, pass pass) error {
	books, rows := r.bookReaders(pass), r.rowReaders(pass)
	ofBooks, ofRows := r.bookLane(pass, books), r.rowLane(pass, rows)
	if pass == secondPass && r.wanted != nil && r.reversals.any() {
		if err := r.readLanes(ctx, ofBooks); err != nil {
			return err
		}
		for _, k := range books {
			for _, hash := range k.late {
				r.wanted.add(r.wantedKey(hash))
			}
		}
		ofBooks = &lane{}
	}
	if err := r.readLanes(ctx, ofBooks, ofRows); err != nil {
		return err
	}
	if pass != secondPass {
		r.keepDigests(ofBooks, ofRows)
	}
	return flushed(books, rows)
}

// flushed hands over what the readers of a reading still have open.
func flushed(books []*bookReader, rows []*rowReader) error {
	for i := range books {
		if err := errors.Join(books[i].sink.flush(), books[i].ids.flush(), rows[i].sink.flush()); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) keepDigests(lanes ...*lane) {
	for _, l := range lanes {
		for i, path := range l.paths {
			name := filepath.Base(path)
			if _, taken := r.digests[name]; taken {
				name = path // two files of one base name
			}
			r.digests[name] = l.sums[i]
		}
	}
}

// progress tells how much of the inputs has been read. The lane is locked.
func (r *run) progress(in *input) {
	if r.Progress == nil || r.first != nil {
		return // the second reading is short
	}
	if at, err := in.file.Seek(0, io.SeekCurrent); err == nil {
		r.Progress(r.read.Add(at - in.seen))
		in.seen = at
	}
}

func (r *run) bookReaders(pass pass) []*bookReader {
	all := make([]*bookReader, r.Workers)
	for i := range all {
		all[i] = &bookReader{run: r, entryParser: entryParser{near: nearTo(r.date), offset: r.offset, rates: r.Rates}, pass: pass, sink: newSink(r.into(pass).entries),
			ids: newSink(r.ids), tally: r.tallies[i], dues: newDueDays(r.Rules)}
	}
	return all
}

func (r *run) bookLane(pass pass, readers []*bookReader) *lane {
	l := &lane{paths: []string{r.Books}, summed: pass != secondPass, header: bookHeader}
	if pass == sievePass {
		l.places = r.bookPlaces
	}
	for _, k := range readers {
		l.parse = append(l.parse, k.parse)
	}
	return l
}

func bookHeader(name string, record []byte) (header, error) {
	return readHeader(name, record, bookColumns, optionalBookColumns)
}

func (r *run) rowReaders(pass pass) []*rowReader {
	all := make([]*rowReader, r.Workers)
	for i := range all {
		all[i] = &rowReader{run: r, rowParser: rowParser{near: nearTo(r.date)}, pass: pass, sink: newSink(r.into(pass).rows), breaks: r.breaks[i], tally: r.tallies[i]}
	}
	return all
}

func (r *run) rowLane(pass pass, readers []*rowReader) *lane {
	wanted, optional := r.Profile.columns()
	l := &lane{paths: r.Settlements, summed: pass != secondPass, header: func(name string, record []byte) (header, error) {
		return readHeader(name, record, wanted, optional)
	}}
	if pass == sievePass {
		l.places = r.rowPlaces
	}
	for _, k := range readers {
		l.parse = append(l.parse, k.parse)
	}
	return l
}

// into are the spools that a reading fills.
func (r *run) into(pass pass) stage {
	if pass == sievePass {
		return *r.marks
	}
	return stage{entries: r.entries, rows: r.rows}
}
