// Package door is where requests of merchants come in, whichever function answers them: who asks and whether they may, the id of
// the request, and how a refusal looks. It decides nothing about what is asked for.
package door

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/catalogue"
	"github.com/vuelto/vuelto/pkg/identity"
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

// RequestID is the id that Identified gave the request.
func RequestID(r *http.Request) string { return identity.TrailOf(r.Context()).Request }

// Identified gives every request an id, the caller's if it sent a decent one, and notes the trace it is a part of. What the request
// does bears both, see identity.Trail.
func Identified(next http.Handler, newID func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if id == "" || len(id) > 100 || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
			id = newID()
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(identity.WithTrail(r.Context(), identity.Trail{Request: id, Trace: traceOf(r.Header)})))
	})
}

// traceOf is the trace that a caller says its request is a part of, by W3C's traceparent, or else by the header that AWS's gateways
// set: https://www.w3.org/TR/trace-context/#traceparent-header,
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader. Empty if it says none.
func traceOf(h http.Header) string {
	if parts := strings.Split(h.Get("Traceparent"), "-"); len(parts) >= 4 && len(parts[1]) == 32 && hexadecimal(parts[1]) && strings.Trim(parts[1], "0") != "" {
		return parts[1]
	}
	for part := range strings.SplitSeq(h.Get("X-Amzn-Trace-Id"), ";") {
		root, ok := strings.CutPrefix(strings.TrimSpace(part), "Root=")
		if fields := strings.Split(root, "-"); ok && len(fields) == 3 && len(root) == 35 && hexadecimal(fields[1]+fields[2]) {
			return root
		}
	}
	return ""
}

func hexadecimal(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
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
