package settlement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// depositBody is stored: append only.
type depositBody struct {
	Minor     int64          `json:"m"`
	Currency  money.Currency `json:"c"`
	Account   string         `json:"a,omitempty"`
	Reference string         `json:"r,omitempty"`
	By        string         `json:"by"`
	At        int64          `json:"at"` // milliseconds since 1970
}

// DepositPartition holds a merchant's deposits, by day.
func DepositPartition(tenant string) string { return tenant + "#deposits" }

func depositKey(tenant string, d Deposit) store.Key {
	return store.Key{PK: DepositPartition(tenant), SK: d.Day.String() + "|" + d.ID}
}

// onceKey keeps an id to one day: a line that comes again under another date is no second deposit.
func onceKey(tenant string, d Deposit) store.Key {
	return store.Key{PK: tenant + "#" + d.ID, SK: "deposit"}
}

func encodeDeposit(tenant string, d Deposit, by string, at int64) []store.Write {
	body, err := json.Marshal(depositBody{d.Minor, d.Currency, d.Account, d.Reference, by, at})
	if err != nil {
		panic(err) // strings and integers always encode
	}
	key := depositKey(tenant, d)
	return []store.Write{store.Put{Record: store.Record{Key: key, Body: body}},
		store.Put{Record: store.Record{Key: onceKey(tenant, d), Body: []byte(key.SK)}}}
}

func decodeDeposit(r store.Record) (Deposit, error) {
	var b depositBody
	day, id, _ := strings.Cut(r.Key.SK, "|")
	date, err := calendar.Parse(day)
	if err == nil {
		err = store.Unmarshal(r.Body, &b)
	}
	if err != nil {
		return Deposit{}, fmt.Errorf("settlement: record %s: %w", r.Key, err)
	}
	return Deposit{ID: id, Day: date, Minor: b.Minor, Currency: b.Currency, Account: b.Account, Reference: b.Reference}, nil
}

// DepositBook is what banks have told of a merchant's money.
type DepositBook struct{ Store store.Store }

// tries bounds how often a file is looked at anew because another is written at the same time.
const tries = 10

// perCommit deposits are written together.
const perCommit = 40

// Keep writes those of a file that are not known, and says how many these are; a deposit never changes. All lines are
// looked at before any is written. Errors: ErrDepositDiffers, store.ErrBusy.
func (b DepositBook) Keep(ctx context.Context, tenant string, list []Deposit, by string, at int64) (written int, err error) {
	for range tries {
		fresh, err := b.fresh(ctx, tenant, list)
		if err != nil {
			return written, err
		}
		for len(fresh) > 0 {
			n := min(perCommit, len(fresh))
			var writes []store.Write
			for _, d := range fresh[:n] {
				writes = append(writes, encodeDeposit(tenant, d, by, at)...)
			}
			if err = b.Store.Commit(ctx, writes...); err != nil {
				break
			}
			written, fresh = written+n, fresh[n:]
		}
		if !store.IsConflict(err) {
			return written, err
		}
	}
	return written, store.ErrBusy
}

// fresh are those that are not known. Error: ErrDepositDiffers.
func (b DepositBook) fresh(ctx context.Context, tenant string, list []Deposit) ([]Deposit, error) {
	var fresh []Deposit
	for _, d := range list {
		pointer, err := b.Store.Get(ctx, onceKey(tenant, d))
		if errors.Is(err, store.ErrNotFound) {
			fresh = append(fresh, d)
			continue
		}
		if err != nil {
			return nil, err
		}
		record, err := b.Store.Get(ctx, store.Key{PK: DepositPartition(tenant), SK: string(pointer.Body)})
		if err != nil {
			return nil, err
		}
		known, err := decodeDeposit(record)
		if err != nil {
			return nil, err
		}
		if known != d {
			return nil, fmt.Errorf("%w: of %s with %s, not of %s with %s", ErrDepositDiffers, known.Day, decimal(known.Minor, known.Currency),
				d.Day, decimal(d.Minor, d.Currency))
		}
	}
	return fresh, nil
}

// Between reads the deposits from one day to another, in order.
func (b DepositBook) Between(ctx context.Context, tenant string, from, to calendar.Date) ([]Deposit, error) {
	var list []Deposit
	q := store.Query{PK: DepositPartition(tenant), From: from.String(), To: to.String() + "|~", Limit: 1000}
	for {
		page, err := b.Store.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			d, err := decodeDeposit(r)
			if err != nil {
				return nil, err
			}
			list = append(list, d)
		}
		if q.After = page.Next; q.After == "" {
			return list, nil
		}
	}
}
