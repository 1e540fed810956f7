// Package recon compares settlement files with books of any size: it reads them in streams, cuts them into partitions by
// reference, and lets the rules of pkg/settlement judge each.
package recon

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Options of a run.
type Options struct {
	Network     string
	Profile     Profile // of the settlement files
	Rules       settlement.Rules
	Date        calendar.Date // the settlement day
	Books       string        // path
	Settlements []string      // paths, in the order in which rows count as earlier
	Out         string        // directory, made if it is not there
	Temp        string        // directory for what memory does not hold; empty = the system's
	Memory      int64         // bytes that the whole process may use
	Workers     int           // 0 = as many as there are processors
	Partitions  int           // 0 = as many as the inputs' size asks for
	Language    settlement.Language
	Matches     bool // write matches.csv
	Report      bool // write report.xlsx
	// Progress is told how many bytes of the inputs have been read. It may be nil.
	Progress func(read int64)
}

// run is one comparison.
type run struct {
	Options
	files          []string // base names of the settlement files
	ranks          map[string]uint16
	seed, factSeed maphash.Seed
	// partLimit is how many bytes of one partition can be held at once.
	partLimit int64
	offset    int64
	date      int32
	free      chan *block

	entries, rows, ids  *spool
	transactions        atomic.Bool // some entry has a transaction id
	deferred            stage
	marks               *stage // of the sieve; nil if everything is read once
	wanted              *wanted
	first               []*tally // of the sieve's reading
	room                *room
	reversals, doubtful *idSet
	later               *later
	breakOrder          *order
	matchOrder          *order
	breaks, matches     []*sorted // per worker; matches are nil if nobody wants them
	tallies             []*tally
	digests             map[string]string
	read                atomic.Int64
}

// Run compares and writes the outputs, which the caller publishes or discards. On an error there are none.
// Errors: *HeaderError, *LineError, *TwiceError, ErrArchive, ErrBomb, ErrTooMuch, settlement.ErrUnbalanced, and those of
// the file system.
func Run(ctx context.Context, o Options) (*Result, error) {
	r, err := newRun(o)
	if err != nil {
		return nil, err
	}
	defer r.close()
	joiners := r.joiners()
	if err := r.readAll(ctx, joiners); err != nil {
		return nil, err
	}
	if err := r.join(ctx, joiners); err != nil {
		return nil, err
	}
	all := newTally()
	for _, t := range r.tallies {
		all.add(t)
	}
	if r.marks != nil {
		if err := r.keptBack(all); err != nil {
			return nil, err
		}
	}
	if err := all.check(); err != nil {
		return nil, err
	}
	return r.write(all)
}

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

func (r *run) joiners() []*joiner {
	list := make([]*joiner, r.Workers)
	for i := range list {
		list[i] = &joiner{run: r, tally: r.tallies[i], breaks: r.breaks[i], dues: newDueDays(r.Rules)}
		if r.Matches {
			list[i].matches = r.matches[i]
		}
	}
	return list
}

func newRun(o Options) (*run, error) {
	o.Workers = workersFor(o.Workers)
	if o.Memory <= 0 {
		o.Memory = 128 << 20
	}
	size, err := sizeOf(append([]string{o.Books}, o.Settlements...))
	if err != nil {
		return nil, err
	}
	plan := planFor(o.Memory, size, o.Workers)
	if o.Partitions > 0 {
		plan.partitions = o.Partitions
	}
	r := &run{Options: o, seed: maphash.MakeSeed(), factSeed: maphash.MakeSeed(), offset: zoneOffset(o.Rules.Country), date: dayOf(o.Date),
		free: make(chan *block, o.Workers+2), later: &later{limit: plan.later}, partLimit: plan.part, reversals: &idSet{}, doubtful: &idSet{}, digests: map[string]string{},
		breakOrder: &order{dir: o.Temp, room: plan.lines}, matchOrder: &order{dir: o.Temp, room: plan.lines},
		deferred: stage{entryIDs: newFilter(plan.deferred, plan.filter), rowIDs: newFilter(plan.deferred, plan.filter)}}
	for range cap(r.free) {
		r.free <- &block{array: make([]byte, blockSize)}
	}
	room := newRoom(plan.spool)
	r.room = room
	r.entries, r.rows, r.ids = newSpool(o.Temp, plan.partitions, room), newSpool(o.Temp, plan.partitions, room),
		newSpool(o.Temp, max(plan.partitions/8, 1), room)
	r.deferred.entries, r.deferred.rows = newSpool(o.Temp, plan.partitions, room), newSpool(o.Temp, plan.partitions, room)
	for range o.Workers {
		r.breaks = append(r.breaks, r.breakOrder.worker())
		if o.Matches {
			r.matches = append(r.matches, r.matchOrder.worker())
		}
		r.tallies = append(r.tallies, newTally())
	}
	r.name()
	return r, nil
}

// name gives the settlement files their names and the places of these in the order of names.
func (r *run) name() {
	for _, path := range r.Settlements {
		r.files = append(r.files, filepath.Base(path))
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(r.files)))
	r.ranks = map[string]uint16{"": 0}
	for i, name := range sorted {
		r.ranks[name] = uint16(i + 1)
	}
}

func (r *run) close() {
	r.entries.close()
	r.rows.close()
	r.ids.close()
	r.deferred.entries.close()
	r.deferred.rows.close()
	r.breakOrder.close()
	r.matchOrder.close()
}

func (r *run) hash(text []byte) uint64 { return maphash.Bytes(r.seed, text) }

func putHash(to []byte, hash uint64) { binary.LittleEndian.PutUint64(to, hash) }

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

// join compares every partition, then what of it had to wait for the others, then what names across references.
func (r *run) join(ctx context.Context, joiners []*joiner) error {
	if err := r.partitions(ctx, joiners, (*joiner).first); err != nil {
		return err
	}
	if r.marks == nil {
		if err := r.refuseTwice(ctx); err != nil {
			return err
		}
	}
	if err := r.partitions(ctx, joiners, (*joiner).second); err != nil {
		return err
	}
	j := joiners[0]
	return r.later.each(r, func(u *universe) error { return r.compare(u, j.breaks, j.matches, j.tally) })
}

// partitions lets the joiners do something with each partition.
func (r *run) partitions(ctx context.Context, joiners []*joiner, do func(j *joiner, partition int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	var at atomic.Int64
	for _, j := range joiners {
		group.Go(func() error {
			for {
				p := int(at.Add(1)) - 1
				if p >= len(r.entries.parts) || ctx.Err() != nil {
					return ctx.Err()
				}
				if err := do(j, p); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

func sizeOf(paths []string) (int64, error) {
	var size int64
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}
