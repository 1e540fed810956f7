package provider

import (
	"errors"
	"fmt"

	"github.com/vuelto/vuelto/pkg/identity"
)

var (
	// ErrNoSuchDisbursement says the provider knows no disbursement under our reference. On its own it proves nothing:
	// see Profile.QuietPeriod.
	ErrNoSuchDisbursement = errors.New("provider: no such disbursement")
	// ErrUntold says the provider cannot be asked by our reference, and what it shows does not tell whose it is: a lost
	// reply leaves only the repeat, where that is promised to be safe, or a person.
	ErrUntold = errors.New("provider: what is there does not tell whose it is")
	// ErrNoSuchPayment says the provider knows no such payment.
	ErrNoSuchPayment = errors.New("provider: no such payment")
	// ErrSignature says a delivery is not from the provider, or too old, or from the future.
	ErrSignature = errors.New("provider: signature invalid")
	// ErrMalformed says a verified delivery cannot be read; it is kept and can be applied after a fix.
	ErrMalformed = errors.New("provider: malformed delivery")
	// ErrNotPublished says there is no settlement file for the day yet.
	ErrNotPublished = errors.New("provider: settlement not published")
	// ErrUnsupported says the provider does not offer what was asked.
	ErrUnsupported = errors.New("provider: not offered")
	// ErrDoesNotFit says an amount cannot be expressed to the provider without losing a unit, or breaks its limits.
	ErrDoesNotFit = errors.New("provider: amount does not fit")
	// ErrDetails says the provider wants to know more of the person than we were told; nothing was sent.
	ErrDetails = errors.New("provider: details of the person are missing")
)

// Class is what an error proves about the call's effect.
type Class string

const (
	// Unknown is the default: the call may have had its effect.
	Unknown Class = "unknown"
	// NotSent: it ended before the request's last byte was written.
	NotSent Class = "not_sent"
	// Limited: refused for now, without effect, by a documented answer (429).
	Limited Class = "limited"
	// Short: refused for now, without effect, because the account's balance does not suffice, by a documented answer.
	Short Class = "short"
	// Rejected: refused for ever, without effect, by a code in the adapter's codes.go.
	Rejected Class = "rejected"
	// Denied: our credentials or account are refused, by a documented answer; without effect.
	Denied Class = "denied"
)

// Error is a failed call. An adapter that does not know returns Class Unknown, or any other error, which means the same.
type Error struct {
	Class Class
	Code  string             // the provider's own, as it came
	Note  string             // what it means, in our words
	Said  identity.Sensitive // the provider's own text, as it came
	Err   error
}

// Saying adds the provider's own text.
func (e *Error) Saying(text Prose) *Error {
	e.Said = text.Sensitive()
	return e
}

func (e *Error) Error() string {
	s := fmt.Sprintf("provider: %s", e.Class)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Note != "" {
		s += ": " + e.Note
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf is the class of any error of an adapter; Unknown if it does not say.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return Unknown
}

// ThereAlready is what the error of a question proves about a hand-over that the provider refused because it has the
// reference: nothing, not even that there is none. nil stays nil.
func ThereAlready(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Class: Unknown, Note: "it is there already, and could not be asked for", Err: err}
}
