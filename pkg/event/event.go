// Package event is what merchants are told. Each step of the story of a payment, a refund or a payout is one event, and so
// is each run of a settlement day: its id is derived from the record and the number of the step, so that the same step is
// the same event however often it is seen.
package event

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
)

// Type names what happened. Stored strings and the wire: append only.
type Type string

// Types of payments, reconciliations and of the telling itself. Those of disbursements are "refund." or "payout." with the
// state, and Contradicted.
const (
	PaymentCreated    Type = "payment.created" // the voucher is out
	PaymentConfirmed  Type = "payment.confirmed"
	PaymentExpired    Type = "payment.expired"
	PaymentCancelled  Type = "payment.cancelled"
	PaymentPaidLate   Type = "payment.paid_late"
	PaymentPaidTwice  Type = "payment.paid_twice"
	PaymentUnderpaid  Type = "payment.underpaid"
	PaymentOverpaid   Type = "payment.overpaid"
	PaymentSettled    Type = "payment.settled"
	PaymentUpdated    Type = "payment.updated" // a receipt got its transaction id, or somebody settled what was unusual
	RefundContradict  Type = "refund.contradicted"
	PayoutContradict  Type = "payout.contradicted"
	RefundUpdated     Type = "refund.updated" // somebody noted or did something that changed no state
	PayoutUpdated     Type = "payout.updated"
	RefundExpiring    Type = "refund.code_expiring" // the cash code runs out soon
	PayoutExpiring    Type = "payout.code_expiring"
	RefundOverdue     Type = "refund.overdue" // the buyer should have had it by now
	PayoutOverdue     Type = "payout.overdue"
	RefundDeadline    Type = "refund.deadline_near" // of a selling platform
	AccountExpiring   Type = "account.expiring"     // credentials, a certificate, or the merchant's own papers
	RatesStale        Type = "rates.stale"          // no exchange rate has come for days
	Balanced          Type = "reconciliation.balanced"
	Broken            Type = "reconciliation.broken"
	EndpointTest      Type = "endpoint.test"
	EndpointDisabled  Type = "endpoint.disabled"
	EndpointRecovered Type = "endpoint.recovered"
	NoticeFailed      Type = "notice.failed" // a buyer could not be told
)

// Processed is another name for refund.paid, for systems that were built to it. Only an endpoint that names it in its
// filter gets it, in the place of refund.paid.
const Processed Type = "REFUND_PROCESSED"

// Event is one thing that happened.
type Event struct {
	Tenant  string
	ID      string // evt_…: sorts by time
	Type    Type
	Subject string          // id of what it happened to
	At      time.Time       // when it happened, by the step
	Data    json.RawMessage // what the merchant is told; no personal data
	Journal Journal         // where the step stands in its record's journal
	To      []Delivery      // one for each endpoint that wanted it when it happened
	Version int64           // of the stored record
}

// Journal is a step's place in the hash chain of its record; zero for events that are no step.
type Journal struct {
	Entry int    `json:"entry"` // from 1
	Hash  string `json:"hash"`  // hex
}

// ID of what happened to a record at its n-th step. An aspect tells two events of one step apart.
func ID(tenant, subject string, at time.Time, n int, aspect string) string {
	return identity.DeriveAt("evt_", at, "event", tenant, subject, strconv.Itoa(n), aspect)
}

// FirstID is before every id of what happened at an instant or later, and after those of before.
func FirstID(at time.Time) string {
	id := identity.DeriveAt("evt_", at)
	return id[:len("evt_")+10]
}

// Body is what goes over the wire, of the type under which the endpoint wants it: the same bytes at every try. No name of a type
// needs escaping, and Data is JSON.
func (e Event) Body(as Type) []byte {
	b := append(make([]byte, 0, len(e.Data)+len(as)+64), `{"type":"`...)
	b = append(append(b, as...), `","timestamp":"`...)
	b = append(append(b, stamp(e.At)...), `","data":`...)
	return append(append(b, e.Data...), '}')
}

// Wants says whether one of the filters lets a type through, and under which name. No filter lets everything through but
// tests, which are for one endpoint alone.
func Wants(filters []string, t Type) (Type, bool) {
	if t == "refund.paid" && slices.Contains(filters, string(Processed)) {
		return Processed, true
	}
	if len(filters) == 0 || slices.Contains(filters, "*") || slices.Contains(filters, string(t)) {
		return t, true
	}
	family, _, _ := strings.Cut(string(t), ".")
	return t, slices.Contains(filters, family+".*")
}

// Filters lists what an endpoint may ask for.
func Filters() []string {
	all := []string{"*", "payment.*", "refund.*", "payout.*", "reconciliation.*", "account.*", "rates.*", "endpoint.*", "notice.*", string(Processed)}
	for _, t := range Types() {
		all = append(all, string(t))
	}
	return all
}
