package api

import (
	"errors"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/store"
)

type stepAnswer struct {
	At       string  `json:"at"`
	From     *string `json:"from"`
	To       string  `json:"to"`
	Evidence string  `json:"evidence"`
	By       string  `json:"by"`
	Role     string  `json:"role,omitempty"` // of the person in by
	Note     string  `json:"note,omitempty"`
	Request  string  `json:"request_id,omitempty"` // of the request that brought it
	Trace    string  `json:"trace_id,omitempty"`
}

type attemptAnswer struct {
	ResponseID *string `json:"response_id"`
	At         string  `json:"at"`
	Outcome    *string `json:"outcome"` // null while the call is in flight or was never answered
}

type disbursementAnswer struct {
	ID                    string             `json:"id"`
	Status                disbursement.State `json:"status"`
	Payment               *string            `json:"payment,omitempty"`
	Network               string             `json:"network"`
	Provider              string             `json:"provider"`
	Store                 string             `json:"store"`
	OrderReference        string             `json:"order_reference,omitempty"`
	Amount                int64              `json:"amount"`
	Currency              string             `json:"currency"`
	ReceivedAmount        int64              `json:"received_amount"`
	ReturnedAmount        int64              `json:"returned_amount"`
	ReasonCode            string             `json:"reason_code,omitempty"`
	ReasonText            string             `json:"reason_text,omitempty"`
	Purpose               string             `json:"purpose,omitempty"`
	MerchantRefundID      string             `json:"merchant_refund_id,omitempty"`
	MerchantPayoutID      string             `json:"merchant_payout_id,omitempty"`
	Route                 disbursement.Route `json:"route"`
	RouteReason           string             `json:"route_reason"`
	OriginalTransactionID string             `json:"original_transaction_id,omitempty"`
	NetworkReference      *string            `json:"network_reference"`
	CashCode              string             `json:"cash_code,omitempty"`
	CashCodeExpiresAt     string             `json:"cash_code_expires_at,omitempty"`
	CashCodeShownTo       string             `json:"cash_code_shown_to,omitempty"`
	Replaces              string             `json:"replaces,omitempty"`
	ReplacedBy            string             `json:"replaced_by,omitempty"`
	HeldReason            string             `json:"held_reason,omitempty"`
	ProviderMessage       *messageAnswer     `json:"provider_message"`
	WaitingFor            string             `json:"waiting_for,omitempty"` // balance
	NextAction            string             `json:"next_action"`
	DueAt                 *string            `json:"due_at"`
	ExpectedBy            string             `json:"expected_by,omitempty"`
	PlatformDeadline      string             `json:"platform_deadline,omitempty"`
	SettledOn             *string            `json:"settled_on"`
	RequestedBy           string             `json:"requested_by"`
	ApprovedBy            string             `json:"approved_by,omitempty"`
	CreatedAt             string             `json:"created_at"`
	Documents             []paperRequest     `json:"documents,omitempty"`
	FX                    *fxAnswer          `json:"fx,omitempty"`
	Approval              *approvalAnswer    `json:"approval,omitempty"`
	Manual                *manualAnswer      `json:"manual,omitempty"`
	Attempts              []attemptAnswer    `json:"attempts"`
	History               []stepAnswer       `json:"history"`
}

// approvalAnswer says who must agree to what, and what was agreed to.
type approvalAnswer struct {
	Role  string `json:"role"`
	Hash  string `json:"hash"` // of what is asked for now; while it waits, of what an approval would be of
	Until string `json:"until,omitempty"`
	Given string `json:"given,omitempty"` // hash of what was approved
}

func approvalOf(d disbursement.Disbursement) *approvalAnswer {
	if d.NeedsRole == "" {
		return nil
	}
	return &approvalAnswer{Role: d.NeedsRole, Hash: d.Fingerprint(), Until: stamp(d.AskUntil), Given: d.ApprovedHash}
}

func (s *Server) renderDisbursement(d disbursement.Disbursement) disbursementAnswer {
	a := disbursementAnswer{
		ID: d.ID, Status: d.State, Payment: optional(d.Payment), Network: d.Network, Provider: d.Provider, Store: d.Store,
		OrderReference: d.Order, Amount: d.Amount.Minor(), Currency: string(d.Amount.Currency()), ReceivedAmount: d.Received,
		ReturnedAmount: d.Returned, ReasonText: d.ReasonText, Route: d.Route, RouteReason: d.RouteReason,
		OriginalTransactionID: d.OriginalTransaction, NetworkReference: optional(d.Reference), CashCode: d.CodeMask(),
		CashCodeExpiresAt: stamp(d.CashExpires), CashCodeShownTo: d.CodeShownTo, Replaces: d.Replaces, ReplacedBy: d.ReplacedBy, HeldReason: d.HeldReason, NextAction: nextAction(d), DueAt: optional(stamp(d.Due)),
		ExpectedBy: d.ExpectedBy().String(), PlatformDeadline: d.Deadline.String(),
		SettledOn: optional(d.SettledOn.String()), RequestedBy: d.RequestedBy, ApprovedBy: d.ApprovedBy,
		ProviderMessage: s.Meaning.message(d.Provider, d.Word, d.Said), CreatedAt: stamp(d.CreatedAt), Documents: papersOf(d), FX: fxOf(d.FX), Approval: approvalOf(d), Manual: manual(d),
		Attempts: []attemptAnswer{}, History: []stepAnswer{},
	}
	if d.Short() {
		a.WaitingFor = "balance"
	}
	if d.Kind == disbursement.Refund {
		a.ReasonCode, a.MerchantRefundID = d.Reason, d.MerchantRef
	} else {
		a.Purpose, a.MerchantPayoutID = d.Reason, d.MerchantRef
	}
	for _, t := range d.Attempts {
		a.Attempts = append(a.Attempts, attemptAnswer{optional(t.ResponseID), stamp(t.At), optional(t.Outcome)})
	}
	for _, h := range d.History {
		a.History = append(a.History, stepAnswer{stamp(h.At), optional(string(h.From)), string(h.To), h.Evidence, h.By, h.Role, h.Note, h.Trail.Request, h.Trail.Trace})
	}
	return a
}

// nextAction is the one safe next step, in words.
func nextAction(d disbursement.Disbursement) string {
	switch d.State {
	case disbursement.AwaitingApproval:
		return "A second person approves or rejects it."
	case disbursement.Queued:
		if d.Short() {
			return "Pay in at the provider, or cancel it: it is handed over by itself once the balance suffices."
		}
		if d.Paused() {
			return "Nothing, or cancel it: a rule stops what is handed over (stopped), and it goes by itself once that is lifted."
		}
		return "Nothing: it is handed over shortly."
	case disbursement.Submitting, disbursement.Unknown:
		return "Nothing: the provider is asked whether it has it. Never send it again by hand."
	case disbursement.Accepted:
		return "Nothing: the provider reports when the buyer has it."
	case disbursement.Collectable:
		if d.CodeShownTo == "" {
			return "Give the buyer the code: POST …/cash-code shows it once."
		}
		return "The buyer collects the cash with the code."
	case disbursement.Held:
		return heldAction(d)
	case disbursement.Cancelled, disbursement.Rejected, disbursement.Returned:
		return overAction(d)
	}
	return "Nothing."
}

// overAction is what may come after an end without payment.
func overAction(d disbursement.Disbursement) string {
	switch {
	case d.ReplacedBy != "":
		return "Nothing: follow " + d.ReplacedBy + "."
	case d.Void() && d.State == disbursement.Returned:
		return "The money is back: issue a new code (reissue), or ask for a new refund by another road."
	}
	switch d.State {
	case disbursement.Rejected:
		return "Ask for a new refund once the reason is mended."
	case disbursement.Returned:
		return "The money is back: ask for a new refund by another road."
	}
	return "Nothing."
}

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
