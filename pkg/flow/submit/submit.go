// Package submit hands a queued disbursement to its provider. The intent is committed before the call, so that whatever
// happens to the call or to us afterwards, the record says that it may have happened.
package submit

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// Clients finds the provider client of an account.
type Clients interface {
	Client(ctx context.Context, account string) (*provider.Client, error)
}

// Merchants finds a merchant with its rules.
type Merchants interface {
	Merchant(ctx context.Context, id string) (merchant.Merchant, error)
}

// Submitter does job.Submit.
type Submitter struct {
	Store     store.Store
	Observer  observe.Observer
	Clients   Clients
	Merchants Merchants
	Breaker   *provider.Breaker
	Funds     *provider.Funds
	Now       func() time.Time
	Log       *slog.Logger
}

// freshness is how long after the intent the call may still start. A worker that was stopped for longer must not call:
// others may have concluded that it never did.
const freshness = disbursement.SubmitLease / 2

// closed is how long what has an account that cannot be opened waits before it is looked at again.
const closed = 15 * time.Minute

// Handle submits the disbursement if it is queued and its time has come; anything else is somebody else's work, and done.
func (s *Submitter) Handle(ctx context.Context, j job.Job) error {
	record, err := s.Store.Get(ctx, j.Key)
	if err != nil {
		return err
	}
	d, err := disbursement.Decode(record)
	if err != nil || d.State != disbursement.Queued {
		return err
	}
	if d.Sent() && s.Now().Before(d.Due) {
		return nil // proven not applied a moment ago: the sweep asks again when the pause is over
	}
	if d.Exhausted(s.Now()) {
		_, _, err := s.Observer.Disbursement(ctx, j.Key, disbursement.Observation{Claim: disbursement.ClaimHold, By: "submit",
			Evidence: d.Anew("exhausted"), At: s.Now(), HoldReason: disbursement.HoldExhausted, Note: "not accepted within eleven days"})
		return allowed(err)
	}
	if d.MustWarn(s.Now()) {
		if d, err = s.Observer.Warn(ctx, d, s.Now()); err != nil || d.State != disbursement.Queued {
			return err
		}
	}
	m, err := s.Merchants.Merchant(ctx, d.Tenant)
	if err != nil {
		return err
	}
	if why := m.RulesOn(calendar.On(s.Now(), calendar.Colombia().Zone())).StoppedAt(d.Network, d.Provider, d.Account); why != "" {
		s.Log.WarnContext(ctx, "handing over is stopped", "disbursement", d.ID, "account", d.Account, "reason", why)
		return s.postpone(ctx, d.Stopped(s.Now()).Postponed(s.Now()))
	}
	if stop, err := s.heldBack(ctx, m, d); stop || err != nil {
		return err
	}
	client, err := s.Clients.Client(ctx, d.Account)
	if errors.Is(err, store.ErrBusy) {
		return err
	}
	if err != nil { // it is due later: many whose account cannot be opened would keep the sweep from everything else
		return errors.Join(err, s.postpone(ctx, d.Awaiting(s.Now().Add(closed), s.Now())))
	}
	if !client.Account().Serves(d.Provider, d.Network) {
		return s.elsewhere(ctx, d)
	}
	if d.Repeated() && client.Lapsed(d, s.Now()) {
		_, _, err := s.Observer.Disbursement(ctx, j.Key, disbursement.Observation{Claim: disbursement.ClaimHold, By: "submit", Evidence: d.Anew("lapsed"),
			At: s.Now(), HoldReason: disbursement.HoldNoLookup, Note: "the provider may have it, and no longer promises to give that one back"})
		return allowed(err)
	}
	ability := provider.Handing(d.Kind, d.Route)
	pass := s.Breaker.Admit(ctx, client, ability)
	if !pass.Until.IsZero() {
		return s.postpone(ctx, d.Awaiting(pass.Until, s.Now()))
	}
	err = s.send(ctx, client, j.Key, d, waitsUntil(m, d, s.Now()))
	s.Breaker.Heard(ctx, client, ability, pass)
	return err
}

// elsewhere holds what was accepted for another provider or network than its account is with by now: what this one would be
// given, that one may have. It was never sent, or not found before it was queued again, except for a repeat.
func (s *Submitter) elsewhere(ctx context.Context, d disbursement.Disbursement) error {
	reason := disbursement.HoldDenied
	if d.Repeated() {
		reason = disbursement.HoldNoLookup
	}
	s.Log.ErrorContext(ctx, "provider cannot take this", "account", d.Account, "disbursement", d.ID, "reason", reason)
	_, _, err := s.Observer.Disbursement(ctx, disbursement.Key(d.Tenant, d.ID), disbursement.Observation{Claim: disbursement.ClaimHold, By: "submit",
		Evidence: d.Anew("elsewhere"), At: s.Now(), HoldReason: reason, Note: provider.Elsewhere})
	return allowed(err)
}

// send makes the call. until is when it stops waiting if this time the provider does not take it; zero = it goes on.
func (s *Submitter) send(ctx context.Context, client *provider.Client, key store.Key, d disbursement.Disbursement, until time.Time) error {
	attempt := len(d.Attempts) + 1
	d, t, err := s.Observer.Disbursement(ctx, key, disbursement.Observation{Claim: disbursement.ClaimSubmit, By: "submit",
		Evidence: "submit:" + strconv.Itoa(attempt), At: s.Now()}, d)
	if err != nil || !t.Moved || d.State != disbursement.Submitting {
		return allowed(err) // another worker was first, or a person stopped it
	}
	if since := s.Now().Sub(d.LastSentAt); since < 0 || since > freshness { // below zero the clock jumped back and hides how long
		s.Log.WarnContext(ctx, "stalled between intent and call; not calling", "disbursement", d.ID, "attempt", attempt)
		return nil
	}
	seen := client.Submit(ctx, d)
	seen.WaitsUntil = until
	if seen.Claim == disbursement.ClaimUnknown {
		switch {
		case mutant.On("blind-resend"), mutant.On("delete-on-error"): // the try is forgotten; the latter's next one has a key of its own
			seen.Claim = disbursement.ClaimNotApplied
		case mutant.On("timeout-is-failure"):
			seen.Claim = disbursement.ClaimRejected
		}
	}
	if seen.Claim == disbursement.ClaimDenied {
		s.Log.ErrorContext(ctx, "provider cannot take this", "account", d.Account, "disbursement", d.ID, "reason", seen.HoldReason, "code", seen.Code)
	}
	if _, _, err = s.Observer.Disbursement(ctx, key, seen, d); err == nil {
		s.Funds.Heard(ctx, client.Account(), d.Amount, seen.Claim)
	}
	return err
}

// heldBack looks once more, right before money leaves, at what the merchant's rules want looked at: a beneficiary may have
// been blocked since, or been told only since; and a payout that could not be handed over in time is not wanted any more.
func (s *Submitter) heldBack(ctx context.Context, m merchant.Merchant, d disbursement.Disbursement) (bool, error) {
	country, err := calendar.ByNetwork(d.Network)
	if err != nil {
		return true, err
	}
	now := s.Now()
	rules, key := m.RulesOn(calendar.On(now, country.Zone())), disbursement.Key(d.Tenant, d.ID)
	if until := waitsUntil(m, d, now); !until.IsZero() && !now.Before(until) {
		_, _, err := s.Observer.Disbursement(ctx, key, disbursement.Observation{Claim: disbursement.ClaimCancel, By: "submit", Evidence: "waited",
			At: now, Note: "could not be handed over in time"})
		return true, allowed(err)
	}
	if rules.Checks(d.Amount) && d.Checked == "" {
		_, _, err := s.Observer.Disbursement(ctx, key, disbursement.Observation{Claim: disbursement.ClaimHold, By: "submit", Evidence: d.Anew("kyc"),
			At: now, HoldReason: disbursement.HoldKYC, Note: "the beneficiary was not checked"})
		return true, allowed(err)
	}
	if !rules.Screen.Blocked || d.ClearedBy != "" {
		return false, nil
	}
	ids, err := s.people(ctx, d, country.Code())
	if err != nil {
		return true, err
	}
	for _, id := range ids {
		record, err := s.Store.Get(ctx, merchant.BlockedKey(d.Tenant, id))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return true, err
		}
		b, err := merchant.DecodeBlocked(record)
		if err != nil {
			return true, err
		}
		if b.LiftedBy == "" {
			_, _, err := s.Observer.Disbursement(ctx, key, disbursement.Observation{Claim: disbursement.ClaimHold, By: "submit", Evidence: d.Anew("blocked"),
				At: now, HoldReason: disbursement.HoldBlocked, Note: "the beneficiary is on the block list"})
			return true, allowed(err)
		}
	}
	return false, nil
}

// waitsUntil is when a payout that the provider does not take, for want of balance or because it is away, is not wanted any
// more; zero where the rules do not say, and for one that was sent before and may be there.
func waitsUntil(m merchant.Merchant, d disbursement.Disbursement, now time.Time) time.Time {
	country, err := calendar.ByNetwork(d.Network)
	if err != nil || d.Kind != disbursement.Payout || d.Repeated() {
		return time.Time{}
	}
	hours := m.RulesOn(calendar.On(now, country.Zone())).Payouts.WaitHours
	if hours == 0 {
		return time.Time{}
	}
	return d.WaitsSince().Add(time.Duration(hours) * time.Hour)
}

// people are those who get the money: the beneficiary and, where it goes back the way it came, whoever paid.
func (s *Submitter) people(ctx context.Context, d disbursement.Disbursement, country string) ([]string, error) {
	ids := merchant.PersonIDs(d.Tenant, country, d.Beneficiary.DocumentType, d.Beneficiary.DocumentNumber)
	if d.Route != disbursement.Original || d.Payment == "" {
		return ids, nil
	}
	record, err := s.Store.Get(ctx, payment.Key(d.Tenant, d.Payment))
	if err != nil {
		return nil, err
	}
	p, err := payment.Decode(record)
	return append(ids, merchant.PersonIDs(d.Tenant, country, p.Payer.DocumentType, p.Payer.DocumentNumber)...), err
}

// postpone lets the sweep ask again when it is due. Losing the write means that it moved: cancelled, most likely.
func (s *Submitter) postpone(ctx context.Context, d disbursement.Disbursement) error {
	err := s.Store.Commit(ctx, store.Put{Record: disbursement.Encode(d)})
	if store.IsConflict(err) {
		return nil
	}
	return err
}

// allowed drops the refusal that only says somebody else was first.
func allowed(err error) error {
	if errors.Is(err, disbursement.ErrNotAllowed) {
		return nil
	}
	return err
}
