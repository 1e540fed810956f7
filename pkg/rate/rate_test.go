package rate_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
)

func day(text string) calendar.Date {
	d, err := calendar.Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

func trm(t testing.TB, date, value string) rate.Rate {
	t.Helper()
	r, err := rate.New(rate.TRM, day(date), money.USD, money.COP, value)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARateConvertsBothWays(t *testing.T) {
	r := trm(t, "2026-11-20", "4123.4500")
	if r.Value() != "4123.45" || r.Inverse() != "0.0002425153694115365" {
		t.Errorf("%s, inverse %s", r.Value(), r.Inverse())
	}
	for _, c := range []struct {
		from money.Amount
		to   money.Amount
	}{
		{money.New(100, money.USD), money.New(412345, money.COP)},
		{money.New(412345, money.COP), money.New(100, money.USD)},
		{money.New(5_000_000, money.COP), money.New(1213, money.USD)},   // 12.1258
		{money.New(-5_000_000, money.COP), money.New(-1213, money.USD)}, // half away from zero, whichever the sign
		{money.New(0, money.COP), money.New(0, money.USD)},
	} {
		got, err := r.Convert(c.from)
		if err != nil || got != c.to {
			t.Errorf("%s is %s, want %s (%v)", c.from, got, c.to, err)
		}
	}
	if _, err := r.Convert(money.New(1, money.PEN)); !errors.Is(err, rate.ErrPair) {
		t.Error(err)
	}
	if _, err := r.Convert(money.New(1<<62, money.USD)); !errors.Is(err, money.ErrOverflow) {
		t.Error(err)
	}
}

func TestHalvesGoAwayFromZero(t *testing.T) {
	r, err := rate.New(rate.SBS, day("2026-11-20"), money.USD, money.PEN, "3.5")
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[int64]int64{1: 4, 3: 11, -1: -4, -3: -11} { // 3.5 and 10.5 céntimos
		if got, err := r.Convert(money.New(from, money.USD)); err != nil || got.Minor() != want {
			t.Errorf("%d is %s, want %d (%v)", from, got, want, err)
		}
	}
}

// What goes to the dearer currency and back is what it was.
func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := rate.New(rate.TRM, day("2026-11-20"), money.USD, money.COP, money.FormatMinor(rapid.Int64Range(100, 9_999_999_999).Draw(t, "rate"), 2))
		if err != nil {
			t.Fatal(err)
		}
		a := money.New(rapid.Int64Range(-1e9, 1e9).Draw(t, "cents"), money.USD)
		there, err := r.Convert(a)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := r.Convert(there); err != nil || back != a {
			t.Fatalf("%s at %s is %s and back %s: %v", a, r.Value(), there, back, err)
		}
	})
}

func TestWhatIsNoRate(t *testing.T) {
	for _, c := range []struct {
		source      rate.Source
		day         string
		base, quote money.Currency
		value       string
	}{
		{"TRM", "2026-11-20", "USD", "COP", "4,123.45"}, {"TRM", "2026-11-20", "USD", "COP", "4123,45"}, {"TRM", "2026-11-20", "USD", "COP", "0"},
		{"TRM", "2026-11-20", "USD", "COP", "-1"}, {"TRM", "2026-11-20", "USD", "COP", "1e3"}, {"TRM", "2026-11-20", "USD", "COP", ""},
		{"TRM", "2026-11-20", "USD", "COP", "NaN"}, {"TRM", "2026-11-20", "USD", "COP", "1."}, {"TRM", "2026-11-20", "USD", "COP", ".5"},
		{"TRM", "2026-11-20", "USD", "COP", "1.234567890123456"}, {"TRM", "2026-11-20", "USD", "PEN", "3.7"}, {"SBS", "2026-11-20", "PEN", "PEN", "1"},
		{"SBS", "2026-11-20", "XXX", "PEN", "1"}, {"BANK", "2026-11-20", "USD", "COP", "1"}, {"", "2026-11-20", "USD", "COP", "1"},
	} {
		if r, err := rate.New(c.source, day(c.day), c.base, c.quote, c.value); !errors.Is(err, rate.ErrRate) {
			t.Errorf("%v was read as %s, %v", c, r.Value(), err)
		}
	}
	if _, err := rate.New(rate.TRM, calendar.Date{}, money.USD, money.COP, "1"); !errors.Is(err, rate.ErrRate) {
		t.Error(err)
	}
}

func TestTheMid(t *testing.T) {
	r, err := rate.Mid(rate.SBS, day("2026-11-20"), money.USD, money.PEN, "3.742", "3.751")
	if err != nil || r.Value() != "3.7465" {
		t.Errorf("%s, %v", r.Value(), err)
	}
	if r, err := rate.Mid(rate.SBS, day("2026-11-20"), money.USD, money.PEN, "3.742", "37.51"); !errors.Is(err, rate.ErrRate) {
		t.Errorf("%s, %v", r.Value(), err)
	}
}

func TestALockKeepsEverything(t *testing.T) {
	now := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	l := trm(t, "2026-11-19", "4123.45").Lock(now)
	if l.At != calendar.Millis(now) || l.Day != day("2026-11-19") || l.Source != rate.TRM || !strings.HasPrefix(l.Inverse, "0.00024251") {
		t.Errorf("%+v", l)
	}
	if got, err := l.Convert(money.New(100, money.USD)); err != nil || got != money.New(412345, money.COP) {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := (rate.Lock{}).Convert(money.New(100, money.USD)); !errors.Is(err, rate.ErrRate) {
		t.Error(err)
	}
	if units, decimals := trm(t, "2026-11-19", "4123.45").Digits(); units != 412345 || decimals != 2 {
		t.Errorf("%d, %d", units, decimals)
	}
}

// TestRatesOfAnotherCalendar are refused with line and reason.
func TestRatesOfAnotherCalendar(t *testing.T) {
	for name, date := range map[string]string{"Buddhist": "2569-11-20", "Islamic": "1448-06-10", "Persian": "1405-08-29", "Minguo": "0115-11-20", "Hebrew": "5787-09-10"} {
		_, err := rate.Read([]byte("date,source,pair,rate\n2026-11-20,TRM,USD/COP,4000\n" + date + ",TRM,USD/COP,4000\n"))
		if err == nil || !strings.Contains(err.Error(), "line 3: ") || !strings.Contains(err.Error(), "another calendar") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
