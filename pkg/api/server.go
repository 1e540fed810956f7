// Package api is the merchant API: HTTP in, HTTP out. It decides nothing about money; it reads requests strictly, asks the
// flows, and renders what they say.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/door"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

var (
	errBodyTooLarge = door.ErrTooLarge
	errKeyMissing   = errors.New("idempotency key missing")
	errForbidden    = door.ErrForbidden
	errMethod       = errors.New("method not allowed")
)

// Asker asks a provider about one disbursement now.
type Asker interface {
	Disbursement(ctx context.Context, d disbursement.Disbursement) (disbursement.Disbursement, error)
}

// Clients finds the provider client of an account.
type Clients interface {
	Client(ctx context.Context, account string) (*provider.Client, error)
}

// Server is the merchant API.
type Server struct {
	Requester *request.Requester
	Decider   *decide.Decider
	Uploader  Uploader
	Poller    Asker
	Directory *merchant.Directory
	Clients   Clients
	Meaning   Translator
	Bind      Binder // a month's parts into one file
	Store     store.Store
	Files     file.Store
	Now       func() time.Time
	Log       *slog.Logger
	NewID     func() string      // request ids
	OpenAPI   []byte             // what GET /openapi.json answers
	Secret    func() string      // a new secret of an event endpoint
	Random    func(n int) []byte // that nobody can guess: new keys and signing secrets
	Loopback  bool               // endpoints are on this machine, and only there: for the dev server
	also      []decision         // beyond those that every part knows
}

type handler func(*http.Request, request.Caller) (any, error)

// Handler is the whole API.
func (s *Server) Handler() http.Handler {
	all := *s
	all.also = aboutFiles()
	return all.routed(slices.Concat(all.money(), all.batches(), all.finance(), all.uploads()), all.open())
}

// Money is the part that moves money and tells about it, with what needs no key.
func (s *Server) Money() http.Handler { return s.routed(s.money(), s.open()) }

// Batches is the part that takes files of refunds and payouts, and compliance documents. It needs Files.
func (s *Server) Batches() http.Handler { return s.routed(s.batches(), nil) }

// Finance is the part that tells what settlement files came to, and takes what people decide about it. It needs Files and a Decider.
func (s *Server) Finance() http.Handler { return s.routed(s.finance(), nil) }

// Uploads is the part that takes the files that finance brings. It needs Files and an Uploader.
func (s *Server) Uploads() http.Handler {
	part := *s
	part.also = aboutFiles()
	return part.routed(part.uploads(), nil)
}

// open are the routes that ask for no key.
func (s *Server) open() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /healthz":                  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") },
		"GET /openapi.json":             func(w http.ResponseWriter, _ *http.Request) { write(w, json.RawMessage(s.OpenAPI)) },
		"GET /docs/{kind}/{code}":       s.docs,
		"GET " + ClaimPath + "{token}":  s.claim,
		"POST " + ClaimPath + "{token}": s.claim,
		"GET " + IconPath + "{file}":    s.icon,
	}
}

func (s *Server) routed(routes []route, open map[string]http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range open { // any order: the mux goes by what is more specific
		mux.HandleFunc(pattern, handle)
	}
	for _, r := range routes {
		mux.HandleFunc(r.pattern, s.guarded(r))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if methods := allowed(mux, r); len(methods) > 0 {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			s.refuse(w, r, errMethod)
			return
		}
		s.refuse(w, r, fmt.Errorf("%w: no such path", request.ErrNotFound))
	})
	return door.Identified(mux, s.NewID)
}

// allowed lists the methods under which the path would have been routed.
func allowed(mux *http.ServeMux, r *http.Request) (methods []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" {
			methods = append(methods, method)
		}
	}
	return methods
}

// guarded lets a request through to its handler if its key may, and renders what comes back.
func (s *Server) guarded(to route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		caller, err := s.caller(r)
		if err == nil && !caller.Key.May(to.action) {
			err = errForbidden
		}
		if err == nil {
			err = addressed(r)
		}
		var result any
		if err == nil {
			result, err = to.handle(r, caller)
		}
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		if answer, kept := result.(request.Answer); !journaled(to.pattern) && !(kept && answer.Replayed) {
			s.note(r, caller)
		}
		write(w, result)
	}
}

func (s *Server) caller(r *http.Request) (request.Caller, error) {
	key, m, err := door.Who(r, s.Directory, s.Now())
	return request.Caller{Key: key, Merchant: m}, err
}

// download is an answer that is not JSON.
type download struct {
	contentType, name string
	body              []byte
	next              string // address of the next part; empty if this is the last
}

func write(w http.ResponseWriter, result any) {
	switch v := result.(type) {
	case request.Answer:
		if v.Replayed {
			w.Header().Set("Idempotent-Replayed", "true")
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(v.Status)
		_, _ = w.Write(v.Body)
	case document:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_, _ = io.WriteString(w, string(v))
	case download:
		w.Header().Set("Content-Type", v.contentType)
		if v.next != "" {
			w.Header().Set("Link", "<"+v.next+`>; rel="next"`)
		}
		w.Header().Set("Content-Disposition", `attachment; filename="`+v.name+`"`)
		_, _ = w.Write(v.body)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
}

// read takes a request's body as it came.
func read(r *http.Request) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errMalformed, err)
	}
	if len(raw) > MaxBody {
		return nil, errBodyTooLarge
	}
	return raw, nil
}

// body reads a request's JSON, strictly, and the key that makes it safe to repeat.
func body(r *http.Request, c request.Caller, into any) (request.Key, error) {
	return bodyOf(r, c, into, true)
}

// bodyOf is body for requests of which some create nothing and so need no key.
func bodyOf(r *http.Request, c request.Caller, into any, creates bool) (request.Key, error) {
	raw, err := read(r)
	if err != nil {
		return request.Key{}, err
	}
	key, err := keyOf(r)
	if err != nil && creates {
		return request.Key{}, err
	}
	if err := decode(raw, into); err != nil {
		return request.Key{}, err
	}
	return request.NewKey(c.Merchant.ID, key, r.Method, r.URL.Path, raw), nil
}

// keyOf is the request's Idempotency-Key. Error: errKeyMissing.
func keyOf(r *http.Request) (string, error) {
	key := strings.TrimSpace(r.Header.Get("Idempotency-Key"))
	if unquoted, ok := strings.CutPrefix(key, `"`); ok && strings.HasSuffix(unquoted, `"`) {
		key = strings.TrimSuffix(unquoted, `"`)
	}
	if key == "" || len(key) > 255 {
		return "", fmt.Errorf("%w: 1 to 255 characters", errKeyMissing)
	}
	return key, nil
}
