package kushki

import (
	"io"
	"iter"
	"strings"

	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// ReadSettlement reads a report as the account's settings describe it: no layout of Kushki is public. Kushki knows only
// transfers; one that carries the id of a refund, in whichever column, is that refund.
func (a *Adapter) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return func(yield func(settlement.Row, error) bool) {
		for row, err := range csvsettlement.Read(file, a.layout) {
			if row.Type == settlement.Payout && (strings.HasPrefix(row.Reference, "rf_") || strings.HasPrefix(row.TransactionID, "rf_")) {
				row.Type = settlement.Refund
			}
			if !yield(row, err) {
				return
			}
		}
	}
}
