package host

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Bounds of a provider call. The call as a whole is bounded by its context, from the provider's profile.
const (
	dialTimeout      = 3 * time.Second
	handshakeTimeout = 5 * time.Second
	idleTimeout      = 20 * time.Second
)

// Wire sends requests to providers.
type Wire struct {
	client    *http.Client
	transport *http.Transport
	now       func() time.Time
	log       *slog.Logger

	mu   sync.Mutex
	last time.Time
	said map[string]time.Time // by host: when it was last noted that its clock is another
}

// NewWire makes a wire that follows no redirect (a signed request is for the address it was signed for), ignores proxy
// variables and speaks TLS 1.2 or newer.
func NewWire(log *slog.Logger) *Wire {
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout: handshakeTimeout,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     idleTimeout,
	}
	return &Wire{transport: transport, now: time.Now, log: log, said: map[string]time.Time{}, client: &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Do implements provider.Doer. One Do is at most one request on the line.
//
// Between two calls Lambda may freeze the function for minutes while the provider closes the connection; a request sent
// on it afterwards would end without an answer, and a refund in doubt for no reason. So connections that have rested by
// the wall clock are closed first. And the transport must not repeat a request by itself, which it does after a lost
// reply if the request carries an Idempotency-Key: not every provider that reads the header honours it.
func (w *Wire) Do(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	now := w.now().Round(0) // without the monotonic clock, which may stand still while the function is frozen
	rested := now.Sub(w.last) > idleTimeout || now.Before(w.last)
	w.last = now
	w.mu.Unlock()
	if rested {
		w.transport.CloseIdleConnections()
	}
	if req.Header.Get("Idempotency-Key") != "" || req.Header.Get("X-Idempotency-Key") != "" {
		req = req.Clone(req.Context())
		req.GetBody = nil
	}
	resp, err := w.client.Do(req)
	if err == nil {
		w.compare(req.Context(), resp)
	}
	return resp, err
}

const (
	// apart is how far a provider's clock may be from ours: signatures carry an instant, and the strictest window is minutes.
	apart = time.Minute
	// sayAgain is how often a difference is noted, by each process and of each host.
	sayAgain = 15 * time.Minute
)

// compare holds the instant of an answer against our clock. Which of the two is wrong it cannot know.
func (w *Wire) compare(ctx context.Context, resp *http.Response) {
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return
	}
	host, now := resp.Request.URL.Host, w.now()
	if now.Sub(theirs).Abs() <= apart {
		return
	}
	w.mu.Lock()
	again := now.Sub(w.said[host]) < sayAgain
	if !again {
		w.said[host] = now
	}
	w.mu.Unlock()
	if !again {
		w.log.WarnContext(ctx, "clocks differ", "name", host, "late", now.Sub(theirs).Truncate(time.Second))
	}
}
