// Package rate is what one currency is worth in another on a day, and who says so. Rates are decimal digits from the first
// line that reads them; no binary fraction ever holds one.
package rate

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Source is who publishes a rate. Stored strings: append only.
type Source string

const (
	// TRM is Colombia's tasa representativa del mercado, pesos for a dollar, which the Superintendencia Financiera certifies
	// for every calendar day.
	TRM Source = "TRM"
	// SBS is the rate that Peru's Superintendencia de Banca publishes at the end of each banking day, soles for a dollar or
	// another currency, as what banks buy and sell at: the mid of both is used.
	SBS Source = "SBS"
	// CFETS is the central parity of the China Foreign Exchange Trade System, yuan for a dollar.
	CFETS Source = "CFETS"
)

// Quotes is the currency that the source gives its rates in; empty if there is no such source.
func (s Source) Quotes() money.Currency {
	switch s {
	case TRM:
		return money.COP
	case SBS:
		return money.PEN
	case CFETS:
		return money.CNY
	}
	return ""
}

// Sources lists every source.
func Sources() []Source { return []Source{TRM, SBS, CFETS} }

// Official is the source that a currency's dollar rate is read from; empty for the dollar and what nobody publishes.
func Official(c money.Currency) Source {
	for _, s := range Sources() {
		if s.Quotes() == c {
			return s
		}
	}
	return ""
}

var (
	// ErrRate says a text is no positive decimal rate, or a pair none that the source gives.
	ErrRate = errors.New("rate: invalid")
	// ErrPair says a rate is not between the currencies of an amount.
	ErrPair = errors.New("rate: of other currencies")
)

// maxDigits keeps a rate's units within 64 bits.
const maxDigits = 15

// inverseDecimals is to how many decimals an inverse is told.
const inverseDecimals = 19

// Rate says that on a day one unit of Base was worth Value units of Quote. It is made by New.
type Rate struct {
	Source Source
	Day    calendar.Date
	Base   money.Currency
	Quote  money.Currency

	units    int64 // × 10^-decimals, without zeros at the end
	decimals int
}

// New reads a rate such as "4123.45". Error: ErrRate.
func New(s Source, day calendar.Date, base, quote money.Currency, value string) (Rate, error) {
	r := Rate{Source: s, Day: day, Base: base, Quote: quote}
	switch {
	case s.Quotes() == "":
		return r, fmt.Errorf("%w: source %.20q is none of %v", ErrRate, s, Sources())
	case day.IsZero():
		return r, fmt.Errorf("%w: no day", ErrRate)
	case s.Quotes() != quote:
		return r, fmt.Errorf("%w: %s gives rates in %s, not %.8q", ErrRate, s, s.Quotes(), quote)
	case !base.Known() || base == quote:
		return r, fmt.Errorf("%w: currency %.8q", ErrRate, base)
	}
	units, decimals, err := plain(value)
	if err == nil && !r.set(units, decimals) {
		err = fmt.Errorf("%w: %.20q is no positive decimal", ErrRate, value)
	}
	return r, err
}

// plain lets only digits and one point through: a decimal comma would make a hundredfold of a rate.
func plain(text string) (units *big.Int, decimals int, err error) {
	whole, fraction, dotted := strings.Cut(text, ".")
	if whole == "" || (dotted && fraction == "") || len(whole)+len(fraction) > maxDigits || strings.Trim(whole+fraction, "0123456789") != "" {
		return nil, 0, fmt.Errorf("%w: %.20q is no decimal such as 4123.45", ErrRate, text)
	}
	units, _ = new(big.Int).SetString(whole+fraction, 10)
	return units, len(fraction), nil
}

// set takes a value without the zeros at its end; false if it is none that a rate can have.
func (r *Rate) set(units *big.Int, decimals int) bool {
	ten, zero := big.NewInt(10), new(big.Int)
	for decimals > 0 && zero.Rem(units, ten).Sign() == 0 {
		units, decimals = new(big.Int).Quo(units, ten), decimals-1
	}
	r.units, r.decimals = units.Int64(), decimals
	return units.IsInt64() && r.units > 0
}

// Mid is the rate half-way between what is bought and what is sold at. Error: ErrRate, also when one is more than a tenth off the
// other, which is a slip.
func Mid(s Source, day calendar.Date, base, quote money.Currency, buy, sell string) (Rate, error) {
	b, err := New(s, day, base, quote, buy)
	if err != nil {
		return b, err
	}
	r, err := New(s, day, base, quote, sell)
	if err != nil {
		return r, err
	}
	decimals := max(b.decimals, r.decimals)
	bought, sold := b.scaled(decimals), r.scaled(decimals)
	gap := new(big.Int).Sub(sold, bought)
	sum := new(big.Int).Add(bought, sold) // five times it, with one decimal more, is the mid
	if gap.Mul(gap.Abs(gap), big.NewInt(10)).Cmp(bought) > 0 || !r.set(sum.Mul(sum, big.NewInt(5)), decimals+1) {
		return r, fmt.Errorf("%w: bought at %s and sold at %s", ErrRate, buy, sell)
	}
	return r, nil
}

// scaled is the value in units of 10^-decimals.
func (r Rate) scaled(decimals int) *big.Int {
	return new(big.Int).Mul(big.NewInt(r.units), power(decimals-r.decimals))
}

// Value is the rate's digits, without zeros at the end: "4123.45".
func (r Rate) Value() string { return money.FormatMinor(r.units, r.decimals) }

// Digits is the rate as Units × 10^-Decimals.
func (r Rate) Digits() (units int64, decimals int) { return r.units, r.decimals }

// Inverse is what one unit of Quote was worth in Base, to nineteen decimals: for people and records. What is converted is
// divided by the rate itself.
func (r Rate) Inverse() string {
	if r.units == 0 {
		return ""
	}
	text := new(big.Rat).SetFrac(power(r.decimals), big.NewInt(r.units)).FloatString(inverseDecimals)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// Pair is how a rate's currencies are written: "USD/COP" is pesos for a dollar.
func (r Rate) Pair() string { return string(r.Base) + "/" + string(r.Quote) }

// Convert gives an amount of one of the two currencies in the other, rounded half away from zero to its minor unit. Errors:
// ErrPair, money.ErrOverflow.
func (r Rate) Convert(a money.Amount) (money.Amount, error) {
	value, scale := big.NewInt(r.units), power(r.decimals)
	from, err := a.Currency().Exponent()
	if err != nil {
		return money.Amount{}, err
	}
	other := r.Quote
	if a.Currency() == r.Quote {
		value, scale, other = scale, value, r.Base
	} else if a.Currency() != r.Base {
		return money.Amount{}, fmt.Errorf("%w: %s at %s", ErrPair, a, r.Pair())
	}
	to, err := other.Exponent()
	if err != nil {
		return money.Amount{}, err
	}
	value.Mul(value, power(to))
	scale.Mul(scale, power(from))
	minor, fits := half(new(big.Int).Mul(big.NewInt(a.Minor()), value), scale)
	if !fits {
		return money.Amount{}, fmt.Errorf("%w: %s at %s", money.ErrOverflow, a, r.Value())
	}
	return money.New(minor, other), nil
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// half is a quotient rounded half away from zero; false if it does not fit.
func half(dividend, divisor *big.Int) (int64, bool) {
	twice := new(big.Int).Abs(dividend)
	twice.Lsh(twice, 1).Add(twice, divisor)
	twice.Quo(twice, new(big.Int).Lsh(divisor, 1))
	if dividend.Sign() < 0 {
		twice.Neg(twice)
	}
	return twice.Int64(), twice.IsInt64()
}
