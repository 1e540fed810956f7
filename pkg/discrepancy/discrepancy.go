// Package discrepancy is the life of a break: what it is called, who looks after it, what was decided about it and why.
package discrepancy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Discrepancy is a break under a name that outlives the run which found it.
type Discrepancy struct {
	ID string `json:"id"`
	settlement.Break
}

// Name gives the breaks of a run their ids. An id is made of what a break is about, not of where it stands: a corrected
// file that shows the same difference in another line shows the same break. Breaks that are alike are told apart by their
// order.
func Name(reconciliation string, breaks []settlement.Break) []Discrepancy {
	list := make([]Discrepancy, 0, len(breaks))
	seen := make(map[string]int, len(breaks))
	for _, b := range breaks {
		about := []string{reconciliation, string(b.Class), b.ID, b.TransactionID, b.Reference, b.Reason}
		key := strings.Join(about, "\x00")
		seen[key]++
		list = append(list, Discrepancy{ID(reconciliation, append(about, strconv.Itoa(seen[key]))...), b})
	}
	return list
}

const (
	prefix = "brk_"
	half   = 13 // characters of an id that lead to its day; as many tell it from others of the day
)

// ID starts like the id of its reconciliation, so that whoever has a break's id can find the day it belongs to without a
// record for each break.
func ID(reconciliation string, about ...string) string {
	return prefix + Day(reconciliation) + identity.Derive("", about...)[half:]
}

// Day is the part of an id that leads to its reconciliation: of a break's id or of the reconciliation's own. Empty if it is
// neither.
func Day(id string) string {
	_, rest, ok := strings.Cut(id, "_")
	if !ok || len(rest) != 2*half {
		return ""
	}
	return rest[:half]
}

// Mark is a fingerprint of the numbers that a decision rests on: when they change, what was decided before is out of date. What a
// contract says is one of them, where there is one.
func (d Discrepancy) Mark() string {
	text := fmt.Appendf(nil, "%s|%d|%s|%d|%s|%s|%s|%d|%d|%d", d.Class, d.Expected, d.ExpectedCurrency, d.Actual, d.Currency,
		d.Break.ID, d.Why.Status, d.Why.Fee, d.Why.Tax, d.Why.Net)
	if fee := d.Why.ExpectedFee; fee != nil {
		text = fmt.Appendf(text, "|fee %d", *fee)
	}
	if tax := d.Why.ExpectedTax; tax != nil {
		text = fmt.Appendf(text, "|tax %d", *tax)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Since is the day from which the break is counted, on a settlement day: its due day, and what nobody awaited is as old as the day that
// showed it.
func (d Discrepancy) Since(day calendar.Date) calendar.Date {
	if d.DueDay.IsZero() {
		return day
	}
	return d.DueDay
}

// Age is how many business days ago that was.
func (d Discrepancy) Age(day, today calendar.Date, country calendar.Country) int {
	return max(country.BusinessDaysBetween(d.Since(day), today), 0)
}
