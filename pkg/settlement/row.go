// Package settlement matches what a provider says it settled against what our books expect, and names every difference.
package settlement

import (
	"time"

	"github.com/vuelto/vuelto/pkg/money"
)

// Type of a settlement row.
type Type string

const (
	Payment  Type = "PAYMENT"
	Refund   Type = "REFUND"
	Payout   Type = "PAYOUT"
	Reversal Type = "REVERSAL"
)

// Row is one line of a settlement file as an adapter understood it. Amount is signed as the merchant sees it (payment +,
// the rest −); Fee and Tax are costs ≥ 0; Net is what the file claims, normally Amount − Fee − Tax. All in minor units.
type Row struct {
	File          string // base name
	Line          int    // 1-based physical line, for the person who must look
	TransactionID string
	Reference     string
	Type          Type
	Currency      money.Currency
	Amount        int64
	Fee           int64
	Tax           int64
	Net           int64
	At            time.Time // instant of the movement
	Status        string    // SETTLED, REJECTED or FAILED
	Unreadable    string    // reason, if the line could not be read; then only File, Line and Raw are to be trusted
	Raw           string    // the line as it came, for duplicates and for people
}

// netGap is by how much the file's net differs from what its own columns add up to.
func (r Row) netGap() int64 { return r.Net - (r.Amount - r.Fee - r.Tax) }

// Fees is what an account's contract says a movement costs: parts per ten thousand of its size plus a fixed sum, and
// the tax on that cost. Zero means nothing is known and nothing is compared.
type Fees struct {
	PerTenThousand int64
	Fixed          int64 // minor units
	TaxPerHundred  int64
	Unit           int64 // smallest charged step in minor units: 1 for PEN, 100 for whole pesos; 0 = 1
}

// Of is the expected fee and tax of a movement of so many minor units (either sign), rounded half up to the unit.
func (f Fees) Of(minor int64) (fee, tax int64) {
	if minor < 0 {
		minor = -minor
	}
	fee = f.round(minor*f.PerTenThousand, 10_000) + f.Fixed
	return fee, f.round(fee*f.TaxPerHundred, 100)
}

func (f Fees) round(product, divisor int64) int64 {
	unit := max(f.Unit, 1)
	divisor *= unit
	return (product + divisor/2) / divisor * unit
}
