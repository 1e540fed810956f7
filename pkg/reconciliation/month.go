package reconciliation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

// Month is the days of a calendar month together, once somebody has closed them.
type Month struct {
	Tenant  string           `json:"-"`
	Month   string           `json:"month"` // "2026-11"
	Days    int              `json:"days"`  // reconciliations, all closed
	Totals  map[string]Total `json:"totals,omitempty"`
	Seals   []Seal           `json:"seals,omitempty"`
	Bank    *AtBank          `json:"bank,omitempty"` // when it was closed last; nil of closings before there was this
	Version int64            `json:"-"`
}

// AtBank is how a month stood against the bank.
type AtBank struct {
	Deposits int `json:"deposits"` // that were known; with none nothing was compared
	Legs     int `json:"legs"`
	Open     int `json:"open"` // differences that nobody had decided about
}

// Closed says whether the month is closed.
func (m Month) Closed() bool {
	return len(m.Seals) > 0 && m.Seals[len(m.Seals)-1].ReopenedAt == 0
}

// Plus adds two totals of one currency.
func (t Total) Plus(u Total) Total {
	return Total{t.Gross + u.Gross, t.Fee + u.Fee, t.Tax + u.Tax, t.Net + u.Net, t.Expected + u.Expected, t.Difference + u.Difference}
}

// MonthKey is the record of a month.
func MonthKey(tenant, month string) store.Key {
	return store.Key{PK: tenant + "#month#" + month, SK: "month"}
}

// EncodeMonth makes the record to put.
func EncodeMonth(m Month) store.Record {
	body, err := json.Marshal(m)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	return store.Record{Key: MonthKey(m.Tenant, m.Month), Version: m.Version, Body: body}
}

// Fence is the write that a change of the days of an open month carries: it makes the month's next version, so that of a month being closed
// and a day of it being changed one is first, and the other looks again.
func (m Month) Fence() store.Write { return store.Put{Record: EncodeMonth(m)} }

// ReadMonth reads the month of a day; one that was never closed is empty and open.
func ReadMonth(ctx context.Context, s store.Store, tenant string, day calendar.Date) (Month, error) {
	m := Month{Tenant: tenant, Month: day.Start(time.UTC).Format("2006-01")}
	record, err := s.Get(ctx, MonthKey(tenant, m.Month))
	if errors.Is(err, store.ErrNotFound) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if err := store.Unmarshal(record.Body, &m); err != nil {
		return m, fmt.Errorf("reconciliation: record %s: %w", record.Key, err)
	}
	m.Tenant, m.Version = tenant, record.Version
	return m, nil
}
