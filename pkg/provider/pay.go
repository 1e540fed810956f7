package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
)

// CreatePayment asks for a voucher. Errors: ErrUnsupported, ErrDoesNotFit and ErrDetails are proven not sent; of the rest
// ClassOf tells what is proven.
func (c *Client) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	if c.able.create == nil {
		return payment.Observation{}, fmt.Errorf("%w: vouchers", ErrUnsupported)
	}
	if err := c.profile.Collects(p.Amount); err != nil {
		return payment.Observation{}, err
	}
	return c.aboutPayment(ctx, p, byReply, c.able.create.CreatePayment)
}

// ReadPayment asks how a payment stands. Errors: ErrUnsupported, ErrNoSuchPayment, *Error.
func (c *Client) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	if c.able.read == nil {
		return payment.Observation{}, fmt.Errorf("%w: asking for a payment", ErrUnsupported)
	}
	o, err := c.aboutPayment(ctx, p, byPoll, c.able.read.ReadPayment)
	if c.account.Serves(p.Provider, p.Network) {
		c.tallies.count(CanReadPayment, err)
	}
	return o, err
}

// CancelPayment withdraws an unpaid voucher. Errors: ErrUnsupported, ErrNoSuchPayment, *Error.
func (c *Client) CancelPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	if c.able.cancel == nil {
		return payment.Observation{}, fmt.Errorf("%w: cancelling a voucher", ErrUnsupported)
	}
	return c.aboutPayment(ctx, p, byPoll, c.able.cancel.CancelPayment)
}

// ExtendPayment gives a voucher another deadline, which also revives an expired one. Errors: ErrUnsupported, *Error.
func (c *Client) ExtendPayment(ctx context.Context, p payment.Payment, until time.Time) (payment.Observation, error) {
	if c.able.extend == nil {
		return payment.Observation{}, fmt.Errorf("%w: extending a voucher", ErrUnsupported)
	}
	return c.aboutPayment(ctx, p, byReply,
		func(ctx context.Context, p payment.Payment) (payment.Observation, error) {
			return c.able.extend.ExtendPayment(ctx, p, until)
		})
}

// byReply marks the reply to a call of ours that changes something.
const byReply = "reply"

func (c *Client) aboutPayment(ctx context.Context, p payment.Payment, by string,
	ask func(context.Context, payment.Payment) (payment.Observation, error)) (payment.Observation, error) {
	if !c.account.Serves(p.Provider, p.Network) {
		return payment.Observation{}, &Error{Class: NotSent, Note: Elsewhere}
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := ask(ctx, p)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			e.Said = identity.Sensitive(p.Payer.Hide(c.heard(e.Said).Reveal()))
		}
		return payment.Observation{}, err
	}
	if o.Currency != "" && money.Currency(o.Currency) != p.Amount.Currency() {
		return payment.Observation{}, &Error{Class: Unknown, Note: "the answer speaks of another currency"}
	}
	o.By, o.At, o.Said = by, c.clock.Now(), c.heard(o.Said)
	return o, nil
}
