package order

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

// Orders and receipts are kept many to a record: a shop's export is thousands of lines that are all read together.

// buckets share a day's lines, so that a record stays far below what a store takes.
const buckets = 16

// maxBucket bounds a record's text in bytes.
const maxBucket = 300_000

// ErrTooMany says that a day has more orders or receipts than are kept.
var ErrTooMany = errors.New("order: too many of one day")

// kept is one line in a record, with who brought it. JSON names are stored: append only.
type kept[T any] struct {
	What T      `json:"w"`
	By   string `json:"by"`
	At   int64  `json:"at"` // milliseconds since 1970
}

// Book is what shops and other channels have told of a merchant's orders.
type Book struct{ Store store.Store }

// partition holds all of a kind, by day.
func partition(tenant, kind string) string { return tenant + "#" + kind }

// spot is the record in which a line is: its day, its group (a shop, a channel), and its share of them.
func spot(tenant, kind string, day calendar.Date, group, id string) store.Key {
	return store.Key{PK: partition(tenant, kind), SK: day.String() + "|" + group + "|" + strconv.Itoa(int(store.Spread(id)%buckets))}
}

// Keep keeps orders as their last export has them, and says how many are new or changed. The same again changes nothing. Errors:
// ErrTooMany, store.ErrBusy.
func (b Book) Keep(ctx context.Context, tenant string, list []Order, by string, at int64) (int, error) {
	parts := map[store.Key]map[string]Order{}
	for _, o := range list {
		put(parts, spot(tenant, "orders", o.Day, o.Shop, o.Name), o.Name, o)
	}
	return keep(ctx, b.Store, parts, by, at)
}

// KeepReceipts keeps receipts of other channels, as Keep.
func (b Book) KeepReceipts(ctx context.Context, tenant string, list []Receipt, by string, at int64) (int, error) {
	parts := map[store.Key]map[string]Receipt{}
	for _, r := range list {
		put(parts, spot(tenant, "receipts", r.Day, r.Channel, r.ID), r.ID, r)
	}
	return keep(ctx, b.Store, parts, by, at)
}

func put[T any](parts map[store.Key]map[string]T, key store.Key, name string, what T) {
	if parts[key] == nil {
		parts[key] = map[string]T{}
	}
	parts[key][name] = what
}

// atOnce is how many records are read at a time: each may be large.
const atOnce = 16

// tries bounds how often a record is read anew because another writes it at the same time.
const tries = 10

// keep folds lines into their records, one after the other in the order of keys: a repeat of an import that was cut short ends it.
func keep[T any](ctx context.Context, s store.Store, parts map[store.Key]map[string]T, by string, at int64) (int, error) {
	changed := 0
	for _, key := range slices.SortedFunc(maps.Keys(parts), func(a, b store.Key) int { return strings.Compare(a.SK, b.SK) }) {
		n, err := fold(ctx, s, key, parts[key], by, at)
		if err != nil {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}

func fold[T any](ctx context.Context, s store.Store, key store.Key, lines map[string]T, by string, at int64) (int, error) {
	for range tries {
		record, err := s.Get(ctx, key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return 0, err
		}
		record.Key = key
		known, err := decode[T](record)
		if err != nil {
			return 0, err
		}
		changed := 0
		for name, what := range lines { // any order: each line has a place of its own
			before, err := json.Marshal(known[name].What)
			if err != nil {
				return 0, err
			}
			after, err := json.Marshal(what)
			if err != nil {
				return 0, err
			}
			if _, there := known[name]; there && string(before) == string(after) {
				continue
			}
			known[name] = kept[T]{what, by, at}
			changed++
		}
		if changed == 0 {
			return 0, nil
		}
		if record.Body, err = json.Marshal(known); err != nil {
			return 0, err
		}
		if len(record.Body) > maxBucket {
			return 0, fmt.Errorf("%w: %s", ErrTooMany, key.SK[:len("2006-01-02")])
		}
		if err = s.Commit(ctx, store.Put{Record: record}); !store.IsConflict(err) {
			return changed, err
		}
	}
	return 0, store.ErrBusy
}

func decode[T any](r store.Record) (map[string]kept[T], error) {
	if len(r.Body) == 0 {
		return map[string]kept[T]{}, nil
	}
	var known map[string]kept[T]
	if err := store.Unmarshal(r.Body, &known); err != nil {
		return nil, fmt.Errorf("order: record %s: %w", r.Key, err)
	}
	return known, nil
}

// Orders reads what was brought from one day to another, in order, each once. It is for a few days: a year of a large shop has no room.
func (b Book) Orders(ctx context.Context, tenant string, from, to calendar.Date) ([]Order, error) {
	last := map[[2]string]Line{}
	err := b.Scan(ctx, tenant, from, to, func(l Line) {
		if was, there := last[l.Who()]; !there || l.Instead(was) {
			last[l.Who()] = l
		}
	})
	list := make([]Order, 0, len(last))
	for _, l := range last { // any order: sorted below
		o, err := l.Order()
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	slices.SortFunc(list, func(x, y Order) int {
		return strings.Compare(x.Day.String()+x.Shop+"|"+x.Name, y.Day.String()+y.Shop+"|"+y.Name)
	})
	return list, err
}

// Receipts reads what other channels told from one day to another, in order. It is for a few days.
func (b Book) Receipts(ctx context.Context, tenant string, from, to calendar.Date) ([]Receipt, error) {
	var list []Receipt
	err := b.ScanReceipts(ctx, tenant, from, to, func(_, _ string, read func() (Receipt, error)) error {
		r, err := read()
		list = append(list, r)
		return err
	})
	slices.SortFunc(list, func(x, y Receipt) int { return strings.Compare(x.Day.String()+x.ID, y.Day.String()+y.ID) })
	return list, err
}

// records hands over what records from one day to another hold.
func records(ctx context.Context, s store.Store, pk string, from, to calendar.Date, do func(day calendar.Date, group string, body []byte) error) error {
	// Up to the next day: a group may be called in any letters, and no sign is behind all of them.
	q := store.Query{PK: pk, From: from.String(), To: to.AddDays(1).String(), Limit: atOnce}
	for {
		page, err := s.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			date, rest, _ := strings.Cut(r.Key.SK, "|")
			day, err := calendar.Parse(date)
			if err == nil {
				err = do(day, rest[:max(strings.LastIndex(rest, "|"), 0)], r.Body)
			}
			if err != nil {
				return fmt.Errorf("order: record %s: %w", r.Key, err)
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}
