package rate_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
)

// TestStepsAreConvertedOneFromTheOther: a sum in several currencies, and what each kind of gap leaves of it.
func TestStepsAreConvertedOneFromTheOther(t *testing.T) {
	day, err := calendar.Parse("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	made := func(s rate.Source, back int, pair, value string) rate.Rate {
		r, err := rate.New(s, day.AddDays(-back), money.Currency(pair[:3]), money.Currency(pair[4:]), value)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	trm, old, cfets := made(rate.TRM, 1, "USD/COP", "4000"), made(rate.TRM, 2, "USD/COP", "1"), made(rate.CFETS, rate.MaxAge, "USD/CNY", "7.1")
	for name, c := range map[string]struct {
		minor int64
		in    money.Currency
		rates []rate.Rate
		want  string
	}{
		"pesos":        {1171000, money.COP, []rate.Rate{old, trm, cfets}, "USD 293 TRM 2026-11-19, CNY 2080 CFETS 2026-11-15"},
		"dollars":      {293, money.USD, []rate.Rate{cfets}, "USD 293, CNY 2080 CFETS 2026-11-15"},
		"no dollars":   {1171000, money.COP, []rate.Rate{cfets}, "USD ?, CNY ?"},
		"no yuan":      {1171000, money.COP, []rate.Rate{trm}, "USD 293 TRM 2026-11-19, CNY ?"},
		"too old":      {293, money.USD, []rate.Rate{made(rate.CFETS, rate.MaxAge+1, "USD/CNY", "7.1")}, "USD 293, CNY ?"},
		"of tomorrow":  {293, money.USD, []rate.Rate{made(rate.CFETS, -1, "USD/CNY", "7.1")}, "USD 293, CNY ?"},
		"too large":    {1 << 62, money.USD, []rate.Rate{cfets}, "USD 4611686018427387904, CNY ?"},
		"nobody's":     {5, "XXX", []rate.Rate{trm, cfets}, "USD ?, CNY ?"},
		"owed instead": {-1171000, money.COP, []rate.Rate{trm, cfets}, "USD -293 TRM 2026-11-19, CNY -2080 CFETS 2026-11-15"},
	} {
		steps, err := rate.Steps(money.New(c.minor, c.in), func(from, to money.Currency) (rate.Rate, error) {
			r, ok := rate.Among(c.rates, from, to, day)
			if !ok {
				return r, rate.ErrNone
			}
			return r, nil
		})
		got := ""
		for i, s := range steps {
			if i > 0 {
				got += ", "
			}
			got += string(s.In)
			if !s.Known {
				got += " ?"
				continue
			}
			got += fmt.Sprint(" ", s.Amount.Minor())
			if s.Rate != nil {
				got += fmt.Sprint(" ", s.Rate.Source, " ", s.Rate.Day)
			}
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	broken := errors.New("the store is away")
	if _, err := rate.Steps(money.New(1, money.COP), func(_, _ money.Currency) (rate.Rate, error) { return rate.Rate{}, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
