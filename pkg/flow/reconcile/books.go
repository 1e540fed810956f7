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
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// books are the entries of a day: what is due and not settled yet, and what the rows name.
type books struct {
	account provider.Account
	day     calendar.Date
	entries []settlement.Entry
	records map[string]store.Record // of the entries, by id
	asked   map[string]bool         // payments that a reference led to
	// settledOn tells by id which entries an earlier run of some day has folded.
	settledOn map[string]calendar.Date
	// further are the receipts of payments that were paid more than once, beyond the one that is the entry.
	further   map[string]further
	contracts settlement.Contracts
	zone      *time.Location
	light     bool // records are kept without what is in them
}

type further struct {
	key     store.Key
	receipt payment.Receipt
}

func (r *Reconciler) books(ctx context.Context, account provider.Account, rules settlement.Rules, day calendar.Date, rows []settlement.Row, light bool) (*books, error) {
	b, err := r.emptyBooks(ctx, account, day)
	if err != nil {
		return nil, err
	}
	b.light = light
	country := rules.Country
	overdue := func(e settlement.Entry) bool { return !day.Before(rules.Due(e.OccurredAt)) }
	latest := day
	for day.Before(country.AddBusinessDays(latest, rules.SettlesIn)) {
		latest = latest.AddDays(-1)
	}
	waiting := store.Query{Index: store.Work, PK: job.AwaitPartition(account.Tenant, account.ID),
		To: job.AwaitUntil(latest.AddDays(1).Start(country.Zone()))}
	if err := r.listed(ctx, b, waiting, overdue); err != nil {
		return nil, err
	}
	shown := store.Query{Index: store.Work, PK: job.SettledPartition(account.Tenant, account.ID, day.String())}
	if err := r.listed(ctx, b, shown, func(settlement.Entry) bool { return true }); err != nil {
		return nil, err
	}
	if err := r.named(ctx, b, rows); err != nil {
		return nil, err
	}
	return b, r.locks(ctx, b)
}

// emptyBooks are books without an entry.
func (r *Reconciler) emptyBooks(ctx context.Context, account provider.Account, day calendar.Date) (*books, error) {
	b := &books{account: account, day: day, further: map[string]further{}, records: map[string]store.Record{}, asked: map[string]bool{}, settledOn: map[string]calendar.Date{}}
	country, err := calendar.ByNetwork(account.Network)
	if err != nil {
		return nil, err
	}
	b.zone = country.Zone()
	b.contracts, err = (settlement.ContractBook{Store: r.Store}).Of(ctx, account.Tenant, account.ID)
	return b, err
}

// listed adds what a partition of the index lists. The index may lag by seconds; what a row names is found without it.
func (r *Reconciler) listed(ctx context.Context, b *books, q store.Query, want func(settlement.Entry) bool) error {
	for {
		page, err := r.Store.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			if err := b.add(record, want); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// named adds what the rows name and the lists did not have: payments by transaction or voucher, refunds through the
// payment whose voucher the row carries, both by our own reference.
func (r *Reconciler) named(ctx context.Context, b *books, rows []settlement.Row) error {
	tenant, account := b.account.Tenant, b.account.ID
	known := make(map[string]bool, len(b.entries))
	for _, e := range b.entries {
		if e.TransactionID != "" {
			known[e.TransactionID] = true
		}
	}
	for _, row := range rows {
		if row.Unreadable != "" || known[row.TransactionID] {
			continue
		}
		for _, ref := range []string{row.Reference, row.TransactionID} {
			switch {
			case strings.HasPrefix(ref, "rf_"), strings.HasPrefix(ref, "po_"):
				if err := r.record(ctx, b, disbursement.Key(tenant, ref)); err != nil {
					return err
				}
				continue
			case strings.HasPrefix(ref, "pay_"): // some print it beside whatever moved on that payment, years later, too
				if err := r.withRefunds(ctx, b, ref); err != nil {
					return err
				}
				continue
			}
			if err := r.pointed(ctx, b, payment.ReferenceKey(tenant, account, ref)); err != nil {
				return err
			}
			if err := r.pointed(ctx, b, payment.TransactionKey(tenant, account, ref)); err != nil {
				return err
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
	return r.withRefunds(ctx, b, payment.DecodePointer(pointer))
}

// withRefunds adds a payment and what was given back of it, once. A row may name a payment that never was.
func (r *Reconciler) withRefunds(ctx context.Context, b *books, id string) error {
	if b.asked[id] {
		return nil
	}
	b.asked[id] = true
	record, err := r.Store.Get(ctx, payment.Key(b.account.Tenant, id))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := b.add(record, always); err != nil {
		return err
	}
	refunds, _ := payment.FromTags(record.Tags)
	for _, refund := range refunds {
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
	return b.add(record, always)
}

func always(settlement.Entry) bool { return true }

// add makes the entry of a record, once, if it is wanted.
func (b *books) add(record store.Record, want func(settlement.Entry) bool) error {
	var e settlement.Entry
	var settled calendar.Date
	switch record.Key.SK {
	case payment.SK:
		p, err := payment.Decode(record)
		if err != nil || p.Account != b.account.ID {
			return err
		}
		receipt := b.receiptOf(p)
		e, settled = b.ofPayment(p, receipt), receipt.SettledOn
		for _, other := range p.Receipts {
			if other.TransactionID != "" && other != receipt {
				b.further[other.TransactionID] = further{record.Key, other}
			}
		}
	case disbursement.SK:
		d, err := disbursement.Decode(record)
		if err != nil || d.Account != b.account.ID {
			return err
		}
		e, settled = b.ofDisbursement(d), d.SettledOn
	default:
		return fmt.Errorf("reconcile: %s is no entry of the books", record.Key)
	}
	if _, known := b.records[e.ID]; known || !want(e) {
		return nil
	}
	if b.light {
		record = store.Record{Key: record.Key}
	}
	// What was read are parts of the whole body: a million entries must not keep a million bodies.
	e.ID, e.Reference, e.TransactionID = strings.Clone(e.ID), strings.Clone(e.Reference), strings.Clone(e.TransactionID)
	e.Kind, e.Currency, e.Status = settlement.Kind(strings.Clone(string(e.Kind))), money.Currency(strings.Clone(string(e.Currency))), strings.Clone(e.Status)
	b.records[e.ID], b.settledOn[e.ID] = record, settled
	b.entries = append(b.entries, e)
	return nil
}

// receiptOf is the cash that a payment's entry is about: the first that no other day has shown.
func (b *books) receiptOf(p payment.Payment) payment.Receipt {
	for _, r := range p.Receipts {
		if r.SettledOn.IsZero() || r.SettledOn == b.day {
			return r
		}
	}
	if len(p.Receipts) > 0 {
		return p.Receipts[0]
	}
	return payment.Receipt{Minor: p.Amount.Minor(), At: p.CreatedAt}
}

func (b *books) ofPayment(p payment.Payment, r payment.Receipt) settlement.Entry {
	return b.priced(settlement.Entry{ID: p.ID, Kind: settlement.KindPayment, Reference: p.Voucher.Code, TransactionID: r.TransactionID,
		Amount: r.Minor, Currency: p.Amount.Currency(), Status: string(p.State), OccurredAt: r.At})
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

// priced adds the cost that the contract of the movement's day says, else what the account has always cost.
func (b *books) priced(e settlement.Entry) settlement.Entry {
	fees, dated := b.contracts.On(e.Kind, calendar.On(e.OccurredAt, b.zone))
	if !dated {
		fees = b.account.Fees
	}
	if fees != (settlement.Fees{}) {
		fee, tax := fees.Of(e.Amount)
		e.Fee, e.Tax = &fee, &tax
	}
	return e
}
