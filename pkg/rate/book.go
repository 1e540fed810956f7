package rate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

var (
	// ErrNone says that no rate of the source is known for the day.
	ErrNone = errors.New("rate: none known")
	// ErrStale says that the last rate before the day is too old to stand for it.
	ErrStale = errors.New("rate: too old")
	// ErrDiffers says that a day's rate is known already, with another value.
	ErrDiffers = errors.New("rate: differs from the known one")
)

// MaxAge is for how many calendar days after its own a rate stands, because none is published on days without banking: a
// rate of Wednesday carries over Holy Thursday and Friday to Monday.
const MaxAge = 5

// Book is a merchant's rates. They are the merchant's own: a correction by one is none for another.
type Book struct{ Store store.Store }

// On is the rate of a day: the one published for it, else the last before it. Errors: ErrNone, ErrStale.
func (b Book) On(ctx context.Context, tenant string, s Source, base, quote money.Currency, day calendar.Date) (Rate, error) {
	page, err := b.Store.Query(ctx, store.Query{PK: Partition(tenant, s, base, quote), To: day.String(), Limit: 1, Descending: true})
	if err != nil {
		return Rate{}, err
	}
	if len(page.Records) == 0 {
		return Rate{}, fmt.Errorf("%w: %s %s/%s on %s", ErrNone, s, base, quote, day)
	}
	e, err := decode(page.Records[0], s, base, quote)
	if err == nil && e.Rate.Day.AddDays(MaxAge).Before(day) {
		return e.Rate, fmt.Errorf("%w: the last %s %s/%s before %s is of %s", ErrStale, s, base, quote, day, e.Rate.Day)
	}
	return e.Rate, err
}

// Fresh is for how many business days nothing need come of a source.
const Fresh = 2

// Last is the last day up to one for which a source's dollar rate is known; zero if for none.
func (b Book) Last(ctx context.Context, tenant string, s Source, quote money.Currency, day calendar.Date) (calendar.Date, error) {
	r, err := b.On(ctx, tenant, s, money.USD, quote, day)
	switch {
	case errors.Is(err, ErrNone):
		return calendar.Date{}, nil
	case err != nil && !errors.Is(err, ErrStale):
		return calendar.Date{}, err
	}
	return r.Day, nil
}

// Between is the official rate of a day between two currencies of which one is the dollar, whichever way round. Errors:
// ErrPair, ErrNone, ErrStale.
func (b Book) Between(ctx context.Context, tenant string, one, other money.Currency, day calendar.Date) (Rate, error) {
	if one == money.USD {
		one, other = other, one
	}
	s := Official(one)
	if other != money.USD || s == "" {
		return Rate{}, fmt.Errorf("%w: no source gives %s for %s", ErrPair, one, other)
	}
	return b.On(ctx, tenant, s, other, one, day)
}

// Convert gives an amount in another currency by the official rates of a day, over the dollar where it must, with the rates
// that were used. Errors: ErrPair, ErrNone, ErrStale, money.ErrOverflow.
func (b Book) Convert(ctx context.Context, tenant string, a money.Amount, to money.Currency, day calendar.Date) (money.Amount, []Rate, error) {
	steps := []money.Currency{to}
	switch {
	case a.Currency() == to:
		return a, nil, nil
	case a.Currency() != money.USD && to != money.USD:
		steps = []money.Currency{money.USD, to}
	}
	var used []Rate
	for _, step := range steps {
		r, err := b.Between(ctx, tenant, a.Currency(), step, day)
		if err != nil {
			return money.Amount{}, used, err
		}
		if a, err = r.Convert(a); err != nil {
			return money.Amount{}, used, err
		}
		used = append(used, r)
	}
	return a, used, nil
}

func differs(known, r Rate) error {
	return fmt.Errorf("%w: %s %s of %s is %s, not %s", ErrDiffers, r.Source, r.Pair(), r.Day, known.Value(), r.Value())
}

// imports bounds how often an import starts over because somebody else was at the same days.
const imports = 5

// Import writes rates, all of them or, if one contradicts what is known, none. One that is known with the same value is left
// alone; another value is refused, unless it is a correction: then both are kept. What is known is read by span and what is
// new is written by the hundred, so that a whole file fits into one call; one that broke off is asked for again, and finds
// what it wrote. It says how many days it wrote. Errors: ErrDiffers, store.ErrBusy.
func (b Book) Import(ctx context.Context, tenant string, rates []Rate, by string, now time.Time, correct bool) (written int, err error) {
	for range imports {
		entries, err := b.merge(ctx, tenant, rates, by, now, correct)
		if err != nil {
			return written, err
		}
		n, err := b.write(ctx, tenant, entries)
		if written += n; !store.IsConflict(err) {
			return written, err
		}
	}
	return written, fmt.Errorf("%w: rates of the same days are being imported", store.ErrBusy)
}

// Changes is the first day of which Import would write a rate; zero if it would write none. Error: ErrDiffers.
func (b Book) Changes(ctx context.Context, tenant string, rates []Rate, correct bool) (first calendar.Date, err error) {
	list, err := b.merge(ctx, tenant, rates, "", time.Time{}, correct)
	for _, e := range list {
		if first.IsZero() || e.Rate.Day.Before(first) {
			first = e.Rate.Day
		}
	}
	return first, err
}

// merge lists what rates change of what is known, each day once. Error: ErrDiffers.
func (b Book) merge(ctx context.Context, tenant string, rates []Rate, by string, now time.Time, correct bool) ([]Entry, error) {
	known, err := b.around(ctx, tenant, rates)
	if err != nil {
		return nil, err
	}
	var list []Entry
	place := map[store.Key]int{}
	for _, r := range rates {
		key := Key(tenant, r)
		e, there := known[key]
		if there && e.Rate.Value() == r.Value() {
			continue
		}
		if there && !correct {
			return nil, differs(e.Rate, r)
		}
		if there {
			e.Was = append(slices.Clone(e.Was), Past{e.Rate.Value(), e.By, e.At})
		}
		e.Rate, e.By, e.At = r, by, calendar.Millis(now)
		known[key] = e
		if at, twice := place[key]; twice {
			list[at] = e
			continue
		}
		place[key] = len(list)
		list = append(list, e)
	}
	return list, nil
}

// around reads what is known of the spans that rates lie in.
func (b Book) around(ctx context.Context, tenant string, rates []Rate) (map[store.Key]Entry, error) {
	type span struct{ first, last Rate }
	spans, order := map[string]span{}, []string{}
	for _, r := range rates {
		of := Partition(tenant, r.Source, r.Base, r.Quote)
		s, there := spans[of]
		if !there {
			order, s = append(order, of), span{r, r}
		}
		if r.Day.Before(s.first.Day) {
			s.first = r
		}
		if s.last.Day.Before(r.Day) {
			s.last = r
		}
		spans[of] = s
	}
	known := map[store.Key]Entry{}
	for _, of := range order {
		s := spans[of]
		list, err := b.List(ctx, tenant, s.first.Source, s.first.Base, s.first.Quote, s.first.Day, s.last.Day)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			known[Key(tenant, e.Rate)] = e
		}
	}
	return known, nil
}

// write commits entries by the hundred and says how many are written.
func (b Book) write(ctx context.Context, tenant string, entries []Entry) (written int, err error) {
	for part := range slices.Chunk(entries, store.MaxWrites) {
		var writes []store.Write
		for _, e := range part {
			writes = append(writes, store.Put{Record: Encode(tenant, e)})
		}
		if err := b.Store.Commit(ctx, writes...); err != nil {
			return written, err
		}
		written += len(part)
	}
	return written, nil
}

// List gives a merchant's entries of a source and pair from one day to another, in order.
func (b Book) List(ctx context.Context, tenant string, s Source, base, quote money.Currency, from, to calendar.Date) ([]Entry, error) {
	var list []Entry
	q := store.Query{PK: Partition(tenant, s, base, quote), From: from.String(), To: to.String(), Limit: 1000}
	for {
		page, err := b.Store.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			e, err := decode(r, s, base, quote)
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
		if q.After = page.Next; q.After == "" {
			return list, nil
		}
	}
}
