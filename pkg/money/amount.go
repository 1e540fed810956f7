// Package money holds amounts as integers in minor units beside their currency.
// Nothing here rounds silently: a conversion that would lose a unit is an error.
package money

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

var (
	// ErrCurrency says two amounts of different currencies met.
	ErrCurrency = errors.New("money: currencies differ")
	// ErrOverflow says a sum does not fit 64 bits.
	ErrOverflow = errors.New("money: overflow")
	// ErrPrecision says a conversion to fewer decimals would lose a unit.
	ErrPrecision = errors.New("money: amount has more decimals than allowed")
	// ErrSyntax says a text is not a plain decimal number.
	ErrSyntax = errors.New("money: not a decimal number")
	// ErrUnknownCurrency says no exponent is known for a currency.
	ErrUnknownCurrency = errors.New("money: unknown currency")
)

// Currency is an ISO 4217 alphabetic code, upper case.
type Currency string

// The currencies the networks carry, and those settlement views convert to.
const (
	COP Currency = "COP"
	PEN Currency = "PEN"
	USD Currency = "USD"
	CNY Currency = "CNY"
)

// Exponent is the number of decimals by ISO 4217, which is how our API and our store count minor units.
// A network may count otherwise: that exponent belongs to its profile.
func (c Currency) Exponent() (int, error) {
	switch c {
	case COP, PEN, USD, CNY:
		return 2, nil
	}
	return 0, fmt.Errorf("%w: %q", ErrUnknownCurrency, string(c))
}

// Known says whether the currency has an exponent here.
func (c Currency) Known() bool { _, err := c.Exponent(); return err == nil }

// Amount is a signed number of minor units of one currency. The zero value is "no amount".
type Amount struct {
	minor    int64
	currency Currency
}

// New makes an amount from minor units: New(5000000, COP) is 50,000 pesos.
func New(minor int64, c Currency) Amount { return Amount{minor, c} }

// Minor is the number of minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency is the amount's currency; empty for the zero value.
func (a Amount) Currency() Currency { return a.currency }

// IsZero says whether there are no units.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Sign is -1, 0 or +1.
func (a Amount) Sign() int {
	switch {
	case a.minor < 0:
		return -1
	case a.minor > 0:
		return 1
	}
	return 0
}

// Neg is the amount with the other sign.
func (a Amount) Neg() Amount { return Amount{-a.minor, a.currency} }

// Add sums two amounts of one currency. Errors: ErrCurrency, ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.currency != b.currency {
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrCurrency, a.currency, b.currency)
	}
	if (b.minor > 0 && a.minor > math.MaxInt64-b.minor) || (b.minor < 0 && a.minor < math.MinInt64-b.minor) {
		return Amount{}, ErrOverflow
	}
	return Amount{a.minor + b.minor, a.currency}, nil
}

// Sub is a minus b. Errors: ErrCurrency, ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b.minor == math.MinInt64 {
		return Amount{}, ErrOverflow
	}
	return a.Add(b.Neg())
}

// Cmp orders two amounts of one currency: -1, 0, +1. Error: ErrCurrency.
func (a Amount) Cmp(b Amount) (int, error) {
	if a.currency != b.currency {
		return 0, fmt.Errorf("%w: %s and %s", ErrCurrency, a.currency, b.currency)
	}
	switch {
	case a.minor < b.minor:
		return -1, nil
	case a.minor > b.minor:
		return 1, nil
	}
	return 0, nil
}

// String is for people: "120.50 PEN".
func (a Amount) String() string {
	exp, err := a.currency.Exponent()
	if err != nil {
		return fmt.Sprintf("%d?%s", a.minor, a.currency)
	}
	return FormatMinor(a.minor, exp) + " " + string(a.currency)
}

// Decimal prints the amount in major units with exactly so many decimals, as a network wants it:
// New(5000000, COP).Decimal(0) is "50000". Error: ErrPrecision if a unit would be lost.
func (a Amount) Decimal(decimals int) (string, error) {
	exp, err := a.currency.Exponent()
	if err != nil {
		return "", err
	}
	minor := a.minor
	for ; exp > decimals; exp-- {
		if minor%10 != 0 {
			return "", fmt.Errorf("%w: %s with %d decimals", ErrPrecision, a, decimals)
		}
		minor /= 10
	}
	for ; exp < decimals; exp++ {
		if minor > math.MaxInt64/10 || minor < math.MinInt64/10 {
			return "", ErrOverflow
		}
		minor *= 10
	}
	return FormatMinor(minor, decimals), nil
}

// Parse reads a plain decimal in major units ("22.05", "-3", "50000") into the ISO minor units of c.
// Errors: ErrSyntax, ErrPrecision, ErrOverflow, ErrUnknownCurrency.
func Parse(text string, c Currency) (Amount, error) {
	exp, err := c.Exponent()
	if err != nil {
		return Amount{}, err
	}
	minor, err := ParseMinor(text, exp)
	if err != nil {
		return Amount{}, err
	}
	return Amount{minor, c}, nil
}

// ParseMinor reads a plain decimal into units of 10^-exponent. Zeros beyond the exponent are accepted, other digits
// are ErrPrecision; no exponent notation, no thousands separators, no spaces.
func ParseMinor(text string, exponent int) (int64, error) {
	digits, sign := text, ""
	if strings.HasPrefix(digits, "-") {
		digits, sign = digits[1:], "-"
	}
	whole, fraction, dotted := strings.Cut(digits, ".")
	if whole == "" || (dotted && fraction == "") || !allDigits(whole) || !allDigits(fraction) {
		return 0, fmt.Errorf("%w: %q", ErrSyntax, clip(text))
	}
	for len(fraction) > exponent {
		if fraction[len(fraction)-1] != '0' {
			return 0, fmt.Errorf("%w: %q", ErrPrecision, clip(text))
		}
		fraction = fraction[:len(fraction)-1]
	}
	fraction += strings.Repeat("0", exponent-len(fraction))
	n, err := strconv.ParseInt(sign+whole+fraction, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %q", ErrOverflow, clip(text))
	}
	return n, nil
}

// FormatMinor prints units of 10^-decimals as a plain decimal; the inverse of ParseMinor.
func FormatMinor(minor int64, decimals int) string {
	sign := ""
	magnitude := uint64(minor)
	if minor < 0 {
		sign, magnitude = "-", -magnitude
	}
	s := strconv.FormatUint(magnitude, 10)
	if decimals == 0 {
		return sign + s
	}
	if len(s) <= decimals {
		s = strings.Repeat("0", decimals+1-len(s)) + s
	}
	return sign + s[:len(s)-decimals] + "." + s[len(s)-decimals:]
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// clip keeps hostile input out of error texts.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
