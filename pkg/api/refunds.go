package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

type refundRequest struct {
	Payment               string         `json:"payment"`
	Provider              string         `json:"provider"`
	OriginalTransactionID string         `json:"original_transaction_id"`
	OrderReference        string         `json:"order_reference"`
	Amount                int64          `json:"amount"`
	Currency              string         `json:"currency"`
	ReasonCode            string         `json:"reason_code"`
	ReasonText            string         `json:"reason_text"`
	MerchantRefundID      string         `json:"merchant_refund_id"`
	Route                 string         `json:"route"`
	PlatformDeadline      string         `json:"platform_deadline"` // local day by which a selling platform wants the buyer to have it
	Documents             []paperRequest `json:"documents"`
	Beneficiary           *personRequest `json:"beneficiary"`
}

// reasons is every reason code; other needs words.
func reasons() []string {
	return []string{"customer_return", "order_cancelled", "not_delivered", "duplicate_payment", "overpayment", "wrong_amount",
		"fraud_suspected", "expired_voucher_paid", "goodwill", "other"}
}

func (s *Server) createRefund(r *http.Request, c request.Caller) (any, error) {
	return s.refund(r, c, "")
}

func (s *Server) createCashWithdrawal(r *http.Request, c request.Caller) (any, error) {
	return s.refund(r, c, disbursement.CashWithdrawal)
}

func (s *Server) refund(r *http.Request, c request.Caller, fixed disbursement.Route) (any, error) {
	var q refundRequest
	dry := r.URL.Query().Get("dry_run") == "true"
	key, err := bodyOf(r, c, &q, !dry)
	if err != nil {
		return nil, err
	}
	asked := disbursement.Route(q.Route)
	if q.Route == "auto" {
		asked = ""
	}
	var f faults
	q.check(&f)
	f.check(fixed == "" || asked == "" || asked == fixed, "route_unavailable", "/route", "this path is for cash withdrawals")
	if fixed != "" {
		asked = fixed
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	papers, err := s.papers(r, c, q.Documents)
	if err != nil {
		return nil, err
	}
	deadline, _ := calendar.Parse(q.PlatformDeadline) // checked above; none is the zero value
	ask := request.Refund{
		Caller: c, Key: key, Payment: q.Payment, Provider: q.Provider, OriginalTransaction: q.OriginalTransactionID,
		Order: q.OrderReference, Amount: money.New(q.Amount, money.Currency(q.Currency)), Reason: q.ReasonCode,
		ReasonText: q.ReasonText, MerchantRef: q.MerchantRefundID, Route: asked, Deadline: deadline, Papers: papers, Beneficiary: q.Beneficiary.person(),
		Answer: func(d disbursement.Disbursement) request.Answer { return created(s.renderDisbursement(d)) },
	}
	if dry {
		return s.preview(r, ask)
	}
	return s.Requester.Refund(r.Context(), ask)
}

func (q refundRequest) check(f *faults) {
	f.check(q.Payment != "" || (q.Provider != "" && q.OriginalTransactionID != ""), "field_missing", "/payment",
		"name the payment, or provider and original_transaction_id")
	f.amount(q.Amount)
	f.currency(q.Currency)
	f.check(slices.Contains(reasons(), q.ReasonCode), "reason_code_invalid", "/reason_code", "must be one of "+strings.Join(reasons(), ", "))
	f.check(q.ReasonCode != "other" || q.ReasonText != "", "reason_code_invalid", "/reason_text", "reason other needs words")
	f.text("/reason_text", q.ReasonText, 0, 200)
	f.text("/merchant_refund_id", q.MerchantRefundID, 1, 64)
	if q.Payment != "" {
		f.text("/payment", q.Payment, 1, 64)
	}
	f.text("/provider", q.Provider, 0, 64)
	f.text("/order_reference", q.OrderReference, 0, 64)
	f.text("/original_transaction_id", q.OriginalTransactionID, 0, 200)
	routes := []string{"", "auto", "original", "cash_withdrawal", "bank_transfer", "manual"}
	f.check(slices.Contains(routes, q.Route), "route_unavailable", "/route", "must be auto, original, cash_withdrawal, bank_transfer or manual")
	_, err := calendar.Parse(q.PlatformDeadline)
	f.check(q.PlatformDeadline == "" || err == nil, "field_invalid", "/platform_deadline", "must be a day as YYYY-MM-DD")
	f.papers(q.Documents)
	f.person("/beneficiary", q.Beneficiary)
}

func (s *Server) get(kind disbursement.Kind) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		d, err := s.Requester.Find(r.Context(), c, kind, r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		return s.renderDisbursement(d), nil
	}
}

// move is what people do to a disbursement.
func (s *Server) move(kind disbursement.Kind) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		ctx, id := r.Context(), r.PathValue("id")
		var d disbursement.Disbursement
		var err error
		switch r.PathValue("move") {
		case "cancel":
			d, err = s.Requester.Cancel(ctx, c, kind, id)
		case "sync":
			if d, err = s.Requester.Find(ctx, c, kind, id); err == nil {
				d, err = s.Poller.Disbursement(ctx, d)
			}
		case "resolve", "take", "release":
			return s.desk(r, c, kind)
		case "approve", "reject":
			if !c.Key.May(merchant.Agree) {
				return nil, errForbidden
			}
			if r.PathValue("move") == "approve" {
				var seen approveRequest
				if seen, err = approval(r); err == nil {
					d, err = s.Requester.Approve(ctx, c, kind, id, seen.Hash)
				}
			} else {
				d, err = s.Requester.Reject(ctx, c, kind, id, c.Key.Person)
			}
		default:
			return nil, request.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		return s.renderDisbursement(d), nil
	}
}

// approveRequest may name what the approver has seen: approval.hash of the answer they looked at.
type approveRequest struct {
	Hash string `json:"hash"`
}

func approval(r *http.Request) (q approveRequest, err error) {
	raw, err := read(r)
	if err != nil || len(raw) == 0 {
		return q, err
	}
	return q, decode(raw, &q)
}

func (s *Server) list(kind disbursement.Kind) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		query := r.URL.Query()
		show := func(record store.Record) (any, error) {
			d, err := disbursement.Decode(record)
			if err != nil || !matches(query, "status", string(d.State)) || !matches(query, "store", d.Store) ||
				!matches(query, "payment", d.Payment) || !matches(query, "merchant_"+string(kind)+"_id", d.MerchantRef) {
				return nil, err
			}
			return s.renderDisbursement(d), nil
		}
		if id := query.Get("payment"); id != "" && kind == disbursement.Refund {
			return s.refundsOf(r, c, id, show)
		}
		return s.pageOf(r, listing{
			partition: func(month time.Time) string { return disbursement.ListPartition(c.Merchant.ID, kind, month) },
			render:    show,
		})
	}
}

// refundsOf lists the refunds of one payment from the payment itself: complete and current.
func (s *Server) refundsOf(r *http.Request, c request.Caller, id string, show func(store.Record) (any, error)) (any, error) {
	out := page{Data: []any{}}
	record, err := s.Store.Get(r.Context(), payment.Key(c.Merchant.ID, id))
	if err != nil {
		return out, ignoreMissing(err)
	}
	p, err := payment.Decode(record)
	if err != nil {
		return nil, err
	}
	var found []disbursementAnswer
	for _, refund := range p.Refunds {
		record, err := s.Store.Get(r.Context(), disbursement.Key(p.Tenant, refund))
		if err != nil {
			return nil, err
		}
		view, err := show(record)
		if err != nil {
			return nil, err
		}
		if view != nil {
			found = append(found, view.(disbursementAnswer))
		}
	}
	slices.SortStableFunc(found, func(a, b disbursementAnswer) int { return strings.Compare(b.CreatedAt, a.CreatedAt) })
	for _, d := range found {
		out.Data = append(out.Data, d)
	}
	return out, nil
}
