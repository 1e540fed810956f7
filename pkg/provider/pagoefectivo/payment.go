package pagoefectivo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Longest values the CIP interface takes.
const (
	longestCode    = 36
	longestConcept = 50
	longestName    = 30
	longestPhone   = 15
	longestNumber  = 14
)

type cipRequest struct {
	Currency           string      `json:"currency"`
	Amount             json.Number `json:"amount"`
	TransactionCode    string      `json:"transactionCode"`
	DateExpiry         string      `json:"dateExpiry,omitempty"`
	PaymentConcept     string      `json:"paymentConcept,omitempty"`
	UserEmail          string      `json:"userEmail"`
	UserName           string      `json:"userName,omitempty"`
	UserDocumentType   string      `json:"userDocumentType,omitempty"`
	UserDocumentNumber string      `json:"userDocumentNumber,omitempty"`
	UserPhone          string      `json:"userPhone"`
	UserCodeCountry    string      `json:"userCodeCountry"`
	ServiceID          int64       `json:"serviceId"`
}

type made struct {
	CIP             provider.Text `json:"cip"`
	Currency        string        `json:"currency"`
	Amount          json.Number   `json:"amount"`
	TransactionCode string        `json:"transactionCode"`
	DateExpiry      string        `json:"dateExpiry"`
	CIPURL          string        `json:"cipUrl"`
}

// CreatePayment asks for a CIP. PagoEfectivo documents no idempotency here: a repeat after a lost answer makes a second
// CIP, of which nobody holds the number.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	request, err := a.cipRequest(p)
	if err != nil {
		return payment.Observation{}, err
	}
	reply, err := a.call(ctx, http.MethodPost, "/v1/cips", request, false)
	if err != nil {
		return payment.Observation{}, err
	}
	var cip made
	if err := a.read(reply, http.StatusCreated, &cip); err != nil {
		return payment.Observation{}, err
	}
	minor, err := provider.Minor(cip.Amount, p.Amount.Currency())
	if cip.CIP == "" || cip.TransactionCode != p.ID || err != nil || minor != p.Amount.Minor() {
		return payment.Observation{}, unreadable("the answer speaks of another CIP")
	}
	expires, err := instant(cip.DateExpiry)
	if err != nil {
		return payment.Observation{}, unreadable("the answer's expiry cannot be read")
	}
	return payment.Observation{
		Claim:    payment.ClaimVoucher,
		Evidence: "cip:" + string(cip.CIP),
		Currency: cip.Currency,
		Voucher:  payment.Voucher{Code: string(cip.CIP), URL: cip.CIPURL, ExpiresAt: expires},
	}, nil
}

func (a *Adapter) cipRequest(p payment.Payment) (cipRequest, error) {
	amount, err := a.Profile().Wire(p.Amount)
	if err != nil {
		return cipRequest{}, err
	}
	if len(p.ID) > longestCode {
		return cipRequest{}, fmt.Errorf("%w: the reference is longer than %d", provider.ErrDoesNotFit, longestCode)
	}
	r := cipRequest{
		Currency: string(p.Amount.Currency()), Amount: json.Number(amount), TransactionCode: p.ID,
		PaymentConcept: clip(p.Order, longestConcept), UserName: clip(p.Payer.Name.Reveal(), longestName),
		UserEmail: p.Payer.Email.Reveal(), UserCodeCountry: "+51", ServiceID: a.service,
		UserPhone: clip(digits(strings.TrimPrefix(p.Payer.Phone.Reveal(), "+51")), longestPhone),
	}
	if !p.ExpiresAt.IsZero() {
		r.DateExpiry = p.ExpiresAt.In(lima()).Format(time.RFC3339)
	}
	if number := p.Payer.DocumentNumber.Reveal(); number != "" && len(number) <= longestNumber {
		r.UserDocumentType, r.UserDocumentNumber = documentType(p.Payer.DocumentType), number
	}
	// E-mail and phone are mandatory at PagoEfectivo, which writes to the buyer; for one who gave none the merchant's
	// own contact is named.
	if r.UserEmail == "" {
		r.UserEmail = a.account.Settings["contact_email"]
	}
	if r.UserPhone == "" {
		r.UserPhone = a.account.Settings["contact_phone"]
	}
	if r.UserEmail == "" || r.UserPhone == "" {
		return cipRequest{}, fmt.Errorf("%w: PagoEfectivo wants the buyer's e-mail and phone", provider.ErrDetails)
	}
	return r, nil
}

// documentType names a document as PagoEfectivo does.
func documentType(ours string) string {
	switch ours {
	case "DNI", "PAR", "PAS", "LMI":
		return ours
	case "PASS", "PP", "PASSPORT":
		return "PAS"
	}
	return "NAN"
}

// CancelPayment removes a CIP. One that cannot be removed any more is asked for, because cash may have come first.
func (a *Adapter) CancelPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	reply, err := a.call(ctx, http.MethodDelete, "/v1/cips/"+p.Voucher.Code, nil, false)
	if err == nil {
		err = a.read(reply, http.StatusOK, &struct{}{})
	}
	switch {
	case err == nil:
		return payment.Observation{Claim: payment.ClaimCancelled, Evidence: "removed:" + p.Voucher.Code}, nil
	case provider.ClassOf(err) != provider.Rejected:
		return payment.Observation{}, err
	}
	o, readErr := a.ReadPayment(ctx, p)
	if readErr != nil || o.Claim == payment.ClaimPending {
		return payment.Observation{}, err
	}
	return o, nil
}

// ExtendPayment moves a CIP's deadline; an expired CIP returns to life.
func (a *Adapter) ExtendPayment(ctx context.Context, p payment.Payment, until time.Time) (payment.Observation, error) {
	date := until.In(lima()).Format(time.RFC3339)
	reply, err := a.call(ctx, http.MethodPatch, "/v1/cips/"+p.Voucher.Code, map[string]string{"dateExpiry": date}, false)
	if err != nil {
		return payment.Observation{}, err
	}
	if err := a.read(reply, http.StatusOK, &struct{}{}); err != nil {
		return payment.Observation{}, err
	}
	voucher := p.Voucher
	voucher.ExpiresAt = until
	return payment.Observation{Claim: payment.ClaimPending, Evidence: "extended:" + date, Voucher: voucher}, nil
}

// read checks a reply of the CIP interface and decodes its data. Their shape differs between good answers and refusals,
// so they are left alone until the code is known.
func (a *Adapter) read(reply provider.Reply, status int, data any) error {
	var envelope struct {
		Code    provider.Text   `json:"code"`
		Message provider.Prose  `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	err := provider.DecodeJSON(reply.Body, &envelope)
	if err == nil && (reply.Status != status || envelope.Code != success) {
		refused := Codes().Error(reply.Status, string(envelope.Code)).Saying(envelope.Message)
		if refused.Code == tokenExpired || refused.Class == provider.Denied {
			a.token.forget()
		}
		return refused
	}
	if err == nil {
		err = provider.DecodeJSON(envelope.Data, data)
	}
	if err != nil {
		return &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	return nil
}

// instant reads a date of the wire. One sample has a blank in place of the T; 1900-01-01 means none.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "T", 1))
	if err != nil {
		return time.Time{}, err
	}
	if t.Year() == 1900 {
		return time.Time{}, nil
	}
	return t.UTC(), nil
}

// minorOf reads an amount in a currency that the wire names.
func minorOf(n json.Number, currency string) (int64, error) {
	return provider.Minor(n, money.Currency(currency))
}

func clip(s string, longest int) string {
	for utf8.RuneCountInString(s) > longest {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
