package provider

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

// byPoll marks an answer to our own question.
const byPoll = "poll"

// Status asks how a disbursement stands. It never fails: an error, an unreadable answer and an early "not found" are all
// ClaimUnknown. ClaimNotFound is conclusive: the question left after the quiet period that follows the last attempt, with
// room for two machines whose clocks are wrong; or the provider cannot be asked by our reference, but promises that
// repeating it is safe.
//
// One that was handed over to another provider, or on another network, is not asked about at all: what this one does not have
// proves nothing, and a person must look.
//
// The same answer twice carries the same evidence, so that it has one effect; "not found" counts once per attempt.
func (c *Client) Status(ctx context.Context, d disbursement.Disbursement) disbursement.Observation {
	asked := c.clock.Now()
	ctx, date := dating(ctx)
	var o disbursement.Observation
	var err error
	serves := c.account.Serves(d.Provider, d.Network)
	if serves {
		o, err = c.readStatus(ctx, d)
	}
	switch {
	case !serves: // people ask where it was sent
		o = nothing(d, Elsewhere)
		o.HoldReason = disbursement.HoldNoLookup
	case errors.Is(err, ErrNoSuchDisbursement) && past(d.LastSentAt, asked, c.profile.QuietPeriod+ClockTolerance):
		o = disbursement.Observation{Claim: disbursement.ClaimNotFound, Attempt: len(d.Attempts),
			Evidence: perAttempt("not_found", d), Note: "asked after the quiet period"}
	case errors.Is(err, ErrNoSuchDisbursement):
		o = nothing(d, "not found, but a commit may still appear")
	case errors.Is(err, ErrUntold) && c.repeatable(d, asked):
		o = disbursement.Observation{Claim: disbursement.ClaimNotFound, Attempt: len(d.Attempts),
			Evidence: disbursement.Repeat + strconv.Itoa(len(d.Attempts)), Note: "it cannot be told by our reference; repeating gives the first one back"}
	case errors.Is(err, ErrUntold) && c.profile.Idempotent && !c.overdue(d, asked):
		o = nothing(d, "it cannot be told by our reference, and a commit may still appear")
	case errors.Is(err, ErrUnsupported), errors.Is(err, ErrUntold):
		o = nothing(d, "the provider cannot be asked by our reference")
		if d.State != disbursement.Accepted && d.State != disbursement.Collectable {
			o.HoldReason = disbursement.HoldNoLookup // where it has the disbursement, its own word is waited for
		}
	case err != nil:
		o = nothing(d, "the question was not answered")
		var e *Error
		if errors.As(err, &e) {
			o.Code, o.Said = e.Code, e.Said
		}
	case !fate(o.Claim):
		o = nothing(d, "the answer says nothing of the disbursement")
	default:
		o.Evidence = answer(o)
	}
	o.By, o.At, o.Attempt, o.Said = byPoll, c.clock.Now(), len(d.Attempts), c.heard(o.Said)
	o.AsOf = date.asOf(o)
	return o
}

// repeatable says that what is unknown may be sent again under its reference: the provider promises to give the first
// one back, the promise still holds, and a first one that was late is there by now.
func (c *Client) repeatable(d disbursement.Disbursement, asked time.Time) bool {
	return c.profile.Idempotent && d.State == disbursement.Unknown && !c.overdue(d, asked) &&
		past(d.LastSentAt, asked, c.profile.QuietPeriod+ClockTolerance)
}

// Lapsed says that the provider no longer promises to give the first one back if d is sent again: what is repeated must
// not be sent then.
func (c *Client) Lapsed(d disbursement.Disbursement, at time.Time) bool {
	return !c.profile.Idempotent || c.overdue(d, at)
}

// overdue says that the promise about the first attempt is running out.
func (c *Client) overdue(d disbursement.Disbursement, asked time.Time) bool {
	return c.profile.PromiseFor > 0 && past(d.SentAt, asked, c.profile.PromiseFor-ClockTolerance)
}

func (c *Client) readStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	if c.able.status == nil {
		return disbursement.Observation{}, ErrUnsupported
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := c.able.status.ReadStatus(ctx, d)
	c.tallies.count(CanReadStatus, err)
	return o, err
}

func nothing(d disbursement.Disbursement, note string) disbursement.Observation {
	return disbursement.Observation{Claim: disbursement.ClaimUnknown, Attempt: len(d.Attempts),
		Evidence: perAttempt("unanswered", d), Note: note}
}

func perAttempt(what string, d disbursement.Disbursement) string {
	return byPoll + ":" + what + ":" + strconv.Itoa(len(d.Attempts))
}

// answer is the evidence of a poll: what was claimed, of which disbursement, as of when.
func answer(o disbursement.Observation) string {
	told := ""
	if !o.OccurredAt.IsZero() {
		told = o.OccurredAt.UTC().Format(time.RFC3339Nano)
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{string(o.Claim), o.Reference, told}, "\n")))
	return byPoll + ":" + hex.EncodeToString(sum[:12])
}
