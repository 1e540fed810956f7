package api

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// decisionAnswer is what people decided about a difference of a further leg.
type decisionAnswer struct {
	Status        discrepancy.Status `json:"status"`
	Method        discrepancy.Method `json:"method,omitempty"`
	Owner         *string            `json:"owner"`
	Superseded    bool               `json:"superseded"` // what was decided was about other numbers
	Lapsed        bool               `json:"lapsed"`     // it was expected, and that day is over
	ExpectedUntil string             `json:"expected_until,omitempty"`
	With          []string           `json:"with,omitempty"`
	Version       int64              `json:"version"` // 0 = nobody has touched it
	History       []decisionStep     `json:"history"`
}

func renderDecision(x decide.Matter, today calendar.Date) decisionAnswer {
	stands := x.Standing(today)
	a := decisionAnswer{Status: stands.Status, Owner: optional(x.Decision.Owner), Superseded: stands.Superseded, Lapsed: stands.Lapsed,
		Version: x.Decision.Version, History: steps(x.Decision)}
	if !stands.Superseded && !stands.Lapsed {
		a.Method, a.ExpectedUntil, a.With = x.Decision.Method, x.Decision.Until.String(), x.Decision.With
	}
	return a
}

// decider is what decides, or, in a part that decides nothing, what reads for it.
func (s *Server) decider() *decide.Decider {
	if s.Decider != nil {
		return s.Decider
	}
	return &decide.Decider{Store: s.Store, Now: s.Now, Log: s.Log}
}

func (s *Server) renderMatter(x decide.Matter, l settlement.Language) any {
	if x.Shop != nil {
		return s.renderShopLeg(x, l)
	}
	return s.renderLeg(x, l)
}

func (s *Server) getLeg(r *http.Request, c request.Caller) (any, error) {
	language, err := languageOf(r)
	if err != nil {
		return nil, err
	}
	found, err := s.Decider.Matter(r.Context(), c.Merchant, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.renderMatter(found, language), nil
}

// decideLeg is what people do about a difference of a further leg. The same request again by the same person changes nothing.
func (s *Server) decideLeg(action discrepancy.Action) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		language, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		var q decisionRequest
		if err := note(r, &q); err != nil {
			return nil, err
		}
		move, err := q.move(action, c.Key)
		if err != nil {
			return nil, err
		}
		if move.Method == discrepancy.Expected && move.Until.IsZero() {
			found, err := s.Decider.Matter(r.Context(), c.Merchant, r.PathValue("id"))
			if err != nil {
				return nil, err
			}
			country, err := settlement.CalendarBook{Store: s.Store}.Over(r.Context(), c.Merchant.ID, found.Country)
			if err != nil {
				return nil, err
			}
			move.Until = country.AddBusinessDays(found.Today(s.Decider), 1)
		}
		done, err := s.Decider.MoveMatter(r.Context(), c.Merchant, r.PathValue("id"), move)
		if err != nil {
			return nil, err
		}
		return s.renderMatter(done, language), nil
	}
}
