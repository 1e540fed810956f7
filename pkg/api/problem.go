package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/vuelto/vuelto/pkg/batch"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/door"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/ingest"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// Problem is an RFC 9457 answer.
type Problem = door.Problem

// FieldError is one fault of a body.
type FieldError = door.FieldError

// decision is how one sentinel shows to the caller.
type decision struct {
	err      error
	status   int
	code     string
	title    string
	nextStep string
	detail   bool // the error's own text may be shown: it is ours, and names ids and limits
	retry    string
}

// decisions are those that every part knows, put together when the first is needed.
var decisions struct {
	once sync.Once
	list []decision
}

// decision finds how an error shows to the caller; nil if nobody classified it. The first match counts.
func (s *Server) decision(err error) *decision {
	decisions.once.Do(func() { decisions.list = slices.Concat(aboutRequests(), aboutMoney(), aboutBooks()) })
	for _, table := range [...][]decision{decisions.list, s.also} {
		for i := range table {
			if errors.Is(err, table[i].err) {
				return &table[i]
			}
		}
	}
	return nil
}

// aboutRequests are the decisions about a request itself, before anything is looked up.
func aboutRequests() []decision {
	return []decision{
		{errMalformed, 400, "malformed_json", "The body cannot be read", "Send one JSON object with integer amounts.", true, ""},
		{errDuplicate, 400, "duplicate_key", "A key comes twice", "Send every key once, in lower case.", true, ""},
		{errUnknownField, 400, "unknown_field", "A field is not known", "Check the spelling; field names are lower case.", true, ""},
		{errBodyTooLarge, 413, "body_too_large", "The body is too large", "Send at most 256 kB.", false, ""},
		{errBatchTooLarge, 413, "batch_too_large", "The batch is too large", "Split it: at most 100,000 rows and 6 MB as sent.", true, ""},
		{batch.ErrTooLong, 413, "batch_too_large", "The batch is too large", "Split it: at most 100,000 rows and 6 MB as sent.", true, ""},
		{batch.ErrUnreadable, 400, "file_unreadable", "The file cannot be read", "Correct the file as detail says; nothing of it was taken.", true, ""},
		{batch.ErrRow, 422, "row_unreadable", "The row cannot be read", "Correct the row as detail says.", true, ""},
		{batch.ErrFormula, 422, "formula_cell", "A cell holds a formula", "Save the values instead of formulas.", true, ""},
		{errBatchCancelled, 409, "batch_cancelled", "The batch was cancelled before this row", "Send the row again if it is still wanted.", false, ""},
		{errRowFailed, 409, "row_failed", "The row failed on our side", "Look the row's own id up, then send it again.", false, ""},
		{request.ErrOver, 409, "batch_over", "The batch is over", "Read its results; cancel single refunds or payouts instead.", true, ""},
		{errKeyMissing, 400, "idempotency_key_missing", "The Idempotency-Key header is missing", "Send a key of your own with every request that creates something.", true, ""},
		{door.ErrUnauthorized, 401, "unauthorized", "No valid API key", "Send Authorization: Bearer sk_… with a key of this stack.", false, ""},
		{door.ErrSource, 403, "source_not_allowed", "This key may not come from here", "Call from an address that the key's sources list.", false, ""},
		{door.ErrUnsigned, 401, "signature_invalid", "The request's signature does not fit", "Sign it as RFC 9421 says, with the key's signing secret; detail says what is wrong.", true, ""},
		{errForbidden, 403, "forbidden", "This key's role may not do that", "Use a key whose role allows it.", false, ""},
		{errMethod, 405, "method_not_allowed", "The method is not allowed here", "See the Allow header.", false, ""},
	}
}

func aboutMoney() []decision {
	return []decision{
		{request.ErrNotFound, 404, "not_found", "Nothing has this id", "Check the id and the key's merchant.", true, ""},
		{request.ErrKeyReused, 422, "idempotency_key_reused", "The key was used with another body", "Use a new Idempotency-Key for another request.", true, ""},
		{request.ErrInProgress, 409, "idempotency_in_progress", "A request with this key is still at work", "Repeat the same request in a moment.", true, "1"},
		{request.ErrMerchantRef, 409, "merchant_refund_id_taken", "This id was used before", "Look the earlier one up before you ask again with a new id.", true, ""},
		{request.ErrOrderTaken, 409, "order_reference_taken", "The order reference was used before", "Use the payment that has it, or a new reference.", true, ""},
		{request.ErrOrderMismatch, 422, "order_mismatch", "Order, transaction and payment do not belong together", "Check which payment you mean.", true, ""},
		{request.ErrNotPaid, 409, "payment_not_paid", "The payment is not paid", "Refund once its status is paid.", true, ""},
		{request.ErrCurrency, 422, "currency_mismatch", "The currency does not fit", "Use the currency of the payment or store.", true, ""},
		{request.ErrExceeds, 422, "amount_exceeds_refundable", "More than is left to refund", "Read the payment: paid minus reserved minus refunded is left.", true, ""},
		{request.ErrWindow, 422, "refund_window_expired", "The provider's refund window is over", "Ask for another route, or pay the buyer by hand and record it.", true, ""},
		{request.ErrLimit, 422, "limit_exceeded", "A limit does not allow it", "Change the amount, or wait for the next day.", true, ""},
		{request.ErrRoute, 422, "route_unavailable", "The route is not offered here", "Use route auto, or one that GET /v1/providers lists.", true, ""},
		{request.ErrAmount, 422, "amount_invalid", "The amount is not possible", "Send a positive amount the provider can express.", true, ""},
		{request.ErrStore, 422, "store_unknown", "The store is not known", "Use one of your stores.", true, ""},
		{request.ErrNetwork, 422, "network_unknown", "The network or provider is not available here", "Use a network and provider of the store.", true, ""},
		{request.ErrDetails, 422, "person_incomplete", "More must be known of the person", "Send the fields that detail names.", true, ""},
		{request.ErrSamePerson, 403, "second_person_required", "Another person must decide", "Let somebody else approve.", true, ""},
		{request.ErrEvidence, 422, "evidence_missing", "The proposal names no evidence", "Say where it can be looked up: a case number, a receipt, a letter.", true, ""},
		{request.ErrDiffers, 409, "resolution_differs", "Another resolution is proposed", "Agree to that one, or withdraw it and propose another.", true, ""},
		{request.ErrAssigned, 409, "assigned_to_other", "Somebody else looks into it", "Wait until their assignment lapses, or ask them to release it.", true, ""},
		{request.ErrAction, 409, "resolution_not_possible", "This hold cannot end that way", "Use one of the actions that manual.actions lists.", true, ""},
		{request.ErrApproverRole, 403, "approver_role_required", "The role of this key may not agree to so much", "Let somebody with the role that approval.role names agree.", true, ""},
		{request.ErrAwaited, 409, "return_awaited", "The money is not back yet", "Wait for the settlement file that shows it, or set payouts.failure to advance.", true, ""},
		{request.ErrSettled, 409, "situation_settled", "Somebody has settled it", "Read the payment: situation_settled says how and by whom.", true, ""},
		{request.ErrDocument, 422, "document_invalid", "The document cannot be right", "Correct type and number of the document; the rules say which there may be.", true, ""},
		{request.ErrPapers, 422, "documents_missing", "Compliance documents are missing", "Upload them (POST /v1/documents) and name them in documents.", true, ""},
		{request.ErrPurpose, 422, "purpose_invalid", "The purpose is not one of yours", "Use a purpose that your rules list.", true, ""},
		{request.ErrKind, 422, "document_kind_invalid", "Only PDF, PNG and JPEG are kept", "Send the file as it is, as one of these.", false, ""},
		{request.ErrShown, 409, "code_already_shown", "The cash code was shown before", "Ask whom history names; if it is lost, wait until it runs out and reissue it.", true, ""},
		{request.ErrCodeLive, 409, "code_still_live", "The cash code may still be collected", "Wait until the provider says that it ran out: status returned, cancelled or rejected.", true, ""},
		{request.ErrReplaced, 409, "already_replaced", "It was replaced before", "Follow the one that replaced_by names.", true, ""},
		{request.ErrRateUnknown, 422, "rate_unknown", "No exchange rate is known for the day", "Import the source's rates (POST /v1/rates), or ask in the currency that was paid.", true, ""},
		{request.ErrRateStale, 422, "rate_stale", "The last exchange rate is too old", "Import the source's rates (POST /v1/rates), or ask in the currency that was paid.", true, ""},
		{request.ErrOwnKey, 409, "key_in_use", "That is the key you came with", "Rotate it instead, or revoke it with another one.", false, ""},
		{request.ErrChanged, 409, "approval_changed", "It is no longer what you looked at", "Read it again and approve what approval.hash names now.", true, ""},
		{request.ErrRulesMoved, 409, "rules_changed", "Somebody else set rules meanwhile", "Read GET /v1/rules and send yours again if they still fit.", false, ""},
		{request.ErrCannotBeStopped, 409, "not_cancellable", "It can no longer be stopped", "Follow its status; it may still come back.", true, ""},
		{request.ErrState, 409, "state_conflict", "Not possible in this state", "Read it again and look at its status.", true, ""},
		{request.ErrRefused, 422, "provider_refused", "The provider refused", "Correct the request as the provider says.", true, ""},
		{request.ErrProvider, 502, "provider_unavailable", "The provider did not answer usably", "Repeat with the same Idempotency-Key.", false, "5"},
		{request.ErrBusy, 409, "payment_busy", "Too many requests on one payment", "Repeat the same request in a moment; nothing was kept.", false, "1"},
		{store.ErrBusy, 409, "payment_busy", "Too many requests on one record", "Repeat the same request in a moment; nothing was kept.", false, "1"},
	}
}

// aboutFiles are the decisions about files that people bring. They are apart because only one function links what they name.
func aboutFiles() []decision {
	return []decision{
		{errFileTooLarge, 413, "file_too_large", "The file is too large", "Put larger files into the bucket's inbox, or split them.", false, ""},
		{ingest.ErrAccount, 422, "account_unknown", "The account is not known", "Use an account that GET /v1/providers lists with read_settlement.", false, ""},
		{ingest.ErrDay, 422, "settlement_day", "The day cannot have a settlement file", "Send the day on which the provider paid.", true, ""},
		{ingest.ErrUnusable, 422, "settlement_unreadable", "This is no settlement file of the account", "Download the report again as text in UTF-8.", true, ""},
		{settlement.ErrDepositDiffers, 409, "deposit_differs", "The deposit is known with another content", "Give it an id of its own, or correct the line.", true, ""},
		{settlement.ErrContractDiffers, 409, "contract_differs", "The contract is known with other fees", "Check the contract; send ?correct=true if the earlier fees were wrong.", true, ""},
		{rate.ErrDiffers, 409, "rate_differs", "The rate is known with another value", "Check the source; send ?correct=true if the earlier value was wrong.", true, ""},
	}
}

// aboutBooks are the decisions about settlement days and their breaks.
func aboutBooks() []decision {
	return []decision{
		{decide.ErrNotFound, 404, "not_found", "Nothing has this id", "Read the day's breaks again: a corrected file may have taken it away.", true, ""},
		{decide.ErrLimit, 422, "write_off_limit", "More than may be written off", "Dispute it, or ask for a higher limit.", true, ""},
		{decide.ErrSum, 422, "sum_differs", "The parts do not add up to the row", "Name entries whose amounts are the row's.", true, ""},
		{decide.ErrRunning, 409, "day_running", "The day is being compared", "Repeat the same request in a moment.", false, "2"},
		{decide.ErrClosed, 409, "day_closed", "The day is closed", "Reopen it, with a reason, if it must change.", false, ""},
		{decide.ErrState, 409, "state_conflict", "Not possible in this state", "Read it again and look at its status.", true, ""},
		{discrepancy.ErrDecided, 409, "break_decided", "It has been decided already", "Read the break again; reopen it if that was wrong.", true, ""},
		{discrepancy.ErrMove, 422, "resolution_unfit", "That does not fit this break", "Read the break's class and choose another method.", true, ""},
	}
}

// invalid is a body whose fields do not fit.
type invalid struct {
	code   string // of the first fault
	faults []FieldError
}

func (e *invalid) Error() string { return e.code }

// problemOf is what an error amounts to, and after how many seconds to try again. Text that nobody classified stays inside.
func (s *Server) problemOf(err error) (p Problem, retry string) {
	p = Problem{Status: 500, Code: "internal", Title: "Something failed on our side",
		NextStep: "Repeat with the same Idempotency-Key; if it stays, tell us the request id."}
	var fields *invalid
	if errors.As(err, &fields) {
		p = Problem{Status: 422, Code: fields.code, Title: "The request does not fit", NextStep: "Correct the fields named in errors.", Errors: fields.faults}
		err = nil
	}
	var open *decide.OpenError
	if errors.As(err, &open) {
		p = Problem{Status: 409, Code: "breaks_open", Title: "Something is still open", Detail: fmt.Sprintf("%d open", open.Count),
			NextStep: "Explain or resolve what errors names, then close again; a month may be closed with accept_silence or accept_open_bank and a reason."}
		for _, id := range open.First {
			p.Errors = append(p.Errors, FieldError{Detail: id})
		}
		err = nil
	}
	if d := s.decision(err); d != nil {
		p, retry = Problem{Status: d.status, Code: d.code, Title: d.title, NextStep: d.nextStep}, d.retry
		if d.detail {
			p.Detail = err.Error()
		}
	}
	return p, retry
}

// refuse answers with what an error amounts to.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p, retry := s.problemOf(err)
	if p.Status >= 500 {
		s.Log.ErrorContext(r.Context(), "request failed", "request_id", door.RequestID(r), "path", r.URL.Path, "code", p.Code, "error", err)
	}
	door.Refuse(w, r, p, retry)
}
