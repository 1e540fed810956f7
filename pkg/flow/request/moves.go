package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/vuelto/vuelto/pkg/disbursement"
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
	return r.move(ctx, d, disbursement.Observation{Claim: disbursement.ClaimCancel, By: c.Key.Person, Note: "cancelled on request"},
		cancellable(d)...)
}

func cancellable(d disbursement.Disbursement) []disbursement.State {
	states := []disbursement.State{disbursement.AwaitingApproval, disbursement.Queued}
	if d.Unsent() {
		states = append(states, disbursement.Held)
	}
	return states
}

// Approve lets a disbursement go. Whoever asked for it cannot. Errors: ErrNotFound, ErrSamePerson, ErrState.
func (r *Requester) Approve(ctx context.Context, c Caller, kind disbursement.Kind, id string) (disbursement.Disbursement, error) {
	d, err := r.Find(ctx, c, kind, id)
	if err != nil {
		return d, err
	}
	if d.RequestedBy == c.Key.Person {
		return d, fmt.Errorf("%w: %s asked for it", ErrSamePerson, d.RequestedBy)
	}
	if d.State != disbursement.AwaitingApproval && d.ApprovedBy == c.Key.Person {
		return d, nil // a double click
	}
	d, err = r.move(ctx, d, disbursement.Observation{Claim: disbursement.ClaimApprove, By: c.Key.Person, Note: "approved"},
		disbursement.AwaitingApproval)
	if err == nil && d.State == disbursement.Queued {
		r.submit(ctx, disbursement.Key(d.Tenant, d.ID))
	}
	return d, err
}

// Reject stops a disbursement that waits for approval. Errors: ErrNotFound, ErrState.
func (r *Requester) Reject(ctx context.Context, c Caller, kind disbursement.Kind, id, why string) (disbursement.Disbursement, error) {
	d, err := r.Find(ctx, c, kind, id)
	if err != nil || d.State == disbursement.Cancelled {
		return d, err
	}
	return r.move(ctx, d, disbursement.Observation{Claim: disbursement.ClaimCancel, By: c.Key.Person, Note: "approval refused: " + why},
		disbursement.AwaitingApproval)
}

// move folds a person's move, allowed in some states only.
func (r *Requester) move(ctx context.Context, d disbursement.Disbursement, o disbursement.Observation, from ...disbursement.State) (disbursement.Disbursement, error) {
	allowed := false
	for _, s := range from {
		allowed = allowed || d.State == s
	}
	if !allowed {
		if o.Claim == disbursement.ClaimCancel && d.State != disbursement.AwaitingApproval {
			return d, fmt.Errorf("%w: it is %s", ErrCannotBeStopped, d.State)
		}
		return d, fmt.Errorf("%w: it is %s", ErrState, d.State)
	}
	o.At, o.Evidence = r.Now(), string(o.Claim)+":"+o.By
	after, t, err := r.Observer.Disbursement(ctx, disbursement.Key(d.Tenant, d.ID), o)
	switch {
	case errors.Is(err, disbursement.ErrNotAllowed):
		return after, fmt.Errorf("%w: it is %s", ErrState, after.State)
	case errors.Is(err, store.ErrNotFound):
		return after, ErrNotFound
	case err == nil && !t.Moved:
		return after, fmt.Errorf("%w: it is %s", ErrState, after.State)
	}
	return after, busy(err)
}
