package epayco

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/provider"
)

// signatureOf is a plain SHA-256 over the parts with "^" between them. The state is not among them.
func signatureOf(customer, key, ref, transaction, amount, currency string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{customer, key, ref, transaction, amount, currency}, "^")))
	return hex.EncodeToString(sum[:])
}

// Verify checks the signature inside the form. It carries no time: a replay only makes us ask once more.
func (a *Adapter) Verify(delivery provider.Delivery) error {
	form, err := url.ParseQuery(string(delivery.Body))
	signature := form.Get("x_signature")
	if err != nil || signature == "" {
		return fmt.Errorf("%w: no x_signature", provider.ErrSignature)
	}
	ok := false
	for _, key := range a.account.Secrets {
		want := signatureOf(a.customer, key, form.Get("x_ref_payco"), form.Get("x_transaction_id"), form.Get("x_amount"), form.Get("x_currency_code"))
		if hmac.Equal([]byte(want), []byte(signature)) {
			ok = true
		}
	}
	if !ok {
		return fmt.Errorf("%w: x_signature does not match", provider.ErrSignature)
	}
	return nil
}

// Read names what a confirmation is about. It claims nothing, because the state is not signed: see Inquire.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	form, err := url.ParseQuery(string(delivery.Body))
	ref := form.Get("x_ref_payco")
	if err != nil || ref == "" || strings.Trim(ref, "0123456789abcdefABCDEF-") != "" {
		return nil, fmt.Errorf("%w: no reference of ePayco", provider.ErrMalformed)
	}
	if invoice := form.Get("x_id_invoice"); invoice != "" && !strings.HasPrefix(invoice, "pay_") {
		return nil, nil // of a link or a sale that was made in the dashboard
	}
	return []provider.Fact{{Reference: ref}}, nil
}

// Inquire asks how a payment stands.
func (a *Adapter) Inquire(ctx context.Context, about provider.Fact) ([]provider.Fact, error) {
	w, err := a.query(ctx, about.Reference)
	if err != nil {
		return nil, err
	}
	o, err := w.observe()
	if err != nil {
		return nil, err
	}
	return []provider.Fact{{Ours: w.Invoice, Reference: string(w.RefPayco), Payment: &o}}, nil
}
