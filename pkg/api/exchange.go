package api

import (
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
)

// fxAnswer is how a refund's amount came of another currency.
type fxAnswer struct {
	AskedAmount   int64          `json:"asked_amount"`
	AskedCurrency money.Currency `json:"asked_currency"`
	Source        rate.Source    `json:"source"`
	Day           calendar.Date  `json:"day"`
	Pair          string         `json:"pair"`
	Rate          string         `json:"rate"`
	Inverse       string         `json:"inverse"`
	Bears         string         `json:"bears"`
	LockedAt      string         `json:"locked_at"`
}

func fxOf(x *disbursement.FX) *fxAnswer {
	if x == nil {
		return nil
	}
	l := x.Lock
	return &fxAnswer{x.Asked, x.Currency, l.Source, l.Day, string(l.Base) + "/" + string(l.Quote), l.Value, l.Inverse, x.Bears, stamp(calendar.Instant(l.At))}
}
