package dlocal

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

type payer struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Document string `json:"document"`
}

type paymentRequest struct {
	Amount            json.Number `json:"amount"`
	Currency          string      `json:"currency"`
	Country           string      `json:"country"`
	PaymentMethodID   string      `json:"payment_method_id"`
	PaymentMethodFlow string      `json:"payment_method_flow"`
	Payer             payer       `json:"payer"`
	OrderID           string      `json:"order_id"`
	Description       string      `json:"description,omitempty"`
	NotificationURL   string      `json:"notification_url,omitempty"`
}

// object is a payment as the wire has it, in replies and in notifications. ApprovedDate is not in the public field list,
// but in samples.
type object struct {
	ID           string         `json:"id"`
	OrderID      string         `json:"order_id"`
	Amount       json.Number    `json:"amount"`
	Currency     string         `json:"currency"`
	Status       string         `json:"status"`
	StatusCode   provider.Text  `json:"status_code"`
	StatusDetail provider.Prose `json:"status_detail"`
	ApprovedDate string         `json:"approved_date"`
	RedirectURL  string         `json:"redirect_url"`
	Ticket       struct {
		Number         string `json:"number"`
		Barcode        string `json:"barcode"`
		ExpirationDate string `json:"expiration_date"`
		ImageURL       string `json:"image_url"`
	} `json:"ticket"`
}

// CreatePayment asks for a ticket. Of an order that dLocal knows already the ticket is asked for.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	amount, err := a.Profile().Wire(p.Amount)
	if err != nil {
		return payment.Observation{}, err
	}
	if p.Payer.Name == "" || p.Payer.Email == "" || p.Payer.DocumentNumber == "" {
		return payment.Observation{}, fmt.Errorf("%w: dLocal wants the buyer's name, e-mail and document", provider.ErrDetails)
	}
	reply, err := a.call(ctx, http.MethodPost, "/payments", paymentRequest{Amount: json.Number(amount),
		Currency: string(p.Amount.Currency()), Country: a.market.country, PaymentMethodID: a.market.method,
		PaymentMethodFlow: "DIRECT", OrderID: p.ID, Description: p.Order, NotificationURL: a.notify,
		Payer: payer{p.Payer.Name.Reveal(), p.Payer.Email.Reveal(), p.Payer.DocumentNumber.Reveal()}})
	if err != nil {
		return payment.Observation{}, err
	}
	var o object
	if reply.Status == http.StatusBadRequest && codeOf(reply) == orderDuplicate {
		o, err = a.order(ctx, p.ID)
	} else {
		err = read(reply, &o)
	}
	if err != nil {
		return payment.Observation{}, err
	}
	return o.voucher(p)
}

// voucher reads the ticket that was asked for.
func (o object) voucher(p payment.Payment) (payment.Observation, error) {
	if o.Status == "REJECTED" {
		return payment.Observation{}, &provider.Error{Class: provider.Rejected, Code: provider.Word(string(o.StatusCode)),
			Note: "dLocal rejects the payment", Said: o.StatusDetail.Sensitive()}
	}
	minor, err := provider.Minor(o.Amount, money.Currency(o.Currency))
	if err != nil || money.New(minor, money.Currency(o.Currency)) != p.Amount || o.OrderID != p.ID || o.ID == "" || o.Ticket.Number == "" {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	expires, err := instant(o.Ticket.ExpirationDate)
	if err != nil {
		return payment.Observation{}, unreadable("the ticket's end cannot be read")
	}
	link := o.RedirectURL
	if link == "" {
		link = o.Ticket.ImageURL
	}
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: "ticket:" + o.ID, Currency: o.Currency, Word: o.Status, Said: o.StatusDetail.Sensitive(),
		Voucher: payment.Voucher{Code: o.Ticket.Number, Barcode: o.Ticket.Barcode, URL: link, ExpiresAt: expires}}, nil
}

// order asks by our reference.
func (a *Adapter) order(ctx context.Context, id string) (object, error) {
	var o object
	reply, err := a.call(ctx, http.MethodGet, "/orders/"+url.PathEscape(id), nil)
	if err != nil {
		return o, err
	}
	if missing(reply) {
		return o, provider.ErrNoSuchPayment
	}
	return o, read(reply, &o)
}

// ReadPayment asks by our reference.
func (a *Adapter) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	o, err := a.order(ctx, p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	if o.OrderID != p.ID {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	return o.observe()
}

// observe reads how a payment stands, by its status word: the codes of an expiry differ between dLocal's documents.
func (o object) observe() (payment.Observation, error) {
	seen := payment.Observation{Currency: o.Currency, Evidence: "payment:" + o.Status + ":" + o.ID, Note: provider.Word(string(o.StatusCode)),
		Word: o.Status, Said: o.StatusDetail.Sensitive()}
	switch o.Status {
	case "PENDING":
		seen.Claim = payment.ClaimPending
	case "PAID":
		return o.receipt(seen)
	case "EXPIRED":
		seen.Claim = payment.ClaimExpired
	case "CANCELLED", "REJECTED":
		seen.Claim = payment.ClaimCancelled
	default:
		return seen, unreadable("a status that is not documented")
	}
	return seen, nil
}

// receipt reads the cash that came for a ticket.
func (o object) receipt(seen payment.Observation) (payment.Observation, error) {
	minor, err := provider.Minor(o.Amount, money.Currency(o.Currency))
	if err != nil || minor <= 0 || o.ID == "" {
		return seen, unreadable("paid, but the id or the amount cannot be read")
	}
	at, err := instant(o.ApprovedDate)
	if err != nil {
		return seen, unreadable("paid, but the instant cannot be read")
	}
	seen.Claim, seen.TransactionID, seen.Minor, seen.OccurredAt = payment.ClaimPaid, o.ID, minor, at
	return seen, nil
}
