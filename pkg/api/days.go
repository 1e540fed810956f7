package api

import (
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/reconciliation"
)

type reasonRequest struct {
	Reason string `json:"reason"`
}

// reason reads why something is undone.
func reason(r *http.Request) (string, error) {
	var q reasonRequest
	if err := note(r, &q); err != nil {
		return "", err
	}
	var f faults
	f.text("/reason", q.Reason, 1, 500)
	return q.Reason, f.err()
}

func (s *Server) closeDay(r *http.Request, c request.Caller) (any, error) {
	if err := note(r, &struct{}{}); err != nil {
		return nil, err
	}
	rec, err := s.Decider.CloseDay(r.Context(), c.Merchant.ID, r.PathValue("id"), c.Key.Person)
	if err != nil {
		return nil, err
	}
	return renderReconciliation(rec), nil
}

func (s *Server) reopenDay(r *http.Request, c request.Caller) (any, error) {
	why, err := reason(r)
	if err != nil {
		return nil, err
	}
	rec, err := s.Decider.ReopenDay(r.Context(), c.Merchant.ID, r.PathValue("id"), c.Key.Person, why)
	if err != nil {
		return nil, err
	}
	return renderReconciliation(rec), nil
}

type monthAnswer struct {
	Month    string                          `json:"month"`
	Closed   bool                            `json:"closed"`
	Days     int                             `json:"days"`
	Totals   map[string]reconciliation.Total `json:"totals"`
	Bank     *reconciliation.AtBank          `json:"bank,omitempty"` // when it was closed last
	Closings []sealAnswer                    `json:"closings"`
}

func renderMonth(m reconciliation.Month) monthAnswer {
	a := monthAnswer{Month: m.Month, Closed: m.Closed(), Days: m.Days, Totals: m.Totals, Bank: m.Bank, Closings: renderSeals(m.Seals)}
	if a.Totals == nil {
		a.Totals = map[string]reconciliation.Total{}
	}
	if a.Closings == nil {
		a.Closings = []sealAnswer{}
	}
	return a
}

// monthOf is the first day of the month in the path.
func monthOf(r *http.Request) (calendar.Date, error) {
	t, err := time.Parse("2006-01", r.PathValue("month"))
	var f faults
	f.check(err == nil, "field_invalid", "/month", "must be a month as YYYY-MM")
	return calendar.On(t, time.UTC), f.err()
}

func (s *Server) getMonth(r *http.Request, c request.Caller) (any, error) {
	first, err := monthOf(r)
	if err != nil {
		return nil, err
	}
	m, err := s.Decider.Month(r.Context(), c.Merchant.ID, first)
	if err != nil {
		return nil, err
	}
	return renderMonth(m), nil
}

type closeMonthRequest struct {
	AcceptSilence string `json:"accept_silence"`   // why business days without a file are all right
	AcceptBank    string `json:"accept_open_bank"` // why differences at the bank that nobody decided about are all right
}

func (s *Server) closeMonth(r *http.Request, c request.Caller) (any, error) {
	first, err := monthOf(r)
	if err != nil {
		return nil, err
	}
	var q closeMonthRequest
	if err := note(r, &q); err != nil {
		return nil, err
	}
	var f faults
	f.text("/accept_silence", q.AcceptSilence, 0, 500)
	f.text("/accept_open_bank", q.AcceptBank, 0, 500)
	if err := f.err(); err != nil {
		return nil, err
	}
	m, err := s.Decider.CloseMonth(r.Context(), c.Merchant.ID, first, expecting(c), c.Key.Person, decide.Accepting{Silence: q.AcceptSilence, Bank: q.AcceptBank})
	if err != nil {
		return nil, err
	}
	// The month is closed; that it could not be archived yet is made up for by whoever closes it again or asks for its pack.
	if _, err := s.archived(r.Context(), c, first, m); err != nil {
		s.Log.ErrorContext(r.Context(), "month not archived", "tenant", c.Merchant.ID, "date", m.Month, "error", err)
	}
	return renderMonth(m), nil
}

// expecting are the accounts that a month is to have files of.
func expecting(c request.Caller) (accounts []decide.Expecting) {
	for _, shop := range c.Merchant.Stores {
		for _, a := range shop.Accounts {
			accounts = append(accounts, decide.Expecting{Account: a.Account, Network: shop.Network})
		}
	}
	return accounts
}

func (s *Server) reopenMonth(r *http.Request, c request.Caller) (any, error) {
	first, err := monthOf(r)
	if err != nil {
		return nil, err
	}
	why, err := reason(r)
	if err != nil {
		return nil, err
	}
	m, err := s.Decider.ReopenMonth(r.Context(), c.Merchant.ID, first, c.Key.Person, why)
	if err != nil {
		return nil, err
	}
	return renderMonth(m), nil
}
