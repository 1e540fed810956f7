package story_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sandbox"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

const (
	sandboxKey = sandbox.KeyPrefix + "of-the-story"
	site       = "https://stack.example" // of the stack, as the sandbox knows it
)

// whiles is how many calls of the stack an instance answers before another takes its place.
const whiles = 250

// played is a sandbox beside a stack: its table lasts, its instances do not. What people and the queue ask for is done by one
// that knows nothing yet, while another, which knows what it has read, answers the stack.
type played struct {
	*stack
	table *memstore.Store

	warm  *sandbox.Stage // the instance that answers the stack, for a while
	calls int

	mu    sync.Mutex
	asked []job.Job // to play somebody
}

// startBeside is start with a stack whose providers are a sandbox. The world's own are there and never asked.
func startBeside(t testing.TB) *stack {
	t.Helper()
	p := &played{table: memstore.New(memstore.Options{})}
	contracts := map[string]provider.Account{}
	s := startWith(t, func(s *stack) sim.Hooks {
		p.stack, s.beside = s, p
		for _, tenant := range []string{"demo", "other"} {
			accounts := sandbox.Accounts(tenant, site, sandboxKey, "unguessable")
			for _, a := range accounts {
				contracts[a.ID] = a
			}
			if err := p.stage(friday()).Open(context.Background(), site, sandboxKey, accounts); err != nil {
				t.Fatal(err)
			}
		}
		return sim.Hooks{Account: func(a provider.Account) provider.Account { return contracts[a.ID] },
			Doer: func(provider.Doer) provider.Doer { return p }}
	})
	return s
}

// stage is a new instance at an instant.
func (p *played) stage(now time.Time) *sandbox.Stage {
	return sandbox.New(sandbox.Ports{Store: p.table, Sender: p, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
}

// Send implements job.Sender. What is asked for is played when the story lets time pass.
func (p *played) Send(_ context.Context, j job.Job, _ time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, j)
	return nil
}

// Do is the wire from the stack to the sandbox, on the world's loop.
func (p *played) Do(req *http.Request) (*http.Response, error) {
	body := []byte{}
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	arrived := httptest.NewRequest(req.Method, req.URL.RequestURI(), bytes.NewReader(body))
	arrived.Header = req.Header.Clone()
	if p.calls%whiles == 0 {
		p.warm = sandbox.New(sandbox.Ports{Store: p.table, Sender: p, Now: p.server.World.Now, Log: slog.New(slog.DiscardHandler)})
	}
	p.calls++
	w := httptest.NewRecorder()
	p.warm.ServeHTTP(w, arrived)
	return w.Result(), nil
}

// do is what the story asks of the sandbox. Time passes by the world's clock, and then the queue's messages arrive.
func (p *played) do(method, path, body string) (reply, error) {
	if strings.HasPrefix(path, "/_sandbox/clock") {
		p.beside = nil
		r, err := p.try(method, path, body)
		if err == nil && method == http.MethodPost {
			p.carry()
			_, err = p.try(method, path, `{"advance":"1s"}`) // what was heard is worked on
		}
		p.beside = p
		return r, err
	}
	w := httptest.NewRecorder()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+sandboxKey)
	p.stage(p.instant()).ServeHTTP(w, req)
	return reply{w.Code, w.Header(), w.Body.Bytes()}, nil
}

// instant is the world's time, asked from outside of its loop.
func (p *played) instant() time.Time {
	kept := p.beside
	p.beside = nil
	defer func() { p.beside = kept }()
	return p.now()
}

// carry does the jobs that were asked for, and the schedule's.
func (p *played) carry() {
	now := p.instant()
	p.mu.Lock()
	jobs := append(p.asked, job.Job{Kind: job.Play})
	p.asked = nil
	p.mu.Unlock()
	for _, j := range jobs {
		c := &sandbox.Carrier{Stage: p.stage(now), Wire: back{p.url}, Clock: still(now)}
		if err := c.Handle(context.Background(), j); err != nil {
			p.t.Error(err)
		}
	}
}

// back is the wire from the sandbox to the stack.
type back struct{ url string }

// Do carries a callback to where the stack really is.
func (b back) Do(req *http.Request) (*http.Response, error) {
	there := strings.Replace(req.URL.String(), site, b.url, 1)
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	out, err := http.NewRequestWithContext(req.Context(), req.Method, there, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	out.Header = req.Header
	return http.DefaultClient.Do(out)
}

// still is a clock that stands.
type still time.Time

// Now implements provider.Clock.
func (s still) Now() time.Time { return time.Time(s) }

// WithTimeout implements provider.Clock.
func (still) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

// TestTheProvidersBesideAStack is the story of every provider again, against a sandbox that forgets all but its table
// between any two calls.
func TestTheProvidersBesideAStack(t *testing.T) {
	t.Parallel()
	s := startBeside(t)
	s.gatewaysStory()
	for _, n := range s.server.World.Networks {
		if len(n.Ledger()) != 0 {
			t.Errorf("the world's own %s was called", n.Name())
		}
	}
	for _, name := range sandbox.Names() { // who was asked many times and who was never asked know the same
		books := map[string]bool{}
		for _, stage := range []*sandbox.Stage{s.beside.warm, s.beside.stage(s.beside.instant())} {
			req := httptest.NewRequest("GET", "/_sandbox/ledger/"+name, nil)
			req.Header.Set("Authorization", "Bearer "+sandboxKey)
			w := httptest.NewRecorder()
			stage.ServeHTTP(w, req)
			books[w.Body.String()] = true
		}
		if len(books) != 1 {
			t.Errorf("%s has several books: %v", name, books)
		}
	}
	page, err := s.beside.table.Query(context.Background(), store.Query{PK: "diary#efecty", Limit: 1000})
	if err != nil || len(page.Records) < 10 {
		t.Errorf("Efecty's diary has %d lines: %v", len(page.Records), err)
	}
}
