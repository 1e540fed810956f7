package reconcile

import (
	"context"
	"errors"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// settlementCurrency is the account's setting that says in which currency its provider pays; empty = in the buyer's.
const settlementCurrency = "settlement_currency"

// locks gives entries of an account that is paid in another currency the official rate of their day. Without a rate a row in
// that currency is a CURRENCY_MISMATCH: nobody can say what it should be.
func (r *Reconciler) locks(ctx context.Context, b *books) error {
	to := money.Currency(b.account.Settings[settlementCurrency])
	if to == "" {
		return nil
	}
	type of struct {
		currency money.Currency
		day      calendar.Date
	}
	book, known := rate.Book{Store: r.Store}, map[of]*settlement.Lock{}
	for i := range b.entries {
		e := &b.entries[i]
		if e.Currency == to {
			continue
		}
		at := of{e.Currency, calendar.On(e.OccurredAt, b.zone)}
		lock, asked := known[at]
		if !asked {
			found, err := book.Between(ctx, b.account.Tenant, e.Currency, to, at.day)
			if err != nil && !errors.Is(err, rate.ErrNone) && !errors.Is(err, rate.ErrStale) && !errors.Is(err, rate.ErrPair) {
				return err
			}
			if err == nil {
				units, decimals := found.Digits()
				lock = &settlement.Lock{Currency: to, Units: units, Decimals: decimals, Divide: found.Base == to, Source: string(found.Source) + " " + found.Day.String()}
			}
			known[at] = lock
		}
		if e.Lock = lock; lock != nil {
			e.Fee, e.Tax = nil, nil // the contract is in the entry's currency, what is charged in the other
		}
	}
	return nil
}
