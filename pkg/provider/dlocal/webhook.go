package dlocal

import (
	"crypto/hmac"
	"fmt"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/provider"
)

// Verify checks the signature over our login, the date and the raw bytes. dLocal documents no window for the date, and
// repeats a notification for days.
func (a *Adapter) Verify(delivery provider.Delivery) error {
	date := delivery.Header.Get("X-Date")
	signature, ok := strings.CutPrefix(delivery.Header.Get("Authorization"), scheme)
	if date == "" || !ok {
		return fmt.Errorf("%w: no X-Date or no Authorization of this kind", provider.ErrSignature)
	}
	if !provider.Signed(a.account.Secrets, signature, []byte(a.login+date), delivery.Body) {
		return fmt.Errorf("%w: Authorization does not match", provider.ErrSignature)
	}
	return nil
}

// Read gives the fact of a notification. It names no event: what it is about shows in the prefix of the id. Chargebacks do
// not exist for cash and concern nobody.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	var named struct {
		ID string `json:"id"`
	}
	if err := provider.DecodeJSON(delivery.Body, &named); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	switch {
	case named.ID == "":
		return nil, fmt.Errorf("%w: no id", provider.ErrMalformed)
	case strings.HasPrefix(named.ID, "REF"):
		return a.refundFact(delivery)
	case strings.HasPrefix(named.ID, "D-"), strings.HasPrefix(named.ID, "PAY"):
		return paymentFact(delivery.Body)
	}
	return nil, nil
}

func paymentFact(body []byte) ([]provider.Fact, error) {
	var o object
	if err := provider.DecodeJSON(body, &o); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	seen, err := o.observe()
	if err != nil || (o.OrderID == "" && o.Ticket.Number == "") {
		return nil, fmt.Errorf("%w: a payment that cannot be read", provider.ErrMalformed)
	}
	return []provider.Fact{{Ours: o.OrderID, Reference: o.Ticket.Number, Payment: &seen}}, nil
}

func (a *Adapter) refundFact(delivery provider.Delivery) ([]provider.Fact, error) {
	var r refund
	if err := provider.DecodeJSON(delivery.Body, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	o, err := r.observe()
	if err != nil {
		return nil, fmt.Errorf("%w: a refund that cannot be read", provider.ErrMalformed)
	}
	o.Evidence = "refund:" + r.Status + ":" + r.ID
	return []provider.Fact{{Ours: a.ours(delivery.Path), Reference: r.ID, Disbursement: &o}}, nil
}

// ours is the refund that an address was made for; empty if it was made for none.
func (a *Adapter) ours(path string) string {
	called, err := url.Parse(path)
	if err != nil {
		return ""
	}
	id, proof := called.Query().Get("refund"), called.Query().Get("proof")
	for _, secret := range a.account.Secrets {
		if id != "" && hmac.Equal([]byte(proof), []byte(a.proof(secret, id))) {
			return id
		}
	}
	return ""
}
