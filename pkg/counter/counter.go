// Package counter answers those who ask for proof of how a refund or payout ended. It is apart from the API because what draws on
// paper is large, and because it needs to move no money.
package counter

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/door"
	"github.com/vuelto/vuelto/pkg/flow/issue"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/receipt"
	"github.com/vuelto/vuelto/pkg/store"
)

// Counter is the handler.
type Counter struct {
	Issuer    *issue.Issuer
	Directory *merchant.Directory
	Now       func() time.Time
	NewID     func() string // request ids
	Log       *slog.Logger
}

// paper is an answer with the media type and name of its file.
type paper struct {
	body       []byte
	kind, name string
}

type route struct {
	pattern string
	kind    disbursement.Kind
	answer  func(*Counter, *http.Request, issue.Asked) (paper, error)
}

func routes() []route {
	return []route{
		{"GET /v1/refunds/{id}/receipt", disbursement.Refund, (*Counter).receipt},
		{"GET /v1/payouts/{id}/receipt", disbursement.Payout, (*Counter).receipt},
		{"GET /v1/refunds/{id}/evidence", disbursement.Refund, (*Counter).evidence},
		{"GET /v1/payouts/{id}/evidence", disbursement.Payout, (*Counter).evidence},
		{"GET /v1/refunds/{id}/forms/{form}", disbursement.Refund, (*Counter).form},
		{"GET /v1/payments/{id}/forms/{form}", "", (*Counter).formOfPayment},
	}
}

// Patterns lists method and path of every route, in the mux's spelling.
func Patterns() (list []string) {
	for _, r := range routes() {
		list = append(list, r.pattern)
	}
	return list
}

// Handler answers all routes. Every role may ask.
func (c *Counter) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes() {
		mux.HandleFunc(r.pattern, c.guarded(r))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(&http.Request{Method: http.MethodGet, URL: r.URL}); pattern != "/" && r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			door.Refuse(w, r, door.Problem{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed"}, "")
			return
		}
		door.Refuse(w, r, door.Problem{Status: http.StatusNotFound, Code: "not_found"}, "")
	})
	return door.Identified(mux, c.NewID)
}

func (c *Counter) guarded(to route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, m, err := door.Who(r, c.Directory, c.Now())
		if err == nil && !key.May(merchant.Read) {
			err = door.ErrForbidden
		}
		if err == nil && !door.Leads(r.PathValue("id")) {
			err = issue.ErrNotFound
		}
		var p paper
		if err == nil {
			p, err = to.answer(c, r, issue.Asked{Merchant: m, Person: key.Person, Role: string(key.Role), Kind: to.kind, ID: r.PathValue("id"), Language: language(r)})
		}
		if err != nil {
			c.refuse(w, r, err)
			return
		}
		sum := sha256.Sum256(p.body)
		w.Header().Set("Content-Type", p.kind)
		w.Header().Set("Content-Disposition", `inline; filename="`+p.name+`"`)
		w.Header().Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":") // RFC 9530
		_, _ = w.Write(p.body)
	}
}

// language is the one asked for; the buyer's if none is.
func language(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang != "" {
		return lang
	}
	return receipt.Languages()[0]
}

func (c *Counter) receipt(r *http.Request, q issue.Asked) (paper, error) {
	body, err := c.Issuer.Receipt(r.Context(), q)
	return paper{body, "application/pdf", q.ID + "-" + q.Language + ".pdf"}, err
}

func (c *Counter) evidence(r *http.Request, q issue.Asked) (paper, error) {
	body, err := c.Issuer.Evidence(r.Context(), q)
	return paper{body, "application/zip", q.ID + "-evidence.zip"}, err
}

func (c *Counter) form(r *http.Request, q issue.Asked) (paper, error) {
	body, err := c.Issuer.Form(r.Context(), q, r.PathValue("form"))
	return paper{body, "application/pdf", q.ID + "-" + r.PathValue("form") + "-" + q.Language + ".pdf"}, err
}

func (c *Counter) formOfPayment(r *http.Request, q issue.Asked) (paper, error) {
	body, err := c.Issuer.FormOfPayment(r.Context(), q, r.PathValue("form"))
	return paper{body, "application/pdf", q.ID + "-" + r.PathValue("form") + "-" + q.Language + ".pdf"}, err
}

// answers is the table from decisions to problems; the first match counts.
func answers() []struct {
	err    error
	status int
	code   string
	detail bool
	retry  string
} {
	return []struct {
		err    error
		status int
		code   string
		detail bool
		retry  string
	}{
		{door.ErrUnauthorized, 401, "unauthorized", false, ""},
		{door.ErrSource, 403, "source_not_allowed", false, ""},
		{door.ErrUnsigned, 401, "signature_invalid", true, ""},
		{door.ErrForbidden, 403, "forbidden", false, ""},
		{door.ErrTooLarge, 413, "body_too_large", false, ""},
		{door.ErrMalformed, 400, "malformed_json", false, ""},
		{issue.ErrNotFound, 404, "not_found", true, ""},
		{receipt.ErrForm, 404, "not_found", true, ""},
		{receipt.ErrNotReady, 409, "receipt_not_ready", true, ""},
		{receipt.ErrLanguage, 422, "language_unknown", true, ""},
		{issue.ErrArchive, 503, "archive_unavailable", false, "5"},
		{issue.ErrDiffers, 500, "receipt_differs", false, ""},
		{store.ErrBusy, 409, "payment_busy", false, "1"},
	}
}

func (c *Counter) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p, retry := door.Problem{Status: http.StatusInternalServerError, Code: "internal"}, ""
	for _, a := range answers() {
		if errors.Is(err, a.err) {
			if p.Status, p.Code, retry = a.status, a.code, a.retry; a.detail {
				p.Detail = err.Error()
			}
			break
		}
	}
	if p.Status >= 500 {
		c.Log.ErrorContext(r.Context(), "request failed", "request_id", door.RequestID(r), "path", r.URL.Path, "code", p.Code, "error", err)
	}
	door.Refuse(w, r, p, retry)
}
