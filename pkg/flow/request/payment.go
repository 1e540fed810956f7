package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// Payment is what a merchant asks.
type Payment struct {
	Caller   Caller
	Key      Key
	Network  string
	Provider string // empty = the store's default
	Store    string
	Order    string
	Amount   money.Amount
	Expires  time.Duration
	Payer    identity.Person
	Answer   func(payment.Payment) Answer
}

// creating is how long one request may be at work on a voucher before another with the same key takes over.
const creating = 20 * time.Second

// Payment creates a payment. Its record comes first, without a voucher; then the provider is asked; then voucher, reference
// and answer are one commit. A retry after a crash finds the record and goes on. Errors: the sentinels of this package.
func (r *Requester) Payment(ctx context.Context, q Payment) (Answer, error) {
	tenant := q.Caller.Merchant.ID
	// Unlike a refund a voucher is asked for before the commit that could refuse it, so the key is looked up first: a key
	// that was used must have no effect at the provider.
	if a, found, err := r.replay(ctx, tenant, q.Key); found || err != nil {
		return a, err
	}
	p, client, err := r.draftPayment(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	p, err = r.claim(ctx, p)
	if err != nil {
		return r.orReplay(ctx, tenant, q.Key, err)
	}
	if len(p.Receipts) > 0 {
		return r.alreadyPaid(ctx, q, p)
	}
	seen, err := client.CreatePayment(ctx, p)
	if err != nil {
		r.abandon(ctx, p)
		return Answer{}, voucherError(err)
	}
	return r.issue(ctx, q, p, seen)
}

// draftPayment checks what needs no write. Errors: ErrStore, ErrNetwork, ErrCurrency, ErrAmount.
func (r *Requester) draftPayment(ctx context.Context, q Payment) (payment.Payment, *provider.Client, error) {
	none := payment.Payment{}
	shop, ok := q.Caller.Merchant.Store(q.Store)
	if !ok {
		return none, nil, fmt.Errorf("%w: %q", ErrStore, q.Store)
	}
	if q.Network != shop.Network {
		return none, nil, fmt.Errorf("%w: store %s works with %s", ErrNetwork, shop.ID, shop.Network)
	}
	account, ok := shop.Account(q.Provider)
	if !ok {
		return none, nil, fmt.Errorf("%w: store %s has no account on %q", ErrNetwork, shop.ID, q.Provider)
	}
	client, err := r.Clients.Client(ctx, account.Account)
	if err != nil {
		return none, nil, err
	}
	if _, carried := client.Profile().Currency(q.Amount.Currency()); !carried || q.Amount.Currency() != shop.Currency {
		return none, nil, fmt.Errorf("%w: store %s works in %s", ErrCurrency, shop.ID, shop.Currency)
	}
	if !client.Can(provider.CanCreatePayment) {
		return none, nil, fmt.Errorf("%w: %s issues no vouchers", ErrNetwork, account.Provider)
	}
	if err := client.Profile().Expresses(q.Amount); err != nil {
		return none, nil, fmt.Errorf("%w: %v", ErrAmount, err)
	}
	now := r.Now()
	return payment.Payment{
		Tenant: q.Caller.Merchant.ID, ID: payment.ID(q.Caller.Merchant.ID, q.Order), Store: shop.ID, Network: q.Network,
		Provider: account.Provider, Account: account.Account, Order: q.Order, Amount: q.Amount, Payer: q.Payer,
		State: payment.Pending, KeyHash: q.Key.Hash, BodyHash: q.Key.BodyHash, CreatedAt: now, ExpiresAt: now.Add(q.Expires),
	}, client, nil
}

// claim writes the payment without a voucher, or takes over one that never got its voucher. Errors: ErrOrderTaken,
// ErrInProgress, ErrKeyReused.
func (r *Requester) claim(ctx context.Context, p payment.Payment) (payment.Payment, error) {
	key := payment.Key(p.Tenant, p.ID)
	err := r.Store.Commit(ctx, store.Put{Record: payment.Encode(p)})
	if !store.IsConflict(err) {
		p.Version = 1
		return p, busy(err)
	}
	record, err := r.Store.Get(ctx, key)
	if err != nil {
		return p, err
	}
	old, err := payment.Decode(record)
	if err != nil {
		return p, err
	}
	switch {
	case old.KeyHash == p.KeyHash && old.BodyHash != p.BodyHash:
		return p, ErrKeyReused
	case old.Voucher.Code != "" || (len(old.Receipts) > 0 && old.BodyHash != p.BodyHash):
		return p, fmt.Errorf("%w: %q belongs to %s", ErrOrderTaken, p.Order, old.ID)
	case r.Now().Before(old.CreatedAt.Add(creating)) && old.KeyHash == p.KeyHash:
		return p, ErrInProgress
	case r.Now().Before(old.CreatedAt.Add(creating)):
		return p, fmt.Errorf("%w: %q is being created by another request", ErrOrderTaken, p.Order)
	}
	// What is known of the abandoned try stays: its voucher may have been paid although its number never reached us.
	p.Version, p.State, p.Receipts, p.History = old.Version, old.State, old.Receipts, old.History
	p.CancelledAt, p.Free, p.Refunds, p.Voided, p.Handled = old.CancelledAt, old.Free, old.Refunds, old.Voided, old.Handled
	if err := r.Store.Commit(ctx, store.Put{Record: payment.Encode(p)}); err != nil {
		if store.IsConflict(err) {
			return p, ErrInProgress
		}
		return p, busy(err)
	}
	p.Version++
	return p, nil
}

// abandon lets the next request take over at once, after a failure that we saw with our own eyes.
func (r *Requester) abandon(ctx context.Context, p payment.Payment) {
	p.CreatedAt = p.CreatedAt.Add(-creating)
	if err := r.Store.Commit(ctx, store.Put{Record: payment.Encode(p)}); err != nil {
		r.Log.WarnContext(ctx, "the next try must wait", "payment", p.ID, "error", err)
	}
}

// alreadyPaid answers with what came of an earlier try, whose voucher reached the buyer but not us. Another voucher would
// be paid twice.
func (r *Requester) alreadyPaid(ctx context.Context, q Payment, p payment.Payment) (Answer, error) {
	answer := q.Answer(p)
	if err := r.Store.Commit(ctx, r.keep(p.Tenant, q.Key, answer)); err != nil {
		return r.orReplay(ctx, p.Tenant, q.Key, busy(err))
	}
	return answer, nil
}

// issue folds the voucher and keeps the answer.
func (r *Requester) issue(ctx context.Context, q Payment, p payment.Payment, seen payment.Observation) (Answer, error) {
	after, _, err := payment.Next(p, seen)
	if err != nil {
		return Answer{}, err
	}
	answer := q.Answer(after)
	_, t, err := r.Observer.Payment(ctx, payment.Key(p.Tenant, p.ID), seen, r.keep(p.Tenant, q.Key, answer))
	switch {
	case errors.Is(err, observe.ErrReferenceTaken):
		return Answer{}, fmt.Errorf("%w: %v", ErrProvider, err)
	case err != nil:
		return r.orReplay(ctx, p.Tenant, q.Key, busy(err))
	case !t.Changed:
		// Another request with the same key finished first; its answer is the answer.
		return r.orReplay(ctx, p.Tenant, q.Key, ErrInProgress)
	}
	return answer, nil
}

// voucherError tells the caller whether asking again with the same key may help.
func voucherError(err error) error {
	switch {
	case errors.Is(err, provider.ErrDoesNotFit):
		return fmt.Errorf("%w: %v", ErrAmount, err)
	case errors.Is(err, provider.ErrUnsupported):
		return fmt.Errorf("%w: %v", ErrNetwork, err)
	case errors.Is(err, provider.ErrDetails):
		return fmt.Errorf("%w: %v", ErrDetails, err)
	case provider.ClassOf(err) == provider.Rejected:
		return fmt.Errorf("%w: %v", ErrRefused, err)
	}
	return fmt.Errorf("%w: %v", ErrProvider, err)
}

// CancelPayment withdraws an unpaid voucher, at the provider first. Errors: ErrNotFound, ErrState, ErrProvider.
func (r *Requester) CancelPayment(ctx context.Context, c Caller, id string) (payment.Payment, error) {
	p, err := r.FindPayment(ctx, c, id)
	if err != nil {
		return p, err
	}
	if p.State == payment.Cancelled {
		return p, nil
	}
	if p.State != payment.Pending {
		return p, fmt.Errorf("%w: the payment is %s", ErrState, p.State)
	}
	seen := payment.Observation{Claim: payment.ClaimCancelled, Evidence: "cancel:" + c.Key.Person, By: c.Key.Person, Role: string(c.Key.Role), At: r.Now()}
	client, err := r.Clients.Client(ctx, p.Account)
	if err != nil {
		return p, err
	}
	if client.Can(provider.CanCancelPayment) {
		if seen, err = client.CancelPayment(ctx, p); err != nil {
			return p, fmt.Errorf("%w: %v", ErrProvider, err)
		}
	}
	p, _, err = r.Observer.Payment(ctx, payment.Key(p.Tenant, p.ID), seen)
	if errors.Is(err, payment.ErrNotAllowed) || (err == nil && p.State != payment.Cancelled) {
		return p, fmt.Errorf("%w: the payment is %s", ErrState, p.State)
	}
	return p, busy(err)
}

// FindPayment reads a payment of the caller. Error: ErrNotFound.
func (r *Requester) FindPayment(ctx context.Context, c Caller, id string) (payment.Payment, error) {
	record, err := r.Store.Get(ctx, payment.Key(c.Merchant.ID, id))
	if err != nil {
		return payment.Payment{}, notFound(err, "payment")
	}
	p, err := payment.Decode(record)
	if err == nil && p.Voucher.Code == "" && len(p.Receipts) == 0 {
		return p, fmt.Errorf("%w: no such payment", ErrNotFound)
	}
	return p, err
}
