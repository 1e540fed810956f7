package rate

import (
	"context"
	"errors"
	"fmt"
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

// Agrees says whether a rate contradicts nothing that is known. Error: ErrDiffers.
func (b Book) Agrees(ctx context.Context, tenant string, r Rate) error {
	record, err := b.Store.Get(ctx, Key(tenant, r))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	known, err := decode(record, r.Source, r.Base, r.Quote)
	if err == nil && known.Rate.Value() != r.Value() {
		return differs(known.Rate, r)
	}
	return err
}

func differs(known, r Rate) error {
	return fmt.Errorf("%w: %s %s of %s is %s, not %s", ErrDiffers, r.Source, r.Pair(), r.Day, known.Value(), r.Value())
}

// Keep writes a rate. One that is known with the same value is left alone; with another it is refused, unless it is a
// correction: then both are kept. It says whether anything was written. Error: ErrDiffers.
func (b Book) Keep(ctx context.Context, tenant string, r Rate, by string, now time.Time, correct bool) (bool, error) {
	e := Entry{Rate: r, By: by, At: calendar.Millis(now)}
	record, err := b.Store.Get(ctx, Key(tenant, r))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	if err == nil {
		known, err := decode(record, r.Source, r.Base, r.Quote)
		if err != nil || known.Rate.Value() == r.Value() {
			return false, err
		}
		if !correct {
			return false, differs(known.Rate, r)
		}
		e.Version, e.Was = known.Version, append(known.Was, Past{known.Rate.Value(), known.By, known.At})
	}
	err = b.Store.Commit(ctx, store.Put{Record: Encode(tenant, e)})
	if store.IsConflict(err) {
		return b.Keep(ctx, tenant, r, by, now, correct) // somebody else was first: theirs is there to be compared
	}
	return err == nil, err
}

// List gives a merchant's entries of a source and pair from one day to another, in order.
func (b Book) List(ctx context.Context, tenant string, s Source, base, quote money.Currency, from, to calendar.Date) ([]Entry, error) {
	var list []Entry
	q := store.Query{PK: Partition(tenant, s, base, quote), From: from.String(), To: to.String()}
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
