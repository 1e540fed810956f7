package ebanx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

type directRequest struct {
	IntegrationKey string        `json:"integration_key"`
	Operation      string        `json:"operation"`
	Payment        directPayment `json:"payment"`
}

type directPayment struct {
	MerchantPaymentCode string      `json:"merchant_payment_code"`
	Country             string      `json:"country"`
	PaymentTypeCode     string      `json:"payment_type_code"`
	CurrencyCode        string      `json:"currency_code"`
	AmountTotal         json.Number `json:"amount_total"`
	DueDate             string      `json:"due_date,omitempty"` // DD/MM/YYYY
	Name                string      `json:"name"`
	Email               string      `json:"email"`
	Document            string      `json:"document,omitempty"`
	DocumentType        string      `json:"document_type,omitempty"`
	PhoneNumber         string      `json:"phone_number,omitempty"`
}

// wirePayment is a payment as the wire has it. Amounts are texts.
type wirePayment struct {
	Hash                string        `json:"hash"`
	PIN                 provider.Text `json:"pin"`
	MerchantPaymentCode string        `json:"merchant_payment_code"`
	Status              string        `json:"status"`
	StatusDate          string        `json:"status_date"`
	ConfirmDate         string        `json:"confirm_date"`
	AmountExt           json.Number   `json:"amount_ext"`
	CurrencyExt         string        `json:"currency_ext"`
	DueDate             string        `json:"due_date"` // YYYY-MM-DD
	VoucherURL          string        `json:"voucher_url"`
	CIPURL              string        `json:"cip_url"`
	Refunds             []wireRefund  `json:"refunds"`
}

// CreatePayment asks for a voucher. EBANX lets a reference be used once: if it is taken, the first voucher is read.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	request, err := a.direct(p)
	if err != nil {
		return payment.Observation{}, err
	}
	body, err := json.Marshal(request)
	if err != nil {
		return payment.Observation{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
	}
	reply, err := provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodPost, URL: a.account.Endpoint + "/ws/direct", Body: body})
	if err != nil {
		return payment.Observation{}, err
	}
	an, err := read(reply)
	var w wirePayment
	switch {
	case err != nil && reply.Status == http.StatusOK && an.StatusCode == alreadyThere:
		if w, err = a.query(ctx, url.Values{"merchant_payment_code": {p.ID}}); err != nil {
			// Whatever kept us from reading it, the voucher is there.
			return payment.Observation{}, &provider.Error{Class: provider.Unknown, Code: alreadyThere, Note: "the voucher is there, but cannot be read"}
		}
	case err != nil:
		return payment.Observation{}, err
	default:
		if err := provider.DecodeJSON(an.Payment, &w); err != nil {
			return payment.Observation{}, unreadable("the answer's payment cannot be read")
		}
	}
	return a.voucher(w, p)
}

func (a *Adapter) direct(p payment.Payment) (directRequest, error) {
	amount, err := a.Profile().Wire(p.Amount)
	if err != nil {
		return directRequest{}, err
	}
	if p.Payer.Name == "" || p.Payer.Email == "" {
		return directRequest{}, fmt.Errorf("%w: EBANX wants the buyer's name and e-mail", provider.ErrDetails)
	}
	d := directPayment{MerchantPaymentCode: p.ID, Country: a.market.country, PaymentTypeCode: a.market.method,
		CurrencyCode: string(a.market.currency), AmountTotal: json.Number(amount), Name: p.Payer.Name.Reveal(),
		Email: p.Payer.Email.Reveal(), PhoneNumber: p.Payer.Phone.Reveal()}
	if !p.ExpiresAt.IsZero() {
		d.DueDate = p.ExpiresAt.In(a.zone).Format("02/01/2006")
	}
	country := map[string]string{"co": "CO", "pe": "PE"}[a.market.country]
	if document, err := identity.ParseDocument(country, p.Payer.DocumentType, p.Payer.DocumentNumber.Reveal()); err == nil {
		if code, number, ok := document.In(identity.SchemeEBANX); ok {
			d.DocumentType, d.Document = code, number
		}
	}
	if country == "CO" && d.Document == "" {
		return directRequest{}, fmt.Errorf("%w: EBANX wants the buyer's CC, NIT or CE", provider.ErrDetails)
	}
	return directRequest{a.key, "request", d}, nil
}

// voucher reads what the buyer takes to the counter.
func (a *Adapter) voucher(w wirePayment, p payment.Payment) (payment.Observation, error) {
	minor, err := minorOf(w.AmountExt, w.CurrencyExt)
	if err != nil || w.MerchantPaymentCode != p.ID || money.New(minor, money.Currency(w.CurrencyExt)) != p.Amount || w.Hash == "" || w.PIN == "" {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	ends, err := a.end(w.DueDate)
	if err != nil {
		return payment.Observation{}, unreadable("the answer's due date cannot be read")
	}
	page := w.VoucherURL
	if page == "" {
		page = w.CIPURL
	}
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: "voucher:" + w.Hash, Currency: w.CurrencyExt, Word: w.Status,
		Voucher: payment.Voucher{Code: string(w.PIN), URL: page, ExpiresAt: ends}}, nil
}

// end is the last second of a due date; zero for none.
func (a *Adapter) end(due string) (time.Time, error) {
	if due == "" {
		return time.Time{}, nil
	}
	day, err := calendar.Parse(due)
	return day.AddDays(1).Start(a.zone).Add(-time.Second).UTC(), err
}

// query asks for one payment.
func (a *Adapter) query(ctx context.Context, values url.Values) (wirePayment, error) {
	var w wirePayment
	reply, err := a.form(ctx, http.MethodPost, "/ws/query", values)
	if err != nil {
		return w, err
	}
	an, err := read(reply)
	if err != nil {
		if a.noPayment != "" && reply.Status == http.StatusOK && an.StatusCode == a.noPayment {
			return w, provider.ErrNoSuchPayment
		}
		// A refusal of the question proves nothing about what was asked.
		return w, asked(err)
	}
	if err := provider.DecodeJSON(an.Payment, &w); err != nil || w.Hash == "" || w.MerchantPaymentCode == "" {
		return w, unreadable("the answer's payment cannot be read")
	}
	return w, nil
}

// asked turns a refused question into what it proves.
func asked(err error) error {
	var e *provider.Error
	if errors.As(err, &e) && e.Class == provider.Rejected {
		return &provider.Error{Class: provider.Unknown, Code: e.Code, Note: e.Note, Said: e.Said}
	}
	return err
}

// ReadPayment asks by our reference.
func (a *Adapter) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	w, err := a.query(ctx, url.Values{"merchant_payment_code": {p.ID}})
	if err != nil {
		return payment.Observation{}, err
	}
	if w.MerchantPaymentCode != p.ID {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	return a.observe(w)
}

// CancelPayment withdraws a voucher. One that EBANX does not cancel is asked for, because cash may have come first.
func (a *Adapter) CancelPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	before, err := a.query(ctx, url.Values{"merchant_payment_code": {p.ID}})
	if err != nil {
		return payment.Observation{}, err
	}
	if before.MerchantPaymentCode != p.ID {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	if before.Status != "OP" && before.Status != "PE" {
		return a.observe(before)
	}
	reply, err := a.form(ctx, http.MethodPost, "/ws/cancel", url.Values{"hash": {before.Hash}})
	if err != nil {
		return payment.Observation{}, err
	}
	if _, err := read(reply); err != nil {
		return payment.Observation{}, asked(err)
	}
	return a.ReadPayment(ctx, p)
}

// observe reads how a payment stands. EBANX cancels what runs out: the date tells the end from a withdrawal.
func (a *Adapter) observe(w wirePayment) (payment.Observation, error) {
	o := payment.Observation{Currency: w.CurrencyExt, Word: w.Status}
	switch w.Status {
	case "OP", "PE":
		o.Claim = payment.ClaimPending
	case "CA":
		moved, err := a.instant(w.StatusDate)
		ends, err2 := a.end(w.DueDate)
		if err != nil || err2 != nil {
			return o, unreadable("the answer's dates cannot be read")
		}
		o.Claim = payment.ClaimCancelled
		if !ends.IsZero() && !moved.Before(ends) {
			o.Claim = payment.ClaimExpired
		}
	case "CO":
		return a.receipt(w, o)
	default:
		return o, unreadable("a status that is not documented")
	}
	o.Evidence = "query:" + string(o.Claim) + ":" + w.Hash
	return o, nil
}

// receipt reads the cash: EBANX confirms a payment once and names it by its hash.
func (a *Adapter) receipt(w wirePayment, o payment.Observation) (payment.Observation, error) {
	minor, err := minorOf(w.AmountExt, w.CurrencyExt)
	if err != nil || minor <= 0 {
		return o, unreadable("confirmed, but the amount cannot be read")
	}
	if o.OccurredAt, err = a.instant(w.ConfirmDate); err != nil || o.OccurredAt.IsZero() {
		return o, unreadable("confirmed, but the instant cannot be read")
	}
	o.Claim, o.TransactionID, o.Minor, o.Evidence = payment.ClaimPaid, w.Hash, minor, "confirmed:"+w.Hash
	return o, nil
}

func minorOf(n json.Number, currency string) (int64, error) {
	return provider.Minor(n, money.Currency(currency))
}
