package reconcile

import (
	"context"
	"maps"
	"slices"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// count writes what a run came to as lines that are counted: how many of the entries that were due have matched, an alarm listens
// to, and, of each currency, what its breaks are about, in minor units whichever way they go.
func (r *Reconciler) count(ctx context.Context, rec reconciliation.Reconciliation, result settlement.Result) {
	r.Log.InfoContext(ctx, "day compared", "tenant", rec.Tenant, "account", rec.Account, "reconciliation", rec.ID, "date", rec.Date.String(),
		"entries", result.Entries-result.Pending, "matched", result.Matched)
	risk := map[money.Currency]int64{}
	for _, b := range result.Breaks {
		b.Account(func(c money.Currency, minor int64) { risk[c] += max(minor, -minor) })
	}
	for _, c := range slices.Sorted(maps.Keys(risk)) {
		if risk[c] != 0 {
			r.Log.InfoContext(ctx, "money at risk", "tenant", rec.Tenant, "account", rec.Account, "reconciliation", rec.ID, "date", rec.Date.String(),
				"currency", string(c), "minor", risk[c])
		}
	}
}
