package dlocal

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
)

type refundRequest struct {
	PaymentID       string      `json:"payment_id"`
	NotificationURL string      `json:"notification_url,omitempty"`
	Amount          json.Number `json:"amount"`
	Currency        string      `json:"currency"`
	Description     string      `json:"description,omitempty"`
	OrderRefundID   string      `json:"order_refund_id"`
	BeneficiaryName string      `json:"beneficiary_name,omitempty"`
	Bank            string      `json:"bank,omitempty"`
	BankCode        string      `json:"bank_code,omitempty"`
	BankAccount     string      `json:"bank_account,omitempty"`
	BankAccountType string      `json:"bank_account_type,omitempty"`
	Document        string      `json:"document,omitempty"`
	DocumentType    string      `json:"document_type,omitempty"`
}

// refund is a refund as the wire has it, in replies and in notifications. The payment's id has two spellings.
type refund struct {
	ID           string         `json:"id"`
	PaymentID    string         `json:"payment_id"`
	IDPayment    string         `json:"id_payment"`
	Amount       json.Number    `json:"amount"`
	Currency     string         `json:"currency"`
	Status       string         `json:"status"`
	StatusCode   provider.Text  `json:"status_code"`
	StatusDetail provider.Prose `json:"status_detail"`
	CreatedDate  string         `json:"created_date"`
}

// Longest values of the refund interface.
const (
	longestName        = 50
	longestDescription = 200
	longestReference   = 125
)

// Refund hands a refund over. One that dLocal knows already is asked for: 5011 says that it is there.
func (a *Adapter) Refund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	amount, err := a.Profile().Wire(d.Amount)
	if err != nil {
		return disbursement.Observation{}, err
	}
	if d.OriginalTransaction == "" {
		return disbursement.Observation{}, fmt.Errorf("%w: no payment to give back", provider.ErrDetails)
	}
	if len(d.ID) > longestReference {
		return disbursement.Observation{}, fmt.Errorf("%w: the reference is longer than %d", provider.ErrDoesNotFit, longestReference)
	}
	r := refundRequest{PaymentID: d.OriginalTransaction, NotificationURL: a.notification(d.ID), Amount: json.Number(amount),
		Currency: string(d.Amount.Currency()), Description: clip(d.Order, longestDescription), OrderRefundID: d.ID}
	a.fill(&r, d.Beneficiary)
	reply, err := a.call(ctx, http.MethodPost, "/refunds", r)
	if err != nil {
		return disbursement.Observation{}, err
	}
	if reply.Status == http.StatusBadRequest && codeOf(reply) == refundDuplicate {
		o, err := a.ReadStatus(ctx, d)
		return o, provider.ThereAlready(err)
	}
	return observe(reply, d)
}

// Missing demands nothing: whatever dLocal is not told of the bank it asks of the buyer by e-mail.
func (a *Adapter) Missing(_ disbursement.Route, who identity.Person) provider.Missing {
	asked := who.Lacks(identity.FieldName)
	if a.document {
		asked = append(asked, who.Lacks(identity.FieldDocumentType, identity.FieldDocumentNumber)...)
	}
	asked = append(asked, who.Lacks(identity.FieldBank, identity.FieldAccount)...)
	if accountType(who.AccountType) == "" {
		asked = append(asked, identity.FieldAccountType)
	}
	return provider.Missing{Asked: asked}
}

// fill adds what is known of the beneficiary's bank.
func (a *Adapter) fill(r *refundRequest, p identity.Person) {
	r.BeneficiaryName, r.BankAccount = clip(p.Name.Reveal(), longestName), p.Account.Reveal()
	r.BankAccountType = accountType(p.AccountType)
	if p.Bank != "" && strings.Trim(p.Bank, "0123456789") == "" {
		r.BankCode = p.Bank
	} else {
		r.Bank = p.Bank
	}
	if a.document {
		r.Document, r.DocumentType = p.DocumentNumber.Reveal(), p.DocumentType
	}
}

// accountType names a kind of account as dLocal does; empty if it is none that dLocal knows.
func accountType(ours string) string {
	switch strings.ToLower(ours) {
	case "c", "cc", "current", "checking", "corriente":
		return "C"
	case "s", "ca", "savings", "ahorros", "ahorro":
		return "S"
	case "i", "international":
		return "I"
	}
	return ""
}

// observe reads a reply about d.
func observe(reply provider.Reply, d disbursement.Disbursement) (disbursement.Observation, error) {
	var r refund
	if err := read(reply, &r); err != nil {
		return disbursement.Observation{}, err
	}
	minor, err := provider.Minor(r.Amount, money.Currency(r.Currency))
	if err != nil || money.New(minor, money.Currency(r.Currency)) != d.Amount || r.payment() != d.OriginalTransaction ||
		(d.Reference != "" && r.ID != d.Reference) {
		return disbursement.Observation{}, unreadable("the answer speaks of another refund")
	}
	o, err := r.observe()
	o.ResponseID = r.ID
	return o, err
}

func (r refund) payment() string {
	if r.PaymentID != "" {
		return r.PaymentID
	}
	return r.IDPayment
}

// observe reads how a refund stands. CANCELLED is the money with the merchant again, whether it was ever gone or not. The
// only instant that dLocal tells is that of the creation; what came later has none.
func (r refund) observe() (disbursement.Observation, error) {
	o := disbursement.Observation{Reference: r.ID, Code: provider.Word(string(r.StatusCode)), Word: r.Status, Said: r.StatusDetail.Sensitive()}
	switch r.Status {
	case "PENDING":
		o.Claim = disbursement.ClaimAccepted
	case "SUCCESS":
		o.Claim = disbursement.ClaimPaid
	case "REJECTED":
		o.Claim = disbursement.ClaimRejected
	case "CANCELLED":
		o.Claim = disbursement.ClaimReturned
	}
	if o.Claim == "" || r.ID == "" {
		return disbursement.Observation{}, unreadable("a status that is not documented")
	}
	created, err := instant(r.CreatedDate)
	if err != nil {
		return disbursement.Observation{}, unreadable("the instant cannot be read")
	}
	if o.Claim == disbursement.ClaimAccepted {
		o.OccurredAt = created
	}
	return o, nil
}

// notification is where dLocal tells of one refund: nothing else in a notification says which of ours it is.
func (a *Adapter) notification(ours string) string {
	if a.notify == "" {
		return ""
	}
	return a.notify + "?" + url.Values{"refund": {ours}, "proof": {a.proof(a.account.Secrets[0], ours)}}.Encode()
}

// proof ties a refund's id to the address, which dLocal's signature does not cover: a notification cannot be carried over
// to the address of another refund.
func (a *Adapter) proof(secret, ours string) string {
	return provider.Sign(secret, []byte("notification of "+ours))[:32]
}

func clip(s string, longest int) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest])
	}
	return s
}
