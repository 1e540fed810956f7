package request

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// Payout is what a merchant asks.
type Payout struct {
	Caller      Caller
	Key         Key
	Network     string
	Provider    string
	Store       string
	Amount      money.Amount
	Purpose     string
	MerchantRef string
	Beneficiary identity.Person
	Papers      []disbursement.Paper
	Answer      func(disbursement.Disbursement) Answer

	replaces *disbursement.Disbursement
}

// Payout accepts a payout: the payout, its share of the day's limit and the answer are one commit. Errors: the sentinels
// of this package.
func (r *Requester) Payout(ctx context.Context, q Payout) (Answer, error) {
	tenant := q.Caller.Merchant.ID
	t, err := r.draftPayout(ctx, q)
	if err != nil {
		return r.orReplay(ctx, tenant, q.Key, err)
	}
	t.d.History[0].Trail = identity.TrailOf(ctx)
	replaced := succeed(&t.d, q.replaces)
	d := t.d
	answer := q.Answer(d)
	err = lostTo(r.accept(ctx, t, append(replaced, store.Put{Record: disbursement.Encode(d)}, r.keep(tenant, q.Key, answer))), q.replaces)
	switch {
	case store.Lost(err, disbursement.Key(tenant, d.ID)) != "":
		err = fmt.Errorf("%w: merchant_payout_id %q belongs to %s", ErrMerchantRef, q.MerchantRef, d.ID)
	case store.IsConflict(err) && !errors.Is(err, ErrLimit) && !errors.Is(err, ErrReplaced):
		err = fmt.Errorf("%w: %v", ErrBusy, err)
	}
	if err != nil {
		return r.orReplay(ctx, tenant, q.Key, busy(err))
	}
	if d.State == disbursement.Queued {
		r.submit(ctx, disbursement.Key(tenant, d.ID))
	}
	return answer, nil
}

// draftPayout checks what needs no write. Errors: ErrStore, ErrNetwork, ErrCurrency, ErrRoute, ErrAmount, ErrLimit,
// ErrDetails.
func (r *Requester) draftPayout(ctx context.Context, q Payout) (plan, error) {
	var none plan
	shop, ok := q.Caller.Merchant.Store(q.Store)
	switch {
	case !ok:
		return none, fmt.Errorf("%w: %q", ErrStore, q.Store)
	case q.Network != shop.Network:
		return none, fmt.Errorf("%w: store %s works with %s", ErrNetwork, shop.ID, shop.Network)
	case q.Amount.Currency() != shop.Currency:
		return none, fmt.Errorf("%w: store %s works in %s", ErrCurrency, shop.ID, shop.Currency)
	}
	account, ok := shop.Account(q.Provider)
	if !ok {
		return none, fmt.Errorf("%w: store %s has no account on %q", ErrNetwork, shop.ID, q.Provider)
	}
	client, err := r.Clients.Client(ctx, account.Account)
	if err != nil {
		return none, err
	}
	profile := client.Profile()
	route := payoutRoute(profile)
	if !client.CanSubmit(disbursement.Payout, route) {
		return none, fmt.Errorf("%w: %s makes no payouts", ErrRoute, profile.Name)
	}
	if err := profile.Expresses(q.Amount); err != nil {
		return none, fmt.Errorf("%w: %v", ErrAmount, err)
	}
	if err := profile.Fits(q.Amount); err != nil {
		return none, fmt.Errorf("%w: %v", ErrLimit, err)
	}
	if err := cashable(q.Beneficiary); err != nil {
		return none, err
	}
	country, err := calendar.ByNetwork(q.Network)
	if err != nil {
		return none, fmt.Errorf("%w: %v", ErrNetwork, err)
	}
	now := r.Now()
	t := plan{shop: shop, d: disbursement.Disbursement{
		Tenant: q.Caller.Merchant.ID, ID: disbursement.PayoutID(q.Caller.Merchant.ID, unique(q.MerchantRef, now)), Kind: disbursement.Payout,
		Store: shop.ID, Network: q.Network, Provider: account.Provider, Account: account.Account, MerchantRef: q.MerchantRef,
		Amount: q.Amount, Route: route, RouteReason: "payouts of " + profile.Name, Reason: q.Purpose,
		Beneficiary: q.Beneficiary, RequestedBy: q.Caller.Key.Person, CreatedAt: now,
		AcceptedOn: calendar.On(now, country.Zone()),
	}}
	if waits := short(r.Funds.Short(ctx, client.Account(), q.Amount)); waits != "" {
		t.d.RouteReason += "; " + waits + ": it waits"
	}
	t.rules = q.Caller.Merchant.RulesOn(t.d.AcceptedOn)
	if p := t.rules.Payouts.Purposes; len(p) > 0 && !slices.Contains(p, q.Purpose) {
		return t, fmt.Errorf("%w: it must be one of %v", ErrPurpose, p)
	}
	t.d.Papers = q.Papers
	if err := r.screen(ctx, &t, q.Beneficiary); err != nil {
		return t, err
	}
	return t, r.decide(&t, q.Caller)
}

// payoutRoute is the road of a provider's payouts: a bank transfer where that is what it makes, else cash at a counter.
func payoutRoute(p provider.Profile) disbursement.Route {
	if slices.Contains(p.Routes, disbursement.BankTransfer) && !slices.Contains(p.Routes, disbursement.CashWithdrawal) {
		return disbursement.BankTransfer
	}
	return disbursement.CashWithdrawal
}
