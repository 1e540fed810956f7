package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
)

// MaxPaper bounds a compliance document: what one call to a function may carry, with room for its encoding.
const MaxPaper = 4 << 20

// maxPapers bounds how many documents a refund or payout brings.
const maxPapers = 10

type paperRequest struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

type paperAnswer struct {
	Digest      string `json:"digest"`
	ContentType string `json:"content_type"`
	Size        int    `json:"size"`
}

func (s *Server) keepPaper(r *http.Request, c request.Caller) (any, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, MaxPaper+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errMalformed, err)
	}
	if len(raw) > MaxPaper {
		return nil, errBodyTooLarge
	}
	digest, kind, err := s.Requester.KeepPaper(r.Context(), c, raw)
	if err != nil {
		return nil, err
	}
	return created(paperAnswer{digest, kind, len(raw)}), nil
}

func (s *Server) getPaper(r *http.Request, c request.Caller) (any, error) {
	digest := r.PathValue("digest")
	body, kind, err := s.Requester.Paper(r.Context(), c, digest)
	if err != nil {
		return nil, err
	}
	s.Log.InfoContext(r.Context(), "a compliance document was read", "tenant", c.Merchant.ID, "name", digest, "by", c.Key.Person, "key", c.Key.ID)
	return download{contentType: kind, name: digest + strings.Replace(kind[strings.IndexByte(kind, '/'):], "/", ".", 1), body: body}, nil
}

func (f *faults) papers(list []paperRequest) {
	f.check(len(list) <= maxPapers, "field_invalid", "/documents", fmt.Sprintf("at most %d", maxPapers))
	for i, p := range list {
		f.text(fmt.Sprintf("/documents/%d/name", i), p.Name, 1, 40)
		f.check(len(p.Digest) == 64 && strings.Trim(p.Digest, "0123456789abcdef") == "", "field_invalid", fmt.Sprintf("/documents/%d/digest", i),
			"must be a digest that POST /v1/documents gave")
	}
}

// papers are the documents that a request names, all of them the caller's.
func (s *Server) papers(r *http.Request, c request.Caller, list []paperRequest) (all []disbursement.Paper, err error) {
	for _, p := range list {
		if err := s.Requester.HasPaper(r.Context(), c, p.Digest); err != nil {
			return nil, err
		}
		all = append(all, disbursement.Paper{Name: p.Name, Digest: p.Digest})
	}
	return all, nil
}

func papersOf(d disbursement.Disbursement) (all []paperRequest) {
	for _, p := range d.Papers {
		all = append(all, paperRequest(p))
	}
	return all
}
