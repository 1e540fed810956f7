package intake_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/intake"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

func friday() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

// rig is an intake whose store and queue fail when told to.
type rig struct {
	*memstore.Store
	client   *provider.Client
	clients  error
	commits  error // answer to a commit
	lost     bool  // the commit is done all the same
	send     error
	sent     []job.Job
	intake   http.Handler
	secret   string
	lastBody string
}

func (r *rig) Client(_ context.Context, account string) (*provider.Client, error) {
	if account != "pe" {
		return nil, store.ErrNotFound
	}
	return r.client, r.clients
}

func (r *rig) Do(*http.Request) (*http.Response, error) {
	return nil, errors.New("nobody is to be called")
}

func (r *rig) Commit(ctx context.Context, writes ...store.Write) error {
	if r.commits != nil {
		if r.lost {
			_ = r.Store.Commit(ctx, writes...)
		}
		return r.commits
	}
	return r.Store.Commit(ctx, writes...)
}

func (r *rig) Send(_ context.Context, j job.Job, _ time.Duration) error {
	if r.send == nil {
		r.sent = append(r.sent, j)
	}
	return r.send
}

func open(t *testing.T) *rig {
	t.Helper()
	host := providertest.NewHost(friday(), 1)
	r := &rig{Store: memstore.New(memstore.Options{Now: host.Now}), secret: "whsec"}
	account := provider.Account{ID: "pe", Tenant: "demo", Provider: "pagoefectivo", Network: "pagoefectivo", Endpoint: "https://pe.example",
		Credentials: map[string]string{"access_key": "a", "secret_key": "b", "service_id": "1"}, Secrets: []string{"new", "whsec"}}
	adapter, err := all.Registry()["pagoefectivo"].New(account, r, host)
	if err != nil {
		t.Fatal(err)
	}
	if r.client, err = provider.Open(adapter, account, host); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/webhooks/{provider}/{account}", &intake.Intake{Store: r, Clients: r, Sender: r, Now: host.Now, Log: slog.New(slog.DiscardHandler)})
	r.intake = mux
	return r
}

func (r *rig) post(path, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("PE-Signature", provider.Sign(r.secret, []byte(body)))
	req.Header.Set("Cookie", "c")
	w := httptest.NewRecorder()
	r.intake.ServeHTTP(w, req)
	r.lastBody = w.Body.String()
	return w
}

func (r *rig) kept(body string) (webhook.Delivery, error) {
	record, err := r.Get(context.Background(), webhook.Key("demo", "pe", []byte(body)))
	if err != nil {
		return webhook.Delivery{}, err
	}
	return webhook.Decode(record)
}

const url = "/webhooks/pagoefectivo/pe?x=1"

// TestCallersThatAreNotListed: httptest calls from 192.0.2.1.
func TestCallersThatAreNotListed(t *testing.T) {
	for list, status := range map[string]int{"192.0.2.0/24": 200, "192.0.2.2, 10.0.0.0/8": 401} {
		r := open(t)
		account := r.client.Account()
		account.Settings = map[string]string{"webhook_ips": list}
		adapter, err := all.Registry()["pagoefectivo"].New(account, r, providertest.NewHost(friday(), 1))
		if err != nil {
			t.Fatal(err)
		}
		if r.client, err = provider.Open(adapter, account, providertest.NewHost(friday(), 1)); err != nil {
			t.Fatal(err)
		}
		if w := r.post(url, "{}"); w.Code != status || (len(r.sent) == 1) != (status == 200) {
			t.Errorf("%s: %d with %d jobs", list, w.Code, len(r.sent))
		}
	}
}

// TestTwoHundredMeansStored: whatever fails on the way, a 2xx is given only for what is kept, due and asked for.
func TestTwoHundredMeansStored(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(*rig)
		status int
		kept   bool
		sent   int
	}{
		"all well":             {func(*rig) {}, 200, true, 1},
		"the store is away":    {func(r *rig) { r.commits = errors.New("away") }, 503, false, 0},
		"the store is busy":    {func(r *rig) { r.commits = fmt.Errorf("x: %w", store.ErrBusy) }, 503, false, 0},
		"stored, reply lost":   {func(r *rig) { r.commits, r.lost = errors.New("away"), true }, 503, true, 0},
		"the queue is away":    {func(r *rig) { r.send = errors.New("away") }, 200, true, 0},
		"accounts are away":    {func(r *rig) { r.clients = errors.New("away") }, 503, false, 0},
		"another secret":       {func(r *rig) { r.secret = "guessed" }, 401, false, 0},
		"a secret rotated out": {func(r *rig) { r.secret = "new" }, 200, true, 1},
	} {
		r := open(t)
		c.spoil(r)
		w := r.post(url, "{}")
		d, err := r.kept("{}")
		if w.Code != c.status || (err == nil) != c.kept || len(r.sent) != c.sent {
			t.Errorf("%s: %d, kept %v, %d jobs: %s", name, w.Code, err == nil, len(r.sent), r.lastBody)
		}
		if c.kept && (d.Due.IsZero() || d.Path != url || string(d.Body) != "{}" || !d.ReceivedAt.Equal(friday()) || d.Header.Get("Cookie") != "" ||
			d.Header.Get("PE-Signature") == "") {
			t.Errorf("%s: kept as %+v", name, d)
		}
		if w.Code == 503 && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: nobody is told when to come again", name)
		}
		if c.status != 200 {
			continue
		}
		// It comes once more: still one record, and one more job, for the first may have been lost.
		r.send = nil
		if again := r.post(url, "{}"); again.Code != 200 || len(r.sent) != c.sent+1 {
			t.Errorf("%s, again: %d, %d jobs", name, again.Code, len(r.sent))
		}
		if second, _ := r.kept("{}"); second.Version != d.Version {
			t.Errorf("%s: the repeat was written over the first", name)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	r := open(t)
	if w := r.post(url, strings.Repeat(" ", intake.MaxBody)); w.Code != 200 {
		t.Errorf("the largest body: %d", w.Code)
	}
	if w := r.post(url, strings.Repeat(" ", intake.MaxBody+1)); w.Code != 413 || len(r.sent) != 1 {
		t.Errorf("a byte more: %d", w.Code)
	}
	for path, want := range map[string]int{"/webhooks/pagoefectivo/xx": 404, "/webhooks/efecty/pe": 404} {
		if w := r.post(path, "{}"); w.Code != want || !strings.Contains(r.lastBody, `"code":"not_found"`) {
			t.Errorf("%s: %d %s", path, w.Code, r.lastBody)
		}
	}
}
