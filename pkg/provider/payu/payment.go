package payu

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

const (
	paymentsPath = "/payments-api/4.0/service.cgi"
	reportsPath  = "/reports-api/4.0/service.cgi"
)

// credentials travel in every body.
type credentials struct {
	APIKey   string `json:"apiKey"`
	APILogin string `json:"apiLogin"`
}

type amountOf struct {
	Value    json.Number `json:"value"`
	Currency string      `json:"currency"`
}

type buyer struct {
	FullName     string `json:"fullName,omitempty"`
	EmailAddress string `json:"emailAddress,omitempty"`
	ContactPhone string `json:"contactPhone,omitempty"`
	DNINumber    string `json:"dniNumber,omitempty"`
	DNIType      string `json:"dniType,omitempty"`
}

type order struct {
	AccountID        string              `json:"accountId"`
	ReferenceCode    string              `json:"referenceCode"`
	Description      string              `json:"description"`
	Language         string              `json:"language"`
	Signature        string              `json:"signature"`
	NotifyURL        string              `json:"notifyUrl,omitempty"`
	AdditionalValues map[string]amountOf `json:"additionalValues"`
	Buyer            buyer               `json:"buyer"`
}

type transaction struct {
	Order          order  `json:"order"`
	Payer          buyer  `json:"payer"`
	Type           string `json:"type"`
	PaymentMethod  string `json:"paymentMethod"`
	ExpirationDate string `json:"expirationDate,omitempty"`
	PaymentCountry string `json:"paymentCountry"`
	IPAddress      string `json:"ipAddress"`
}

// submission is the answer to a transaction. Errors come with a 200 as well.
type submission struct {
	Code     string         `json:"code"`
	Error    provider.Prose `json:"error"`
	Response *struct {
		OrderID        provider.Text  `json:"orderId"`
		TransactionID  string         `json:"transactionId"`
		State          string         `json:"state"`
		ResponseCode   provider.Prose `json:"responseCode"`
		TrazabilityRaw provider.Text  `json:"trazabilityCode"`
		Extra          struct {
			ExpirationDate json.Number   `json:"EXPIRATION_DATE"`
			Reference      provider.Text `json:"REFERENCE"`
			BarCode        provider.Text `json:"BAR_CODE"`
			ReceiptHTML    string        `json:"URL_PAYMENT_RECEIPT_HTML"`
		} `json:"extraParameters"`
	} `json:"transactionResponse"`
}

// sum is the hex MD5 of the parts joined by "~".
func sum(parts ...string) string {
	digest := md5.Sum([]byte(strings.Join(parts, "~")))
	return hex.EncodeToString(digest[:])
}

// CreatePayment asks for a voucher. PayU documents no idempotency: a repeat after a lost answer makes a second voucher under
// the same reference, of which nobody holds the number.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	value, err := a.text(p.Amount)
	if err != nil {
		return payment.Observation{}, err
	}
	if p.Payer.Email == "" || p.Payer.Name == "" {
		return payment.Observation{}, fmt.Errorf("%w: PayU wants the buyer's name and e-mail", provider.ErrDetails)
	}
	reply, err := a.post(ctx, a.account.Endpoint+paymentsPath, a.submission(p, value), nil)
	if err != nil {
		return payment.Observation{}, err
	}
	if reply.Status != http.StatusOK {
		return payment.Observation{}, VoucherCodes().Error(reply.Status, "")
	}
	var s submission
	if err := provider.DecodeJSON(reply.Body, &s); err != nil {
		return payment.Observation{}, &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	return a.voucher(s, p)
}

func (a *Adapter) submission(p payment.Payment, value string) any {
	currency := string(p.Amount.Currency())
	amount := func(v string) amountOf { return amountOf{json.Number(v), currency} }
	who := a.buyer(p.Payer)
	t := transaction{Type: "AUTHORIZATION_AND_CAPTURE", PaymentMethod: a.market.method, PaymentCountry: a.market.code, IPAddress: "127.0.0.1",
		Payer: who, Order: order{AccountID: a.accountID, ReferenceCode: p.ID, Description: p.Order, Language: "es", NotifyURL: a.notify, Buyer: who,
			Signature: sum(a.key, a.merchant, p.ID, value, currency),
			// Taxes are stated as none: where they are not stated PayU adds them by itself in Colombia.
			AdditionalValues: map[string]amountOf{"TX_VALUE": amount(value), "TX_TAX": amount("0"), "TX_TAX_RETURN_BASE": amount("0")}}}
	if !p.ExpiresAt.IsZero() {
		t.ExpirationDate = p.ExpiresAt.In(a.country.Zone()).Format("2006-01-02T15:04:05")
	}
	return map[string]any{"language": "es", "command": "SUBMIT_TRANSACTION", "merchant": credentials{a.key, a.login}, "transaction": t,
		"test": false}
}

// buyer names a person; a document that PayU does not know or that is not well formed is left out.
func (a *Adapter) buyer(p identity.Person) buyer {
	b := buyer{FullName: p.Name.Reveal(), EmailAddress: p.Email.Reveal(), ContactPhone: p.Phone.Reveal()}
	if d, err := identity.ParseDocument(a.market.code, p.DocumentType, p.DocumentNumber.Reveal()); err == nil {
		if kind, number, ok := d.In(identity.SchemePayU); ok {
			b.DNIType, b.DNINumber = kind, number
		}
	}
	return b
}

// voucher reads what the buyer takes to the counter: in Colombia the reference, in Peru the CIP.
func (a *Adapter) voucher(s submission, p payment.Payment) (payment.Observation, error) {
	switch {
	case s.Code == "ERROR":
		return payment.Observation{}, VoucherCodes().Error(http.StatusOK, s.Code).Saying(s.Error)
	case s.Code != "SUCCESS" || s.Response == nil:
		return payment.Observation{}, unreadable("the answer says nothing of the transaction")
	case s.Response.State == "DECLINED":
		return payment.Observation{}, VoucherCodes().Error(http.StatusOK, s.Response.State).Saying(s.Response.ResponseCode)
	case s.Response.State != "PENDING":
		return payment.Observation{}, unreadable("a state that no new voucher has")
	}
	r := s.Response
	code := r.Extra.Reference
	if a.market.code == "PE" {
		if code = r.TrazabilityRaw; code == "" {
			code = r.Extra.BarCode
		}
	}
	if code == "" || r.TransactionID == "" {
		return payment.Observation{}, unreadable("the answer names no code for the counter")
	}
	v := payment.Voucher{Code: string(code), Barcode: string(r.Extra.BarCode), URL: r.Extra.ReceiptHTML}
	if millis, err := r.Extra.ExpirationDate.Int64(); err == nil {
		v.ExpiresAt = time.UnixMilli(millis).UTC()
	}
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: "transaction:" + r.TransactionID, Voucher: v, Word: r.State, Said: r.ResponseCode.Sensitive(),
		Currency: string(p.Amount.Currency())}, nil
}
