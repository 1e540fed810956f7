package request

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/store"
)

// Find reads a disbursement of the caller. Error: ErrNotFound.
func (r *Requester) Find(ctx context.Context, c Caller, kind disbursement.Kind, id string) (disbursement.Disbursement, error) {
	record, err := r.Store.Get(ctx, disbursement.Key(c.Merchant.ID, id))
	if err != nil {
		return disbursement.Disbursement{}, notFound(err, string(kind))
	}
	d, err := disbursement.Decode(record)
	if err == nil && d.Kind != kind {
		return d, fmt.Errorf("%w: no such %s", ErrNotFound, kind)
	}
	return d, err
}

// Cancel stops a disbursement that no provider has: never sent, or proven not applied, held or not. Asking again for what is cancelled already succeeds.
// Errors: ErrNotFound, ErrCannotBeStopped.
func (r *Requester) Cancel(ctx context.Context, c Caller, kind disbursement.Kind, id string) (disbursement.Disbursement, error) {
	d, err := r.Find(ctx, c, kind, id)
	if err != nil || d.State == disbursement.Cancelled {
		return d, err
	}
	return r.move(ctx, d, disbursement.Observation{Claim: disbursement.ClaimCancel, By: c.Key.Person, Role: string(c.Key.Role), Note: "cancelled on request"},
		cancellable(d)...)
}

func cancellable(d disbursement.Disbursement) []disbursement.State {
	states := []disbursement.State{disbursement.AwaitingApproval, disbursement.Queued}
	if d.Unsent() {
		states = append(states, disbursement.Held)
	}
	if mutant.On("cancel-sent") {
		states = append(states, disbursement.Submitting, disbursement.Accepted)
	}
	return states
}

// Approve lets a disbursement go. Whoever asked for it cannot, nor can who had the link over which the buyer's details came, nor a
// role below the one it needs. What was seen is the
// fingerprint that the approver looked at, if they say it. The rules of today hold: an amount that today's limits no longer
// allow is refused, and on a later day than that of the request the day's sums are taken from in the same commit. Errors:
// ErrNotFound, ErrSamePerson, ErrApproverRole, ErrChanged, ErrLimit, ErrState.
func (r *Requester) Approve(ctx context.Context, c Caller, kind disbursement.Kind, id, seen string) (disbursement.Disbursement, error) {
	d, err := r.Find(ctx, c, kind, id)
	if err != nil {
		return d, err
	}
	if d.RequestedBy == c.Key.Person && !mutant.On("self-approval") {
		return d, fmt.Errorf("%w: %s asked for it", ErrSamePerson, d.RequestedBy)
	}
	if d.MayHaveTold(c.Key.Person) {
		return d, fmt.Errorf("%w: %s had the link over which the beneficiary's details came", ErrSamePerson, c.Key.Person)
	}
	if agreed(d, c.Key.Person) {
		return d, nil // a double click
	}
	if needed := merchant.Role(d.NeedsRole); !c.Key.Role.Covers(needed) {
		return d, fmt.Errorf("%w: %s", ErrApproverRole, needed)
	}
	d, err = r.approve(ctx, c, d, disbursement.Observation{Claim: disbursement.ClaimApprove, By: c.Key.Person, Role: string(c.Key.Role), Note: "approved", Proof: seen})
	if err == nil && d.State == disbursement.Queued {
		r.submit(ctx, disbursement.Key(d.Tenant, d.ID))
	}
	return d, err
}

// approve folds an approval together with what it takes of the day's sums.
func (r *Requester) approve(ctx context.Context, c Caller, d disbursement.Disbursement, o disbursement.Observation) (disbursement.Disbursement, error) {
	shop, ok := c.Merchant.Store(d.Store)
	if !ok {
		return d, fmt.Errorf("%w: %s", ErrStore, d.Store)
	}
	today := Today(r.Now())
	rules := c.Merchant.RulesOn(today)
	if most := rules.SingleLimit(d.Store, d.Account, d.Amount.Currency()); most > 0 && d.Amount.Minor() > most {
		return d, fmt.Errorf("%w: one may be at most %s", ErrLimit, money.New(most, d.Amount.Currency()))
	}
	var caps []merchant.Cap
	if d.State == disbursement.AwaitingApproval && d.AcceptedOn.Before(today) {
		caps = rules.Caps(shop, d.Account, d.RequestedBy, d.Amount.Currency(), today)
	}
	after := d
	err := r.share(d.Tenant, d.Store, today, d.Amount.Minor(), caps).commit(ctx, func(shares []store.Write) (err error) {
		after, err = r.moveWith(ctx, d, o, shares, disbursement.AwaitingApproval)
		return err
	})
	return after, err
}

// Reject stops a disbursement that waits for approval. Errors: ErrNotFound, ErrState.
func (r *Requester) Reject(ctx context.Context, c Caller, kind disbursement.Kind, id, why string) (disbursement.Disbursement, error) {
	d, err := r.Find(ctx, c, kind, id)
	if err != nil || d.State == disbursement.Cancelled {
		return d, err
	}
	return r.move(ctx, d, disbursement.Observation{Claim: disbursement.ClaimCancel, By: c.Key.Person, Role: string(c.Key.Role), Note: "approval refused: " + why},
		disbursement.AwaitingApproval)
}

// move folds a person's move, allowed in some states only.
func (r *Requester) move(ctx context.Context, d disbursement.Disbursement, o disbursement.Observation, from ...disbursement.State) (disbursement.Disbursement, error) {
	return r.moveWith(ctx, d, o, nil, from...)
}

// moveWith is move with more writes in the same commit.
func (r *Requester) moveWith(ctx context.Context, d disbursement.Disbursement, o disbursement.Observation, more []store.Write, from ...disbursement.State) (disbursement.Disbursement, error) {
	allowed := false
	for _, s := range from {
		allowed = allowed || d.State == s
	}
	if mutant.On("late-approval") && o.Claim == disbursement.ClaimApprove {
		allowed = true
	}
	if !allowed {
		if o.Claim == disbursement.ClaimCancel && d.State != disbursement.AwaitingApproval {
			return d, fmt.Errorf("%w: it is %s", ErrCannotBeStopped, d.State)
		}
		return d, fmt.Errorf("%w: it is %s", ErrState, d.State)
	}
	o.At, o.Evidence = r.Now(), string(o.Claim)+":"+o.By
	if round := d.Round(); round > 1 {
		o.Evidence += ":" + strconv.Itoa(round)
	}
	after, t, err := r.Observer.DisbursementWith(ctx, disbursement.Key(d.Tenant, d.ID), o, more...)
	switch {
	case errors.Is(err, disbursement.ErrSecondPerson):
		return after, fmt.Errorf("%w: %s asked for it", ErrSamePerson, d.RequestedBy)
	case errors.Is(err, disbursement.ErrDiffers):
		return after, fmt.Errorf("%w: look at it again", ErrChanged)
	case errors.Is(err, disbursement.ErrNotAllowed):
		return after, fmt.Errorf("%w: it is %s", ErrState, after.State)
	case errors.Is(err, store.ErrNotFound):
		return after, ErrNotFound
	case err == nil && !t.Moved && clicked(after, o):
		return after, nil // a double click, at the same moment
	case err == nil && !t.Moved:
		return after, fmt.Errorf("%w: it is %s", ErrState, after.State)
	}
	return after, busy(err)
}

// clicked says that a disbursement is already what a person's move makes of it, by the same person.
func clicked(d disbursement.Disbursement, o disbursement.Observation) bool {
	switch o.Claim {
	case disbursement.ClaimCancel:
		return d.State == disbursement.Cancelled
	case disbursement.ClaimApprove:
		return agreed(d, o.By)
	}
	return false
}

// agreed says that a person's approval holds: of what was stopped after it, it does not.
func agreed(d disbursement.Disbursement, person string) bool {
	return d.State != disbursement.AwaitingApproval && d.State != disbursement.Cancelled && d.ApprovedBy == person
}
