package reconcile

import (
	"context"
	"fmt"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// bySettlement marks what a settlement row proves.
const bySettlement = "settlement"

// fold tells the machines what the rows prove: matched rows and those whose difference does not touch the fact that this
// money moved. A row that may be about something else proves nothing; it waits for a person.
func (r *Reconciler) fold(ctx context.Context, rec reconciliation.Reconciliation, b *books, result settlement.Result) error {
	for _, m := range result.Matches {
		if err := r.settled(ctx, rec, b, m.Entry, m.Row); err != nil {
			return err
		}
	}
	for _, p := range result.Proven {
		if err := r.settled(ctx, rec, b, p.Entry, p.Row); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reconciler) settled(ctx context.Context, rec reconciliation.Reconciliation, b *books, e settlement.Entry, row settlement.Row) error {
	record, ok := b.records[e.ID]
	if !ok {
		return fmt.Errorf("reconcile: entry %s has no record", e.ID)
	}
	if row.Type != settlement.Reversal && b.settledOn[e.ID] == rec.Date {
		return nil // folded by an earlier run of this day
	}
	evidence := fmt.Sprintf("%s#%d", row.File, row.Line)
	note := "settled on " + rec.Date.String()
	if e.Kind == settlement.KindPayment && row.Type == settlement.Payment {
		_, _, err := r.Observer.PaymentFrom(ctx, record, payment.Observation{Claim: payment.ClaimSettled, By: bySettlement, At: r.Now(),
			Evidence: evidence, OccurredAt: row.At, TransactionID: row.TransactionID, Minor: row.Amount, Fee: row.Fee + row.Tax,
			SettledOn: rec.Date, Note: note})
		return err
	}
	if e.Kind == settlement.KindPayment {
		return nil // a reversal of a payment is a break that a person looks at: the cash itself is still ours
	}
	o := disbursement.Observation{Claim: disbursement.ClaimSettled, By: bySettlement, At: r.Now(), Evidence: evidence,
		OccurredAt: row.At, Reference: row.TransactionID, Amount: -row.Amount, Fee: row.Fee + row.Tax, SettledOn: rec.Date, Note: note}
	if row.Type == settlement.Reversal {
		o.Claim, o.Amount, o.Reference, o.Note = disbursement.ClaimReturned, row.Amount, "", "reversed on "+rec.Date.String()
	}
	_, _, err := r.Observer.Disbursement(ctx, record.Key, o, record)
	return err
}
