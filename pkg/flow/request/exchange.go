package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/rate"
)

// exchange turns what is asked for in another currency than was paid into that currency, if the rules say who bears the
// difference: at the official rate of today, so that the buyer gets the worth of today and the merchant bears it, or of the day
// of the payment, so that the buyer gets the cash of then. The rate is fixed with the refund. Errors: ErrCurrency,
// ErrRateUnknown, ErrRateStale.
func (r *Requester) exchange(ctx context.Context, q *Refund, p payment.Payment, bears string, today, paid calendar.Date) (*disbursement.FX, error) {
	asked, into := q.Amount, p.Amount.Currency()
	if asked.Currency() == into {
		return nil, nil
	}
	if bears == "" {
		return nil, fmt.Errorf("%w: the payment is in %s", ErrCurrency, into)
	}
	day := today
	if bears == "buyer" {
		day = paid
	}
	found, err := rate.Book{Store: r.Store}.Between(ctx, p.Tenant, asked.Currency(), into, day)
	switch {
	case errors.Is(err, rate.ErrPair):
		return nil, fmt.Errorf("%w: %v", ErrCurrency, err)
	case errors.Is(err, rate.ErrNone):
		return nil, fmt.Errorf("%w: %v", ErrRateUnknown, err)
	case errors.Is(err, rate.ErrStale):
		r.Log.ErrorContext(ctx, "an exchange rate is stale", "tenant", p.Tenant, "error", err)
		return nil, fmt.Errorf("%w: %v", ErrRateStale, err)
	case err != nil:
		return nil, err
	}
	given, err := found.Convert(asked)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrAmount, err)
	}
	q.Amount = whole(given)
	return &disbursement.FX{Asked: asked.Minor(), Currency: asked.Currency(), Bears: bears, Lock: found.Lock(r.Now())}, nil
}

// whole rounds Colombian pesos to whole ones, half away from zero: there are no centavos to give.
func whole(a money.Amount) money.Amount {
	const peso = 100
	if a.Currency() != money.COP {
		return a
	}
	return money.New((a.Minor()+peso/2)/peso*peso, money.COP)
}
