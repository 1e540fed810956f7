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
	"github.com/vuelto/vuelto/pkg/discrepancy"
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
	for pattern, handle := range open {
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

type route struct {
	pattern string
	action  merchant.Action
	handle  handler
}

// The routes are in four lists, one for each function that serves them: a function links and may do what its part needs,
// and the one that a buyer waits for knows no bucket.

func (s *Server) money() []route {
	return []route{
		{"GET /v1/payment-methods", merchant.Read, s.paymentMethods},
		{"POST /v1/payments", merchant.Move, s.createPayment},
		{"GET /v1/payments", merchant.Read, s.listPayments},
		{"GET /v1/payments/{id}", merchant.Read, s.getPayment},
		{"GET /v1/payments/{id}/voucher.html", merchant.Read, s.voucherPage},
		{"POST /v1/payments/{id}/cancel", merchant.Move, s.cancelPayment},
		{"POST /v1/payments/{id}/revive", merchant.Move, s.revivePayment},
		{"POST /v1/payments/{id}/give-back", merchant.Move, s.giveBack},
		{"POST /v1/refunds", merchant.Move, s.createRefund},
		{"POST /v1/refunds/cash-withdrawal", merchant.Move, s.createCashWithdrawal},
		{"GET /v1/refunds", merchant.Read, s.list(disbursement.Refund)},
		{"GET /v1/refunds/{id}", merchant.Read, s.get(disbursement.Refund)},
		{"POST /v1/refunds/{id}/{move}", merchant.Move, s.move(disbursement.Refund)},
		{"POST /v1/refunds/{id}/cash-code", merchant.Move, s.showCode(disbursement.Refund)},
		{"POST /v1/refunds/{id}/reissue", merchant.Move, s.reissue(disbursement.Refund)},
		{"POST /v1/refunds/{id}/claim-link", merchant.Move, s.invite},
		{"POST /v1/payouts", merchant.Move, s.createPayout},
		{"GET /v1/payouts", merchant.Read, s.list(disbursement.Payout)},
		{"GET /v1/payouts/{id}", merchant.Read, s.get(disbursement.Payout)},
		{"POST /v1/payouts/{id}/{move}", merchant.Move, s.move(disbursement.Payout)},
		{"POST /v1/payouts/{id}/cash-code", merchant.Move, s.showCode(disbursement.Payout)},
		{"POST /v1/payouts/{id}/reissue", merchant.Move, s.reissue(disbursement.Payout)},
		{"GET /v1/manual", merchant.Read, s.listManual},
		{"GET /v1/blocked", merchant.Read, s.listBlocked},
		{"POST /v1/blocked", merchant.Agree, s.block},
		{"POST /v1/blocked/{id}/lift", merchant.Agree, s.unblock},
		{"GET /v1/register", merchant.Read, s.register},
		{"GET /v1/api-keys", merchant.Read, s.listKeys},
		{"POST /v1/api-keys", merchant.Govern, s.createKey},
		{"POST /v1/api-keys/{id}/agree", merchant.Agree, s.agreeKey},
		{"POST /v1/api-keys/{id}/rotate", merchant.Move, s.rotateKey},
		{"POST /v1/api-keys/{id}/revoke", merchant.Govern, s.revokeKey},
		{"GET /v1/rules", merchant.Read, s.getRules},
		{"PUT /v1/rules", merchant.Govern, s.putRules},
		{"GET /v1/providers", merchant.Read, s.providers},
		{"GET /v1/health", merchant.Read, s.health},
		{"GET /v1/search", merchant.Read, s.search},
		{"POST /v1/event-endpoints", merchant.Govern, s.createEndpoint},
		{"GET /v1/event-endpoints", merchant.Read, s.listEndpoints},
		{"GET /v1/event-endpoints/{id}", merchant.Read, s.getEndpoint},
		{"POST /v1/event-endpoints/{id}/{move}", merchant.Govern, s.moveEndpoint},
		{"GET /v1/events", merchant.Read, s.listEvents},
		{"GET /v1/events/{id}", merchant.Read, s.getEvent},
		{"POST /v1/events/{id}/redeliver", merchant.Move, s.redeliver},
		{"POST /v1/events/replay", merchant.Move, s.replay},
	}
}

func (s *Server) batches() []route {
	return []route{
		{"POST /v1/batches", merchant.Move, s.createBatch},
		{"GET /v1/batches", merchant.Read, s.listBatches},
		{"GET /v1/batches/{id}", merchant.Read, s.getBatch},
		{"GET /v1/batches/{id}/results", merchant.Read, s.listResults},
		{"GET /v1/batches/{id}/results.csv", merchant.Read, s.resultsCSV},
		{"POST /v1/batches/{id}/cancel", merchant.Move, s.cancelBatch},
		{"POST /v1/documents", merchant.Move, s.keepPaper},
		{"GET /v1/documents/{digest}", merchant.Move, s.getPaper},
	}
}

func (s *Server) finance() []route {
	return []route{
		{"GET /v1/reconciliations", merchant.Read, s.listReconciliations},
		{"GET /v1/reconciliations/{id}", merchant.Read, s.getReconciliation},
		{"GET /v1/reconciliations/{id}/breaks", merchant.Read, s.listBreaks},
		{"GET /v1/reconciliations/{id}/report.csv", merchant.Read, s.report("csv", "text/csv; charset=utf-8")},
		{"GET /v1/reconciliations/{id}/report.xlsx", merchant.Read, s.report("xlsx", workbook)},
		{"POST /v1/reconciliations/{id}/close", merchant.Close, s.closeDay},
		{"POST /v1/reconciliations/{id}/reopen", merchant.Close, s.reopenDay},
		{"GET /v1/days/{date}/report.html", merchant.Read, s.dailyReport("html", "text/html; charset=utf-8", dailyHTML)},
		{"GET /v1/days/{date}/report.xlsx", merchant.Read, s.dailyReport("xlsx", workbook, dailyXLSX)},
		{"GET /v1/days/{date}/export.csv", merchant.Read, s.exportCSV},
		{"GET /v1/export-shapes", merchant.Read, s.listShapes},
		{"POST /v1/export-shapes", merchant.Close, s.putShape},
		{"GET /v1/breaks/{id}", merchant.Read, s.getBreak},
		{"POST /v1/breaks/{id}/assign", merchant.Close, s.decide(discrepancy.Assign)},
		{"POST /v1/breaks/{id}/explain", merchant.Close, s.decide(discrepancy.Explain)},
		{"POST /v1/breaks/{id}/resolve", merchant.Close, s.decide(discrepancy.Resolve)},
		{"POST /v1/breaks/{id}/reopen", merchant.Close, s.decide(discrepancy.Reopen)},
		{"GET /v1/legs/{id}", merchant.Read, s.getLeg},
		{"POST /v1/legs/{id}/assign", merchant.Close, s.decideLeg(discrepancy.Assign)},
		{"POST /v1/legs/{id}/explain", merchant.Close, s.decideLeg(discrepancy.Explain)},
		{"POST /v1/legs/{id}/resolve", merchant.Close, s.decideLeg(discrepancy.Resolve)},
		{"POST /v1/legs/{id}/reopen", merchant.Close, s.decideLeg(discrepancy.Reopen)},
		{"POST /v1/orders", merchant.Close, s.importOrders},
		{"GET /v1/orders", merchant.Read, s.listOrders},
		{"POST /v1/receipts", merchant.Close, s.importReceipts},
		{"GET /v1/months/{month}", merchant.Read, s.getMonth},
		{"GET /v1/months/{month}/pack", merchant.Read, s.monthPack},
		{"POST /v1/months/{month}/close", merchant.Close, s.closeMonth},
		{"POST /v1/months/{month}/reopen", merchant.Close, s.reopenMonth},
	}
}

func (s *Server) uploads() []route {
	return []route{
		{"POST /v1/settlements", merchant.Close, s.uploadSettlement},
		{"POST /v1/rates", merchant.Close, s.importRates},
		{"GET /v1/rates", merchant.Read, s.listRates},
		{"POST /v1/calendar", merchant.Close, s.importCalendar},
		{"GET /v1/calendar", merchant.Read, s.listCalendar},
		{"POST /v1/deposits", merchant.Close, s.importDeposits},
		{"GET /v1/deposits", merchant.Read, s.listDeposits},
		{"POST /v1/fees", merchant.Close, s.putContract},
		{"GET /v1/fees", merchant.Read, s.listContracts},
	}
}

// workbook is the media type of XLSX.
const workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Patterns lists method and path of every route behind a key, in the mux's spelling, for those who hold something against
// them.
func (s *Server) Patterns() (money, batches, finance, uploads []string) {
	return patterns(s.money()), patterns(s.batches()), patterns(s.finance()), patterns(s.uploads())
}

func patterns(routes []route) (list []string) {
	for _, r := range routes {
		list = append(list, r.pattern)
	}
	return list
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
