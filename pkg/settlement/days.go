package settlement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

// DatedDay is a day that counts otherwise than a country's built-in table has it, with what stood there before it was corrected.
type DatedDay struct {
	calendar.Override
	By  string    `json:"by"` // who imported it
	At  int64     `json:"at"` // when, in milliseconds since 1970
	Was []PastDay `json:"was,omitempty"`
}

// PastDay stood in a table before it was corrected. JSON names are stored: append only.
type PastDay struct {
	Working bool   `json:"working"`
	Source  string `json:"source"`
	By      string `json:"by"`
	At      int64  `json:"at"`
}

// CalendarBook is which days count otherwise for a merchant: one record for each country, so that a file is imported with one write.
type CalendarBook struct{ Store store.Store }

// mostDays bounds the record of a country, in bytes: some hundreds of days with their sources.
const mostDays = 200 << 10

func calendarKey(tenant string, country calendar.Country) store.Key {
	return store.Key{PK: tenant + "#calendar", SK: country.Code()}
}

// read is a country's table in order, and the version of its record.
func (b CalendarBook) read(ctx context.Context, tenant string, country calendar.Country) ([]DatedDay, int64, error) {
	record, err := b.Store.Get(ctx, calendarKey(tenant, country))
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	var list []DatedDay
	if err := json.Unmarshal(record.Body, &list); err != nil {
		return nil, 0, fmt.Errorf("settlement: record %s: %w", record.Key, err)
	}
	return list, record.Version, nil
}

// List gives a country's table in order.
func (b CalendarBook) List(ctx context.Context, tenant string, country calendar.Country) ([]DatedDay, error) {
	list, _, err := b.read(ctx, tenant, country)
	return list, err
}

// Over is a country in which the days of a merchant's table count as they say.
func (b CalendarBook) Over(ctx context.Context, tenant string, country calendar.Country) (calendar.Country, error) {
	list, err := b.List(ctx, tenant, country)
	days := make([]calendar.Override, len(list))
	for i, d := range list {
		days[i] = d.Override
	}
	return country.Overridden(days), err
}

// Of is Over of a network's country. Error: no such network.
func (b CalendarBook) Of(ctx context.Context, tenant, network string) (calendar.Country, error) {
	country, err := calendar.ByNetwork(network)
	if err != nil {
		return country, err
	}
	return b.Over(ctx, tenant, country)
}

// Changes is the first day that Import would write; zero if it would write none. Error: calendar.ErrOverrides.
func (b CalendarBook) Changes(ctx context.Context, tenant string, country calendar.Country, days []calendar.Override, correct bool) (calendar.Date, error) {
	_, first, _, err := b.merge(ctx, tenant, country, days, DatedDay{}, correct)
	return first, err
}

// Import writes days, all of them or, if one contradicts what is known, none. One that is known alike is left alone; one that is known otherwise is
// refused, unless it is a correction: then both are kept. It says how many it wrote. Errors: calendar.ErrOverrides for such days, and for more than a
// country's table holds; store.ErrBusy.
func (b CalendarBook) Import(ctx context.Context, tenant string, country calendar.Country, days []calendar.Override, by string, at int64, correct bool) (int, error) {
	for range tries {
		record, _, written, err := b.merge(ctx, tenant, country, days, DatedDay{By: by, At: at}, correct)
		if err != nil || written == 0 {
			return 0, err
		}
		if err = b.Store.Commit(ctx, store.Put{Record: record}); !store.IsConflict(err) {
			return written, err
		}
	}
	return 0, fmt.Errorf("%w: days of the same country are being imported", store.ErrBusy)
}

// merge is a country's record with days put in, the first of those that change it, and how many do. Error: calendar.ErrOverrides.
func (b CalendarBook) merge(ctx context.Context, tenant string, country calendar.Country, days []calendar.Override, entered DatedDay, correct bool) (record store.Record, first calendar.Date, written int, err error) {
	list, version, err := b.read(ctx, tenant, country)
	if err != nil {
		return record, first, 0, err
	}
	for _, day := range days {
		entered.Override, entered.Was = day, nil
		at, known := slices.BinarySearchFunc(list, day.Date, func(d DatedDay, date calendar.Date) int { return d.Date.Compare(date) })
		switch {
		case known && list[at].Override == day:
			continue
		case known && !correct:
			return record, first, 0, fmt.Errorf("%w: %s is known otherwise, by %q; send ?correct=true if that was wrong", calendar.ErrOverrides, day.Date, list[at].Source)
		case known:
			d := list[at]
			entered.Was = append(slices.Clone(d.Was), PastDay{d.Working, d.Source, d.By, d.At})
			list[at] = entered
		default:
			list = slices.Insert(list, at, entered)
		}
		if written++; first.IsZero() || day.Date.Before(first) {
			first = day.Date
		}
	}
	body, err := json.Marshal(list)
	if err == nil && (len(list) > calendar.MaxOverrides || len(body) > mostDays) {
		err = fmt.Errorf("%w: more days than a country's table holds", calendar.ErrOverrides)
	}
	return store.Record{Key: calendarKey(tenant, country), Version: version, Body: body}, first, written, err
}
