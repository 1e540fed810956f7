package csvsettlement

import (
	"io"
	"iter"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Layout is how one report spells the generic columns. Its zero value but for Zone is the generic report itself.
type Layout struct {
	Zone  *time.Location    // of the Date column, where a date names none
	Dates string            // layout of the Date column, as time.Parse takes it; empty = YYYY-MM-DD HH:MM:SS
	Names map[string]string // generic name → the report's; absent = the generic one. " + " adds columns up: costs are often split
	Comma rune              // between fields; 0 = comma
	Skip  int               // lines before the header
	Sheet string            // of a workbook; empty = the first

	Encoding  Encoding
	Decimal   byte // between units and cents; 0 = dot
	Thousands byte // between groups of three digits; 0 = none

	Types    map[string]settlement.Type // the report's word → type; nil = the types themselves
	Statuses map[string]string          // the report's word → SETTLED, REJECTED or FAILED; nil = those themselves
	Currency money.Currency             // where the report has no such column
	// ByType says that amounts are printed without sign: a payment comes in, a refund or payout goes out, a reversal comes
	// back.
	ByType bool
	// NegativeCosts says that fees and taxes are printed as they change the balance, so that a cost is below zero.
	NegativeCosts bool
}

// ReadSettlement is provider.SettlementReader, for an adapter whose files are in this layout and nothing else.
func (layout Layout) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return Read(file, layout)
}

// optional says whether a report may lack a generic column.
func (layout Layout) optional(generic string) bool {
	switch generic {
	case tax:
		return true
	case net, status, fee, reference:
		return layout.mapped()
	case currency:
		return layout.Currency != ""
	}
	return false
}

// mapped says the report is not the generic one but was described by somebody, who may have found that it lacks a column.
func (layout Layout) mapped() bool { return layout.Names != nil }

// direction gives an amount printed without sign the merchant's sign.
func (layout Layout) direction(t settlement.Type, minor int64) int64 {
	if !layout.ByType {
		return minor
	}
	if minor < 0 {
		minor = -minor
	}
	if t == settlement.Refund || t == settlement.Payout {
		return -minor
	}
	return minor
}
