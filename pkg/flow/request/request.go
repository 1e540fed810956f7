// Package request is what merchants ask for: a payment, a refund, a payout, and the moves of people on them. Each request
// is checked, then accepted in one commit that carries every condition it rests on; what a commit cannot hold is refused
// and leaves nothing behind.
package request

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// The decisions a caller can meet. One table maps them to HTTP (pkg/api).
var (
	ErrNotFound        = errors.New("not found")
	ErrNetwork         = errors.New("network or provider is not available in this store")
	ErrStore           = errors.New("unknown store")
	ErrCurrency        = errors.New("currency mismatch")
	ErrAmount          = errors.New("invalid amount")
	ErrNotPaid         = errors.New("payment not paid")
	ErrExceeds         = errors.New("amount exceeds what is refundable")
	ErrWindow          = errors.New("refund window expired")
	ErrRoute           = errors.New("route not available")
	ErrLimit           = errors.New("limit exceeded")
	ErrOrderMismatch   = errors.New("order does not match the payment")
	ErrOrderTaken      = errors.New("order reference taken")
	ErrMerchantRef     = errors.New("merchant's own id taken")
	ErrKeyReused       = errors.New("idempotency key reused with another body")
	ErrInProgress      = errors.New("a request with this key is in progress")
	ErrBusy            = errors.New("payment busy")
	ErrProvider        = errors.New("provider did not issue the voucher")
	ErrRefused         = errors.New("provider refused")
	ErrDetails         = errors.New("more must be known of the person")
	ErrSamePerson      = errors.New("a second person must decide")
	ErrEvidence        = errors.New("evidence missing")
	ErrDiffers         = errors.New("something else was proposed")
	ErrAssigned        = errors.New("somebody else looks into it")
	ErrAction          = errors.New("not a way to end this hold")
	ErrApproverRole    = errors.New("a higher role must agree")
	ErrAwaited         = errors.New("the money is not back yet")
	ErrSettled         = errors.New("the situation is settled")
	ErrDocument        = errors.New("the document does not fit")
	ErrPapers          = errors.New("compliance documents are missing")
	ErrPurpose         = errors.New("the purpose is not one of the rules")
	ErrRateUnknown     = errors.New("no exchange rate is known for the day")
	ErrRateStale       = errors.New("the last exchange rate is too old")
	ErrOwnKey          = errors.New("the key cannot revoke itself")
	ErrShown           = errors.New("the cash code was shown before")
	ErrCodeLive        = errors.New("the cash code may still be collected")
	ErrReplaced        = errors.New("it was replaced")
	ErrChanged         = errors.New("it is no longer what was seen")
	ErrRulesMoved      = errors.New("rules changed meanwhile")
	ErrState           = errors.New("not possible in this state")
	ErrCannotBeStopped = errors.New("already handed over")
)

// Clients finds the provider client of an account.
type Clients interface {
	Client(ctx context.Context, account string) (*provider.Client, error)
}

// Requester does what merchants ask.
type Requester struct {
	Store    store.Store
	Observer observe.Observer
	Clients  Clients
	Sender   job.Sender
	Files    file.Store         // compliance documents
	Funds    *provider.Funds    // which balances did not suffice
	Checker  identity.Checker   // nil: people look
	Random   func(n int) []byte // that nobody can guess
	Now      func() time.Time
	Float    func() float64 // [0,1): spreads counters over their shards
	Log      *slog.Logger
}

// Caller is who asks.
type Caller struct {
	Key      merchant.APIKey
	Merchant merchant.Merchant
}

// submit asks for the hand-over. The send may fail or be lost: the record is due and the sweep sends the same job.
func (r *Requester) submit(ctx context.Context, key store.Key) {
	if err := r.Sender.Send(ctx, job.Job{Kind: job.Submit, Key: key}, 0); err != nil {
		r.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", key.String(), "error", err)
	}
}

// busy turns contention that outlasted its retries into the caller's answer.
func busy(err error) error {
	if errors.Is(err, store.ErrBusy) {
		return fmt.Errorf("%w: %v", ErrBusy, err)
	}
	return err
}

func notFound(err error, what string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: no such %s", ErrNotFound, what)
	}
	return err
}

// cashable says whether a counter can give cash to a person: it looks at a document. Error: ErrDetails.
func cashable(p identity.Person) error {
	if p.Name == "" || p.DocumentNumber == "" {
		return fmt.Errorf("%w: cash is given to a name and a document number", ErrDetails)
	}
	return nil
}
