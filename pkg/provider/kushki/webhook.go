package kushki

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

const (
	stampHeader     = "X-Kushki-Id" // Unix seconds
	signatureHeader = "X-Kushki-Signature"
)

// Verify checks that the signed time is at most five minutes from our receipt and that the full signature is ours. The
// simple signature beside it does not cover the body and is not looked at.
func (a *Adapter) Verify(delivery provider.Delivery) error {
	if a.open && isTrial(delivery.Body) {
		return nil
	}
	stamp, signature := delivery.Header.Get(stampHeader), delivery.Header.Get(signatureHeader)
	if stamp == "" || signature == "" {
		return fmt.Errorf("%w: no %s or no %s", provider.ErrSignature, stampHeader, signatureHeader)
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %s is not Unix seconds", provider.ErrSignature, stampHeader)
	}
	if !provider.Signed(a.account.Secrets, signature, delivery.Body, []byte("."+stamp)) {
		return fmt.Errorf("%w: %s does not match", provider.ErrSignature, signatureHeader)
	}
	if !provider.Fresh(instant(seconds), delivery.ReceivedAt) {
		return fmt.Errorf("%w: signed too long before or after it came", provider.ErrSignature)
	}
	return nil
}

// isTrial says the body is the empty object by which Kushki tries an address.
func isTrial(body []byte) bool { return bytes.Equal(bytes.TrimSpace(body), []byte("{}")) }

// event is a webhook about cash or about a transfer. It also holds personal data, which are not looked at.
type event struct {
	TicketNumber provider.Text              `json:"ticketNumber"`
	Status       string                     `json:"status"`
	TotalAmount  json.Number                `json:"totalAmount"`
	Currency     string                     `json:"currency"`
	PIN          provider.Text              `json:"pin"`
	CompletedAt  int64                      `json:"completedAt"`
	Created      int64                      `json:"created"`
	Metadata     map[string]json.RawMessage `json:"metadata"`
}

// Read gives the fact of an event. Statuses that are not documented for cash concern nobody.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	if isTrial(delivery.Body) {
		return nil, nil
	}
	var e event
	if err := provider.DecodeJSON(delivery.Body, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	if e.TicketNumber == "" || e.Status == "" {
		return nil, fmt.Errorf("%w: no ticket or no status", provider.ErrMalformed)
	}
	ours := e.ours()
	if strings.HasPrefix(ours, "rf_") || strings.HasPrefix(ours, "po_") {
		return e.transfer(ours)
	}
	return e.cash(ours)
}

// ours is our reference among the metadata; empty if it is not there.
func (e event) ours() string {
	var text string
	if json.Unmarshal(e.Metadata[reference], &text) != nil {
		return ""
	}
	return text
}

func (e event) cash(ours string) ([]provider.Fact, error) {
	if ours == "" && e.PIN == "" {
		return nil, fmt.Errorf("%w: neither our reference nor a pin", provider.ErrMalformed)
	}
	o := payment.Observation{Currency: e.Currency, Evidence: e.Status + ":" + string(e.TicketNumber), Word: e.Status}
	switch e.Status {
	case "approvedTransaction":
		minor, err := minorOf(e.TotalAmount, e.Currency)
		if err != nil || minor <= 0 {
			return nil, fmt.Errorf("%w: approved, but the amount cannot be read", provider.ErrMalformed)
		}
		if o.OccurredAt = instant(e.CompletedAt); o.OccurredAt.IsZero() {
			return nil, fmt.Errorf("%w: approved, but the instant cannot be read", provider.ErrMalformed)
		}
		o.Claim, o.TransactionID, o.Minor = payment.ClaimPaid, string(e.TicketNumber), minor
	case "expiredTransaction":
		o.Claim = payment.ClaimExpired
	default:
		return nil, nil
	}
	return []provider.Fact{{Ours: ours, Reference: string(e.PIN), Payment: &o}}, nil
}

func (e event) transfer(ours string) ([]provider.Fact, error) {
	o := disbursement.Observation{Reference: string(e.TicketNumber), OccurredAt: instant(e.CompletedAt),
		Code: provider.Word(e.Status), Evidence: e.Status + ":" + string(e.TicketNumber)}
	switch e.Status {
	case "approvedTransaction":
		o.Claim = disbursement.ClaimPaid
	case "declinedTransaction":
		o.Claim = disbursement.ClaimRejected
	default:
		return nil, nil
	}
	return []provider.Fact{{Ours: ours, Reference: o.Reference, Disbursement: &o}}, nil
}
