package simnet

import (
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Flaw is what is wrong with a movement's row in a settlement file in the generic columns. The movement itself is right: the
// provider's book and its file disagree.
type Flaw string

const (
	RowOver     Flaw = "row_over"     // a hundred units more than moved
	RowUnder    Flaw = "row_under"    // five units less
	RowHundred  Flaw = "row_hundred"  // minor units printed as major ones
	RowFee      Flaw = "row_fee"      // the fee has drifted from the contract's
	RowTax      Flaw = "row_tax"      // …the tax on it
	RowNet      Flaw = "row_net"      // the columns do not add up
	RowMissing  Flaw = "row_missing"  // no row at all
	RowTwice    Flaw = "row_twice"    // the same line again
	RowUnknown  Flaw = "row_unknown"  // beside it a row of something that never was
	RowSwapped  Flaw = "row_swapped"  // id and reference in each other's place
	RowStatus   Flaw = "row_status"   // said to be rejected
	RowCurrency Flaw = "row_currency" // said to be in dollars
	RowDay      Flaw = "row_day"      // dated two days before
)

// Flaws lists every kind.
func Flaws() []Flaw {
	return []Flaw{RowOver, RowUnder, RowHundred, RowFee, RowTax, RowNet, RowMissing, RowTwice, RowUnknown, RowSwapped, RowStatus,
		RowCurrency, RowDay}
}

// UnknownID is the id of the row that RowUnknown adds beside a movement's.
func UnknownID(movement string) string { return "X-" + movement }

// line is a row before it is printed.
type line struct {
	id, reference  string
	kind           settlement.Type
	minor          int64
	fee, tax, skew int64 // skew is by how much the net is wrong
	currency       money.Currency
	at             time.Time
	status         string
}

// lines are a movement's rows with its flaw in them.
func (m Movement) lines() []line {
	l := line{id: m.ID, reference: m.Reference, kind: m.rowType(), minor: m.Minor, currency: m.Currency, at: m.At, status: settlement.Settled}
	if !m.Reversal { // a reversal gives the principal back; its cost stays
		l.fee, l.tax = m.Account.Fees.Of(m.Minor)
	}
	sign := int64(1)
	if m.Minor < 0 {
		sign = -1
	}
	switch m.Flaw {
	case RowOver:
		l.minor += sign * 100_00
	case RowUnder:
		l.minor -= sign * 5_00
	case RowHundred:
		l.minor *= 100
	case RowFee:
		l.fee += 1_00
	case RowTax:
		l.tax += 1_00
	case RowNet:
		l.skew = 1_00
	case RowMissing:
		return nil
	case RowTwice:
		return []line{l, l}
	case RowUnknown:
		other := l
		other.id, other.reference = UnknownID(m.ID), UnknownID(m.Reference)
		return []line{l, other}
	case RowSwapped:
		l.id, l.reference = l.reference, l.id
	case RowStatus:
		l.status = "REJECTED"
	case RowCurrency:
		l.currency = money.USD
	case RowDay:
		l.at = l.at.Add(-48 * time.Hour)
	}
	return []line{l}
}
