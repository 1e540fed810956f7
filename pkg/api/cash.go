package api

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
)

// codeAnswer is a cash code as it is given out, once.
type codeAnswer struct {
	ID        string `json:"id"`
	CashCode  string `json:"cash_code"`
	ExpiresAt string `json:"cash_code_expires_at"`
	ShownTo   string `json:"cash_code_shown_to"`
}

func (s *Server) showCode(kind disbursement.Kind) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		var none struct{}
		key, err := body(r, c, &none)
		if err != nil {
			return nil, err
		}
		return s.Requester.ShowCode(r.Context(), c, key, kind, r.PathValue("id"), func(d disbursement.Disbursement) request.Answer {
			a := created(codeAnswer{d.ID, d.CashCode, stamp(d.CashExpires), c.Key.Person})
			a.Status = http.StatusOK
			return a
		})
	}
}

type reissueRequest struct {
	MerchantRefundID string         `json:"merchant_refund_id"`
	MerchantPayoutID string         `json:"merchant_payout_id"`
	Beneficiary      *personRequest `json:"beneficiary"`
	Documents        []paperRequest `json:"documents"`
}

func (s *Server) reissue(kind disbursement.Kind) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		var q reissueRequest
		key, err := body(r, c, &q)
		if err != nil {
			return nil, err
		}
		ours, pointer := q.MerchantRefundID, "/merchant_refund_id"
		if kind == disbursement.Payout {
			ours, pointer = q.MerchantPayoutID, "/merchant_payout_id"
		}
		var f faults
		f.text(pointer, ours, 1, 64)
		f.person("/beneficiary", q.Beneficiary)
		f.papers(q.Documents)
		if err := f.err(); err != nil {
			return nil, err
		}
		papers, err := s.papers(r, c, q.Documents)
		if err != nil {
			return nil, err
		}
		return s.Requester.Reissue(r.Context(), request.Reissue{Caller: c, Key: key, Kind: kind, ID: r.PathValue("id"), MerchantRef: ours,
			Beneficiary: q.Beneficiary.person(), Papers: papers, Answer: func(d disbursement.Disbursement) request.Answer { return created(s.renderDisbursement(d)) }})
	}
}
