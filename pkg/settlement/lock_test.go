package settlement_test

import (
	"errors"
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

func TestParseLock(t *testing.T) {
	l, err := settlement.ParseLock("3.745", money.PEN)
	if err != nil || l != (settlement.Lock{Currency: money.PEN, Units: 3745, Decimals: 3}) {
		t.Errorf("%+v %v", l, err)
	}
	for _, bad := range []string{"", "0", "-1", "1e3", "3,7", "3.", ".5", "99999999999999999999"} {
		if _, err := settlement.ParseLock(bad, money.PEN); !errors.Is(err, settlement.ErrRate) {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

// TestSettledAtALockedRate: 120.00 USD at 3.745 are 449.40 PEN.
func TestSettledAtALockedRate(t *testing.T) {
	lock := func(e *settlement.Entry) {
		e.Currency, e.Lock = money.USD, &settlement.Lock{Currency: money.PEN, Units: 3745, Decimals: 3}
	}
	for _, x := range []struct {
		name  string
		minor int64
		want  string
	}{
		{"to the unit", 44940, "matched 1 pending 0 unreadable 0; "},
		{"within the rounding rule", 44941, "matched 1 pending 0 unreadable 0; "},
		{"beyond it", 44942, "matched 0 pending 0 unreadable 0; 2 pay_1 FX_DIFFERENCE"},
		{"not converted at all", 12000, "matched 0 pending 0 unreadable 0; 2 pay_1 FX_DIFFERENCE"},
	} {
		t.Run(x.name, func(t *testing.T) {
			result := settlement.Compare(theDay, peru(), one(entryOf(lock)), raw([]settlement.Row{row(2, amount(x.minor))}))
			if got := print(result); got != x.want {
				t.Errorf("\n got %s\nwant %s", got, x.want)
			}
			if err := result.Check(); err != nil {
				t.Error(err)
			}
		})
	}
	other := row(2, currency(money.COP))
	if got := print(settlement.Compare(theDay, peru(), one(entryOf(lock)), raw([]settlement.Row{other}))); got != "matched 0 pending 0 unreadable 0; 2 pay_1 CURRENCY_MISMATCH" {
		t.Errorf("a third currency: %s", got)
	}
}

// TestDividedByALockedRate: 375.00 PEN at 3.75 for a dollar are 100.00 USD, rounded half away from zero.
func TestDividedByALockedRate(t *testing.T) {
	lock := func(e *settlement.Entry) {
		e.Amount, e.Fee, e.Tax, e.Lock = 10000, nil, nil, &settlement.Lock{Currency: money.USD, Units: 375, Decimals: 2, Divide: true}
	}
	for minor, want := range map[int64]string{2667: "matched 1 pending 0 unreadable 0; ", 2669: "matched 0 pending 0 unreadable 0; 2 pay_1 FX_DIFFERENCE"} {
		if got := print(settlement.Compare(theDay, peru(), one(entryOf(lock)), raw([]settlement.Row{row(2, amount(minor), currency(money.USD))}))); got != want {
			t.Errorf("%d: %s, want %s", minor, got, want)
		}
	}
}
