// Package recon compares settlement files with books of any size. It reads them twice. The sieve marks each record in 16
// bytes and finds the references whose one entry and one row agree in everything; the second reading brings the others,
// whole, into partitions by reference, and the rules of pkg/settlement judge these. What names across references waits until
// all partitions have been looked at. Nothing depends on the order of the books, on the workers or on the memory.
//
// The marks say where a record stands, so that the second reading goes through lines only to count them. Files that are
// compressed, or hold reversals (which may name an entry of any reference), are parsed once more instead.
//
// Of the processor's time on a million entries and as many rows, one of a hundred broken, sampled over twenty runs:
//
//	SHA-256 of the inputs                  19 %
//	rowParser.read                         12 %
//	entryParser.read                       12 %, decimals of both sides 11
//	the rules, sentences, sorted lines     14 %
//	marks: hashes, and writing them        11 %
//	the system: reading, faults, waking     7 %
//	sift, suspects: holding them together   6 %
//	the second reading                      6 %
//	block.index: commas and line ends       5 %
//	reader.cut: quotes, lines, UTF-8        3 %
//	keepID: ids of the books                3 %
package recon

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/rate"
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
	// Rates are for entries that settle in another currency and lock no rate themselves: the official one of their day counts.
	Rates []rate.Rate
	// Overrides are days that count otherwise than the country's built-in table has them.
	Overrides []calendar.Override
	// Progress is told how many bytes of the inputs have been read. It may be nil.
	Progress func(read int64)
}

// run is one comparison.
type run struct {
	Options
	files              []string // base names of the settlement files
	ranks              map[string]uint16
	secret, factSecret secret
	// partLimit is how many bytes of one partition can be held at once.
	partLimit int64
	offset    int64
	date      int32
	builtIn   calendar.Country // without the overrides
	calendar  *Calendar
	blocks    []*block // per worker

	entries, rows, ids  *spool
	transactions        atomic.Bool // some entry has a transaction id
	deferred            stage
	marks               *stage // of the sieve; nil if everything is read once
	wanted              *wanted
	bookPlaces          *places
	rowPlaces           *places
	habit               habit    // of the books, for the sieve
	byPlace             bool     // what is to be read again is known by its places
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
	r.calendar = r.traced(joiners)
	return r.write(all)
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
	builtIn := o.Rules.Country
	o.Rules.Country = o.Rules.Country.Overridden(o.Overrides)
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
	r := &run{Options: o, builtIn: builtIn, secret: newSecret(), factSecret: newSecret(), offset: zoneOffset(o.Rules.Country), date: dayOf(o.Date),
		later: &later{limit: plan.later}, partLimit: plan.part, reversals: &idSet{}, doubtful: &idSet{}, digests: map[string]string{},
		breakOrder: &order{dir: o.Temp, room: plan.lines}, matchOrder: &order{dir: o.Temp, room: plan.lines},
		deferred: stage{entryIDs: newFilter(plan.deferred, plan.filter), rowIDs: newFilter(plan.deferred, plan.filter)}}
	room := newRoom(plan.spool)
	r.room = room
	r.entries, r.rows, r.ids = newSpool(o.Temp, plan.partitions, room), newSpool(o.Temp, plan.partitions, room),
		newSpool(o.Temp, max(plan.partitions/8, 1), room)
	r.deferred.entries, r.deferred.rows = newSpool(o.Temp, plan.partitions, room), newSpool(o.Temp, plan.partitions, room)
	for range o.Workers {
		r.blocks = append(r.blocks, newBlock())
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

func (r *run) hash(text []byte) uint64 { return r.secret.hash(text) }

func putHash(to []byte, hash uint64) { binary.LittleEndian.PutUint64(to, hash) }

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

// workersFor is how many workers there are unless somebody says so: one for each processor, but no more than memory is
// made for.
func workersFor(asked int) int {
	if asked > 0 {
		return asked
	}
	return min(runtime.GOMAXPROCS(0), 8)
}
