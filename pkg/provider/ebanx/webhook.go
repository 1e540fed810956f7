package ebanx

import (
	"context"
	"crypto/hmac"
	"fmt"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// most hashes of one notification that are asked for.
const most = 100

// Verify looks for one of the account's tokens in the query of the address that was called.
func (a *Adapter) Verify(delivery provider.Delivery) error {
	_, query, _ := strings.Cut(delivery.Path, "?")
	values, err := url.ParseQuery(query)
	if err != nil || len(values["token"]) != 1 {
		return fmt.Errorf("%w: the address carries no token", provider.ErrSignature)
	}
	ok := false
	for _, secret := range a.account.Secrets {
		if hmac.Equal([]byte(secret), []byte(values.Get("token"))) {
			ok = true
		}
	}
	if !ok {
		return fmt.Errorf("%w: the token does not match", provider.ErrSignature)
	}
	return nil
}

// Read lists what a notification is about. It claims nothing: see Inquire, which refuses a hash that is none and so keeps none of the
// others from being asked about.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	values, err := url.ParseQuery(string(delivery.Body))
	if err != nil || values.Get("operation") == "" || values.Get("hash_codes") == "" {
		return nil, fmt.Errorf("%w: no operation or no hashes", provider.ErrMalformed)
	}
	if values.Get("operation") != "payment_status_change" {
		return nil, nil
	}
	hashes := strings.Split(values.Get("hash_codes"), ",")
	if len(hashes) > most {
		return nil, fmt.Errorf("%w: more than %d hashes", provider.ErrMalformed, most)
	}
	var facts []provider.Fact
	some := false
	for _, hash := range hashes {
		if hash = strings.TrimSpace(hash); hash != "" {
			some = some || plain(hash)
			facts = append(facts, provider.Fact{Reference: hash})
		}
	}
	if !some {
		return nil, fmt.Errorf("%w: a hash that is none", provider.ErrMalformed)
	}
	return facts, nil
}

// plain says that a text may be a hash: letters and digits.
func plain(hash string) bool {
	const longest = 128
	return hash != "" && len(hash) <= longest && strings.Trim(strings.ToLower(hash), "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

// Inquire asks for the payment with a hash: how it stands, and each of its refunds that is ours.
func (a *Adapter) Inquire(ctx context.Context, about provider.Fact) ([]provider.Fact, error) {
	if !plain(about.Reference) {
		return nil, unreadable("the notification names a hash that is none")
	}
	w, err := a.query(ctx, url.Values{"hash": {about.Reference}})
	if err != nil {
		return nil, err
	}
	if w.Hash != about.Reference {
		return nil, unreadable("the answer speaks of another payment")
	}
	o, err := a.observe(w)
	if err != nil {
		return nil, err
	}
	var facts []provider.Fact
	if o.Claim != payment.ClaimPending {
		facts = append(facts, provider.Fact{Ours: w.MerchantPaymentCode, Reference: string(w.PIN), Payment: &o})
	}
	for _, r := range w.Refunds {
		if r.MerchantRefundCode == "" || twice(w.Refunds, r.MerchantRefundCode) {
			continue // made by hand in EBANX's dashboard, or one of two: asking for the status tells which counts
		}
		var moved disbursement.Observation
		if moved, err = a.standing(r); err != nil {
			return nil, err
		}
		facts = append(facts, provider.Fact{Ours: r.MerchantRefundCode, Reference: string(r.ID), Disbursement: &moved})
	}
	return facts, nil
}

func twice(refunds []wireRefund, code string) bool {
	n := 0
	for _, r := range refunds {
		if r.MerchantRefundCode == code {
			n++
		}
	}
	return n > 1
}
