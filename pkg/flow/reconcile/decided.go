package reconcile

import (
	"context"
	"errors"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// byDecision marks what a person has settled.
const byDecision = "decision"

// writes are those that note a run: the day, and, the first time, the record that leads from a break's id to it.
func (r *Reconciler) writes(rec reconciliation.Reconciliation, list []discrepancy.Discrepancy) []store.Write {
	writes := []store.Write{store.Put{Record: reconciliation.Encode(rec)}}
	if len(list) > 0 && !rec.Pointed {
		rec.Pointed = true
		writes = []store.Write{store.Put{Record: reconciliation.Encode(rec)}, store.Put{Record: discrepancy.EncodePointer(rec.Tenant, rec.ID)}}
	}
	return writes
}

// open counts the breaks that somebody has still to do something about.
func (r *Reconciler) open(rec reconciliation.Reconciliation, list []discrepancy.Discrepancy, decisions discrepancy.Decisions) int {
	country, err := calendar.ByNetwork(rec.Network)
	if err != nil {
		return len(list)
	}
	today, n := calendar.On(r.Now(), country.Zone()), 0
	for _, d := range list {
		decision, decided := decisions[discrepancy.Key(rec.Tenant, rec.Account, rec.ID, d)]
		if !decided || !decision.Stands(d.Mark(), today, false).Settled() {
			n++
		}
	}
	return n
}

// decided tells the machines what people have settled: the row that was force-matched, split or linked to an entry, and the
// difference that was written off. What the bank got is what the row says; the rest is a cost.
func (r *Reconciler) decided(ctx context.Context, rec reconciliation.Reconciliation, b *books, result settlement.Result) error {
	decisions, err := discrepancy.Read(ctx, r.Store, rec.Tenant, rec.Account, rec.ID)
	if err != nil || len(decisions) == 0 {
		return err
	}
	for _, d := range discrepancy.Name(rec.ID, result.Breaks) {
		decision, ok := decisions[discrepancy.Key(rec.Tenant, rec.Account, rec.ID, d)]
		if !ok || decision.Mark != d.Mark() || decision.Status != discrepancy.Resolved || !decision.Method.Final() {
			continue
		}
		for _, part := range decision.Parts {
			if err := r.settleBy(ctx, rec, b, d, decision, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// settleBy settles one entry by a decision.
func (r *Reconciler) settleBy(ctx context.Context, rec reconciliation.Reconciliation, b *books, d discrepancy.Discrepancy, decision discrepancy.Decision, part discrepancy.Part) error {
	key := payment.Key(rec.Tenant, part.Entry)
	if strings.HasPrefix(part.Entry, "rf_") || strings.HasPrefix(part.Entry, "po_") {
		key = disbursement.Key(rec.Tenant, part.Entry)
	}
	record, err := r.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		r.Log.ErrorContext(ctx, "decision names an entry that does not exist", "tenant", rec.Tenant, "reconciliation", rec.ID, "key", key.String())
		return nil
	}
	if err != nil {
		return err
	}
	steps := decision.History
	by, evidence := byDecision+" of "+steps[len(steps)-1].By, byDecision+":"+decision.ID+":"+part.Entry
	note := string(decision.Method) + ": " + steps[len(steps)-1].Reason
	if key.SK == disbursement.SK {
		x, err := disbursement.Decode(record)
		if err != nil || !x.SettledOn.IsZero() {
			return err
		}
		_, _, err = r.Observer.Disbursement(ctx, key, disbursement.Observation{Claim: disbursement.ClaimSettled, By: by, At: r.Now(), Evidence: evidence,
			OccurredAt: x.PaidAt, Amount: x.Amount.Minor(), Fee: -x.Amount.Minor() - part.Minor, SettledOn: rec.Date, Note: note}, x)
		return err
	}
	x, err := payment.Decode(record)
	if err != nil {
		return err
	}
	receipt := b.receiptOf(x)
	for _, other := range x.Receipts {
		if part.Transaction != "" && other.TransactionID == part.Transaction {
			receipt = other // the one that was decided about
		}
	}
	if len(x.Receipts) == 0 { // the row is the first that we hear of the cash
		receipt.TransactionID, receipt.Minor = d.TransactionID, d.Actual
	}
	if !receipt.SettledOn.IsZero() {
		return nil
	}
	_, _, err = r.Observer.PaymentFrom(ctx, x, payment.Observation{Claim: payment.ClaimSettled, By: by, At: r.Now(), Evidence: evidence, OccurredAt: receipt.At,
		TransactionID: receipt.TransactionID, Minor: receipt.Minor, Fee: receipt.Minor - part.Minor, SettledOn: rec.Date, Note: note})
	return err
}
