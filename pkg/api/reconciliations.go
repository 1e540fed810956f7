package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

type reconciliationAnswer struct {
	ID         string                          `json:"id"`
	Provider   string                          `json:"provider"`
	Network    string                          `json:"network"`
	Account    string                          `json:"account"`
	Date       string                          `json:"date"`
	Status     reconciliation.Status           `json:"status"`
	Rows       int                             `json:"rows"`
	Entries    int                             `json:"entries"`
	Matched    int                             `json:"matched"`
	Pending    int                             `json:"pending"`
	Unreadable int                             `json:"unreadable"`
	Breaks     map[string]int                  `json:"breaks"`
	Totals     map[string]reconciliation.Total `json:"totals"`
	FX         map[string]int64                `json:"fx,omitempty"`                  // won or lost by exchange
	Shown      map[string][]shownAnswer        `json:"in_other_currencies,omitempty"` // each net, by currency
	Files      []fileAnswer                    `json:"files"`
	LateFiles  []fileAnswer                    `json:"late_files,omitempty"` // came while the day was closed
	Open       int                             `json:"open_breaks"`
	Closed     bool                            `json:"closed"`
	Closings   []sealAnswer                    `json:"closings,omitempty"`
	Problem    string                          `json:"problem,omitempty"`
	CreatedAt  string                          `json:"created_at"`
}

type fileAnswer struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

type sealAnswer struct {
	At         string `json:"at"`
	By         string `json:"by"`
	SHA256     string `json:"sha256"` // over files, totals, breaks and decisions as they were
	Silence    string `json:"accepted_silence,omitempty"`
	Bank       string `json:"accepted_open_bank,omitempty"`
	ReopenedAt string `json:"reopened_at,omitempty"`
	ReopenedBy string `json:"reopened_by,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

func renderSeals(seals []reconciliation.Seal) []sealAnswer {
	var list []sealAnswer
	for _, s := range seals {
		list = append(list, sealAnswer{stamp(calendar.Instant(s.At)), s.By, s.Digest, s.Silence, s.Bank, stamp(calendar.Instant(s.ReopenedAt)), s.ReopenedBy, s.Reason})
	}
	return list
}

func renderReconciliation(r reconciliation.Reconciliation) reconciliationAnswer {
	a := reconciliationAnswer{ID: r.ID, Provider: r.Provider, Network: r.Network, Account: r.Account, Date: r.Date.String(),
		Status: r.Status, Rows: r.Outcome.Rows, Entries: r.Outcome.Entries, Matched: r.Outcome.Matched, Pending: r.Outcome.Pending,
		Unreadable: r.Outcome.Unreadable, Breaks: r.Breaks, Totals: r.Outcome.Totals, FX: r.Outcome.FX, Shown: renderShown(r.Outcome.Shown), Files: []fileAnswer{}, Problem: r.Problem,
		Open: r.Open, Closed: r.Closed(), Closings: renderSeals(r.Seals), CreatedAt: stamp(calendar.Instant(r.Created))}
	if a.Breaks == nil {
		a.Breaks = map[string]int{}
	}
	if a.Totals == nil {
		a.Totals = map[string]reconciliation.Total{}
	}
	for _, f := range r.Files {
		a.Files = append(a.Files, fileAnswer{f.Name, f.Digest})
	}
	for _, f := range r.Late {
		a.LateFiles = append(a.LateFiles, fileAnswer{f.Name, f.Digest})
	}
	return a
}

func (s *Server) listReconciliations(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	return s.pageOf(r, listing{
		partition: func(month time.Time) string { return reconciliation.ListPartition(c.Merchant.ID, month) },
		render: func(record store.Record) (any, error) {
			rec, err := reconciliation.Decode(record)
			if err != nil || !matches(query, "provider", rec.Provider) || !matches(query, "date", rec.Date.String()) ||
				!matches(query, "network", rec.Network) || !matches(query, "status", string(rec.Status)) {
				return nil, err
			}
			return renderReconciliation(rec), nil
		},
	})
}

func (s *Server) findReconciliation(r *http.Request, c request.Caller) (reconciliation.Reconciliation, error) {
	record, err := s.Store.Get(r.Context(), reconciliation.Key(c.Merchant.ID, r.PathValue("id")))
	if errors.Is(err, store.ErrNotFound) {
		return reconciliation.Reconciliation{}, fmt.Errorf("%w: no such reconciliation", request.ErrNotFound)
	}
	if err != nil {
		return reconciliation.Reconciliation{}, err
	}
	return reconciliation.Decode(record)
}

func (s *Server) getReconciliation(r *http.Request, c request.Caller) (any, error) {
	rec, err := s.findReconciliation(r, c)
	if err != nil {
		return nil, err
	}
	return renderReconciliation(rec), nil
}

// report gives the day in a form, in the language that is asked for.
func (s *Server) report(form, contentType string) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		language, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		rec, err := s.findReconciliation(r, c)
		if err != nil {
			return nil, err
		}
		name := rec.Reports[string(language)+"."+form]
		if name == "" && form == "csv" {
			name = rec.Report // of a run of an older release
		}
		body, err := s.stored(r, name)
		if err != nil {
			return nil, err
		}
		if body == nil {
			return nil, fmt.Errorf("%w: the day has not been reconciled yet", request.ErrNotFound)
		}
		return download{contentType: contentType, name: rec.Provider + "-" + rec.Date.String() + "." + form, body: body}, nil
	}
}

// stored reads a file of a run; nil if there is none yet.
func (s *Server) stored(r *http.Request, name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	body, err := s.Files.Get(r.Context(), name)
	if errors.Is(err, file.ErrNotFound) {
		return nil, nil
	}
	return body, err
}
