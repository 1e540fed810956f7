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
