// Package simnet is what simulated providers share: a ledger of their own, callbacks, faults, settlement files. A
// simulated provider speaks its real wire format over HTTP and knows nothing of the product.
package simnet

import (
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Host is the world a simulated provider lives in: one clock, one loop.
type Host interface {
	Now() time.Time
	// Sleep lets simulated time pass inside a call.
	Sleep(d time.Duration)
	// After runs f on the loop once d has passed.
	After(d time.Duration, f func())
	// Deliver posts a webhook to the product as a request of its own and hands the reply's status to done.
	Deliver(req *http.Request, done func(status int))
	// Float is the next number in [0,1) of the world's seeded generator.
	Float() float64
}

// Verb is what the sandbox makes a provider do with a disbursement.
type Verb string

const (
	Complete Verb = "complete" // pay it, on whatever route
	Fail     Verb = "fail"     // refuse it after acceptance
	Collect  Verb = "collect"  // the buyer collects the cash
	Expire   Verb = "expire"   // the cash code runs out, the money comes back
	Bounce   Verb = "bounce"   // comes back after it was paid
)

// Entry is one line of a provider's own book.
type Entry struct {
	Kind         string `json:"kind"` // payment, refund, payout
	Reference    string `json:"reference"`
	OurReference string `json:"our_reference"`
	Amount       int64  `json:"amount"` // ISO minor units
	Currency     string `json:"currency"`
	Status       string `json:"status"` // dead: rejected, returned, cancelled, expired
	Gives        string `json:"-"`      // our reference of the payment that a refund gives back; empty where the provider is not told
}

// Network is one simulated provider, with every account registered on it. Its methods run on the world's loop.
type Network interface {
	http.Handler // the wire
	Name() string
	// Register opens an account: the provider will accept its credentials and call back to webhookURL.
	Register(account provider.Account, webhookURL string)
	// Pay is the buyer at the counter with so many minor units; 0 = what the voucher says. ours is a pay_ id. It fails
	// with a sentence if there is no such voucher.
	Pay(ours string, minor int64) error
	// Move does the verb to the live disbursement of ours (rf_… or po_…). It fails with a sentence if there is none.
	Move(ours string, verb Verb) error
	// Close ends a local day and publishes its file, which settles on the returned day.
	Close(day calendar.Date) (file string, settles calendar.Date, err error)
	Ledger() []Entry
	// SetBalance says how much an account has there for what it hands over; nil = whatever is asked of it. It fails with a
	// sentence if there is no such account, or if the provider documents no answer to too little.
	SetBalance(account string, minor *int64) error
	// Operation says what a request to the wire is, for faults.
	Operation(req *http.Request) Operation
	Faults() *Faults
}

// Operation is a kind of call.
type Operation string

const (
	OpDisbursement Operation = "disbursement" // hands money over
	OpPayment      Operation = "payment"      // makes or changes a voucher
	OpRead         Operation = "read"         // asks
	OpOther        Operation = "other"        // tokens, settlement files
)
