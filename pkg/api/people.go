package api

import (
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

type blockRequest struct {
	Country        string `json:"country"`
	DocumentType   string `json:"document_type"`
	DocumentNumber string `json:"document_number"`
	Why            string `json:"why"`
}

func (s *Server) block(r *http.Request, c request.Caller) (any, error) {
	raw, err := read(r)
	if err != nil {
		return nil, err
	}
	var q blockRequest
	if err := decode(raw, &q); err != nil {
		return nil, err
	}
	var f faults
	f.check(q.Country == "CO" || q.Country == "PE", "field_invalid", "/country", "must be CO or PE")
	f.text("/document_type", q.DocumentType, 1, 8)
	f.text("/document_number", q.DocumentNumber, 1, 20)
	f.text("/why", q.Why, 1, 200)
	if err := f.err(); err != nil {
		return nil, err
	}
	return s.Requester.Block(r.Context(), c, q.Country, q.DocumentType, identity.Sensitive(q.DocumentNumber), q.Why)
}

func (s *Server) unblock(r *http.Request, c request.Caller) (any, error) {
	return s.Requester.Unblock(r.Context(), c, r.PathValue("id"))
}

// maxShown bounds what a list without pages shows.
const maxShown = 1000

// whole is a partition of the table, from the first record on.
func whole[T any](s *Server, r *http.Request, partition string, read func(store.Record) (T, error)) (any, error) {
	out := page{Data: []any{}}
	for after := ""; len(out.Data) < maxShown; {
		found, err := s.Store.Query(r.Context(), store.Query{PK: partition, After: after})
		if err != nil {
			return nil, err
		}
		for _, record := range found.Records {
			v, err := read(record)
			if err != nil {
				return nil, err
			}
			out.Data = append(out.Data, v)
		}
		if after = found.Next; after == "" {
			return out, nil
		}
	}
	out.HasMore = true
	return out, nil
}

func (s *Server) listBlocked(r *http.Request, c request.Caller) (any, error) {
	return whole(s, r, merchant.BlockedPartition(c.Merchant.ID), merchant.DecodeBlocked)
}

// register lists a month of the anti-money-laundering register.
func (s *Server) register(r *http.Request, c request.Caller) (any, error) {
	month := r.URL.Query().Get("month")
	if month == "" {
		month = request.Today(s.Now()).String()[:7]
	}
	_, err := time.Parse("2006-01", month)
	var f faults
	f.check(err == nil, "field_invalid", "/month", "must be a month as YYYY-MM")
	if err := f.err(); err != nil {
		return nil, err
	}
	return whole(s, r, merchant.RegisterPartition(c.Merchant.ID, month), merchant.DecodeEntry)
}
