// Package apply reads kept deliveries and folds what they say. Items that speak of something we do not know yet are tried
// again: the webhook may have beaten our own reply.
package apply

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

// Clients finds the provider client of an account.
type Clients interface {
	Client(ctx context.Context, account string) (*provider.Client, error)
}

// Applier does job.Apply.
type Applier struct {
	Store    store.Store
	Observer observe.Observer
	Clients  Clients
	Now      func() time.Time
	Log      *slog.Logger
}

// errUnmatched says an item has no record (yet).
var errUnmatched = errors.New("no such record")

// Handle applies one delivery: all its items, each on its own.
func (a *Applier) Handle(ctx context.Context, j job.Job) error {
	record, err := a.Store.Get(ctx, j.Key)
	if err != nil {
		return err
	}
	d, err := webhook.Decode(record)
	if err != nil {
		return err
	}
	client, err := a.Clients.Client(ctx, d.Account)
	if err != nil {
		return a.closed(ctx, d, err)
	}
	if d.Outcome == webhook.Applied && !client.Inquires() {
		return nil
	}
	outcome, note, err := a.items(ctx, client, d)
	if err != nil {
		return err
	}
	if outcome != webhook.Applied {
		a.Log.WarnContext(ctx, "delivery not applied", "key", j.Key.String(), "outcome", outcome, "note", note)
	}
	err = a.Store.Commit(ctx, store.Put{Record: webhook.Encode(d.Again(a.Now(), outcome, note))})
	if store.IsConflict(err) {
		return nil // another run of the same delivery wrote first; the effect is the same
	}
	return err
}

// closed lets a delivery whose account cannot be opened wait as one whose record there is not yet: left as due as it was, many of
// them would keep the sweep from everything else.
func (a *Applier) closed(ctx context.Context, d webhook.Delivery, why error) error {
	if errors.Is(why, store.ErrBusy) || d.Outcome == webhook.Applied {
		return why
	}
	if a.Now().Before(d.Due) && d.Tries > 0 {
		return nil // its message came again
	}
	a.Log.ErrorContext(ctx, "account cannot be opened", "account", d.Account, "key", d.KeyOf().String(), "error", why)
	err := a.Store.Commit(ctx, store.Put{Record: webhook.Encode(d.Again(a.Now(), webhook.Unmatched, why.Error()))})
	if store.IsConflict(err) {
		return nil
	}
	return err
}

func (a *Applier) items(ctx context.Context, client *provider.Client, d webhook.Delivery) (webhook.Outcome, string, error) {
	facts, err := client.Facts(ctx, provider.Delivery{Path: d.Path, Header: d.Header, Body: d.Body, ReceivedAt: d.ReceivedAt,
		Again: d.Outcome == webhook.Applied})
	switch {
	case errors.Is(err, provider.ErrMalformed), errors.Is(err, provider.ErrUnsupported):
		return webhook.Malformed, err.Error(), nil
	}
	var unmatched []string
	if err != nil {
		// The provider must be asked and did not say: the gaps between tries are those of an item that has no record yet.
		unmatched = append(unmatched, err.Error())
	}
	for _, f := range facts {
		if f.Disbursement != nil && len(facts) == 1 && err == nil { // what tells of others too is nobody's evidence
			f.Disbursement.Delivery = webhook.Digest(d.Body)
		}
		err := a.fact(ctx, client.Account(), f)
		switch {
		case errors.Is(err, errUnmatched), errors.Is(err, observe.ErrReferenceTaken):
			unmatched = append(unmatched, err.Error())
		case err != nil:
			return "", "", err
		}
	}
	if len(unmatched) > 0 {
		return webhook.Unmatched, strings.Join(unmatched, "; "), nil
	}
	return webhook.Applied, "", nil
}

func (a *Applier) fact(ctx context.Context, account provider.Account, f provider.Fact) error {
	switch {
	case f.Payment != nil:
		return a.payment(ctx, account, f)
	case f.Disbursement != nil && f.Ours != "":
		return a.disbursement(ctx, account, f)
	case f.Disbursement != nil:
		ours, err := a.refundOf(ctx, account, f)
		if err != nil {
			return err
		}
		f.Ours = ours
		return a.disbursement(ctx, account, f)
	}
	return nil
}

// refundOf finds the disbursement that a provider names by its own id only: among the refunds of the payment that it gives
// back, or by the record that was written with the id. One whose reply has not been folded yet is unmatched for now, and so is
// an id that two of them have, because people gave it to one of which the provider did not say it: whose it is, people find out.
func (a *Applier) refundOf(ctx context.Context, account provider.Account, f provider.Fact) (string, error) {
	none := fmt.Errorf("%w: disbursement %s without our reference", errUnmatched, f.Reference)
	if f.Reference == "" {
		return "", none
	}
	if f.Of == "" {
		pointer, err := a.Store.Get(ctx, disbursement.ReferenceKey(account.Tenant, account.ID, f.Reference))
		if errors.Is(err, store.ErrNotFound) {
			return "", none
		}
		return payment.DecodePointer(pointer), err
	}
	pointer, err := a.Store.Get(ctx, payment.TransactionKey(account.Tenant, account.ID, f.Of))
	if errors.Is(err, store.ErrNotFound) {
		return "", none
	}
	if err != nil {
		return "", err
	}
	paid, err := a.Store.Get(ctx, payment.Key(account.Tenant, payment.DecodePointer(pointer)))
	if err != nil {
		return "", err
	}
	found := ""
	refunds, _ := payment.FromTags(paid.Tags)
	for _, id := range refunds {
		record, err := a.Store.Get(ctx, disbursement.Key(account.Tenant, id))
		if err != nil {
			return "", err
		}
		d, err := disbursement.Decode(record)
		if err != nil {
			return "", err
		}
		switch {
		case d.Reference != f.Reference:
		case found != "":
			return "", fmt.Errorf("%w: disbursements %s and %s are both %s at the provider", errUnmatched, found, id, f.Reference)
		default:
			found = id
		}
	}
	if found == "" {
		return "", none
	}
	return found, nil
}

func (a *Applier) disbursement(ctx context.Context, account provider.Account, f provider.Fact) error {
	key := disbursement.Key(account.Tenant, f.Ours)
	record, err := a.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: disbursement %s", errUnmatched, f.Ours)
	}
	if err != nil {
		return err
	}
	d, err := disbursement.Decode(record)
	if err != nil {
		return err
	}
	if d.Account != account.ID || !account.Serves(d.Provider, d.Network) {
		// One account's secret must not move what another account carries.
		return fmt.Errorf("%w: disbursement %s is not of this account", errUnmatched, f.Ours)
	}
	_, _, err = a.Observer.Disbursement(ctx, key, *f.Disbursement, d)
	return err
}

func (a *Applier) payment(ctx context.Context, account provider.Account, f provider.Fact) error {
	id := f.Ours
	if id == "" {
		record, err := a.Store.Get(ctx, payment.ReferenceKey(account.Tenant, account.ID, f.Reference))
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%w: voucher %s", errUnmatched, f.Reference)
		}
		if err != nil {
			return err
		}
		id = payment.DecodePointer(record)
	}
	key := payment.Key(account.Tenant, id)
	record, err := a.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: payment %s", errUnmatched, id)
	}
	if err != nil {
		return err
	}
	p, err := payment.Decode(record)
	if err != nil {
		return err
	}
	if p.Account != account.ID || !account.Serves(p.Provider, p.Network) {
		return fmt.Errorf("%w: payment %s is not of this account", errUnmatched, id)
	}
	if c := f.Payment.Currency; c != "" && money.Currency(c) != p.Amount.Currency() {
		return fmt.Errorf("%w: payment %s is in %s, the delivery says %s", errUnmatched, id, p.Amount.Currency(), c)
	}
	_, _, err = a.Observer.PaymentFrom(ctx, p, *f.Payment)
	return err
}
