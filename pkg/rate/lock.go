package rate

import (
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Lock is a rate fixed for something at an instant, as records keep it: whatever is published later, this one counts. Short
// JSON names are stored: append only.
type Lock struct {
	Source  Source         `json:"s"`
	Day     calendar.Date  `json:"d"` // that the rate was published for
	Base    money.Currency `json:"b"`
	Quote   money.Currency `json:"q"`
	Value   string         `json:"v"` // of one Base in Quote
	Inverse string         `json:"i"` // of one Quote in Base
	At      int64          `json:"a"` // when it was fixed, in milliseconds since 1970
}

// Lock fixes the rate.
func (r Rate) Lock(now time.Time) Lock {
	return Lock{Source: r.Source, Day: r.Day, Base: r.Base, Quote: r.Quote, Value: r.Value(), Inverse: r.Inverse(), At: calendar.Millis(now)}
}

// Rate is what was fixed. Error: ErrRate, if the lock was not made by Rate.Lock.
func (l Lock) Rate() (Rate, error) { return New(l.Source, l.Day, l.Base, l.Quote, l.Value) }

// Convert is Rate.Convert at the locked rate. Errors: ErrRate, ErrPair, money.ErrOverflow.
func (l Lock) Convert(a money.Amount) (money.Amount, error) {
	r, err := l.Rate()
	if err != nil {
		return money.Amount{}, err
	}
	return r.Convert(a)
}
