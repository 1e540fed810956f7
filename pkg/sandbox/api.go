package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// Prefix of every path that a sandbox answers.
const Prefix = "/_sandbox/"

// ServeHTTP answers like the dev server's sandbox does, for whoever has a key; the providers' wires are under
// wire/{key}/{provider}.
func (s *Stage) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, longest))
	if err != nil {
		refuse(w, 413, "body_too_large", "No provider takes more than 64 kB.", "Send less.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake(req.Context())
	path := strings.TrimPrefix(req.URL.EscapedPath(), Prefix)
	if rest, wire := strings.CutPrefix(path, "wire/"); wire {
		s.wire(w, req, rest, body)
		return
	}
	key, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	if s.enters(w, req.Context(), key) {
		s.hands(w, req, strings.Split(path, "/"), body)
	}
}

// enters says whether a key opens the sandbox; it has answered if not.
func (s *Stage) enters(w http.ResponseWriter, ctx context.Context, key string) bool {
	if strings.HasPrefix(key, "sk_live_") {
		refuse(w, 401, "live_key_refused", "A live key was shown where money is played.", "Rotate it if others may have seen it; use the key that enrol printed for the sandbox.")
		return false
	}
	ok, err := s.admits(ctx, key)
	switch {
	case err != nil:
		s.fails(w, ctx, err)
	case !ok:
		refuse(w, 401, "unauthorized", "The sandbox does not know this key.", "Use the key that enrol printed for the sandbox.")
	}
	return ok
}

// wire is a call to a provider in its own format: {key}/{provider}/….
func (s *Stage) wire(w http.ResponseWriter, req *http.Request, path string, body []byte) {
	key, rest, _ := strings.Cut(path, "/")
	name, rest, _ := strings.Cut(rest, "/")
	if !s.enters(w, req.Context(), key) {
		return
	}
	if !s.has(name) {
		refuse(w, 404, "not_found", "No provider of that name is played.", "Look at /_sandbox/accounts.")
		return
	}
	target := "/" + rest
	if req.URL.RawQuery != "" {
		target += "?" + req.URL.RawQuery
	}
	answer, err := s.call(req.Context(), name, deed{Kind: called, Method: req.Method, Path: target, Header: req.Header, Body: body})
	if err != nil {
		s.fails(w, req.Context(), err)
		return
	}
	for header, values := range answer.Header {
		w.Header()[header] = values
	}
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body)
}

// call is a call to a provider: written down unless it only asks.
func (s *Stage) call(ctx context.Context, name string, d deed) (simnet.Served, error) {
	p, err := s.today(ctx, name)
	if err != nil {
		return simnet.Served{}, err
	}
	if p.only(d) {
		return p.ask(d), nil
	}
	o, err := s.do(ctx, name, d)
	return o.served, err
}

func (s *Stage) has(name string) bool {
	for _, n := range s.names {
		if n == name {
			return true
		}
	}
	return false
}

// hands are those of the buyer, of the providers, and of whoever wants things to go wrong.
func (s *Stage) hands(w http.ResponseWriter, req *http.Request, path []string, body []byte) {
	ctx, post, get := req.Context(), req.Method == http.MethodPost, req.Method == http.MethodGet
	switch {
	case post && len(path) == 3 && path[0] == "payments" && path[2] == "pay":
		s.pay(w, ctx, path[1], body)
	case post && len(path) == 3 && path[0] == "disbursements":
		s.onBook(w, ctx, path[1], deed{Kind: moved, Ours: path[1], Verb: simnet.Verb(path[2])})
	case post && len(path) == 1 && path[0] == "settlements":
		s.close(w, ctx, body)
	case post && len(path) == 1 && path[0] == "balances":
		s.balance(w, ctx, body)
	case len(path) == 1 && path[0] == "faults":
		s.faults(w, req, body)
	case get && len(path) == 2 && path[0] == "ledger":
		s.ledger(w, ctx, path[1])
	case get && len(path) == 1 && path[0] == "accounts":
		s.accounts(w, ctx)
	case len(path) == 1 && path[0] == "clock" && get:
		answer(w, map[string]any{"now": s.now().UTC().Format(time.RFC3339Nano), "moves": false})
	case len(path) == 1 && path[0] == "clock":
		refuse(w, 409, "sandbox_refused", "The clock of a stack is the real one.", "Wait, or try it in make run, whose clock can be moved.")
	default:
		refuse(w, 404, "not_found", "The sandbox has no such call.", "The README lists them.")
	}
}

// fails is an answer to what is not the caller's fault, or to a sandbox that is used up.
func (s *Stage) fails(w http.ResponseWriter, ctx context.Context, err error) {
	if errors.Is(err, errFull) {
		refuse(w, 507, "sandbox_full", err.Error(), "Deploy another test stack: a sandbox is not for ever.")
		return
	}
	s.log.ErrorContext(ctx, "sandbox failed", "error", err)
	refuse(w, 500, "internal", "It is not known whether this was done.", "Look at the ledger, then ask again.")
}

func parse(w http.ResponseWriter, body []byte, into any) bool {
	if len(body) == 0 {
		return true
	}
	if err := json.Unmarshal(body, into); err != nil {
		refuse(w, 400, "malformed_json", "The body is not the JSON that is wanted.", "Correct it.")
		return false
	}
	return true
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, code, detail, next string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": "The sandbox cannot do that", "status": status,
		"code": code, "detail": detail, "next_step": next})
}
