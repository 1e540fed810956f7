package pagoefectivo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
)

type refundRequest struct {
	OriginalTransactionID string      `json:"original_transaction_id"`
	RefundAmount          json.Number `json:"refund_amount"`
	Currency              string      `json:"currency"`
	Reason                string      `json:"reason"`
	MerchantRefundID      string      `json:"merchant_refund_id"`
}

// refund is a refund as the S3 contract writes it, in replies to a POST and to a GET.
type refund struct {
	Code             string         `json:"code"`    // of a refusal
	Message          provider.Prose `json:"message"` // of a refusal
	RefundID         string         `json:"refund_id"`
	MerchantRefundID string         `json:"merchant_refund_id"`
	RefundAmount     json.Number    `json:"refund_amount"`
	Currency         string         `json:"currency"`
	Status           string         `json:"status"`
	ReasonCode       string         `json:"reason_code"` // why it was rejected or came back
	UpdatedAt        string         `json:"updated_at"`
}

// Refund gives (part of) a payment back, named by its operation number.
func (a *Adapter) Refund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	amount, err := a.Profile().Wire(d.Amount)
	if err != nil {
		return disbursement.Observation{}, err
	}
	if d.OriginalTransaction == "" {
		return disbursement.Observation{}, fmt.Errorf("%w: no operation number to give back", provider.ErrDetails)
	}
	reply, err := a.call(ctx, http.MethodPost, "/api/v1/refunds", refundRequest{
		OriginalTransactionID: d.OriginalTransaction, RefundAmount: json.Number(amount),
		Currency: string(d.Amount.Currency()), Reason: d.Reason, MerchantRefundID: d.ID,
	}, true)
	if err != nil {
		return disbursement.Observation{}, err
	}
	// 200 instead of 201 says that the reference was known and the first refund is returned.
	return a.refund(reply, d, http.StatusCreated, http.StatusOK)
}

// refund reads a reply about d.
func (a *Adapter) refund(reply provider.Reply, d disbursement.Disbursement, good ...int) (disbursement.Observation, error) {
	var r refund
	if err := provider.DecodeJSON(reply.Body, &r); err != nil {
		return disbursement.Observation{}, &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	for _, status := range good {
		if reply.Status == status {
			return r.observe(d, reply.Header.Get("X-Request-Id"))
		}
	}
	err := Codes().Error(reply.Status, r.Code).Saying(r.Message)
	if err.Code == tokenExpired || err.Class == provider.Denied {
		a.token.forget()
	}
	return disbursement.Observation{}, err
}

func (r refund) observe(d disbursement.Disbursement, responseID string) (disbursement.Observation, error) {
	minor, err := minorOf(r.RefundAmount, r.Currency)
	if r.MerchantRefundID != d.ID || err != nil || money.New(minor, money.Currency(r.Currency)) != d.Amount {
		return disbursement.Observation{}, unreadable("the answer speaks of another refund")
	}
	at, err := instant(r.UpdatedAt)
	if err != nil {
		return disbursement.Observation{}, unreadable("the answer's instant cannot be read")
	}
	o, ok := standing(r.Status)
	if !ok || r.RefundID == "" {
		return disbursement.Observation{}, unreadable("a status that is not documented")
	}
	o.OccurredAt, o.Reference, o.ResponseID, o.Code = at, r.RefundID, responseID, provider.Word(r.ReasonCode)
	o.Word, o.Said = provider.Telling(Words, r.ReasonCode, r.Status), identity.Sensitive(r.ReasonCode)
	return o, nil
}

// standing reads a status word of the S3 contract.
func standing(status string) (disbursement.Observation, bool) {
	var claim disbursement.Claim
	switch status {
	case "ACCEPTED":
		claim = disbursement.ClaimAccepted
	case "PAID":
		claim = disbursement.ClaimPaid
	case "REJECTED":
		claim = disbursement.ClaimRejected
	case "RETURNED":
		claim = disbursement.ClaimReturned
	case "CANCELLED":
		claim = disbursement.ClaimVoided
	}
	return disbursement.Observation{Claim: claim}, claim != ""
}
