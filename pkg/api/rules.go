package api

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// rulesAnswer is what holds today, what will, and all that ever was, newest first.
type rulesAnswer struct {
	Current *merchant.Rules  `json:"current"`
	Coming  []merchant.Rules `json:"coming"`
	History []merchant.Rules `json:"history"`
}

// maxHistory bounds how many of the rules of the past are shown.
const maxHistory = 100

func (s *Server) getRules(r *http.Request, c request.Caller) (any, error) {
	out := rulesAnswer{Coming: []merchant.Rules{}, History: []merchant.Rules{}}
	found, err := s.Store.Query(r.Context(), store.Query{PK: merchant.RulesPartition(c.Merchant.ID), Limit: maxHistory, Descending: true})
	if err != nil {
		return nil, err
	}
	all := merchant.Merchant{}
	for _, record := range found.Records {
		rules, err := merchant.DecodeRules(record)
		if err != nil {
			return nil, err
		}
		all.Rules, out.History = append(all.Rules, rules), append(out.History, rules)
	}
	today := request.Today(s.Now())
	if now := all.RulesOn(today); now.Number > 0 {
		out.Current = &now
	}
	for _, x := range all.Rules {
		if today.Before(x.From) {
			out.Coming = append(out.Coming, x)
		}
	}
	return out, nil
}

func (s *Server) putRules(r *http.Request, c request.Caller) (any, error) {
	raw, err := read(r)
	if err != nil {
		return nil, err
	}
	var q merchant.Rules
	if err := decode(raw, &q); err != nil {
		return nil, err
	}
	var f faults
	f.check(q.Number == 0 && q.SetBy == "" && q.SetAt.IsZero(), "field_invalid", "/number", "number, set_by and set_at are ours to say")
	for _, x := range q.Validate(c.Merchant, request.Today(s.Now())) {
		f.check(false, "rules_invalid", x.Pointer, x.Detail)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return s.Requester.SetRules(r.Context(), c, q)
}
