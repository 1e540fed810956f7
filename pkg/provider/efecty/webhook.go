package efecty

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Verify checks that the signed time is at most five minutes from our receipt, in either direction, and that the
// signature is ours.
func (a *Adapter) Verify(delivery provider.Delivery) error {
	stamp := delivery.Header.Get(timestampHeader)
	signature := delivery.Header.Get(signatureHeader)
	if stamp == "" || signature == "" {
		return fmt.Errorf("%w: no %s or no %s", provider.ErrSignature, timestampHeader, signatureHeader)
	}
	signed, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return fmt.Errorf("%w: %s is not an instant", provider.ErrSignature, timestampHeader)
	}
	if !provider.Signed(a.account.Secrets, signature, []byte(stamp+"\n"), delivery.Body) {
		return fmt.Errorf("%w: %s does not match", provider.ErrSignature, signatureHeader)
	}
	if !provider.Fresh(signed, delivery.ReceivedAt) {
		return fmt.Errorf("%w: signed too long before or after it came", provider.ErrSignature)
	}
	return nil
}

// event is a webhook.
type event struct {
	EventID    string          `json:"event_id"`
	Event      string          `json:"event"`
	OccurredAt string          `json:"occurred_at"`
	Data       json.RawMessage `json:"data"`
}

// Read gives the fact of an event; events that we do not know concern nobody.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	var e event
	if err := provider.DecodeJSON(delivery.Body, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	at, err := instant(e.OccurredAt)
	if err != nil || at.IsZero() || e.EventID == "" || e.Event == "" {
		return nil, fmt.Errorf("%w: no event, id or instant", provider.ErrMalformed)
	}
	switch {
	case e.Event == "payment.confirmed" || e.Event == "payment.expired":
		return e.payment()
	case strings.HasPrefix(e.Event, "disbursement."):
		return e.disbursement(at)
	}
	return nil, nil
}

func (e event) payment() ([]provider.Fact, error) {
	var v voucher
	if err := provider.DecodeJSON(e.Data, &v); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	if v.Reference == "" {
		return nil, fmt.Errorf("%w: a payment without its reference", provider.ErrMalformed)
	}
	o := payment.Observation{Claim: payment.ClaimExpired, Currency: v.Currency, Word: "EXPIRED"}
	if e.Event == "payment.confirmed" {
		var err error
		if o, err = v.receipt(); err != nil {
			return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
		}
	}
	o.Evidence = "event:" + e.EventID
	return []provider.Fact{{Ours: v.MerchantReference, Reference: v.Reference, Payment: &o}}, nil
}

func (e event) disbursement(at time.Time) ([]provider.Fact, error) {
	var p payout
	if err := provider.DecodeJSON(e.Data, &p); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	switch p.Status = strings.ToUpper(strings.TrimPrefix(e.Event, "disbursement.")); p.Status {
	case "COLLECTABLE", "COLLECTED", "EXPIRED", "REJECTED", "RETURNED":
	default:
		return nil, nil
	}
	o, err := p.observe()
	if err != nil || p.MerchantReference == "" {
		return nil, fmt.Errorf("%w: a disbursement that cannot be read", provider.ErrMalformed)
	}
	o.Evidence, o.OccurredAt = "event:"+e.EventID, at
	return []provider.Fact{{Ours: p.MerchantReference, Reference: p.DisbursementID, Disbursement: &o}}, nil
}
