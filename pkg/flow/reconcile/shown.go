package reconcile

import (
	"context"
	"maps"
	"slices"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/sheet"
)

// shown are the day's nets in the currencies that sellers read, by the official rates of the settlement day. A day that is open is compared
// again when rates come, so that what stands here is what is known.
func (r *Reconciler) shown(ctx context.Context, rec reconciliation.Reconciliation, totals map[money.Currency]settlement.Total) (map[string][]reconciliation.Shown, error) {
	book := rate.Book{Store: r.Store}
	all := map[string][]reconciliation.Shown{}
	for _, c := range slices.Sorted(maps.Keys(totals)) {
		steps, err := rate.Steps(money.New(totals[c].Net, c), func(from, to money.Currency) (rate.Rate, error) {
			return book.Between(ctx, rec.Tenant, from, to, rec.Date)
		})
		if err != nil {
			return nil, err
		}
		all[string(c)] = reconciliation.Show(steps)
	}
	return all, nil
}

// shownSheet is a line for each net and each currency that it is shown in.
func shownSheet(b *sheet.Book, rec reconciliation.Reconciliation, l settlement.Language) {
	if len(rec.Outcome.Shown) == 0 {
		return
	}
	b.Sheet(settlement.Titles(l, "in other currencies")[0], settlement.Titles(l, "currency", "net", "shown in", "amount", "source", "pair", "rate", "rate of")...)
	for _, c := range slices.Sorted(maps.Keys(rec.Outcome.Shown)) {
		net := sheet.Decimal(major(rec.Outcome.Totals[c].Net, money.Currency(c)))
		for _, x := range rec.Outcome.Shown[c] {
			row := []sheet.Cell{sheet.Label(c), net, sheet.Label(x.Currency)}
			if x.Unknown {
				b.Row(append(row, sheet.Label(settlement.Titles(l, "no rate known")[0]))...)
				continue
			}
			row = append(row, sheet.Decimal(major(x.Net, money.Currency(x.Currency))), sheet.Label(x.Source), sheet.Label(x.Pair))
			b.Row(append(row, sheet.Label(x.Rate), sheet.Label(x.Day.String()))...)
		}
	}
}
