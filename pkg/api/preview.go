package api

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
)

// previewAnswer is what would happen to a refund, rule by rule. Nothing is kept of it.
type previewAnswer struct {
	Would       string             `json:"would"` // the status it would begin with, or refused
	Route       disbursement.Route `json:"route,omitempty"`
	Provider    string             `json:"provider,omitempty"`
	Account     string             `json:"account,omitempty"`
	RouteReason string             `json:"route_reason,omitempty"`
	HeldReason  string             `json:"held_reason,omitempty"`
	ApproverIs  string             `json:"approver_role,omitempty"`
	Code        string             `json:"code,omitempty"` // of the refusal
	Rules       int                `json:"rules"`          // number of the rules that hold; 0 = none are set
	Checks      []checkAnswer      `json:"checks"`
}

type checkAnswer struct {
	Rule   string `json:"rule"`
	Passes bool   `json:"passes"`
	Says   string `json:"says"`
}

func (s *Server) preview(r *http.Request, q request.Refund) (any, error) {
	p, err := s.Requester.Preview(r.Context(), q)
	if err != nil {
		return nil, err
	}
	a := previewAnswer{Would: "refused", Rules: p.Rules, Checks: []checkAnswer{}}
	for _, c := range p.Checks {
		a.Checks = append(a.Checks, checkAnswer(c))
	}
	if p.Refused != nil {
		if d := s.decision(p.Refused); d != nil {
			a.Code = d.code
			return a, nil
		}
		return nil, p.Refused // nothing that a rule decided
	}
	d := p.Refund
	a.Would, a.Route, a.Provider, a.Account, a.RouteReason = string(d.State), d.Route, d.Provider, d.Account, d.RouteReason
	a.HeldReason, a.ApproverIs = d.HeldReason, d.NeedsRole
	return a, nil
}
