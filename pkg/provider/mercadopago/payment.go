package mercadopago

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

type identification struct {
	Type   string `json:"type"`
	Number string `json:"number"`
}

type payer struct {
	Email          string          `json:"email"`
	FirstName      string          `json:"first_name,omitempty"`
	Identification *identification `json:"identification,omitempty"`
}

type paymentRequest struct {
	TransactionAmount json.Number `json:"transaction_amount"`
	Description       string      `json:"description,omitempty"`
	PaymentMethodID   string      `json:"payment_method_id"`
	Payer             payer       `json:"payer"`
	ExternalReference string      `json:"external_reference"`
	NotificationURL   string      `json:"notification_url,omitempty"`
	DateOfExpiration  string      `json:"date_of_expiration,omitempty"`
}

// object is a payment as the wire has it.
type object struct {
	ID                provider.Text `json:"id"`
	Status            string        `json:"status"`
	StatusDetail      string        `json:"status_detail"`
	DateApproved      string        `json:"date_approved"`
	DateOfExpiration  string        `json:"date_of_expiration"`
	CurrencyID        string        `json:"currency_id"`
	ExternalReference string        `json:"external_reference"`
	TransactionAmount json.Number   `json:"transaction_amount"`
	Refunds           []refund      `json:"refunds"`
	Details           struct {
		ExternalResourceURL      string        `json:"external_resource_url"`
		PaymentMethodReferenceID provider.Text `json:"payment_method_reference_id"`
		VerificationCode         provider.Text `json:"verification_code"`
		TotalPaidAmount          json.Number   `json:"total_paid_amount"`
		Barcode                  struct {
			Content string `json:"content"`
		} `json:"barcode"`
	} `json:"transaction_details"`
}

// CreatePayment asks for a voucher. Repeating a reference gives the first one back.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	amount, err := a.Profile().Wire(p.Amount)
	if err != nil {
		return payment.Observation{}, err
	}
	if p.Payer.Email == "" {
		return payment.Observation{}, fmt.Errorf("%w: Mercado Pago wants the buyer's e-mail", provider.ErrDetails)
	}
	request := paymentRequest{TransactionAmount: json.Number(amount), Description: p.Order, PaymentMethodID: a.site.method,
		ExternalReference: p.ID, NotificationURL: a.notify,
		Payer: payer{Email: p.Payer.Email.Reveal(), FirstName: p.Payer.Name.Reveal(), Identification: a.identify(p.Payer)}}
	if !p.ExpiresAt.IsZero() {
		request.DateOfExpiration = p.ExpiresAt.In(a.country.Zone()).Format(stampLayout)
	}
	reply, err := a.call(ctx, http.MethodPost, "/v1/payments", request, p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	var o object
	if err := read(reply, &o); err != nil {
		return payment.Observation{}, err
	}
	return o.voucher(p)
}

// identify names the buyer's document as Mercado Pago does; nil for one that it does not know or that is not well formed:
// the voucher is issued without.
func (a *Adapter) identify(p identity.Person) *identification {
	d, err := identity.ParseDocument(a.site.code, p.DocumentType, p.DocumentNumber.Reveal())
	if err != nil {
		return nil
	}
	kind, number, ok := d.In(identity.SchemeMercadoPago)
	if !ok {
		return nil
	}
	return &identification{kind, number}
}

// voucher reads what the buyer takes to the counter.
func (o object) voucher(p payment.Payment) (payment.Observation, error) {
	minor, err := provider.Minor(o.TransactionAmount, p.Amount.Currency())
	if err != nil || minor != p.Amount.Minor() || o.ExternalReference != p.ID || o.ID == "" || o.CurrencyID != string(p.Amount.Currency()) {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	if o.code() == "" {
		return payment.Observation{}, unreadable("the answer names no code for the counter")
	}
	expires, err := instant(o.DateOfExpiration)
	if err != nil {
		return payment.Observation{}, unreadable("the voucher's end cannot be read")
	}
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: "payment:" + string(o.ID), Currency: o.CurrencyID,
		Word: o.Status, Said: identity.Sensitive(o.StatusDetail),
		Voucher: payment.Voucher{Code: o.code(), Barcode: o.Details.Barcode.Content, URL: o.Details.ExternalResourceURL, ExpiresAt: expires}}, nil
}

// code is what the cashier types.
func (o object) code() string {
	if o.Details.PaymentMethodReferenceID != "" {
		return string(o.Details.PaymentMethodReferenceID)
	}
	return string(o.Details.VerificationCode)
}

// get reads a payment by Mercado Pago's id.
func (a *Adapter) get(ctx context.Context, id string) (object, error) {
	var o object
	reply, err := a.call(ctx, http.MethodGet, "/v1/payments/"+url.PathEscape(id), nil, "")
	if err != nil {
		return o, err
	}
	if reply.Status == http.StatusNotFound && codeOf(reply) == noPayment {
		return o, provider.ErrNoSuchPayment
	}
	return o, read(reply, &o)
}

// find searches by our reference: a payment that was paid before one that was not, else the latest.
func (a *Adapter) find(ctx context.Context, ours string) (object, error) {
	reply, err := a.call(ctx, http.MethodGet, "/v1/payments/search?"+url.Values{"external_reference": {ours}}.Encode(), nil, "")
	if err != nil {
		return object{}, err
	}
	var found struct {
		Results *[]object `json:"results"`
	}
	if err := read(reply, &found); err != nil {
		return object{}, err
	}
	if found.Results == nil {
		return object{}, unreadable("the answer to a search lists nothing")
	}
	var best object
	for _, o := range *found.Results {
		if o.ExternalReference == ours && (best.ID == "" || best.Status != "approved") {
			best = o
		}
	}
	if best.ID == "" {
		return object{}, provider.ErrNoSuchPayment
	}
	return best, nil
}

// ReadPayment asks by the id of the cash, or by our reference as long as none came.
func (a *Adapter) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	o, err := a.find(ctx, p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	return o.observe()
}

// CancelPayment withdraws a voucher; if cash came first, or it is over, the answer tells how it stands.
func (a *Adapter) CancelPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	o, err := a.find(ctx, p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	if o.Status != "pending" && o.Status != "in_process" {
		return o.observe()
	}
	reply, err := a.call(ctx, http.MethodPut, "/v1/payments/"+url.PathEscape(string(o.ID)), map[string]string{"status": "cancelled"}, "cancel-"+p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	if reply.Status == http.StatusBadRequest && codeOf(reply) == badState {
		return a.ReadPayment(ctx, p)
	}
	var after object
	if err := read(reply, &after); err != nil {
		return payment.Observation{}, err
	}
	if after.ID != o.ID {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	return after.observe()
}

// observe reads how a payment stands. What was given back had been paid first.
func (o object) observe() (payment.Observation, error) {
	seen := payment.Observation{Currency: o.CurrencyID, Evidence: "payment:" + o.Status + ":" + string(o.ID), Note: provider.Word(o.StatusDetail),
		Word: o.Status, Said: identity.Sensitive(o.StatusDetail)}
	switch o.Status {
	case "pending", "in_process", "authorized":
		seen.Claim = payment.ClaimPending
	case "approved", "refunded", "in_mediation", "charged_back":
		return o.receipt(seen)
	case "cancelled", "rejected":
		seen.Claim = payment.ClaimCancelled
		if o.StatusDetail == "expired" {
			seen.Claim = payment.ClaimExpired
		}
	default:
		return seen, unreadable("a status that is not documented")
	}
	return seen, nil
}

// receipt reads the cash that came: what the buyer handed over, which may be more than was asked.
func (o object) receipt(seen payment.Observation) (payment.Observation, error) {
	amount := o.Details.TotalPaidAmount
	if amount == "" {
		amount = o.TransactionAmount
	}
	minor, err := provider.Minor(amount, money.Currency(o.CurrencyID))
	if err != nil || minor <= 0 || o.ID == "" {
		return seen, unreadable("paid, but the id or the amount cannot be read")
	}
	at, err := instant(o.DateApproved)
	if err != nil {
		return seen, unreadable("paid, but the instant cannot be read")
	}
	seen.Claim, seen.TransactionID, seen.Minor, seen.OccurredAt = payment.ClaimPaid, string(o.ID), minor, at
	seen.Evidence = "receipt:" + string(o.ID)
	return seen, nil
}
