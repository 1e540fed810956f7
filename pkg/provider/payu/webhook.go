package payu

import (
	"cmp"
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Verify checks a confirmation by the sign among its fields. Notifications of payouts carry no signature: the address that
// PayU was given for them holds a proof instead (see PayoutAddress).
func (a *Adapter) Verify(delivery provider.Delivery) error {
	if proof, ok := payoutProof(delivery.Path); ok {
		for _, secret := range a.account.Secrets {
			if hmac.Equal([]byte(proof), []byte(a.proof(secret))) {
				return nil
			}
		}
		return fmt.Errorf("%w: not the address of payouts", provider.ErrSignature)
	}
	fields, err := url.ParseQuery(string(delivery.Body))
	if err != nil || fields.Get("merchant_id") != a.merchant {
		return fmt.Errorf("%w: no confirmation for this merchant", provider.ErrSignature)
	}
	for _, secret := range a.account.Secrets {
		if hmac.Equal([]byte(a.sign(secret, fields)), []byte(fields.Get("sign"))) {
			return nil
		}
	}
	return fmt.Errorf("%w: sign does not match", provider.ErrSignature)
}

// sign is the sign of a confirmation: MD5 with the API key first, or HMAC-SHA256 of the same text under a key of its own.
func (a *Adapter) sign(secret string, f url.Values) string {
	parts := []string{f.Get("merchant_id"), f.Get("reference_sale"), newValue(f.Get("value")), f.Get("currency"), f.Get("state_pol")}
	if a.hmac {
		return provider.Sign(secret, []byte(a.key+"~"+strings.Join(parts, "~")))
	}
	return sum(append([]string{secret}, parts...)...)
}

// newValue is the value as it is signed: 150.00 becomes 150.0, 150.25 stays.
func newValue(value string) string {
	if whole, cents, ok := strings.Cut(value, "."); ok && len(cents) == 2 && cents[1] == '0' {
		return whole + "." + cents[:1]
	}
	return value
}

// PayoutAddress is the address to give PayU for the notifications of payouts, beside the one of confirmations.
func PayoutAddress(base, secret, account string) string {
	return base + "?" + url.Values{"payouts": {proofOf(secret, account)}}.Encode()
}

func proofOf(secret, account string) string {
	return provider.Sign(secret, []byte("payouts of "+account))[:32]
}

func (a *Adapter) proof(secret string) string { return proofOf(secret, a.account.ID) }

// payoutProof is the proof in an address; false if it is not one of payouts.
func payoutProof(path string) (string, bool) {
	called, err := url.Parse(path)
	if err != nil || !called.Query().Has("payouts") {
		return "", false
	}
	return called.Query().Get("payouts"), true
}

// Read tells which order a confirmation is about, and what a notification says of a payout. The sign of a confirmation
// leaves out its transaction and its date, so that what came is asked for.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	if _, ok := payoutProof(delivery.Path); ok {
		return payoutFact(delivery.Body)
	}
	fields, err := url.ParseQuery(string(delivery.Body))
	if err != nil || fields.Get("reference_sale") == "" || fields.Get("state_pol") == "" {
		return nil, fmt.Errorf("%w: no reference or no state", provider.ErrMalformed)
	}
	if !strings.HasPrefix(fields.Get("reference_sale"), "pay_") {
		return nil, nil // sold by the merchant without us
	}
	return []provider.Fact{{Ours: fields.Get("reference_sale")}}, nil
}

// Inquire tells what came for an order: each transaction is a fact of its own.
func (a *Adapter) Inquire(ctx context.Context, about provider.Fact) ([]provider.Fact, error) {
	return a.seen(ctx, about.Ours)
}

// payoutFact reads a notification. PayU calls the payout by its own id only, and tells no instant but that of its creation.
func payoutFact(body []byte) ([]provider.Fact, error) {
	var n struct {
		PushPaymentID         string         `json:"pushPaymentId"`
		Value                 json.Number    `json:"value"`
		State                 string         `json:"state"`
		Status                string         `json:"status"`
		ErrorCode             string         `json:"errorCode"`
		ErrorMessage          provider.Prose `json:"errorMessage"`
		SupplierBankAccountID string         `json:"supplierBankAccountId"`
	}
	if err := provider.DecodeJSON(body, &n); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	switch {
	case n.PushPaymentID == "" && n.SupplierBankAccountID != "":
		return nil, nil // the validation of a bank account, without a payout
	case n.PushPaymentID == "":
		return nil, fmt.Errorf("%w: no pushPaymentId", provider.ErrMalformed)
	}
	claim, ok := standing(n.State, n.Status)
	if !ok {
		return nil, fmt.Errorf("%w: a state that is not documented", provider.ErrMalformed)
	}
	return []provider.Fact{{Reference: n.PushPaymentID, Disbursement: &disbursement.Observation{Claim: claim, Reference: n.PushPaymentID,
		Evidence: "payout:" + n.State + ":" + n.Status + ":" + n.PushPaymentID, Code: provider.Word(n.ErrorCode), Note: provider.Word(n.Status),
		Word: cmp.Or(n.Status, n.State), Said: n.ErrorMessage.Sensitive()}}}, nil
}

// standing reads the state of a payout and that of the order it became. The order's word counts first; a payout that is
// over without one is not proven to have been paid.
func standing(state, status string) (disbursement.Claim, bool) {
	switch status {
	case "CONFIRMED_BY_THE_BANK":
		return disbursement.ClaimPaid, true
	case "REJECTED":
		return disbursement.ClaimRejected, true
	case "REQUEST_BY_THE_MERCHANT", "IN_VALIDATION", "IN_PAYU_PROCESS", "AWAITING_BANK_SENT", "IN_BANKING_PROCESS":
		return disbursement.ClaimAccepted, true
	case "":
	default:
		return "", false
	}
	switch state {
	case "REJECTED":
		return disbursement.ClaimRejected, true
	case "AWAITING_SANCTION_SCREENING", "AWAITING_FOR_SENT", "SENT_TO_CREATE", "CREATED", "PROCESSING_COMPLETED", "AWAITING_TO_CANCEL",
		"SENT_FOR_CANCELLATION", "CANCELLATION_FAILED":
		return disbursement.ClaimAccepted, true
	}
	return "", false
}
