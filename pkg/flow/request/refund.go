package request

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/payment"
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
	Papers              []disbursement.Paper
	Deadline            calendar.Date // of a selling platform: by when the buyer must have it; zero = none
	Beneficiary         identity.Person
	// Answer renders what the caller gets; it is kept with the refund, in the same commit.
	Answer func(disbursement.Disbursement) Answer

	replaces *disbursement.Disbursement // the void one whose place it takes
	settles  *payment.Payment           // whose unusual situation it settles, as it was read
}

// Refund accepts a refund: the refund, its reservation on the payment, its share of the day's limit and the answer are one
// commit. Errors: the sentinels of this package.
func (r *Requester) Refund(ctx context.Context, q Refund) (Answer, error) {
	tenant := q.Caller.Merchant.ID
	p, err := r.paymentOf(ctx, q)
	if err != nil {
		return r.orReplay(ctx, tenant, q.Key, err)
	}
	if err := resettles(&q, &p); err != nil {
		return r.orReplay(ctx, tenant, q.Key, err)
	}
	t, err := r.draft(ctx, q, p)
	if err != nil {
		return r.orReplay(ctx, tenant, q.Key, err)
	}
	t.d.History[0].Trail = identity.TrailOf(ctx)
	replaced := succeed(&t.d, q.replaces)
	d := t.d
	answer := q.Answer(d)
	fixed := []store.Write{
		store.Put{Record: disbursement.Encode(d)},
		reserve(d, q.settles, r.Now()),
		r.keep(tenant, q.Key, answer),
	}
	if err := r.accept(ctx, t, append(fixed, replaced...)); err != nil {
		return r.orReplay(ctx, tenant, q.Key, r.explain(lostTo(err, q.replaces), q, p, d))
	}
	if d.State == disbursement.Queued {
		r.submit(ctx, disbursement.Key(tenant, d.ID))
	}
	return answer, nil
}

// accept commits a new disbursement together with its share of the day's sums.
func (r *Requester) accept(ctx context.Context, t plan, fixed []store.Write) error {
	s := r.share(t.d.Tenant, t.d.Store, t.d.AcceptedOn, t.d.Amount.Minor(), t.caps)
	return s.commit(ctx, func(shares []store.Write) error { return r.Store.Commit(ctx, slices.Concat(shares, fixed, t.more)...) })
}

// explain says which decision a lost commit amounts to.
func (r *Requester) explain(err error, q Refund, p payment.Payment, d disbursement.Disbursement) error {
	switch {
	case store.Lost(err, disbursement.Key(d.Tenant, d.ID)) != "":
		return fmt.Errorf("%w: merchant_refund_id %q belongs to %s", ErrMerchantRef, q.MerchantRef, d.ID)
	case store.Lost(err, payment.Key(d.Tenant, p.ID)) == store.Short:
		return fmt.Errorf("%w: %s asked of payment %s", ErrExceeds, q.Amount, p.ID)
	case errors.Is(err, ErrReplaced):
		return err
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

// plan is a refund as it would be accepted, with what was decided about it.
type plan struct {
	d        disbursement.Disbursement
	payment  payment.Payment
	shop     merchant.Store
	rules    merchant.Rules
	choice   disbursement.Choice
	caps     []merchant.Cap
	counted  bool          // in the sums of the person already
	approval string        // why somebody must agree
	more     []store.Write // what goes along with the acceptance
}

// draft builds the refund after every check that needs no write. What was found of the roads comes with a refusal too.
func (r *Requester) draft(ctx context.Context, q Refund, p payment.Payment) (plan, error) {
	t := plan{payment: p}
	country, err := calendar.ByNetwork(p.Network)
	if err != nil {
		return t, err
	}
	now, zone := r.Now(), country.Zone()
	today := calendar.On(now, zone)
	t.rules = q.Caller.Merchant.RulesOn(today)
	var ok bool
	if t.shop, ok = q.Caller.Merchant.Store(p.Store); !ok {
		return t, fmt.Errorf("%w: %s", ErrStore, p.Store)
	}
	if p.State != payment.Paid {
		return t, fmt.Errorf("%w: payment %s is %s", ErrNotPaid, p.ID, p.State)
	}
	fx, err := r.exchange(ctx, &q, p, t.rules.FX.Bears, today, calendar.On(p.PaidAt(), zone))
	if err != nil {
		return t, err
	}
	if q.replaces != nil {
		fx = q.replaces.FX // the same amount at the rate that was fixed
	}
	if err := within(q.Amount, p); err != nil {
		return t, err
	}
	who := q.Beneficiary
	if who.IsZero() {
		who = p.Payer
	}
	t.choice, err = r.choose(ctx, q, p, trip{shop: t.shop, rules: t.rules, country: country, amount: q.Amount,
		paid: calendar.On(p.PaidAt(), zone), today: today, who: who})
	if err == nil && t.choice.Refused != nil {
		err = refusal(*t.choice.Refused)
	}
	if err != nil {
		return t, err
	}
	road := t.choice.Road
	t.d = disbursement.Disbursement{
		Tenant: p.Tenant, ID: disbursement.RefundID(p.Tenant, unique(q.MerchantRef, now)), Kind: disbursement.Refund, Store: p.Store,
		Network: p.Network, Provider: road.Provider, Account: road.Account, MerchantRef: q.MerchantRef, Payment: p.ID,
		Order: p.Order, Amount: q.Amount, Route: road.Route, RouteReason: t.choice.Reason, Reason: q.Reason, ReasonText: q.ReasonText,
		Beneficiary: q.Beneficiary, OriginalTransaction: p.TransactionID(), OriginalReference: p.Voucher.Code,
		RequestedBy: q.Caller.Key.Person, CreatedAt: now, AcceptedOn: today, Papers: q.Papers, FX: fx, Settles: q.settles != nil,
	}
	t.promise(q)
	if q.OriginalTransaction != "" {
		t.d.OriginalTransaction = q.OriginalTransaction
	}
	if road.Route != disbursement.Original {
		t.d.Beneficiary = who
	}
	if err := r.screen(ctx, &t, who); err != nil {
		return t, err
	}
	return t, r.decide(&t, q.Caller)
}

// promise notes what was asked for by name, and by when the buyer is to have it, where that is not what is ordinary.
func (t *plan) promise(q Refund) {
	if q.Route != "" {
		t.d.RouteReason = "asked for"
	}
	if q.replaces != nil && q.Deadline.IsZero() {
		q.Deadline = q.replaces.Deadline
	}
	t.d.Deadline = q.Deadline
	if by := t.choice.Road.Arrives; by != t.d.ExpectedBy() {
		t.d.Expected = by
	}
}

// within checks an amount against what was paid. Errors: ErrAmount, ErrExceeds.
func within(amount money.Amount, p payment.Payment) error {
	switch {
	case amount.Sign() <= 0:
		return fmt.Errorf("%w: %s", ErrAmount, amount)
	case amount.Minor() > p.PaidMinor():
		return fmt.Errorf("%w: %s was paid", ErrExceeds, money.New(p.PaidMinor(), p.Amount.Currency()))
	}
	return nil
}

// decide holds a draft against the merchant's rules about amounts and people, and puts it into its first state. Error: ErrLimit.
func (r *Requester) decide(t *plan, c Caller) error {
	d := t.d
	if most := t.rules.SingleLimit(d.Store, d.Account, d.Amount.Currency()); most > 0 && d.Amount.Minor() > most {
		return fmt.Errorf("%w: one may be at most %s", ErrLimit, money.New(most, d.Amount.Currency()))
	}
	t.caps = t.rules.Caps(t.shop, d.Account, d.RequestedBy, d.Amount.Currency(), d.AcceptedOn)
	role, why := t.rules.Needs(t.shop, d.Account, c.Key.Role, d.Amount)
	d.NeedsRole, t.approval = string(role), why
	d.AskUntil = askUntil(t.rules, d.NeedsRole, d.CreatedAt)
	t.d = d.Open(t.choice.Hold, t.choice.Wants)
	t.d.History[0].Role = string(c.Key.Role)
	return nil
}

// askUntil is when a request for approval that is made now lapses; zero if it waits, or nobody need agree.
func askUntil(rules merchant.Rules, role string, now time.Time) time.Time {
	if role == "" || rules.Approval.ExpiresHours <= 0 {
		return time.Time{}
	}
	return now.Add(time.Duration(rules.Approval.ExpiresHours) * time.Hour)
}

// unique is what makes a merchant's own id its own for ever. The mutant remembers it for a day.
func unique(ref string, now time.Time) string {
	if mutant.On("ttl-unique") {
		return ref + now.Format(time.DateOnly)
	}
	return ref
}
