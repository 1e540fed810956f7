package efecty

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

type paymentRequest struct {
	MerchantReference string      `json:"merchant_reference"`
	Amount            json.Number `json:"amount"`
	Currency          string      `json:"currency"`
	Description       string      `json:"description,omitempty"`
	ExpiresAt         string      `json:"expires_at,omitempty"`
	Payer             *person     `json:"payer,omitempty"`
}

// voucher is a payment as the wire has it, in replies and in webhooks.
type voucher struct {
	MerchantReference string      `json:"merchant_reference"`
	Reference         string      `json:"reference"`
	Barcode           string      `json:"barcode"`
	InstructionsURL   string      `json:"instructions_url"`
	Status            string      `json:"status"`
	Amount            json.Number `json:"amount"`
	Currency          string      `json:"currency"`
	ExpiresAt         string      `json:"expires_at"`
	TransactionID     string      `json:"transaction_id"`
	PaidAmount        json.Number `json:"paid_amount"`
	PaidAt            string      `json:"paid_at"`
}

// CreatePayment asks for a voucher. Repeating a reference returns the first voucher.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	amount, err := a.pesos(p.Amount)
	if err != nil {
		return payment.Observation{}, err
	}
	request := paymentRequest{MerchantReference: p.ID, Amount: amount, Currency: string(p.Amount.Currency()),
		Description: p.Order, Payer: personOf(p.Payer)}
	if !p.ExpiresAt.IsZero() {
		request.ExpiresAt = p.ExpiresAt.UTC().Format(time.RFC3339)
	}
	reply, err := a.call(ctx, http.MethodPost, "/payments", request, 0)
	if err != nil {
		return payment.Observation{}, err
	}
	var v voucher
	if err := read(reply, &v, http.StatusCreated, http.StatusOK); err != nil {
		return payment.Observation{}, err
	}
	minor, err := minorOf(v.Amount)
	if err != nil || minor != p.Amount.Minor() || v.MerchantReference != p.ID || v.Reference == "" {
		return payment.Observation{}, unreadable("the answer speaks of another voucher")
	}
	expires, err := instant(v.ExpiresAt)
	if err != nil {
		return payment.Observation{}, unreadable("the answer's expiry cannot be read")
	}
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: "voucher:" + v.Reference, Currency: v.Currency, Word: v.Status,
		Voucher: payment.Voucher{Code: v.Reference, Barcode: v.Barcode, URL: v.InstructionsURL, ExpiresAt: expires}}, nil
}

// ReadPayment asks by the voucher's code, or by our reference if we never learned the code.
func (a *Adapter) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	reply, err := a.call(ctx, http.MethodGet, "/payments/"+lookup(p), nil, 0)
	if err != nil {
		return payment.Observation{}, err
	}
	if reply.Status == http.StatusNotFound && codeOf(reply) == paymentNotFound {
		return payment.Observation{}, provider.ErrNoSuchPayment
	}
	var v voucher
	if err := read(reply, &v, http.StatusOK); err != nil {
		return payment.Observation{}, err
	}
	return v.observe(p)
}

// CancelPayment withdraws a voucher; if cash came first, or it is over, the answer tells how it stands.
func (a *Adapter) CancelPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	reply, err := a.call(ctx, http.MethodPost, "/payments/"+lookup(p)+"/cancel", struct{}{}, 0)
	if err != nil {
		return payment.Observation{}, err
	}
	code := codeOf(reply)
	switch {
	case reply.Status == http.StatusNotFound && code == paymentNotFound:
		return payment.Observation{}, provider.ErrNoSuchPayment
	case reply.Status == http.StatusConflict && (code == paymentPaid || code == paymentExpired):
		return a.ReadPayment(ctx, p)
	}
	var v voucher
	if err := read(reply, &v, http.StatusOK); err != nil {
		return payment.Observation{}, err
	}
	return v.observe(p)
}

func lookup(p payment.Payment) string {
	if p.Voucher.Code != "" {
		return url.PathEscape(p.Voucher.Code)
	}
	return url.PathEscape(p.ID)
}

// observe reads how a voucher stands.
func (v voucher) observe(p payment.Payment) (payment.Observation, error) {
	if v.MerchantReference != p.ID {
		return payment.Observation{}, unreadable("the answer speaks of another voucher")
	}
	var claim payment.Claim
	switch v.Status {
	case "PENDING":
		claim = payment.ClaimPending
	case "PAID":
		return v.receipt()
	case "EXPIRED":
		claim = payment.ClaimExpired
	case "CANCELLED":
		claim = payment.ClaimCancelled
	default:
		return payment.Observation{}, unreadable("a status that is not in the contract")
	}
	return payment.Observation{Claim: claim, Currency: v.Currency, Word: v.Status,
		Evidence: "payment:" + string(claim) + ":" + v.Reference}, nil
}

// receipt reads the cash that came for a voucher.
func (v voucher) receipt() (payment.Observation, error) {
	minor, err := minorOf(v.PaidAmount)
	if err != nil || minor <= 0 || v.TransactionID == "" {
		return payment.Observation{}, unreadable("paid, but the transaction or the amount cannot be read")
	}
	at, err := instant(v.PaidAt)
	if err != nil || at.IsZero() {
		return payment.Observation{}, unreadable("paid, but the instant cannot be read")
	}
	return payment.Observation{Claim: payment.ClaimPaid, TransactionID: v.TransactionID, Minor: minor, OccurredAt: at,
		Currency: v.Currency, Word: "PAID", Evidence: "receipt:" + v.TransactionID}, nil
}
