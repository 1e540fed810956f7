package request

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/store"
)

// ShowCode gives the caller the cash code, once: the answer is kept with the fact, so that a lost one can be asked for again
// under the same key. Errors: ErrNotFound, ErrShown, ErrState, ErrKeyReused.
func (r *Requester) ShowCode(ctx context.Context, c Caller, key Key, kind disbursement.Kind, id string, render func(disbursement.Disbursement) Answer) (Answer, error) {
	d, err := r.Find(ctx, c, kind, id)
	if err != nil {
		return Answer{}, err
	}
	tenant := c.Merchant.ID
	key.BodyHash = digest(key.BodyHash, c.Key.Person) // a repeat is one by the same person: nobody else is given the code
	answer := render(d)
	_, _, err = r.Observer.DisbursementWith(ctx, disbursement.Key(tenant, id), disbursement.Observation{Claim: disbursement.ClaimShow,
		By: c.Key.Person, Role: string(c.Key.Role), At: r.Now(), Evidence: "show:" + c.Key.Person + ":" + key.Hash}, r.keep(tenant, key, answer))
	switch {
	case errors.Is(err, disbursement.ErrShown):
		err = fmt.Errorf("%w: to %s", ErrShown, d.CodeShownTo)
	case errors.Is(err, disbursement.ErrNotAllowed):
		err = fmt.Errorf("%w: it is %s", ErrState, d.State)
	case err == nil:
		return answer, nil
	}
	return r.orReplay(ctx, tenant, key, busy(err))
}

// Reissue is what a merchant asks for a cash code that ran out.
type Reissue struct {
	Caller      Caller
	Key         Key
	Kind        disbursement.Kind
	ID          string // of the void one
	MerchantRef string
	Beneficiary identity.Person      // empty = as before
	Papers      []disbursement.Paper // beside those that came with the void one, or in their place
	Answer      func(disbursement.Disbursement) Answer
}

// Reissue asks for a new cash code: a new disbursement that takes the place of one that is proven void. Both are one commit,
// so that a code has one successor at most. Errors: those of Refund and Payout, ErrCodeLive, ErrReplaced, ErrAwaited.
func (r *Requester) Reissue(ctx context.Context, q Reissue) (Answer, error) {
	old, err := r.Find(ctx, q.Caller, q.Kind, q.ID)
	if err != nil {
		return r.orReplay(ctx, q.Caller.Merchant.ID, q.Key, err)
	}
	switch {
	case old.Route != disbursement.CashWithdrawal:
		err = fmt.Errorf("%w: it has no cash code", ErrState)
	case old.ReplacedBy != "":
		err = fmt.Errorf("%w: by %s", ErrReplaced, old.ReplacedBy)
	case !old.Void():
		err = fmt.Errorf("%w: it is %s", ErrCodeLive, old.State)
	case q.Kind == disbursement.Payout && r.waits(q.Caller, old):
		err = fmt.Errorf("%w: the rules say to wait for it", ErrAwaited)
	case q.MerchantRef == old.MerchantRef: // it would be its own successor
		err = fmt.Errorf("%w: %q is that of %s itself", ErrMerchantRef, q.MerchantRef, old.ID)
	}
	if err != nil {
		return r.orReplay(ctx, q.Caller.Merchant.ID, q.Key, err)
	}
	who, papers := old.Beneficiary.With(q.Beneficiary), slices.Clone(q.Papers)
	for _, p := range old.Papers {
		if !slices.ContainsFunc(papers, func(newer disbursement.Paper) bool { return newer.Name == p.Name }) {
			papers = append(papers, p)
		}
	}
	if q.Kind == disbursement.Payout {
		return r.Payout(ctx, Payout{Caller: q.Caller, Key: q.Key, Network: old.Network, Provider: old.Provider, Store: old.Store,
			Amount: old.Amount, Purpose: old.Reason, MerchantRef: q.MerchantRef, Beneficiary: who, Papers: papers, Answer: q.Answer, replaces: &old})
	}
	return r.Refund(ctx, Refund{Caller: q.Caller, Key: q.Key, Payment: old.Payment, Amount: old.Amount, Reason: old.Reason,
		ReasonText: old.ReasonText, MerchantRef: q.MerchantRef, Route: disbursement.CashWithdrawal, Beneficiary: who, Papers: papers, Answer: q.Answer,
		replaces: &old})
}

// waits says that the rules let a payout that came back after it was paid be made anew only once a settlement file shows the
// money; to advance it is a decision of the merchant.
func (r *Requester) waits(c Caller, old disbursement.Disbursement) bool {
	if c.Merchant.RulesOn(Today(r.Now())).Payouts.Failure == merchant.Advance || old.PaidAt.IsZero() {
		return false
	}
	for _, s := range old.History {
		if s.To == disbursement.Returned && s.By == "settlement" {
			return false
		}
	}
	return true
}

// succeed notes on both that one takes the other's place, and gives the write that says so on the old one: it fails if that
// has moved since.
func succeed(d *disbursement.Disbursement, old *disbursement.Disbursement) []store.Write {
	if old == nil {
		return nil
	}
	before := *old
	d.Replaces, before.ReplacedBy = old.ID, d.ID
	d.RouteReason = "a new code for " + old.ID
	if mutant.On("two-successors") {
		return nil
	}
	return []store.Write{store.Put{Record: disbursement.Encode(before)}}
}

// lostTo says that the one to be replaced moved, or was replaced by another request.
func lostTo(err error, old *disbursement.Disbursement) error {
	if old != nil && store.Lost(err, disbursement.Key(old.Tenant, old.ID)) != "" {
		return fmt.Errorf("%w: %s moved meanwhile", ErrReplaced, old.ID)
	}
	return err
}
