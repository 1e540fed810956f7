package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/api"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// rig is an API without providers whose store fails when told to.
type rig struct {
	*memstore.Store
	t       *testing.T
	failing error
	server  *api.Server
	handler http.Handler
	log     bytes.Buffer
}

// Get fails as told, but for the caller's own records.
func (r *rig) Get(ctx context.Context, key store.Key) (store.Record, error) {
	if r.failing != nil && key.SK != "apikey" && key.SK != "merchant" {
		return store.Record{}, r.failing
	}
	return r.Store.Get(ctx, key)
}

// Query fails as told.
func (r *rig) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if r.failing != nil {
		return store.Page{}, r.failing
	}
	return r.Store.Query(ctx, q)
}

// Client finds no account.
func (r *rig) Client(context.Context, string) (*provider.Client, error) {
	return nil, errors.New("no accounts here, says the secret sauce")
}

func open(t *testing.T) *rig {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }
	r := &rig{t: t, Store: memstore.New(memstore.Options{Now: now})}
	log, serial := slog.New(slog.NewTextHandler(&r.log, nil)), 0
	r.server = &api.Server{
		Decider: &decide.Decider{Store: r, Files: memfile.New(), Now: now, Log: log},
		Requester: &request.Requester{Store: r, Observer: observe.Observer{Store: r, Log: log}, Clients: r, Now: now,
			Float: func() float64 { return 0 }, Log: log},
		Directory: &merchant.Directory{Store: r, Now: now}, Clients: r, Store: r, Files: memfile.New(), Now: now, Log: log,
		Meaning: func(string, string) (provider.Meaning, bool) { return provider.Meaning{}, false },
		Random:  func(n int) []byte { serial++; return bytes.Repeat([]byte{byte(serial)}, n) },
		NewID:   func() string { serial++; return fmt.Sprint("req_", serial) },
	}
	r.handler = r.server.Handler()
	writes := []store.Write{store.Put{Record: merchant.Encode(merchant.Merchant{ID: "demo", Stores: []merchant.Store{
		{ID: "s", Currency: money.PEN, Network: "pagoefectivo", Accounts: []merchant.AccountRef{{Provider: "p", Account: "a"}}}}}, 0)}}
	for _, role := range []merchant.Role{merchant.Viewer, merchant.Operator, merchant.Approver, merchant.Finance, merchant.Admin, "intern"} {
		hash, mode, err := merchant.HashKey("sk_test_" + string(role))
		if err != nil {
			t.Fatal(err)
		}
		writes = append(writes, store.Put{Record: merchant.EncodeKey(merchant.APIKey{Hash: hash, Merchant: "demo", Person: string(role),
			Role: role, Mode: mode}, 0)})
	}
	if err := r.Commit(context.Background(), writes...); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) call(role merchant.Role, method, path, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer sk_test_"+string(role))
	req.Header.Set("Idempotency-Key", "k")
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	return w
}

func everything(s *api.Server) []string {
	money, batches, finance, uploads := s.Patterns()
	return slices.Concat(money, batches, finance, uploads)
}

func code(w *httptest.ResponseRecorder) string {
	var p struct{ Code string }
	_ = json.Unmarshal(w.Body.Bytes(), &p)
	return p.Code
}

// concrete is a path with something in the place of its names.
func concrete(path string) string {
	return strings.NewReplacer("{id}", "x", "{move}", "approve", "{month}", "2026-10", "{date}", "2026-11-20").Replace(path)
}

// forFinance says whether what is posted to a path belongs to those who close the books.
func forFinance(path string) bool {
	for _, prefix := range []string{"/v1/reconciliations/", "/v1/breaks/", "/v1/legs/", "/v1/months/", "/v1/settlements", "/v1/rates", "/v1/calendar", "/v1/deposits", "/v1/fees", "/v1/export-shapes", "/v1/orders", "/v1/receipts"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// TestRolesDecideFirst: whoever may not, learns nothing else, on every route there is.
func TestRolesDecideFirst(t *testing.T) {
	r := open(t)
	for _, pattern := range everything(r.server) {
		method, path, _ := strings.Cut(pattern, " ")
		path = concrete(path)
		books := method == "POST" && forFinance(path)
		where := method == "POST" && strings.HasPrefix(path, "/v1/event-endpoints") // events go: for admins alone
		for role, may := range map[merchant.Role]bool{
			merchant.Viewer: method == "GET", merchant.Finance: method == "GET" || books, merchant.Approver: !books && !where, merchant.Admin: true,
			merchant.Operator: !books && !where && !strings.HasSuffix(path, "/approve") && (method == "GET" || !strings.HasPrefix(path, "/v1/blocked") && !strings.HasSuffix(path, "/agree")), "intern": false,
		} {
			if strings.HasPrefix(path, "/v1/documents/") { // scans of cards: not for those who only look
				may = role == merchant.Operator || role == merchant.Approver || role == merchant.Admin
			}
			if method == "PUT" || method == "POST" && (path == "/v1/api-keys" || strings.HasSuffix(path, "/revoke")) { // what is for admins
				may = role == merchant.Admin
			}
			w := r.call(role, method, path, "{}")
			if forbidden := code(w) == "forbidden" && w.Code == 403; forbidden == may {
				t.Errorf("%s as %s: %d %s", pattern, role, w.Code, w.Body)
			}
		}
		if w := r.call("nobody", method, path, "{}"); w.Code != 401 || code(w) != "unauthorized" {
			t.Errorf("%s as nobody: %d %s", pattern, w.Code, w.Body)
		}
	}
}

// TestFailuresOfOursTellNothing: a text that nobody classified stays inside, the request id leads to it in the log.
func TestFailuresOfOursTellNothing(t *testing.T) {
	r := open(t)
	r.failing = errors.New("the secret sauce of shard 7 is off")
	for _, pattern := range everything(r.server) {
		method, path, _ := strings.Cut(pattern, " ")
		if method != "GET" {
			continue
		}
		w := r.call(merchant.Admin, method, strings.NewReplacer("/events/x", "/events/evt_01M7XCBXG0QPJT7ZE1D8VAAATW", "/legs/x", "/legs/leg_01M7XCBXG0QPJT7ZE1D8VAAATW").Replace(concrete(path))+"?q=any+mark", "")
		if w.Code != 500 || code(w) != "internal" || strings.Contains(w.Body.String(), "sauce") {
			t.Errorf("%s: %d %s", pattern, w.Code, w.Body)
		}
		if id := w.Header().Get("X-Request-Id"); !strings.Contains(r.log.String(), id+" ") || !strings.Contains(r.log.String(), "sauce") {
			t.Errorf("%s: %s is not in the log", pattern, id)
		}
	}
	r.failing = fmt.Errorf("x: %w", store.ErrBusy)
	if w := r.call(merchant.Admin, "GET", "/v1/payments/x", ""); w.Code != 409 || code(w) != "payment_busy" || w.Header().Get("Retry-After") == "" {
		t.Errorf("busy: %d %s", w.Code, w.Body)
	}
}

// TestWhoReadADocumentIsLogged, and whoever only looks may not.
func TestWhoReadADocumentIsLogged(t *testing.T) {
	r := open(t)
	r.server.Requester.Files = memfile.New()
	r.handler = r.server.Handler()
	var up struct{ Digest string }
	if err := json.Unmarshal(r.call(merchant.Operator, "POST", "/v1/documents", "%PDF-1.7 a card").Body.Bytes(), &up); err != nil || up.Digest == "" {
		t.Fatal(err)
	}
	for _, role := range []merchant.Role{merchant.Viewer, merchant.Finance} {
		if w := r.call(role, "GET", "/v1/documents/"+up.Digest, ""); w.Code != 403 || strings.Contains(r.log.String(), up.Digest) {
			t.Errorf("%s: %d", role, w.Code)
		}
	}
	if w := r.call(merchant.Approver, "GET", "/v1/documents/"+up.Digest, ""); w.Code != 200 || w.Body.String() != "%PDF-1.7 a card" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if log := r.log.String(); !strings.Contains(log, up.Digest) || !strings.Contains(log, "by=approver") {
		t.Errorf("who read it: %s", log)
	}
}
