package api

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/money"
)

type payoutRequest struct {
	Network          string         `json:"network"`
	Provider         string         `json:"provider"`
	Store            string         `json:"store"`
	Amount           int64          `json:"amount"`
	Currency         string         `json:"currency"`
	Purpose          string         `json:"purpose"`
	MerchantPayoutID string         `json:"merchant_payout_id"`
	Documents        []paperRequest `json:"documents"`
	Beneficiary      *personRequest `json:"beneficiary"`
}

func (s *Server) createPayout(r *http.Request, c request.Caller) (any, error) {
	var q payoutRequest
	key, err := body(r, c, &q)
	if err != nil {
		return nil, err
	}
	var f faults
	f.text("/network", q.Network, 1, 40)
	f.text("/store", q.Store, 1, 64)
	f.amount(q.Amount)
	f.currency(q.Currency)
	f.text("/purpose", q.Purpose, 1, 64)
	f.text("/merchant_payout_id", q.MerchantPayoutID, 1, 64)
	f.check(q.Beneficiary != nil, "field_missing", "/beneficiary", "says who gets the money")
	f.person("/beneficiary", q.Beneficiary)
	f.papers(q.Documents)
	if err := f.err(); err != nil {
		return nil, err
	}
	papers, err := s.papers(r, c, q.Documents)
	if err != nil {
		return nil, err
	}
	return s.Requester.Payout(r.Context(), request.Payout{
		Caller: c, Key: key, Network: q.Network, Provider: q.Provider, Store: q.Store,
		Amount: money.New(q.Amount, money.Currency(q.Currency)), Purpose: q.Purpose, MerchantRef: q.MerchantPayoutID,
		Beneficiary: q.Beneficiary.person(), Papers: papers,
		Answer: func(d disbursement.Disbursement) request.Answer { return created(s.renderDisbursement(d)) },
	})
}
