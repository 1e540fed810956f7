package money_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/money"
)

func TestParseMinor(t *testing.T) {
	for text, c := range map[string]struct {
		exponent int
		want     int64
		err      error
	}{
		"22.05":                {2, 2205, nil},
		"22.5":                 {2, 2250, nil},
		"22":                   {2, 2200, nil},
		"22.050":               {2, 2205, nil},
		"22.0500000000000000":  {2, 2205, nil},
		"-3":                   {2, -300, nil},
		"-0.01":                {2, -1, nil},
		"-0":                   {2, 0, nil},
		"007.10":               {2, 710, nil},
		"50000":                {0, 50000, nil},
		"50000.00":             {0, 50000, nil},
		"0.001":                {3, 1, nil},
		"92233720368547758.07": {2, math.MaxInt64, nil},
		"-9223372036854775808": {0, math.MinInt64, nil},
		"92233720368547758.08": {2, 0, money.ErrOverflow},
		"99999999999999999999": {2, 0, money.ErrOverflow},
		"22.055":               {2, 0, money.ErrPrecision},
		"50000.5":              {0, 0, money.ErrPrecision},
		"":                     {2, 0, money.ErrSyntax},
		"-":                    {2, 0, money.ErrSyntax},
		"--1":                  {2, 0, money.ErrSyntax},
		"+1":                   {2, 0, money.ErrSyntax},
		".5":                   {2, 0, money.ErrSyntax},
		"5.":                   {2, 0, money.ErrSyntax},
		"1.2.3":                {2, 0, money.ErrSyntax},
		"1,000.00":             {2, 0, money.ErrSyntax},
		"1 000":                {2, 0, money.ErrSyntax},
		" 1":                   {2, 0, money.ErrSyntax},
		"1e3":                  {2, 0, money.ErrSyntax},
		"0x10":                 {2, 0, money.ErrSyntax},
		"NaN":                  {2, 0, money.ErrSyntax},
		"١٢":                   {2, 0, money.ErrSyntax},
		"1.-5":                 {2, 0, money.ErrSyntax},
	} {
		got, err := money.ParseMinor(text, c.exponent)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q with %d decimals: %d, %v; want %d, %v", text, c.exponent, got, err, c.want, c.err)
		}
	}
	_, err := money.ParseMinor(strings.Repeat("9", 10_000)+"x", 2)
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("a hostile number fills the message: %d bytes", len(err.Error()))
	}
	long := strings.Repeat("9", 39) + "x"
	if _, err := money.ParseMinor(long, 2); err == nil || !strings.Contains(err.Error(), long) || strings.Contains(err.Error(), "…") {
		t.Errorf("forty characters are shown whole: %v", err)
	}
}

func TestDecimalsOfTheWire(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		decimals int
		want     string
		err      error
	}{
		{5000000, 0, "50000", nil}, {5000000, 2, "50000.00", nil}, {2205, 3, "22.050", nil}, {-1, 2, "-0.01", nil},
		{5000050, 0, "", money.ErrPrecision}, {1, 1, "", money.ErrPrecision}, {math.MaxInt64, 3, "", money.ErrOverflow},
		{math.MinInt64, 3, "", money.ErrOverflow}, {math.MaxInt64 / 10, 3, "9223372036854775.800", nil},
		{math.MinInt64 / 10, 3, "-9223372036854775.800", nil}, {math.MinInt64, 2, "-92233720368547758.08", nil},
	} {
		got, err := money.New(c.minor, money.COP).Decimal(c.decimals)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%d with %d decimals: %q, %v; want %q, %v", c.minor, c.decimals, got, err, c.want, c.err)
		}
	}
	if _, err := money.New(1, "XXX").Decimal(2); !errors.Is(err, money.ErrUnknownCurrency) {
		t.Errorf("an unknown currency prints: %v", err)
	}
}

func TestSumsKeepCurrencyAndRange(t *testing.T) {
	pen := func(n int64) money.Amount { return money.New(n, money.PEN) }
	for name, c := range map[string]struct {
		got  func() (money.Amount, error)
		want int64
		err  error
	}{
		"add":              {func() (money.Amount, error) { return pen(1).Add(pen(2)) }, 3, nil},
		"sub":              {func() (money.Amount, error) { return pen(1).Sub(pen(2)) }, -1, nil},
		"currencies":       {func() (money.Amount, error) { return pen(1).Add(money.New(1, money.COP)) }, 0, money.ErrCurrency},
		"sub currencies":   {func() (money.Amount, error) { return pen(1).Sub(money.New(1, money.COP)) }, 0, money.ErrCurrency},
		"nothing is money": {func() (money.Amount, error) { return pen(1).Add(money.Amount{}) }, 0, money.ErrCurrency},
		"up to the top":    {func() (money.Amount, error) { return pen(math.MaxInt64 - 1).Add(pen(1)) }, math.MaxInt64, nil},
		"to the bottom":    {func() (money.Amount, error) { return pen(math.MinInt64 + 1).Add(pen(-1)) }, math.MinInt64, nil},
		"top":              {func() (money.Amount, error) { return pen(math.MaxInt64).Add(pen(1)) }, 0, money.ErrOverflow},
		"bottom":           {func() (money.Amount, error) { return pen(math.MinInt64).Add(pen(-1)) }, 0, money.ErrOverflow},
		"sub bottom":       {func() (money.Amount, error) { return pen(0).Sub(pen(math.MinInt64)) }, 0, money.ErrOverflow},
	} {
		got, err := c.got()
		if got.Minor() != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if _, err := pen(1).Cmp(money.New(1, money.COP)); !errors.Is(err, money.ErrCurrency) {
		t.Errorf("soles are compared with pesos: %v", err)
	}
	if s := pen(12050).String(); s != "120.50 PEN" {
		t.Error(s)
	}
}

func TestWhatAnAmountSays(t *testing.T) {
	for minor, want := range map[int64]struct {
		sign int
		text string
	}{-1: {-1, "-0.01 PEN"}, 0: {0, "0.00 PEN"}, 1: {1, "0.01 PEN"}} {
		a := money.New(minor, money.PEN)
		if a.Sign() != want.sign || a.IsZero() != (minor == 0) || a.String() != want.text || a.Currency() != money.PEN {
			t.Errorf("%d: sign %d, zero %v, %s", minor, a.Sign(), a.IsZero(), a)
		}
		if b := a.Neg(); b.Minor() != -minor || b.Currency() != money.PEN {
			t.Errorf("%s has %s as its other side", a, b)
		}
	}
	for _, c := range []money.Currency{money.COP, money.PEN, money.USD, money.CNY} {
		if !c.Known() {
			t.Errorf("%s is not known", c)
		}
	}
	if money.Currency("XXX").Known() {
		t.Error("XXX is known")
	}
	if s := money.New(-7, "XXX").String(); s != "-7?XXX" {
		t.Errorf("units of an unknown currency print as %s", s)
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text     string
		currency money.Currency
		want     int64
		err      error
	}{
		{"120.5", money.PEN, 12050, nil}, {"50000", money.COP, 5000000, nil}, {"-0.01", money.USD, -1, nil},
		{"0.001", money.PEN, 0, money.ErrPrecision}, {"", money.PEN, 0, money.ErrSyntax}, {"1", "XXX", 0, money.ErrUnknownCurrency},
	} {
		got, err := money.Parse(c.text, c.currency)
		if got.Minor() != c.want || !errors.Is(err, c.err) || err == nil && got.Currency() != c.currency {
			t.Errorf("%q in %s: %s, %v; want %d, %v", c.text, c.currency, got, err, c.want, c.err)
		}
	}
}

// TestSumsAgreeWithIntegersOfAnySize: an answer is the exact one, or an error.
func TestSumsAgreeWithIntegersOfAnySize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		x, y := money.New(a, money.PEN), money.New(b, money.PEN)
		sum, err := x.Add(y)
		exact := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		if exact.IsInt64() != (err == nil) || (err == nil && sum.Minor() != exact.Int64()) {
			t.Fatalf("%d + %d = %s, %v", a, b, sum, err)
		}
		if order, _ := x.Cmp(y); order != big.NewInt(a).Cmp(big.NewInt(b)) {
			t.Fatalf("%d and %d compare as %d", a, b, order)
		}
	})
}

// TestParsePrintIsIdentity in both directions, at every number of decimals.
func TestParsePrintIsIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor, decimals := rapid.Int64().Draw(t, "minor"), rapid.IntRange(0, 6).Draw(t, "decimals")
		text := money.FormatMinor(minor, decimals)
		back, err := money.ParseMinor(text, decimals)
		if err != nil || back != minor {
			t.Fatalf("%d printed as %s reads as %d, %v", minor, text, back, err)
		}
	})
}

func FuzzParseMinor(f *testing.F) {
	for _, s := range []string{"22.05", "-0.01", "50000", "9223372036854775807", "1e3", "0.000", "", "-.", "1.0000000001"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, text string, decimals int) {
		if decimals < 0 || decimals > 12 {
			return
		}
		n, err := money.ParseMinor(text, decimals)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%q is no number and reads as %d", text, n)
		}
		unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
		if exact.Mul(exact, unit).Cmp(new(big.Rat).SetInt64(n)) != 0 {
			t.Fatalf("%q with %d decimals reads as %d", text, decimals, n)
		}
		if again, err := money.ParseMinor(money.FormatMinor(n, decimals), decimals); err != nil || again != n {
			t.Fatalf("%d does not come back: %d, %v", n, again, err)
		}
	})
}
