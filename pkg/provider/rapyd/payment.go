package rapyd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

type paymentRequest struct {
	Amount              json.Number   `json:"amount"`
	Currency            string        `json:"currency"`
	Description         string        `json:"description,omitempty"`
	Expiration          int64         `json:"expiration,omitempty"` // Unix seconds
	MerchantReferenceID string        `json:"merchant_reference_id"`
	PaymentMethod       methodRequest `json:"payment_method"`
	ReceiptEmail        string        `json:"receipt_email,omitempty"`
}

type methodRequest struct {
	Type   string            `json:"type"`
	Fields map[string]string `json:"fields"`
}

// wirePayment is a payment as the wire has it, in replies and in webhooks.
type wirePayment struct {
	ID                  string                   `json:"id"`
	MerchantReferenceID string                   `json:"merchant_reference_id"`
	Amount              json.Number              `json:"amount"`
	CurrencyCode        string                   `json:"currency_code"`
	Status              string                   `json:"status"`
	Expiration          int64                    `json:"expiration"`
	PaidAt              int64                    `json:"paid_at"`
	RedirectURL         string                   `json:"redirect_url"`
	TextualCodes        map[string]provider.Text `json:"textual_codes"`
	VisualCodes         map[string]provider.Text `json:"visual_codes"`
}

// CreatePayment asks for a voucher of the account's payment method. Repeating a reference gives the first voucher back
// where Rapyd keeps its promise about the idempotency header.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	amount, err := a.number(p.Amount)
	if err != nil {
		return payment.Observation{}, err
	}
	m, err := a.find(ctx)
	if err != nil {
		return payment.Observation{}, err
	}
	request := paymentRequest{Amount: amount, Currency: string(p.Amount.Currency()), Description: p.Order, MerchantReferenceID: p.ID,
		PaymentMethod: methodRequest{m.Type, map[string]string{}}, ReceiptEmail: p.Payer.Email.Reveal()}
	for _, f := range a.fields {
		value, _ := f.of(p.Payer)
		if value == "" {
			return payment.Observation{}, fmt.Errorf("%w: %s wants the buyer's %s", provider.ErrDetails, m.Type, f.ours)
		}
		request.PaymentMethod.Fields[f.wire] = value
	}
	if !p.ExpiresAt.IsZero() {
		request.Expiration = p.ExpiresAt.Unix()
	}
	reply, err := a.call(ctx, http.MethodPost, "/v1/payments", request, p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	var w wirePayment
	if err := read(reply, &w); err != nil {
		return payment.Observation{}, err
	}
	minor, err := w.minor()
	if err != nil || w.MerchantReferenceID != p.ID || money.New(minor, money.Currency(w.CurrencyCode)) != p.Amount || w.code() == "" {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: "voucher:" + w.ID, Currency: w.CurrencyCode, Word: w.Status,
		Voucher: payment.Voucher{Code: w.code(), Barcode: string(w.VisualCodes["barcode"]), URL: w.RedirectURL, ExpiresAt: instant(w.Expiration)}}, nil
}

// code is what the buyer says at the counter. Methods name their codes as they like; where there are several the buyer
// needs them all.
func (w wirePayment) code() string {
	var all []string
	for name, value := range w.TextualCodes {
		if value != "" {
			all = append(all, name+" "+string(value))
		}
	}
	slices.Sort(all)
	if len(all) == 1 {
		_, value, _ := strings.Cut(all[0], " ")
		return value
	}
	return strings.Join(all, ", ")
}

func (w wirePayment) minor() (int64, error) {
	return provider.Minor(w.Amount, money.Currency(w.CurrencyCode))
}

// page is the longest list that Rapyd gives at once.
const page = 100

// ReadPayment looks the payment up by our reference. The filter of the list is not relied on: what comes is looked through,
// and a full page without the payment proves nothing.
func (a *Adapter) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	w, err := a.lookup(ctx, p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	return w.observe()
}

func (a *Adapter) lookup(ctx context.Context, ours string) (wirePayment, error) {
	reply, err := a.call(ctx, http.MethodGet, fmt.Sprintf("/v1/payments?merchant_reference_id=%s&limit=%d", url.QueryEscape(ours), page), nil, "")
	if err != nil {
		return wirePayment{}, err
	}
	var list []wirePayment
	if err := read(reply, &list); err != nil {
		return wirePayment{}, asked(err)
	}
	if list == nil {
		return wirePayment{}, unreadable("the answer holds no list")
	}
	for _, w := range list {
		if w.MerchantReferenceID == ours {
			return w, nil
		}
	}
	if len(list) >= page {
		return wirePayment{}, unreadable("the payment is not on the first page")
	}
	return wirePayment{}, provider.ErrNoSuchPayment
}

// asked turns a refused question into what it proves: nothing about what was asked.
func asked(err error) error {
	var e *provider.Error
	if errors.As(err, &e) && (e.Class == provider.Rejected || e.Class == provider.Limited) {
		return &provider.Error{Class: provider.Unknown, Code: e.Code, Note: e.Note, Said: e.Said}
	}
	return err
}

// CancelPayment withdraws a voucher. If cash came first, or it is over, the answer tells how it stands.
func (a *Adapter) CancelPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	w, err := a.lookup(ctx, p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	if w.Status != "ACT" {
		return w.observe()
	}
	reply, err := a.call(ctx, http.MethodDelete, "/v1/payments/"+url.PathEscape(w.ID), nil, "")
	if err != nil {
		return payment.Observation{}, err
	}
	if err := read(reply, &struct{}{}); err != nil {
		return payment.Observation{}, asked(err)
	}
	return a.ReadPayment(ctx, p)
}

// observe reads how a payment stands. The meaning of ERR, DLD, REV, UND and CRE is not documented for cash.
func (w wirePayment) observe() (payment.Observation, error) {
	o := payment.Observation{Currency: w.CurrencyCode, Word: w.Status}
	switch w.Status {
	case "ACT":
		o.Claim = payment.ClaimPending
	case "EXP":
		o.Claim = payment.ClaimExpired
	case "CAN":
		o.Claim = payment.ClaimCancelled
	case "CLO":
		return w.receipt(o)
	default:
		return o, unreadable("a status that is not documented")
	}
	o.Evidence = "payment:" + string(o.Claim) + ":" + w.ID
	return o, nil
}

// receipt reads the cash of a closed payment, which Rapyd names by the payment itself.
func (w wirePayment) receipt(o payment.Observation) (payment.Observation, error) {
	minor, err := w.minor()
	if err != nil || minor <= 0 || w.ID == "" {
		return o, unreadable("closed, but the amount or the id cannot be read")
	}
	if o.OccurredAt = instant(w.PaidAt); o.OccurredAt.IsZero() {
		return o, unreadable("closed, but the instant cannot be read")
	}
	o.Claim, o.TransactionID, o.Minor, o.Evidence = payment.ClaimPaid, w.ID, minor, "closed:"+w.ID
	return o, nil
}
