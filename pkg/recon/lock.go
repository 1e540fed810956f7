package recon

import (
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// locked reads in which other currency an entry settles, and at which rate: its own, which is of one of the entry's units in
// the other currency, else the official one of its day, else the last before it.
func (p *entryParser) locked(e *entry) reason {
	cell := p.get(bookSettlesIn)
	if len(cell) == 0 {
		return ""
	}
	code := currencyCode(cell)
	if code == 0 {
		return errSettlesIn
	}
	if code == e.currency {
		return ""
	}
	source := ""
	if p.header.at[bookRateSource] >= 0 {
		source = string(p.get(bookRateSource))
	}
	if p.header.at[bookRate] >= 0 && len(p.get(bookRate)) > 0 {
		l, err := settlement.ParseLock(string(p.get(bookRate)), money.Currency(cell))
		if err != nil || len(source) > 100 || strings.Contains(source, "|") {
			return errRate
		}
		e.lock = lockText(string(p.get(bookRate)), l, source)
		return ""
	}
	r, ok := rate.Among(p.rates, money.Currency(currencyText(e.currency)), money.Currency(cell), calendar.On(time.Unix(int64(e.day)*secondsOfDay, 0), time.UTC))
	if !ok {
		return errNoRate
	}
	e.lock = lockText(r.Value(), settlement.Lock{Currency: money.Currency(cell), Divide: r.Base == money.Currency(cell)}, string(r.Source)+" "+r.Day.String())
	return ""
}

// lockText is a lock as a packed entry keeps it: "PEN|×|3.745|SBS 2026-11-19".
func lockText(value string, l settlement.Lock, source string) []byte {
	way := "×"
	if l.Divide {
		way = "÷"
	}
	return []byte(string(l.Currency) + "|" + way + "|" + value + "|" + source)
}

// lockOf reads what lockText made.
func lockOf(text []byte) *settlement.Lock {
	parts := strings.SplitN(string(text), "|", 4)
	l, err := settlement.ParseLock(parts[2], money.Currency(parts[0]))
	if err != nil {
		panic(err) // it was parsed before it was packed
	}
	l.Divide, l.Source = parts[1] == "÷", parts[3]
	return &l
}
