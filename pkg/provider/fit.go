package provider

import (
	"fmt"

	"github.com/vuelto/vuelto/pkg/money"
)

// Expresses says whether the wire format can carry an amount without losing a unit. Error: ErrDoesNotFit.
func (p Profile) Expresses(a money.Amount) error {
	rule, ok := p.Currency(a.Currency())
	if !ok {
		return fmt.Errorf("%w: %s does not carry %q", ErrDoesNotFit, p.Name, a.Currency())
	}
	if a.Sign() <= 0 {
		return fmt.Errorf("%w: %s is not positive", ErrDoesNotFit, a)
	}
	if _, err := a.Decimal(rule.Decimals); err != nil {
		return fmt.Errorf("%w: %w", ErrDoesNotFit, err)
	}
	return nil
}

// Fits says whether an amount can be disbursed: the wire can carry it and it keeps the provider's limits.
// Error: ErrDoesNotFit.
func (p Profile) Fits(a money.Amount) error {
	if err := p.Expresses(a); err != nil {
		return err
	}
	rule, _ := p.Currency(a.Currency())
	return within(a, rule.Min, rule.Max)
}

// Collects says whether a voucher can be had over an amount: the wire can carry it and it keeps the provider's limits.
// Error: ErrDoesNotFit.
func (p Profile) Collects(a money.Amount) error {
	if err := p.Expresses(a); err != nil {
		return err
	}
	rule, _ := p.Currency(a.Currency())
	return within(a, rule.PayMin, rule.PayMax)
}

func within(a money.Amount, least, most int64) error {
	if a.Minor() < least {
		return fmt.Errorf("%w: %s is below the minimum of %s", ErrDoesNotFit, a, money.New(least, a.Currency()))
	}
	if most != 0 && a.Minor() > most {
		return fmt.Errorf("%w: %s is above the maximum of %s", ErrDoesNotFit, a, money.New(most, a.Currency()))
	}
	return nil
}

// Wire prints an amount with the decimals the provider counts in. Error: ErrDoesNotFit.
func (p Profile) Wire(a money.Amount) (string, error) {
	if err := p.Expresses(a); err != nil {
		return "", err
	}
	rule, _ := p.Currency(a.Currency())
	return a.Decimal(rule.Decimals)
}
