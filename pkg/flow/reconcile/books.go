package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// books are the entries of a day: what is due and not settled yet, and what the rows name.
type books struct {
	account provider.Account
	entries []settlement.Entry
	keys    map[string]store.Key // of the entries, by id
}

func (r *Reconciler) books(ctx context.Context, account provider.Account, settlesIn int, day calendar.Date, rows []settlement.Row) (*books, error) {
	b := &books{account: account, keys: map[string]store.Key{}}
	country, err := calendar.ByNetwork(account.Network)
	if err != nil {
		return nil, err
	}
	if err := r.due(ctx, b, day.AddDays(1).Start(country.Zone())); err != nil {
		return nil, err
	}
	kept := b.entries[:0]
	for _, e := range b.entries {
		if due := country.AddBusinessDays(calendar.On(e.OccurredAt, country.Zone()), settlesIn); !day.Before(due) {
			kept = append(kept, e)
		} else {
			delete(b.keys, e.ID)
		}
	}
	b.entries = kept
	return b, r.named(ctx, b, rows)
}

// due adds what waits for a settlement file and happened before an instant. The index may lag by seconds; what a row names
// is found without it.
func (r *Reconciler) due(ctx context.Context, b *books, before time.Time) error {
	for after := ""; ; {
		page, err := r.Store.Query(ctx, store.Query{Index: store.Work, PK: job.AwaitPartition(b.account.Tenant, b.account.ID),
			To: job.AwaitUntil(before), After: after})
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			if err := b.add(record); err != nil {
				return err
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// named adds what the rows name: payments by transaction or voucher, refunds through the payment whose voucher the row
// carries, disbursements by our own reference.
func (r *Reconciler) named(ctx context.Context, b *books, rows []settlement.Row) error {
	tenant, account := b.account.Tenant, b.account.ID
	for _, row := range rows {
		if row.Unreadable != "" {
			continue
		}
		for _, ref := range []string{row.Reference, row.TransactionID} {
			if err := r.pointed(ctx, b, payment.ReferenceKey(tenant, account, ref)); err != nil {
				return err
			}
			if err := r.pointed(ctx, b, payment.TransactionKey(tenant, account, ref)); err != nil {
				return err
			}
			if strings.HasPrefix(ref, "rf_") || strings.HasPrefix(ref, "po_") {
				if err := r.record(ctx, b, disbursement.Key(tenant, ref)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// pointed adds the payment that a write-once reference leads to, with its refunds.
func (r *Reconciler) pointed(ctx context.Context, b *books, key store.Key) error {
	pointer, err := r.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	id := payment.DecodePointer(pointer)
	if _, known := b.keys["@"+id]; known {
		return nil
	}
	b.keys["@"+id] = key
	record, err := r.Store.Get(ctx, payment.Key(b.account.Tenant, id))
	if err != nil {
		return err
	}
	if err := b.add(record); err != nil {
		return err
	}
	for _, refund := range record.Tags {
		if err := r.record(ctx, b, disbursement.Key(b.account.Tenant, refund)); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reconciler) record(ctx context.Context, b *books, key store.Key) error {
	record, err := r.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.add(record)
}

// add makes the entry of a record, once. What has never moved cash and is not named by a row owes nothing.
func (b *books) add(record store.Record) error {
	var e settlement.Entry
	switch record.Key.SK {
	case payment.SK:
		p, err := payment.Decode(record)
		if err != nil || p.Account != b.account.ID {
			return err
		}
		e = b.ofPayment(p)
	case disbursement.SK:
		d, err := disbursement.Decode(record)
		if err != nil || d.Account != b.account.ID {
			return err
		}
		e = b.ofDisbursement(d)
	default:
		return fmt.Errorf("reconcile: %s is no entry of the books", record.Key)
	}
	if _, known := b.keys[e.ID]; known {
		return nil
	}
	b.keys[e.ID] = record.Key
	b.entries = append(b.entries, e)
	return nil
}

func (b *books) ofPayment(p payment.Payment) settlement.Entry {
	e := settlement.Entry{ID: p.ID, Kind: settlement.KindPayment, Reference: p.Voucher.Code, TransactionID: p.TransactionID(),
		Amount: p.Amount.Minor(), Currency: p.Amount.Currency(), Status: string(p.State), OccurredAt: p.CreatedAt}
	if len(p.Receipts) > 0 {
		e.Amount, e.OccurredAt = p.Receipts[0].Minor, p.Receipts[0].At
	}
	return b.priced(e)
}

func (b *books) ofDisbursement(d disbursement.Disbursement) settlement.Entry {
	e := settlement.Entry{ID: d.ID, Kind: settlement.Kind(d.Kind), Reference: d.OriginalReference, TransactionID: d.Reference,
		Amount: d.Amount.Minor(), Currency: d.Amount.Currency(), Status: "pending", OccurredAt: d.PaidAt}
	if d.Kind == disbursement.Payout {
		e.Reference = d.ID
	}
	if d.PaidAt.IsZero() {
		e.OccurredAt = d.CreatedAt
	}
	switch d.State {
	case disbursement.Paid, disbursement.Settled:
		e.Status = "paid"
	case disbursement.Rejected, disbursement.Returned, disbursement.Cancelled:
		e.Status = string(d.State)
	}
	return b.priced(e)
}

// priced adds the cost that the account's contract says.
func (b *books) priced(e settlement.Entry) settlement.Entry {
	if b.account.Fees != (settlement.Fees{}) {
		fee, tax := b.account.Fees.Of(e.Amount)
		e.Fee, e.Tax = &fee, &tax
	}
	return e
}
