// Package door is where requests of merchants come in, whichever function answers them: who asks and whether they may, the id of
// the request, and how a refusal looks. It decides nothing about what is asked for.
package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/catalogue"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// What may be wrong with a request before anything is looked up for it.
var (
	ErrMalformed    = errors.New("malformed JSON")
	ErrTooLarge     = errors.New("body too large")
	ErrUnauthorized = errors.New("unauthorized")
	ErrForbidden    = errors.New("forbidden")
	ErrSource       = errors.New("the key may not come from this address")
	ErrUnsigned     = errors.New("the signature does not fit")
)

// Who finds whose key a request came with, and looks at where it came from and how it is signed. Errors: ErrUnauthorized,
// ErrSource, ErrUnsigned, ErrTooLarge, ErrMalformed.
func Who(r *http.Request, directory *merchant.Directory, now time.Time) (merchant.APIKey, merchant.Merchant, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return merchant.APIKey{}, merchant.Merchant{}, ErrUnauthorized
	}
	key, m, err := directory.Who(r.Context(), strings.TrimSpace(token))
	if errors.Is(err, merchant.ErrKey) || errors.Is(err, store.ErrNotFound) {
		return merchant.APIKey{}, merchant.Merchant{}, ErrUnauthorized
	}
	if err == nil && !key.From(r.RemoteAddr) {
		err = fmt.Errorf("%w: %s", ErrSource, r.RemoteAddr)
	}
	if err == nil && key.Signing != "" {
		err = signed(r, key, now)
	}
	return key, m, err
}

// Leads says that an id may lead somewhere: it becomes the key of a record, which is UTF-8 and has an end, and no id of ours is
// nearly so long.
func Leads(id string) bool { return len(id) <= 200 && utf8.ValidString(id) }

type requestIDKey struct{}

// RequestID is the id that Identified gave the request.
func RequestID(r *http.Request) string {
	id, _ := r.Context().Value(requestIDKey{}).(string)
	return id
}

// Identified gives every request an id, the caller's if it sent a decent one.
func Identified(next http.Handler, newID func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if id == "" || len(id) > 100 || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
			id = newID()
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// Problem is an RFC 9457 answer. Code is the promise; title and next step are for people.
type Problem struct {
	Type      string       `json:"type"`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Code      string       `json:"code"`
	Detail    string       `json:"detail,omitempty"`
	NextStep  string       `json:"next_step"`
	RequestID string       `json:"request_id"`
	Errors    []FieldError `json:"errors,omitempty"`
}

// FieldError is one fault of a body.
type FieldError struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Refuse answers with a problem, in the words that the catalogue has for its code in the caller's language. Retry is after how many
// seconds to try again; empty = it would not help.
func Refuse(w http.ResponseWriter, r *http.Request, p Problem, retry string) {
	if retry != "" {
		w.Header().Set("Retry-After", retry)
	}
	if w, ok := catalogue.Problem(p.Code, catalogue.Language(r.Header.Get("Accept-Language"))); ok {
		p.Title, p.NextStep = w.Title, w.NextStep
	}
	p.Type, p.RequestID = "/docs/errors/"+p.Code, RequestID(r)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
