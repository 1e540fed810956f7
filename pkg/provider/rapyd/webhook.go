package rapyd

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Verify checks that the signed time is at most five minutes from our receipt and that the signature is ours: over the
// address as it is configured at Rapyd, without a method.
func (a *Adapter) Verify(delivery provider.Delivery) error {
	salt, stamp, signature := delivery.Header.Get("salt"), delivery.Header.Get("timestamp"), delivery.Header.Get("signature")
	if salt == "" || stamp == "" || signature == "" {
		return fmt.Errorf("%w: salt, timestamp or signature is missing", provider.ErrSignature)
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: the timestamp is not Unix seconds", provider.ErrSignature)
	}
	if !signed(a.account.Secrets, signature, a.address, salt, stamp, a.access, delivery.Body) {
		return fmt.Errorf("%w: the signature does not match", provider.ErrSignature)
	}
	if !provider.Fresh(instant(seconds), delivery.ReceivedAt) {
		return fmt.Errorf("%w: signed too long before or after it came", provider.ErrSignature)
	}
	return nil
}

// event is a webhook.
type event struct {
	ID   string          `json:"id"`
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Read gives the fact of an event. Refund events are told by their word, because the spelling of their types differs
// between documents; what they say is the status inside. Other events concern nobody.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	var e event
	if err := provider.DecodeJSON(delivery.Body, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	if e.ID == "" || e.Type == "" {
		return nil, fmt.Errorf("%w: no event or id", provider.ErrMalformed)
	}
	kind := strings.ToUpper(e.Type)
	switch {
	case strings.Contains(kind, "REFUND"):
		return e.refund()
	case kind == "PAYMENT_COMPLETED", kind == "PAYMENT_EXPIRED":
		return e.payment()
	}
	return nil, nil
}

func (e event) payment() ([]provider.Fact, error) {
	var w wirePayment
	if err := provider.DecodeJSON(e.Data, &w); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	o, err := w.observe()
	if err != nil || w.MerchantReferenceID == "" || (o.Claim != payment.ClaimPaid && o.Claim != payment.ClaimExpired) {
		return nil, fmt.Errorf("%w: a payment that cannot be read", provider.ErrMalformed)
	}
	o.Evidence = "event:" + e.ID
	return []provider.Fact{{Ours: w.MerchantReferenceID, Reference: w.code(), Payment: &o}}, nil
}

func (e event) refund() ([]provider.Fact, error) {
	var w wireRefund
	if err := provider.DecodeJSON(e.Data, &w); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	if w.MerchantReferenceID == "" && w.ID != "" {
		return nil, nil // made by hand in Rapyd's portal
	}
	o, err := w.standing()
	if err != nil {
		return nil, fmt.Errorf("%w: a refund that cannot be read", provider.ErrMalformed)
	}
	o.Evidence = "event:" + e.ID
	return []provider.Fact{{Ours: w.MerchantReferenceID, Reference: w.ID, Disbursement: &o}}, nil
}
