package poll

import (
	"context"
	"errors"

	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// payment asks about a voucher whose callback may have been lost, and closes it when its time is over. A provider that
// cannot be asked is believed by the clock.
func (p *Poller) payment(ctx context.Context, key store.Key) error {
	record, err := p.Store.Get(ctx, key)
	if err != nil {
		return err
	}
	pay, err := payment.Decode(record)
	now := p.Now()
	if err != nil || pay.Due.IsZero() || now.Before(pay.Due) {
		return err
	}
	client, err := p.Clients.Client(ctx, pay.Account)
	if err != nil {
		if errors.Is(err, store.ErrBusy) {
			return err
		}
		return errors.Join(err, p.payAgain(ctx, pay.Awaiting(now.Add(Closed))))
	}
	pass := p.Breaker.Admit(ctx, client, provider.CanReadPayment)
	if !pass.Until.IsZero() {
		return p.payAgain(ctx, pay.Awaiting(pass.Until))
	}
	defer p.Breaker.Heard(ctx, client, provider.CanReadPayment, pass)
	closing := !now.Before(pay.Deadline().Add(payment.ExpiryGrace))
	seen, err := client.ReadPayment(ctx, pay)
	switch {
	case errors.Is(err, provider.ErrUnsupported), errors.Is(err, provider.ErrNoSuchPayment):
		seen = payment.Observation{Claim: payment.ClaimPending, At: now}
	case err != nil:
		p.Log.WarnContext(ctx, "payment not answered", "payment", pay.ID, "error", err)
		return p.payAgain(ctx, pay.Asked(now))
	}
	if closing && seen.Claim == payment.ClaimPending {
		seen = payment.Observation{Claim: payment.ClaimExpired, By: "sweep", Evidence: "expired", At: now}
	}
	_, t, err := p.Observer.PaymentFrom(ctx, pay, seen)
	if err != nil || t.Changed {
		return err
	}
	return p.payAgain(ctx, pay.Asked(now))
}

func (p *Poller) payAgain(ctx context.Context, pay payment.Payment) error {
	err := p.Store.Commit(ctx, store.Put{Record: payment.Encode(pay)})
	if store.IsConflict(err) {
		return nil
	}
	return err
}
