package rate

import (
	"errors"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Shown are the currencies in which a seller reads what a day came to, each converted from the one before: what is settled in pesos
// or soles is dollars first, then yuan.
func Shown() []money.Currency { return []money.Currency{money.USD, money.CNY} }

// Step is an amount in one currency of Shown.
type Step struct {
	In     money.Currency
	Known  bool // false: nobody knows a rate of the day, for this currency or one before
	Amount money.Amount
	Rate   *Rate // nil = the amount was in this currency
}

// Steps shows an amount in each currency of Shown, by the rates that find has between two. Errors: those of find, but for ErrNone, ErrStale and
// ErrPair, which make an unknown step, as a sum too large for its currency does.
func Steps(a money.Amount, find func(from, to money.Currency) (Rate, error)) ([]Step, error) {
	var list []Step
	known := true
	for _, to := range Shown() {
		s := Step{In: to}
		switch {
		case !known:
		case a.Currency() == to:
			s.Known, s.Amount = true, a
		default:
			r, err := find(a.Currency(), to)
			if err == nil {
				s.Amount, err = r.Convert(a)
			}
			if err == nil {
				s.Known, s.Rate, a = true, &r, s.Amount
			} else if !unknown(err) {
				return nil, err
			}
		}
		known = s.Known
		list = append(list, s)
	}
	return list, nil
}

func unknown(err error) bool {
	for _, known := range []error{ErrNone, ErrStale, ErrPair, money.ErrOverflow} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// Among is the rate between two currencies that counts on a day: of a list, the one published for it, else the last before it that still stands.
func Among(list []Rate, one, other money.Currency, day calendar.Date) (best Rate, found bool) {
	for _, r := range list {
		between := (r.Base == one && r.Quote == other) || (r.Base == other && r.Quote == one)
		if between && !day.Before(r.Day) && !r.Day.AddDays(MaxAge).Before(day) && (!found || best.Day.Before(r.Day)) {
			best, found = r, true
		}
	}
	return best, found
}
