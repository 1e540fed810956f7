package intake

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
)

// nextStep is what whoever reads a refusal does next, by code.
func nextStep(code string) string {
	switch code {
	case "body_too_large":
		return "Split the delivery, or ask for another way to send it."
	case "not_found":
		return "Check provider and account in the URL against the one that was agreed."
	case "signature_invalid":
		return "Check the secret, the signed bytes and the clock, then send it again."
	case "method_not_allowed":
		return "Use POST."
	}
	return "Send the same delivery again in half a minute."
}

// problem answers as RFC 9457 says. The request id is the caller's, or made of what came and when: an id generator would be
// one more thing that this function needs.
func (in *Intake) problem(w http.ResponseWriter, r *http.Request, status int, code, title string) {
	id := r.Header.Get("X-Request-Id")
	if id == "" || len(id) > 100 || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
		id = identity.Derive("req_", r.Method, r.URL.Path, in.Now().Format(time.RFC3339Nano))
	}
	w.Header().Set("X-Request-Id", id)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "/docs/errors/" + code, "title": title, "status": status, "code": code,
		"next_step": nextStep(code), "request_id": id})
}
