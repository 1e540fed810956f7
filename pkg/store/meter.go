package store

import (
	"context"
	"sync"
)

// Steps of DynamoDB's billing, in bytes.
const (
	writeStep = 1024
	readStep  = 4096
)

// List prices of on-demand DynamoDB (us-east-1): $0.625 per million write units, $0.125 per million read units. Half a
// read unit is the smallest thing billed, so a picodollar is the unit in which all of it is whole.
const (
	picodollarsPerWrite    = 625_000
	picodollarsPerHalfRead = 62_500
)

// Bill is what DynamoDB would charge for.
type Bill struct {
	TableWrites int64 // write units of the table; a transaction's are already doubled
	IndexWrites int64 // write units of the indexes
	HalfReads   int64 // halves of read units
	Commits     int64 // commits tried
}

// WriteUnits are all write units.
func (b Bill) WriteUnits() int64 { return b.TableWrites + b.IndexWrites }

// Picodollars is the price, in 10⁻¹² dollars: of one piece of work, in dollars per 10¹² of them, or in millionths of a
// dollar per million of them.
func (b Bill) Picodollars() int64 {
	return b.WriteUnits()*picodollarsPerWrite + b.HalfReads*picodollarsPerHalfRead
}

// Minus is what was charged since an earlier bill.
func (b Bill) Minus(earlier Bill) Bill {
	return Bill{
		TableWrites: b.TableWrites - earlier.TableWrites,
		IndexWrites: b.IndexWrites - earlier.IndexWrites,
		HalfReads:   b.HalfReads - earlier.HalfReads,
		Commits:     b.Commits - earlier.Commits,
	}
}

// Meter is a Store that counts what DynamoDB would bill, by the sizes of Size:
//   - a write costs a unit for each started KB of the larger of the item before and after, in a commit of several
//     writes two; a write that loses costs the same by the item it found;
//   - an index entry costs a unit for each started KB when it appears and when it goes, so two when its key changes, and
//     nothing when it stays;
//   - a consistent read costs a unit for each started 4 KB: of each record by itself, or of a table query's page as a
//     whole; an index's page costs half of that, and each of its records that is read again is a read.
//
// To know an item's size before a commit the meter reads it, uncounted. Under concurrency the count is near, not exact.
type Meter struct {
	store Store
	mu    sync.Mutex
	bill  Bill
}

// NewMeter counts what is asked of s through it.
func NewMeter(s Store) *Meter { return &Meter{store: s} }

// Bill is what has been counted so far.
func (m *Meter) Bill() Bill {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bill
}

func (m *Meter) charge(b Bill) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bill.TableWrites += b.TableWrites
	m.bill.IndexWrites += b.IndexWrites
	m.bill.HalfReads += b.HalfReads
	m.bill.Commits += b.Commits
}

// Get implements Store.
func (m *Meter) Get(ctx context.Context, key Key) (Record, error) {
	r, err := m.store.Get(ctx, key)
	size := 0
	if err == nil {
		size = Size(r)
	}
	m.charge(Bill{HalfReads: 2 * steps(size, readStep)})
	return r, err
}

// Query implements Store.
func (m *Meter) Query(ctx context.Context, q Query) (Page, error) {
	page, err := m.store.Query(ctx, q)
	var bill Bill
	whole, entries := 0, 0
	for _, r := range page.Records {
		size := Size(r)
		whole += size
		if q.Index == "" {
			continue
		}
		entries += entrySize(r.Key, q.Index, r.Index.In(q.Index))
		if !q.KeysOnly {
			bill.HalfReads += 2 * steps(size, readStep)
		}
	}
	if q.Index == "" {
		bill.HalfReads += 2 * steps(whole, readStep)
	} else {
		bill.HalfReads += steps(entries, readStep)
	}
	m.charge(bill)
	return page, err
}

// Commit implements Store.
func (m *Meter) Commit(ctx context.Context, writes ...Write) error {
	was := make([]Record, len(writes))
	for i, w := range writes {
		if r, err := m.store.Get(ctx, w.key()); err == nil {
			was[i] = r
		}
	}
	err := m.store.Commit(ctx, writes...)
	times := int64(1)
	if len(writes) > 1 {
		times = 2
	}
	bill := Bill{Commits: 1}
	for i, w := range writes {
		is := was[i]
		if err == nil {
			is = outcome(was[i], w)
			bill.IndexWrites += relisted(is.Key, was[i].Index, is.Index)
		}
		bill.TableWrites += times * steps(max(itemSize(was[i]), itemSize(is)), writeStep)
	}
	m.charge(bill)
	return err
}

// outcome is the record after a write that won.
func outcome(was Record, w Write) Record {
	switch w := w.(type) {
	case Put:
		is := w.Record
		is.Version++
		return is
	case Take:
		is := was
		is.Version++
		is.Free -= w.Amount
		if w.Tag != "" {
			is.Tags = append(append([]string(nil), was.Tags...), w.Tag)
		}
		return is
	}
	return was
}

func relisted(key Key, was, is Places) (units int64) {
	for _, index := range Indexes() {
		old, now := was.In(index), is.In(index)
		if old == now {
			continue
		}
		if old != (Key{}) {
			units += steps(entrySize(key, index, old), writeStep)
		}
		if now != (Key{}) {
			units += steps(entrySize(key, index, now), writeStep)
		}
	}
	return units
}

func itemSize(r Record) int {
	if r.Version == 0 {
		return 0
	}
	return Size(r)
}

// steps is how many units a size costs: at least one.
func steps(size, step int) int64 { return int64(max(1, (size+step-1)/step)) }
