package request

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// Withdraw takes a proposal back; see Resolution.
const Withdraw disbursement.Action = "withdraw"

// Resolution is how a person says that a held disbursement ends: the first proposes it with evidence, the second agrees.
type Resolution struct {
	Action      disbursement.Action
	Evidence    string // where it can be looked up; the first person's
	Note        string
	Beneficiary identity.Person // for disbursement.Supply
	Amount      int64           // minor units the buyer got, for disbursement.ConfirmPaid; 0 = all of it
	Reference   string          // the provider's id, if its people named it; nothing where it is known already
}

// Resolve proposes how a held disbursement ends, or agrees to what another person has proposed, in which case it happens.
// Errors: ErrNotFound, ErrState, ErrEvidence, ErrDetails, ErrSamePerson, ErrDiffers, ErrAssigned, ErrAction.
func (r *Requester) Resolve(ctx context.Context, c Caller, kind disbursement.Kind, id string, q Resolution) (disbursement.Disbursement, error) {
	d, err := r.Find(ctx, c, kind, id)
	if err != nil {
		return d, err
	}
	now := r.Now()
	o := disbursement.Observation{By: c.Key.Person, Role: string(c.Key.Role), At: now, Action: q.Action, Proof: q.Evidence, Note: q.Note,
		Beneficiary: q.Beneficiary, Amount: q.Amount, Reference: q.Reference}
	stamp := ":" + c.Key.Person + ":" + strconv.FormatInt(now.UnixMilli(), 36)
	switch {
	case d.State != disbursement.Held && resolvedBy(d, q.Action, c.Key.Person):
		return d, nil // a double click
	case d.State != disbursement.Held:
		return d, fmt.Errorf("%w: it is %s", ErrState, d.State)
	case q.Action == Withdraw:
		o.Claim, o.Evidence = disbursement.ClaimWithdraw, "withdraw"+stamp
	case d.Desk.Proposal.Action != "":
		o.Claim = disbursement.ClaimAgree
	case q.Evidence == "":
		return d, fmt.Errorf("%w: a proposal names where its evidence can be looked up", ErrEvidence)
	case q.Action == disbursement.Supply && q.Beneficiary.IsZero():
		return d, fmt.Errorf("%w: nothing of the beneficiary is supplied", ErrDetails)
	case q.Amount > d.Amount.Minor():
		return d, fmt.Errorf("%w: it is over %s", ErrAmount, d.Amount)
	default:
		if err := r.unclaimed(ctx, d, q.Reference); err != nil {
			return d, err
		}
		o.Claim, o.Evidence = disbursement.ClaimPropose, "propose"+stamp
	}
	var more []store.Write
	told := q.Beneficiary
	if o.Claim == disbursement.ClaimAgree {
		named := d.Desk.Proposal.Reference
		if q.Reference != "" && q.Reference != named {
			return d, fmt.Errorf("%w: the provider's id in it is %q", ErrDiffers, named)
		}
		if err := r.unclaimed(ctx, d, named); err != nil { // another may have been given it since
			return d, err
		}
		o.Pointed = d.Desk.Proposal.Reference != ""
		told, o.AskUntil = d.Desk.Proposal.Beneficiary, askUntil(c.Merchant.RulesOn(Today(now)), d.NeedsRole, now)
	}
	if q.Action == disbursement.Supply {
		if more, err = r.supplied(ctx, c, d, told, &o); err != nil {
			return d, err
		}
		if o.Claim == disbursement.ClaimPropose { // counted once it is agreed to
			more, o.HoldReason = nil, ""
		}
	}
	after, err := r.desk(ctx, d, o, more...)
	if err == nil && after.State == disbursement.Queued {
		r.submit(ctx, disbursement.Key(d.Tenant, d.ID))
	}
	return after, err
}

// unclaimed says whether a provider's id can be that of d: it has none yet, and no other has this one. Error: ErrAction.
func (r *Requester) unclaimed(ctx context.Context, d disbursement.Disbursement, reference string) error {
	if reference == "" || d.Reference == reference {
		return nil
	}
	if d.Reference != "" {
		return fmt.Errorf("%w: the provider's id of it is %s", ErrAction, d.Reference)
	}
	taken := fmt.Errorf("%w: another has %s", ErrAction, reference)
	switch _, err := r.Store.Get(ctx, disbursement.ReferenceKey(d.Tenant, d.Account, reference)); {
	case err == nil:
		return taken
	case !errors.Is(err, store.ErrNotFound):
		return busy(err)
	case d.Payment == "":
		return nil
	}
	paid, err := r.Store.Get(ctx, payment.Key(d.Tenant, d.Payment))
	if err != nil {
		return busy(err)
	}
	siblings, _ := payment.FromTags(paid.Tags)
	for _, id := range siblings { // a provider that names its payment as well writes no record that leads here
		record, err := r.Store.Get(ctx, disbursement.Key(d.Tenant, id))
		if err != nil {
			return busy(err)
		}
		if x, err := disbursement.Decode(record); err != nil {
			return err
		} else if x.Reference == reference {
			return taken
		}
	}
	return nil
}

// resolvedBy says whether the last hold ended so, with this person's agreement: whoever ended it otherwise, as by cancelling it, is
// not told that what they ask for now has been done.
func resolvedBy(d disbursement.Disbursement, action disbursement.Action, person string) bool {
	for i := len(d.History) - 1; i >= 0; i-- {
		if s := d.History[i]; s.From == disbursement.Held && s.To != disbursement.Held {
			return s.By == person && s.Resolves(action)
		}
	}
	return false
}

// Take assigns a held disbursement to the caller for a while; Release leaves it to others. Errors: ErrNotFound, ErrState,
// ErrAssigned.
func (r *Requester) Take(ctx context.Context, c Caller, kind disbursement.Kind, id string) (disbursement.Disbursement, error) {
	return r.sit(ctx, c, kind, id, disbursement.ClaimTake)
}

// Release is the reverse of Take.
func (r *Requester) Release(ctx context.Context, c Caller, kind disbursement.Kind, id string) (disbursement.Disbursement, error) {
	return r.sit(ctx, c, kind, id, disbursement.ClaimRelease)
}

func (r *Requester) sit(ctx context.Context, c Caller, kind disbursement.Kind, id string, claim disbursement.Claim) (disbursement.Disbursement, error) {
	d, err := r.Find(ctx, c, kind, id)
	if err != nil {
		return d, err
	}
	return r.desk(ctx, d, disbursement.Observation{Claim: claim, By: c.Key.Person, Role: string(c.Key.Role), At: r.Now()})
}

// desk folds what a person does about a held disbursement.
func (r *Requester) desk(ctx context.Context, d disbursement.Disbursement, o disbursement.Observation, more ...store.Write) (disbursement.Disbursement, error) {
	after, _, err := r.Observer.DisbursementWith(ctx, disbursement.Key(d.Tenant, d.ID), o, more...)
	switch {
	case err == nil:
		return after, nil
	case errors.Is(err, disbursement.ErrSecondPerson):
		return d, fmt.Errorf("%w: %s proposed it", ErrSamePerson, o.By)
	case errors.Is(err, disbursement.ErrDiffers):
		return d, fmt.Errorf("%w: %v", ErrDiffers, err)
	case errors.Is(err, disbursement.ErrTaken):
		return d, fmt.Errorf("%w: %v", ErrAssigned, err)
	case errors.Is(err, disbursement.ErrNotAllowed) && after.State == disbursement.Held:
		return after, fmt.Errorf("%w: %v", ErrAction, err)
	case errors.Is(err, disbursement.ErrNotAllowed):
		return after, fmt.Errorf("%w: it is %s", ErrState, after.State)
	case errors.Is(err, disbursement.ErrMoved), store.IsConflict(err):
		return d, fmt.Errorf("%w: it moved meanwhile", ErrBusy)
	case errors.Is(err, store.ErrNotFound):
		return d, ErrNotFound
	}
	return d, busy(err)
}
