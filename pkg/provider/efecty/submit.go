package efecty

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/provider"
)

// person is the buyer or beneficiary on the wire.
type person struct {
	Name           string `json:"name"`
	DocumentType   string `json:"document_type,omitempty"`
	DocumentNumber string `json:"document_number,omitempty"`
	Phone          string `json:"phone,omitempty"`
}

func personOf(p identity.Person) *person {
	if p.IsZero() {
		return nil
	}
	return &person{p.Name.Reveal(), p.DocumentType, p.DocumentNumber.Reveal(), p.Phone.Reveal()}
}

type disbursementRequest struct {
	MerchantRefundID string      `json:"merchant_refund_id,omitempty"`
	MerchantPayoutID string      `json:"merchant_payout_id,omitempty"`
	TransactionID    string      `json:"transaction_id,omitempty"`
	Amount           json.Number `json:"amount"`
	Currency         string      `json:"currency"`
	ReasonCode       string      `json:"reason_code,omitempty"`
	Purpose          string      `json:"purpose,omitempty"`
	Beneficiary      *person     `json:"beneficiary"`
}

// payout is a refund or payout as the wire has it, in replies and in webhooks.
type payout struct {
	DisbursementID    string      `json:"disbursement_id"`
	MerchantReference string      `json:"merchant_reference"`
	Amount            json.Number `json:"amount"`
	Currency          string      `json:"currency"`
	Status            string      `json:"status"`
	CashCode          string      `json:"cash_code"`
	CashCodeExpiresAt string      `json:"cash_code_expires_at"`
	ReasonCode        string      `json:"reason_code"`
	UpdatedAt         string      `json:"updated_at"`
}

// CashRefund gives a payment back as cash that the buyer collects with a code.
func (a *Adapter) CashRefund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	if d.OriginalTransaction == "" {
		return disbursement.Observation{}, fmt.Errorf("%w: no transaction to give back", provider.ErrDetails)
	}
	return a.handOver(ctx, "/refunds/cash-withdrawal", d, disbursementRequest{MerchantRefundID: d.ID,
		TransactionID: d.OriginalTransaction, ReasonCode: d.Reason})
}

// Pay sends cash to a person.
func (a *Adapter) Pay(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	return a.handOver(ctx, "/payouts", d, disbursementRequest{MerchantPayoutID: d.ID, Purpose: d.Reason})
}

// Missing names what a withdrawal needs. The cashier asks for the document: without name and number nobody could ever
// collect.
func (a *Adapter) Missing(_ disbursement.Route, who identity.Person) provider.Missing {
	return provider.Missing{Needed: who.Lacks(identity.FieldName, identity.FieldDocumentNumber)}
}

func (a *Adapter) handOver(ctx context.Context, path string, d disbursement.Disbursement, r disbursementRequest) (disbursement.Observation, error) {
	var err error
	if r.Amount, err = a.pesos(d.Amount); err != nil {
		return disbursement.Observation{}, err
	}
	r.Currency, r.Beneficiary = string(d.Amount.Currency()), personOf(d.Beneficiary)
	reply, err := a.call(ctx, http.MethodPost, path, r, 0)
	if err != nil {
		return disbursement.Observation{}, err
	}
	// 200 instead of 201 says that the reference was known and the first disbursement is returned.
	return observe(reply, d, http.StatusCreated, http.StatusOK)
}

// observe reads a reply about d.
func observe(reply provider.Reply, d disbursement.Disbursement, good ...int) (disbursement.Observation, error) {
	var p payout
	if err := read(reply, &p, good...); err != nil {
		return disbursement.Observation{}, err
	}
	minor, err := minorOf(p.Amount)
	if err != nil || minor != d.Amount.Minor() || p.Currency != string(d.Amount.Currency()) || p.MerchantReference != d.ID {
		return disbursement.Observation{}, unreadable("the answer speaks of another disbursement")
	}
	o, err := p.observe()
	o.ResponseID = reply.Header.Get("X-Request-Id")
	return o, err
}

// observe reads how a disbursement stands.
func (p payout) observe() (disbursement.Observation, error) {
	var claim disbursement.Claim
	switch p.Status {
	case "ACCEPTED":
		claim = disbursement.ClaimAccepted
	case "COLLECTABLE":
		claim = disbursement.ClaimCollectable
	case "COLLECTED":
		claim = disbursement.ClaimPaid
	case "REJECTED":
		claim = disbursement.ClaimRejected
	case "EXPIRED", "RETURNED":
		claim = disbursement.ClaimReturned
	case "CANCELLED":
		claim = disbursement.ClaimVoided
	}
	if claim == "" || p.DisbursementID == "" {
		return disbursement.Observation{}, unreadable("a status that is not in the contract")
	}
	o := disbursement.Observation{Claim: claim, Reference: p.DisbursementID, CashCode: p.CashCode,
		Code: provider.Word(p.ReasonCode), Word: provider.Telling(Words, p.ReasonCode, p.Status), Said: identity.Sensitive(p.ReasonCode)}
	if claim == disbursement.ClaimReturned {
		o.Note = p.Status
	}
	var err error
	if o.OccurredAt, err = instant(p.UpdatedAt); err != nil {
		return disbursement.Observation{}, unreadable("the instant cannot be read")
	}
	if o.CashExpires, err = instant(p.CashCodeExpiresAt); err != nil {
		return disbursement.Observation{}, unreadable("the cash code's end cannot be read")
	}
	if claim == disbursement.ClaimCollectable && (o.CashCode == "" || o.CashExpires.IsZero()) {
		return disbursement.Observation{}, unreadable("collectable, but without a cash code")
	}
	return o, nil
}
