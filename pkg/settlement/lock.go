package settlement

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
)

// Lock is an exchange rate fixed when an entry was made: it settles in Currency at Units × 10^-Decimals of it for one of
// its own, or, divided, for one of it so many of its own. A rate is decimal digits, never a float.
type Lock struct {
	Currency money.Currency
	Units    int64
	Decimals int
	Divide   bool   `json:",omitempty"`
	Source   string `json:",omitempty"` // who says so, and of which day: "TRM 2026-11-19"
}

// ErrRate says a text is no positive decimal rate.
var ErrRate = errors.New("settlement: not a positive decimal rate")

// ParseLock reads a rate such as "0.000243". Error: ErrRate.
func ParseLock(rate string, c money.Currency) (Lock, error) {
	_, fraction, _ := strings.Cut(rate, ".")
	units, err := money.ParseMinor(rate, len(fraction))
	if err != nil || units <= 0 {
		return Lock{}, fmt.Errorf("%w: %.20q", ErrRate, rate)
	}
	return Lock{Currency: c, Units: units, Decimals: len(fraction)}, nil
}

// convert is an amount of minor units at the rate, rounded half away from zero; false if it does not fit. Every currency
// here has as many decimals as the other, so minor units convert like major ones.
func (l Lock) convert(minor int64) (int64, bool) {
	units, scale := big.NewInt(l.Units), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(l.Decimals)), nil)
	if l.Divide {
		units, scale = scale, units
	}
	product := new(big.Int).Mul(big.NewInt(minor), units)
	twice := new(big.Int).Add(new(big.Int).Abs(new(big.Int).Lsh(product, 1)), scale)
	rounded := twice.Quo(twice, new(big.Int).Lsh(scale, 1))
	if product.Sign() < 0 {
		rounded.Neg(rounded)
	}
	return rounded.Int64(), rounded.IsInt64()
}
