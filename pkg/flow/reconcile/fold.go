package reconcile

import (
	"context"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// bySettlement marks what a settlement row proves.
const bySettlement = "settlement"

// fold tells the machines what the rows prove: matched rows and those whose difference does not touch the fact that this
// money moved. A row that may be about something else proves nothing; it waits for a person.
func (r *Reconciler) fold(ctx context.Context, rec reconciliation.Reconciliation, b *books, result settlement.Result, rows []settlement.Row) error {
	for _, m := range result.Matches {
		if err := r.inTime(ctx); err != nil {
			return err
		}
		if err := r.settled(ctx, rec, b, m.Entry, m.Row); err != nil {
			return err
		}
	}
	for _, p := range result.Proven {
		if err := r.inTime(ctx); err != nil {
			return err
		}
		if err := r.settled(ctx, rec, b, p.Entry, p.Row); err != nil {
			return err
		}
	}
	return r.paidAgain(ctx, rec, b, rows)
}

// paidAgain settles the second cash of one voucher. Its row is a break, a DUPLICATE_PAYMENT, because people must give the
// money back; but it is cash that we know of, and no later day is to miss it.
func (r *Reconciler) paidAgain(ctx context.Context, rec reconciliation.Reconciliation, b *books, rows []settlement.Row) error {
	for _, row := range rows {
		again, known := b.further[row.TransactionID]
		if !known || row.Unreadable != "" || row.Type != settlement.Payment || row.Status != settlement.Settled || row.Amount != again.receipt.Minor {
			continue
		}
		if _, _, err := r.Observer.Payment(ctx, again.key, received(rec, row, r.Now())); err != nil {
			return err
		}
	}
	return nil
}

// received is what a row says of a payment's cash.
func received(rec reconciliation.Reconciliation, row settlement.Row, now time.Time) payment.Observation {
	return payment.Observation{Claim: payment.ClaimSettled, By: bySettlement, At: now, Evidence: evidence(row), OccurredAt: row.At,
		TransactionID: row.TransactionID, Minor: row.Amount, Fee: row.Fee + row.Tax, SettledOn: rec.Date, Note: "settled on " + rec.Date.String()}
}

// evidence names a row for ever.
func evidence(row settlement.Row) string { return fmt.Sprintf("%s#%d", row.File, row.Line) }

func (r *Reconciler) settled(ctx context.Context, rec reconciliation.Reconciliation, b *books, e settlement.Entry, row settlement.Row) error {
	record, ok := b.records[e.ID]
	if !ok {
		return fmt.Errorf("reconcile: entry %s has no record", e.ID)
	}
	if row.Status != settlement.Settled {
		return nil // it fits books that never saw the money move, and is no proof that it did
	}
	if row.Type != settlement.Reversal && b.settledOn[e.ID] == rec.Date {
		return nil // folded by an earlier run of this day
	}
	row = own(e, row)
	if e.Kind == settlement.KindPayment && row.Type == settlement.Payment {
		p, err := payment.Decode(record)
		if err != nil {
			return err
		}
		_, _, err = r.Observer.PaymentFrom(ctx, p, received(rec, row, r.Now()))
		return err
	}
	if e.Kind == settlement.KindPayment {
		return nil // a reversal of a payment is a break that a person looks at: the cash itself is still ours
	}
	// Pointed, where the row is the first to tell the provider's id: what comes later may name it by that alone.
	o := disbursement.Observation{Claim: disbursement.ClaimSettled, By: bySettlement, At: r.Now(), Evidence: evidence(row),
		OccurredAt: row.At, Reference: row.TransactionID, Pointed: true, Amount: -row.Amount, Fee: row.Fee + row.Tax, SettledOn: rec.Date,
		Note: "settled on " + rec.Date.String()}
	if row.Type == settlement.Reversal {
		o.Claim, o.Amount, o.Reference, o.Note = disbursement.ClaimReturned, row.Amount, "", "reversed on "+rec.Date.String()
	}
	d, err := disbursement.Decode(record)
	if err != nil {
		return err
	}
	_, _, err = r.Observer.Disbursement(ctx, record.Key, o, d)
	return err
}

// own is a row in the entry's currency. What settled in another by a locked rate moved the entry's whole amount; its cost is in
// no currency that the books of the entry have, and stays with the day.
func own(e settlement.Entry, row settlement.Row) settlement.Row {
	if row.Currency == e.Currency {
		return row
	}
	row.Currency, row.Amount, row.Fee, row.Tax = e.Currency, e.Amount, 0, 0
	if (e.Kind != settlement.KindPayment) != (row.Type == settlement.Reversal) {
		row.Amount = -e.Amount
	}
	row.Net = row.Amount
	return row
}
