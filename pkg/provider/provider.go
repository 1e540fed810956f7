// Package provider is the contract with whom we talk to: a network directly, or a gateway that carries it.
//
// An adapter implements Adapter and one small interface per thing its provider offers: implementing is declaring.
// Open asserts the abilities once and wraps the adapter in a Client, which validates against the profile, sets
// deadlines and classifies what went wrong. An adapter gets data and returns observations; it keeps no state but tokens.
package provider

import (
	"context"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Mode separates money from play. Stored strings: append only.
type Mode string

const (
	Test Mode = "test"
	Live Mode = "live"
)

// Account is one contract of a merchant with a provider: where to call, with which credentials, and which secrets sign
// its webhooks.
type Account struct {
	ID          string // also in the webhook's path
	Tenant      string
	Provider    string
	Network     string
	Mode        Mode
	Endpoint    string            // base URL without trailing slash
	Credentials map[string]string // names are the adapter's; never logged
	Secrets     []string          // webhook secrets, newest first; at most three, so that one can be rotated
	Settings    map[string]string // what the contract leaves open: idempotency honoured, window in days …
	Fees        settlement.Fees   // what the contract says each movement costs
}

// Doer sends one HTTP request: *http.Client in the cloud, the World's serialising transport in memory.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Clock is the only time an adapter or flow may know.
type Clock interface {
	Now() time.Time
	// WithTimeout is context.WithTimeout on this clock.
	WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// New makes an adapter for one account. Error: the account lacks a credential or a setting does not parse; the message
// names it.
type New func(account Account, doer Doer, clock Clock) (Adapter, error)

// Adapter is all a provider must have.
type Adapter interface {
	// Profile states facts. It may depend on the account's settings, never on time.
	Profile() Profile
}

// PaymentCreator issues vouchers.
type PaymentCreator interface {
	// CreatePayment returns a ClaimVoucher observation. p.ID goes along as our reference.
	CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error)
}

// PaymentReader tells how a payment stands.
type PaymentReader interface {
	// ReadPayment returns ClaimPending, ClaimPaid, ClaimExpired or ClaimCancelled.
	ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error)
}

// PaymentCanceller withdraws an unpaid voucher.
type PaymentCanceller interface {
	// CancelPayment returns ClaimCancelled, or ClaimPaid if cash came first.
	CancelPayment(ctx context.Context, p payment.Payment) (payment.Observation, error)
}

// PaymentExtender gives a voucher another deadline, which also revives an expired one.
type PaymentExtender interface {
	// ExtendPayment returns ClaimPending with the new deadline in the voucher.
	ExtendPayment(ctx context.Context, p payment.Payment, until time.Time) (payment.Observation, error)
}

// Refunder gives a payment back by the original route.
type Refunder interface {
	// Refund hands the refund over; d.ID goes along as our reference and as idempotency key.
	Refund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error)
}

// CashRefunder gives a payment back as cash at a counter.
type CashRefunder interface {
	CashRefund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error)
}

// Payer sends money to a person: payouts, and refunds that can only leave as one.
type Payer interface {
	Pay(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error)
}

// StatusReader tells how a disbursement stands, asked by our reference.
type StatusReader interface {
	// ReadStatus returns what the provider holds; ErrNoSuchDisbursement if it knows no such reference, ErrUntold if it
	// cannot be asked by it.
	ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error)
}

// WebhookReader verifies and reads a delivery. Verify runs before anything is stored, Read afterwards.
type WebhookReader interface {
	// Verify checks the signature over the raw bytes with each of the account's secrets, and the freshness of a signed
	// time. Error: ErrSignature.
	Verify(delivery Delivery) error
	// Read returns the facts of a verified delivery; an empty list for events that concern nobody. Error: ErrMalformed.
	Read(delivery Delivery) ([]Fact, error)
}

// Inquirer is a provider whose deliveries say only that something moved, or sign too little to be believed. Its Read
// returns facts without a claim; what they amount to is what the provider answers when it is asked.
type Inquirer interface {
	// Inquire asks about a fact without a claim and returns what the provider holds: of one payment, with its refunds.
	// Errors: ErrNoSuchPayment, *Error; the delivery is then read again later.
	Inquire(ctx context.Context, about Fact) ([]Fact, error)
}

// Acknowledger is a provider that reads the body of our 200.
type Acknowledger interface {
	Acknowledge() Acknowledgement
}

// Acknowledgement is the body of a 200 to a webhook.
type Acknowledgement struct {
	ContentType string
	Body        []byte
}

// SettlementReader turns a settlement file into rows.
type SettlementReader interface {
	// ReadSettlement yields every line in order. A line that cannot be read is yielded with its reason inside the row,
	// never skipped; an error ends the reading: the file as a whole cannot be read.
	ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error]
}

// SettlementFetcher pulls the file that settles on a day.
type SettlementFetcher interface {
	// FetchSettlement returns the raw file. Error: ErrNotPublished while there is none.
	FetchSettlement(ctx context.Context, day calendar.Date) (File, error)
}

// File is a settlement file as it came.
type File struct {
	Name string
	Body []byte
}

// Delivery is a webhook as it came.
type Delivery struct {
	From       string // address of the caller, with or without a port; empty = unknown
	Path       string // with query, as called
	Header     http.Header
	Body       []byte // exact bytes
	ReceivedAt time.Time
	Again      bool // it has been applied: only what must be asked for can be news
}

// Fact is one item of a delivery: about a payment or about a disbursement, found by our id where the provider echoes it,
// else by its own reference. One with neither observation claims nothing: see Inquirer.
type Fact struct {
	Ours         string // pay_…, rf_…, po_…; empty if not echoed
	Reference    string // voucher code of a payment, provider's id of a disbursement
	Of           string // provider's id of the payment that a disbursement gives back, where Ours is not echoed
	Payment      *payment.Observation
	Disbursement *disbursement.Observation
}

// Profile is what is true of a provider, with where we know it from.
type Profile struct {
	Name       string
	Networks   []string
	Currencies []CurrencyRule
	Routes     []disbursement.Route
	// RefundWindow is how many calendar days after the payment a refund may be asked for; 0 = none stated.
	RefundWindow int
	PartialOK    bool
	SeveralOK    bool
	// Idempotent says that repeating a reference returns the first disbursement. Even then we ask before we repeat.
	Idempotent bool
	// PromiseFor is how long after the first call that promise holds; 0 = for ever.
	PromiseFor time.Duration
	// QuietPeriod is how long after our call a commit may still appear: only after it does "not found" prove anything.
	QuietPeriod time.Duration
	Timeout     time.Duration // of one call; stays below every function's time-out minus five seconds
	SettlesIn   int           // business days from the cash to the settlement file: T+n
	Sources     []string      // what was read
	Grounds     []Ground      // where each fact comes from
}

// CurrencyRule is how a provider counts one currency.
type CurrencyRule struct {
	Currency money.Currency
	Decimals int   // decimals the wire format carries
	Min, Max int64 // of a disbursement, ISO minor units; 0 = none stated

	PayMin, PayMax int64 // of a payment, the same way
}

// Currency finds the rule of a currency.
func (p Profile) Currency(c money.Currency) (CurrencyRule, bool) {
	for _, r := range p.Currencies {
		if r.Currency == c {
			return r, true
		}
	}
	return CurrencyRule{}, false
}

// Carries says whether the provider reaches a network.
func (p Profile) Carries(network string) bool {
	for _, n := range p.Networks {
		if n == network {
			return true
		}
	}
	return false
}
