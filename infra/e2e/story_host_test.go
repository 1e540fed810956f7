//go:build e2e

package e2e_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// town is where simulated providers live on real time: each listens on a port of its own, and whatever happens in one
// happens with the lock held, because a simulated provider expects to be alone.
type town struct {
	t        *testing.T
	networks []simnet.Network
	url      map[string]string // of each network

	mu     sync.Mutex
	ahead  time.Duration
	random *rand.Rand
	closed bool
}

func newTown(t *testing.T, names ...string) *town {
	w := &town{t: t, url: map[string]string{}, random: rand.New(rand.NewPCG(3, 5))}
	for _, n := range allsim.New(w) {
		if !slices.Contains(names, n.Name()) {
			continue
		}
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.mu.Lock()
			defer w.mu.Unlock()
			n.ServeHTTP(rw, r)
		}))
		t.Cleanup(server.Close)
		w.networks, w.url[n.Name()] = append(w.networks, n), server.URL
	}
	t.Cleanup(func() {
		w.mu.Lock()
		w.closed = true
		w.mu.Unlock()
	})
	return w
}

// accounts are the demo merchant's, at the addresses of this town.
func (w *town) accounts() []provider.Account {
	var direct []provider.Account
	for _, a := range allsim.Accounts("demo") {
		if url, here := w.url[a.Provider]; here {
			a.Endpoint = url
			direct = append(direct, a)
		}
	}
	return direct
}

// at does something to a network.
func (w *town) at(name string, do func(simnet.Network) error) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.networks {
		if n.Name() != name {
			continue
		}
		if err := do(n); err != nil {
			w.t.Fatalf("%s: %v", name, err)
		}
		return
	}
	w.t.Fatalf("no network %q", name)
}

// register opens an account whose webhooks go to an address.
func (w *town) register(a provider.Account, webhooks string) {
	w.at(a.Provider, func(n simnet.Network) error {
		n.Register(a, webhooks)
		return nil
	})
}

// close ends every local day from an instant on and is the last day on which something of it settles.
func (w *town) close(name string, from time.Time, zone *time.Location) calendar.Date {
	var last calendar.Date
	w.at(name, func(n simnet.Network) error {
		for day := calendar.On(from, zone); !calendar.On(w.Now(), zone).Before(day); day = day.AddDays(1) {
			_, settles, err := n.Close(day)
			if err != nil {
				return err
			}
			last = settles
		}
		return nil
	})
	return last
}

func (w *town) ledger(name string) (entries []simnet.Entry) {
	w.at(name, func(n simnet.Network) error {
		entries = slices.Clone(n.Ledger())
		return nil
	})
	return entries
}

// advance sets the providers' clocks ahead of real time.
func (w *town) advance(by time.Duration) {
	w.mu.Lock()
	w.ahead = by
	w.mu.Unlock()
}

// now is Now for those who do not hold the lock.
func (w *town) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Now()
}

// Now implements simnet.Host; it is called with the lock held, as all of these are.
func (w *town) Now() time.Time { return time.Now().UTC().Add(w.ahead) }

// Sleep implements simnet.Host.
func (w *town) Sleep(d time.Duration) { time.Sleep(d) }

// Float implements simnet.Host.
func (w *town) Float() float64 { return w.random.Float64() }

// After implements simnet.Host.
func (w *town) After(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.closed {
			f()
		}
	})
}

// Deliver implements simnet.Host: a webhook is a request over a socket.
func (w *town) Deliver(req *http.Request, done func(status int)) {
	go func() {
		status := 0
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			status = res.StatusCode
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.closed {
			done(status)
		}
	}()
}
