package provider

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/mutant"
)

// handover is the adapter's method that gives a disbursement to the provider.
type handover func(context.Context, disbursement.Disbursement) (disbursement.Observation, error)

// road picks the method for a kind and a route; nil if the provider has none.
func (c *Client) road(kind disbursement.Kind, route disbursement.Route) handover {
	switch {
	case kind == disbursement.Payout && c.able.pay != nil:
		return c.able.pay.Pay
	case kind != disbursement.Refund:
		return nil
	case route == disbursement.Original && c.able.refund != nil:
		return c.able.refund.Refund
	case route == disbursement.CashWithdrawal && c.able.cash != nil:
		return c.able.cash.CashRefund
	case route == disbursement.BankTransfer && c.able.pay != nil:
		return c.able.pay.Pay
	}
	return nil
}

// Submit hands a disbursement over and says what the reply amounts to. It never fails: whatever is not proven is
// ClaimUnknown. The caller has written the attempt before, so that d.Attempts counts this one.
//
// What cannot be sent as it is (an amount that does not fit, details that are missing, a road the provider lacks)
// becomes ClaimDenied with the reason for which it must be held: sending it again would end the same way.
func (c *Client) Submit(ctx context.Context, d disbursement.Disbursement) disbursement.Observation {
	ctx, date := dating(ctx)
	o, err := c.handOver(ctx, d)
	switch {
	case err != nil:
		o = refusal(err)
	case !fate(o.Claim):
		o = disbursement.Observation{Claim: disbursement.ClaimUnknown, Note: "the reply says nothing of the disbursement"}
	}
	o.By, o.At = disbursement.ByReply, c.clock.Now()
	o.Attempt = len(d.Attempts)
	o.Evidence = "reply:" + strconv.Itoa(o.Attempt)
	o.Said = c.heard(o.Said)
	o.AsOf = date.asOf(o)
	return o
}

func (c *Client) handOver(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	if !c.account.Serves(d.Provider, d.Network) {
		return disbursement.Observation{}, &Error{Class: Denied, Note: Elsewhere}
	}
	road := c.road(d.Kind, d.Route)
	if road == nil {
		return disbursement.Observation{}, fmt.Errorf("%w: %s by %s", ErrUnsupported, d.Kind, d.Route)
	}
	if err := c.profile.Fits(d.Amount); err != nil {
		return disbursement.Observation{}, err
	}
	if err := c.Missing(d.Kind, d.Route, d.Beneficiary).err(c.profile.Name); err != nil {
		return disbursement.Observation{}, err
	}
	if (mutant.On("key-per-attempt") || mutant.On("delete-on-error")) && len(d.Attempts) > 1 {
		d.ID += "-" + strconv.Itoa(len(d.Attempts))
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := road(ctx, d)
	c.tallies.count(Handing(d.Kind, d.Route), err)
	return o, err
}

// refusal turns a failed call into the claim it proves.
func refusal(err error) disbursement.Observation {
	o := disbursement.Observation{Claim: disbursement.ClaimUnknown, Note: "nothing is proven about the call"}
	switch {
	case errors.Is(err, ErrUnsupported):
		return denied(disbursement.HoldManual, err)
	case errors.Is(err, ErrDetails):
		return denied(disbursement.HoldDetails, err)
	case errors.Is(err, ErrDoesNotFit):
		return denied(disbursement.HoldUnreadable, err)
	}
	var e *Error
	if !errors.As(err, &e) {
		return o
	}
	o.Code, o.Note, o.Said = e.Code, e.Note, e.Said
	switch e.Class {
	case NotSent, Limited:
		o.Claim = disbursement.ClaimNotApplied
	case Short:
		o.Claim = disbursement.ClaimShort
	case Rejected:
		o.Claim = disbursement.ClaimRejected
	case Denied:
		o.Claim, o.HoldReason = disbursement.ClaimDenied, disbursement.HoldDenied
	}
	return o
}

func denied(reason string, err error) disbursement.Observation {
	return disbursement.Observation{Claim: disbursement.ClaimDenied, HoldReason: reason, Note: err.Error()}
}

// fate says the claim is one that a provider's answer about a disbursement may make.
func fate(c disbursement.Claim) bool {
	switch c {
	case disbursement.ClaimAccepted, disbursement.ClaimCollectable, disbursement.ClaimPaid, disbursement.ClaimRejected,
		disbursement.ClaimVoided, disbursement.ClaimReturned:
		return true
	}
	return false
}
