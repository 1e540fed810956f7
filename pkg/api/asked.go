package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/store"
)

// mostAsked is how many requests with one id are shown: callers may give the same to many.
const mostAsked = 50

// askedAnswer is a request that did something: who asked for what.
type askedAnswer struct {
	ID     string `json:"request_id"`
	Trace  string `json:"trace_id,omitempty"`
	Method string `json:"method"`
	Path   string `json:"path"`
	By     string `json:"by"`
	Role   string `json:"role"`
	At     string `json:"at"`
}

type askedBody struct {
	Request string `json:"q"`
	Trace   string `json:"u,omitempty"`
	Method  string `json:"m"`
	Path    string `json:"p"`
	By      string `json:"b"`
	Role    string `json:"r"`
	At      int64  `json:"a"`
}

// askedPartition has the requests with an id or of a trace. Marks are hashed: callers choose them, at any length.
func askedPartition(tenant, mark string) string {
	return identity.Derive(tenant+"#asked#", "asked", tenant, mark)
}

// journaled says whether steps in a payment's or a disbursement's history bear the request already; see identity.Trail. What moves
// money is so found for nothing.
func journaled(pattern string) bool {
	for _, noun := range []string{"payments", "refunds", "payouts"} {
		if strings.HasPrefix(pattern, "POST /v1/"+noun) {
			return true
		}
	}
	return strings.HasPrefix(pattern, http.MethodGet+" ")
}

// note keeps that a request did something, for search. It is done when this is written, and stays so if this cannot be: the caller has
// its answer, and the log a line.
func (s *Server) note(r *http.Request, c request.Caller) {
	trail, now := identity.TrailOf(r.Context()), s.Now()
	body, err := json.Marshal(askedBody{trail.Request, trail.Trace, r.Method, r.URL.Path, c.Key.Person, string(c.Key.Role), calendar.Millis(now)})
	if err != nil {
		panic(err) // strings and integers always encode
	}
	var writes []store.Write
	for _, mark := range []string{trail.Request, trail.Trace} {
		if mark == "" || len(writes) > 0 && mark == trail.Request {
			continue
		}
		key := store.Key{PK: askedPartition(c.Merchant.ID, mark), SK: identity.DeriveAt("ask_", now, r.Method, r.URL.Path, trail.Request)}
		writes = append(writes, store.Put{Record: store.Record{Key: key, Body: body}})
	}
	if err := s.Store.Commit(r.Context(), writes...); err != nil && !store.IsConflict(err) { // the same request, told again
		s.Log.WarnContext(r.Context(), "request not noted", "request_id", trail.Request, "path", r.URL.Path, "error", err)
	}
}

// asked adds the requests with the mark that did what no journal tells of.
func (x *searcher) asked(ctx context.Context) error {
	page, err := x.server.Store.Query(ctx, store.Query{PK: askedPartition(x.caller.Merchant.ID, x.q), Limit: mostAsked})
	if err != nil {
		return err
	}
	for _, r := range page.Records {
		var b askedBody
		if err := store.Unmarshal(r.Body, &b); err != nil {
			return fmt.Errorf("api: record %s: %w", r.Key, err)
		}
		by := identity.Trail{Request: b.Request, Trace: b.Trace}.Bears(x.q)
		x.out.Data = append(x.out.Data, foundAnswer{Type: "request", MatchedBy: by, Request: &askedAnswer{b.Request, b.Trace, b.Method, b.Path, b.By, b.Role,
			stamp(calendar.Instant(b.At))}})
	}
	return nil
}
