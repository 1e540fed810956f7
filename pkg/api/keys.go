package api

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/merchant"
)

const (
	maxSources     = 20
	defaultOverlap = 24  // hours
	maxOverlap     = 168 // hours
	secretBytes    = 32
)

type keyRequest struct {
	Person  string   `json:"person"`
	Role    string   `json:"role"`
	Sources []string `json:"sources"`
	Signed  bool     `json:"signed"`
}

type keyAnswer struct {
	ID         string   `json:"id"`
	Prefix     string   `json:"prefix"`
	Person     string   `json:"person"`
	Role       string   `json:"role"`
	Mode       string   `json:"mode"`
	Status     string   `json:"status"`
	Signed     bool     `json:"signed"`
	Sources    []string `json:"sources"`
	CreatedBy  string   `json:"created_by,omitempty"`
	CreatedAt  string   `json:"created_at,omitempty"`
	AgreedBy   string   `json:"agreed_by,omitempty"`
	RevokedBy  string   `json:"revoked_by,omitempty"`
	ExpiresAt  string   `json:"expires_at,omitempty"`
	ReplacedBy string   `json:"replaced_by,omitempty"`
	LastUsed   *string  `json:"last_used"`
	Key        string   `json:"key,omitempty"`            // once
	Signing    string   `json:"signing_secret,omitempty"` // once
}

func (s *Server) renderKey(k merchant.APIKey) keyAnswer {
	a := keyAnswer{ID: k.ID(), Prefix: k.Prefix, Person: k.Person, Role: string(k.Role), Mode: k.Mode, Status: "active", Signed: k.Signing != "",
		Sources: append([]string{}, k.Sources...), CreatedBy: k.CreatedBy, CreatedAt: stamp(k.CreatedAt), AgreedBy: k.AgreedBy,
		RevokedBy: k.RevokedBy, ExpiresAt: stamp(k.ExpiresAt), ReplacedBy: k.ReplacedBy, LastUsed: optional(k.LastUsed.String())}
	switch {
	case k.Revoked:
		a.Status = "revoked"
	case k.Waits:
		a.Status = "waiting"
	case !k.Valid(s.Now()):
		a.Status = "expired"
	}
	return a
}

func (s *Server) listKeys(r *http.Request, c request.Caller) (any, error) {
	keys, err := s.Requester.Keys(r.Context(), c, maxShown)
	if err != nil {
		return nil, err
	}
	out := page{Data: []any{}, HasMore: len(keys) == maxShown}
	for _, k := range keys {
		out.Data = append(out.Data, s.renderKey(k))
	}
	return out, nil
}

func (s *Server) createKey(r *http.Request, c request.Caller) (any, error) {
	raw, err := read(r)
	if err != nil {
		return nil, err
	}
	var q keyRequest
	if err := decode(raw, &q); err != nil {
		return nil, err
	}
	var f faults
	f.text("/person", q.Person, 1, 64)
	f.check(slices.Contains([]merchant.Role{merchant.Viewer, merchant.Operator, merchant.Approver, merchant.Finance, merchant.Admin}, merchant.Role(q.Role)),
		"field_invalid", "/role", "must be viewer, operator, approver, finance or admin")
	f.check(len(q.Sources) <= maxSources, "field_invalid", "/sources", "at most 20")
	for _, x := range q.Sources {
		_, err := merchant.ParseSource(x)
		f.check(err == nil, "field_invalid", "/sources", "must be addresses or networks, as 203.0.113.0/24")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	k := merchant.APIKey{Person: q.Person, Role: merchant.Role(q.Role), Sources: q.Sources}
	if q.Signed {
		k.Signing = s.signing()
	}
	return s.issue(c, k.Signing, func(token string) (merchant.APIKey, error) { return s.Requester.AddKey(r.Context(), c, token, k) })
}

// issue makes a key of the caller's mode and shows it: this once. No copy of the answer is kept, so that an answer that got
// lost is a key that nobody knows, to be revoked.
func (s *Server) issue(c request.Caller, signing string, keep func(token string) (merchant.APIKey, error)) (any, error) {
	token := "sk_" + c.Key.Mode + "_" + hex.EncodeToString(s.Random(secretBytes))
	k, err := keep(token)
	if err != nil {
		return nil, err
	}
	a := s.renderKey(k)
	a.Key = token
	if k.Signing != "" {
		a.Signing = signing
	}
	return created(a), nil
}

func (s *Server) signing() string {
	return base64.StdEncoding.EncodeToString(s.Random(secretBytes))
}

func (s *Server) agreeKey(r *http.Request, c request.Caller) (any, error) {
	k, err := s.Requester.AgreeKey(r.Context(), c, r.PathValue("id"))
	return s.renderKey(k), err
}

func (s *Server) revokeKey(r *http.Request, c request.Caller) (any, error) {
	k, err := s.Requester.RevokeKey(r.Context(), c, r.PathValue("id"))
	return s.renderKey(k), err
}

func (s *Server) rotateKey(r *http.Request, c request.Caller) (any, error) {
	raw, err := read(r)
	if err != nil {
		return nil, err
	}
	var q struct {
		OverlapHours *int `json:"overlap_hours"`
	}
	if err := decode(raw, &q); err != nil {
		return nil, err
	}
	hours := defaultOverlap
	if q.OverlapHours != nil {
		hours = *q.OverlapHours
	}
	var f faults
	f.check(hours >= 0 && hours <= maxOverlap, "field_invalid", "/overlap_hours", "must be from 0 to 168")
	if err := f.err(); err != nil {
		return nil, err
	}
	signing := s.signing()
	return s.issue(c, signing, func(token string) (merchant.APIKey, error) {
		return s.Requester.RotateKey(r.Context(), c, r.PathValue("id"), token, signing, time.Duration(hours)*time.Hour)
	})
}
