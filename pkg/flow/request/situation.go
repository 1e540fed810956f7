package request

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// Revive settles an unusual payment by going on with the order as the cash came. Asking again for what is settled so
// succeeds. Errors: ErrNotFound, ErrSettled, ErrState, ErrBusy.
func (r *Requester) Revive(ctx context.Context, c Caller, id string) (payment.Payment, error) {
	p, err := r.FindPayment(ctx, c, id)
	switch {
	case err != nil:
		return p, err
	case !p.Open() && p.Handled.What == payment.Revive:
		return p, nil
	case p.Situation() == payment.Usual:
		return p, fmt.Errorf("%w: nothing about the payment is unusual", ErrState)
	case !p.Open():
		return p, fmt.Errorf("%w: by %s", ErrSettled, p.Handled.By)
	}
	p = p.Settle(payment.Revive, c.Key.Person, string(c.Key.Role), identity.TrailOf(ctx), r.Now())
	if err := r.Store.Commit(ctx, store.Put{Record: payment.Encode(p)}); err != nil {
		if store.IsConflict(err) {
			return p, fmt.Errorf("%w: it moved meanwhile", ErrBusy)
		}
		return p, busy(err)
	}
	p.Version++
	return p, nil
}

// GiveBack settles an unusual payment by the refund that its proposal names: what is too much, or all of what came too late
// or too little. Payment and refund are one commit, so that it is settled once. Errors: those of Refund, ErrSettled.
func (r *Requester) GiveBack(ctx context.Context, c Caller, key Key, id string, papers []disbursement.Paper, answer func(disbursement.Disbursement) Answer) (Answer, error) {
	tenant := c.Merchant.ID
	p, err := r.FindPayment(ctx, c, id)
	if err != nil {
		return Answer{}, err
	}
	amount, again := min(p.Excess(), p.Free), ""
	if len(p.Voided) > 0 {
		again = fmt.Sprintf("/%d", len(p.Voided))
	}
	switch {
	case p.Situation() == payment.Usual:
		err = fmt.Errorf("%w: nothing about the payment is unusual", ErrState)
	case !p.Open():
		err = fmt.Errorf("%w: by %s", ErrSettled, p.Handled.By)
	case amount <= 0:
		err = fmt.Errorf("%w: nothing is left of it", ErrExceeds)
	}
	if err == nil {
		err = r.void(ctx, c, p)
	}
	if err != nil {
		return r.orReplay(ctx, tenant, key, err)
	}
	reasons := map[payment.Situation]string{payment.PaidLate: "expired_voucher_paid", payment.PaidTwice: "duplicate_payment",
		payment.Overpaid: "overpayment", payment.Underpaid: "wrong_amount"}
	return r.Refund(ctx, Refund{Caller: c, Key: key, Payment: p.ID, Amount: money.New(amount, p.Amount.Currency()),
		Reason: reasons[p.Situation()], MerchantRef: fmt.Sprintf("%s/%d%s", p.ID, len(p.Receipts), again), Papers: papers, Answer: answer, settles: &p})
}

// void says that a refund that was to settle the situation before holds nothing now: a provider may have paid it after all,
// or a new code may have taken its place. The payment's version guards what is read here. Error: ErrSettled.
func (r *Requester) void(ctx context.Context, c Caller, p payment.Payment) error {
	if !slices.Contains(p.Voided, p.Handled.Refund) {
		return nil
	}
	old, err := r.Find(ctx, c, disbursement.Refund, p.Handled.Refund)
	if err == nil && (old.Reserves() > 0 || old.Overdrawn || old.ReplacedBy != "") {
		err = fmt.Errorf("%w: by %s, which is %s", ErrSettled, old.ID, old.State)
	}
	return err
}

// resettles says that a new code for a refund that settled a situation settles it in its place. Error: ErrSettled.
func resettles(q *Refund, p *payment.Payment) error {
	if q.replaces == nil || !q.replaces.Settles {
		return nil
	}
	if !p.Open() || p.Handled.Refund != q.replaces.ID {
		return fmt.Errorf("%w: by %s", ErrSettled, p.Handled.By)
	}
	q.settles = p
	return nil
}

// reserve is the write by which a refund takes its share of the payment. One that settles a situation replaces the payment
// as it was read: whoever settled it otherwise meanwhile was first.
func reserve(d disbursement.Disbursement, settles *payment.Payment, now time.Time) store.Write {
	if settles == nil {
		return store.Take{Key: payment.Key(d.Tenant, d.Payment), Amount: d.Amount.Minor(), Tag: d.ID}
	}
	p := settles.Settle(payment.GiveBack, d.RequestedBy, d.History[0].Role, d.History[0].Trail, now)
	p.Handled.Refund = d.ID
	p.Free -= d.Amount.Minor()
	p.Refunds = append(slices.Clone(p.Refunds), d.ID)
	slices.Sort(p.Refunds)
	return store.Put{Record: payment.Encode(p)}
}
