package request

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// Refund is what a merchant asks.
type Refund struct {
	Caller              Caller
	Key                 Key
	Payment             string // pay_…, or else Provider and OriginalTransaction
	Provider            string
	OriginalTransaction string
	Order               string // optional: must agree with the payment's
	Amount              money.Amount
	Reason, ReasonText  string
	MerchantRef         string
	Route               disbursement.Route // empty = the rules choose
	Beneficiary         identity.Person
	// Answer renders what the caller gets; it is kept with the refund, in the same commit.
	Answer func(disbursement.Disbursement) Answer
}

// Refund accepts a refund: the refund, its reservation on the payment, its share of the day's limit and the answer are one
// commit. Errors: the sentinels of this package.
func (r *Requester) Refund(ctx context.Context, q Refund) (Answer, error) {
	tenant := q.Caller.Merchant.ID
	p, err := r.paymentOf(ctx, q)
	if err != nil {
		return r.orReplay(ctx, tenant, q.Key, err)
	}
	d, shop, err := r.draft(ctx, q, p)
	if err != nil {
		return r.orReplay(ctx, tenant, q.Key, err)
	}
	answer := q.Answer(d)
	fixed := []store.Write{
		store.Put{Record: disbursement.Encode(d)},
		store.Take{Key: payment.Key(tenant, p.ID), Amount: d.Amount.Minor(), Tag: d.ID},
		r.keep(tenant, q.Key, answer),
	}
	if err := r.accept(ctx, d, shop, fixed); err != nil {
		return r.orReplay(ctx, tenant, q.Key, r.explain(err, q, p, d))
	}
	if d.State == disbursement.Queued {
		r.submit(ctx, disbursement.Key(tenant, d.ID))
	}
	return answer, nil
}

// accept commits a new disbursement together with its share of the daily limit.
func (r *Requester) accept(ctx context.Context, d disbursement.Disbursement, shop merchant.Store, fixed []store.Write) error {
	limit := r.daily(d.Tenant, shop, d.AcceptedOn, d.Amount.Minor())
	for try := 0; ; try++ {
		err := r.Store.Commit(ctx, append(limit, fixed...)...)
		var conflict *store.ConflictError
		if !errors.As(err, &conflict) || try == quotas {
			return err
		}
		for _, l := range conflict.Losers {
			if l.Key.SK != "quota" {
				return err // the request itself was refused: the limit is beside the point
			}
		}
		if conflict.Losers[0].Reason == store.Absent {
			err = r.open(ctx, d.Tenant, shop, d.AcceptedOn)
		} else {
			limit, err = r.spread(ctx, d.Tenant, shop, d.AcceptedOn, d.Amount.Minor())
		}
		if err != nil {
			return err
		}
	}
}

// explain says which decision a lost commit amounts to.
func (r *Requester) explain(err error, q Refund, p payment.Payment, d disbursement.Disbursement) error {
	switch {
	case store.Lost(err, disbursement.Key(d.Tenant, d.ID)) != "":
		return fmt.Errorf("%w: merchant_refund_id %q belongs to %s", ErrMerchantRef, q.MerchantRef, d.ID)
	case store.Lost(err, payment.Key(d.Tenant, p.ID)) == store.Short:
		return fmt.Errorf("%w: %s asked of payment %s", ErrExceeds, q.Amount, p.ID)
	case store.IsConflict(err) && !errors.Is(err, ErrLimit):
		return fmt.Errorf("%w: %v", ErrBusy, err)
	}
	return busy(err)
}

// paymentOf finds the payment that a refund names. Errors: ErrNotFound, ErrOrderMismatch.
func (r *Requester) paymentOf(ctx context.Context, q Refund) (payment.Payment, error) {
	tenant, id := q.Caller.Merchant.ID, q.Payment
	if id == "" {
		var err error
		if id, err = r.byTransaction(ctx, q.Caller.Merchant, q.Provider, q.OriginalTransaction); err != nil {
			return payment.Payment{}, err
		}
	}
	record, err := r.Store.Get(ctx, payment.Key(tenant, id))
	if err != nil {
		return payment.Payment{}, notFound(err, "payment")
	}
	p, err := payment.Decode(record)
	if err != nil {
		return payment.Payment{}, err
	}
	switch {
	case q.Order != "" && q.Order != p.Order:
		return p, fmt.Errorf("%w: payment %s is of another order", ErrOrderMismatch, p.ID)
	case q.OriginalTransaction != "" && !p.HasTransaction(q.OriginalTransaction):
		return p, fmt.Errorf("%w: payment %s has another transaction", ErrOrderMismatch, p.ID)
	}
	return p, nil
}

func (r *Requester) byTransaction(ctx context.Context, m merchant.Merchant, providerName, transaction string) (string, error) {
	for _, shop := range m.Stores {
		for _, a := range shop.Accounts {
			if a.Provider != providerName {
				continue
			}
			record, err := r.Store.Get(ctx, payment.TransactionKey(m.ID, a.Account, transaction))
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return "", err
			}
			return payment.DecodePointer(record), nil
		}
	}
	return "", fmt.Errorf("%w: no payment with this transaction", ErrNotFound)
}

// draft builds the refund after every check that needs no write.
func (r *Requester) draft(ctx context.Context, q Refund, p payment.Payment) (disbursement.Disbursement, merchant.Store, error) {
	none := disbursement.Disbursement{}
	shop, ok := q.Caller.Merchant.Store(p.Store)
	switch {
	case !ok:
		return none, shop, fmt.Errorf("%w: %s", ErrStore, p.Store)
	case p.State != payment.Paid:
		return none, shop, fmt.Errorf("%w: payment %s is %s", ErrNotPaid, p.ID, p.State)
	case q.Amount.Currency() != p.Amount.Currency():
		return none, shop, fmt.Errorf("%w: the payment is in %s", ErrCurrency, p.Amount.Currency())
	case q.Amount.Minor() > p.PaidMinor():
		return none, shop, fmt.Errorf("%w: %s was paid", ErrExceeds, money.New(p.PaidMinor(), p.Amount.Currency()))
	}
	client, err := r.Clients.Client(ctx, p.Account)
	if err != nil {
		return none, shop, err
	}
	now := r.Now()
	country, err := calendar.ByNetwork(p.Network)
	if err != nil {
		return none, shop, err
	}
	zone := country.Zone()
	today := calendar.On(now, zone)
	route, why, err := choose(q.Route, q.Amount, q.Amount.Minor() < p.PaidMinor(), client, shop, calendar.On(p.PaidAt(), zone), today)
	if err != nil {
		return none, shop, err
	}
	d := disbursement.Disbursement{
		Tenant: p.Tenant, ID: disbursement.RefundID(p.Tenant, q.MerchantRef), Kind: disbursement.Refund, Store: p.Store,
		Network: p.Network, Provider: p.Provider, Account: p.Account, MerchantRef: q.MerchantRef, Payment: p.ID,
		Order: p.Order, Amount: q.Amount, Route: route, RouteReason: why, Reason: q.Reason, ReasonText: q.ReasonText,
		Beneficiary: q.Beneficiary, OriginalTransaction: p.TransactionID(), OriginalReference: p.Voucher.Code,
		RequestedBy: q.Caller.Key.Person, CreatedAt: now, AcceptedOn: today,
	}
	if q.OriginalTransaction != "" {
		d.OriginalTransaction = q.OriginalTransaction
	}
	if d.Beneficiary.IsZero() && route != disbursement.Original {
		d.Beneficiary = p.Payer
	}
	if route == disbursement.CashWithdrawal {
		if err := cashable(d.Beneficiary); err != nil {
			return none, shop, err
		}
	}
	return d.Open(shop.Limits.WithoutApproval), shop, nil
}

// choose picks the road of a refund: the asked one if it is open, or the first open one in the order original route, cash
// withdrawal, bank transfer. Errors: ErrRoute, ErrWindow, ErrLimit, ErrAmount.
func choose(asked disbursement.Route, amount money.Amount, part bool, client *provider.Client, shop merchant.Store, paid, today calendar.Date) (disbursement.Route, string, error) {
	profile := client.Profile()
	candidates := []disbursement.Route{disbursement.Original, disbursement.CashWithdrawal}
	if asked != "" {
		candidates = []disbursement.Route{asked}
	}
	var passed []string
	refusal := fmt.Errorf("%w: %s does not offer it for this payment", ErrRoute, profile.Name)
	for _, route := range candidates {
		if !client.CanSubmit(disbursement.Refund, route) {
			passed = append(passed, fmt.Sprintf("%s does not offer %s", profile.Name, route))
			continue
		}
		err := open(route, amount, profile, shop, paid, today)
		if err == nil && part && route == disbursement.Original && !profile.PartialOK {
			err = fmt.Errorf("%w: %s gives back whole payments only", ErrRoute, profile.Name)
		}
		if err != nil {
			refusal = err
			passed = append(passed, fmt.Sprintf("%s is closed", route))
			continue
		}
		if asked != "" {
			return route, "asked for", nil
		}
		return route, strings.Join(append(passed, "first open road of "+profile.Name), "; "), nil
	}
	return "", "", refusal
}

// open says whether a road may be taken, by the window, the provider's limits and the store's.
func open(route disbursement.Route, amount money.Amount, profile provider.Profile, shop merchant.Store, paid, today calendar.Date) error {
	if profile.RefundWindow > 0 && paid.AddDays(profile.RefundWindow).Before(today) {
		return fmt.Errorf("%w: %s takes refunds until %s", ErrWindow, profile.Name, paid.AddDays(profile.RefundWindow))
	}
	if route == disbursement.CashWithdrawal && amount.Minor() < shop.Limits.CashMinimum {
		return fmt.Errorf("%w: a cash withdrawal is at least %s", ErrLimit, money.New(shop.Limits.CashMinimum, amount.Currency()))
	}
	if err := profile.Expresses(amount); err != nil {
		return fmt.Errorf("%w: %v", ErrAmount, err)
	}
	if err := profile.Fits(amount); err != nil {
		return fmt.Errorf("%w: %v", ErrLimit, err)
	}
	return nil
}
