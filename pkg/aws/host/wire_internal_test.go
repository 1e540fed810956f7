package host

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// server answers the first request on a connection and hangs up on the second, after reading it whole.
func server(t *testing.T) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var requests atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if requests.Add(1) == 2 {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return
		}
		_, _ = io.WriteString(w, "ok")
	}))
	t.Cleanup(s.Close)
	return s, &requests
}

func post(t *testing.T, w *Wire, url string, header http.Header) error {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(`{"amount":1}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := w.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// The reply to the second request is lost. The transport would send a request with an Idempotency-Key again; a provider
// that does not honour the header would then hold two refunds.
func TestOneDoIsOneRequest(t *testing.T) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "X-Other"} {
		s, requests := server(t)
		w := NewWire(slog.New(slog.DiscardHandler))
		header := http.Header{name: {"rf_1"}}
		if err := post(t, w, s.URL, header); err != nil {
			t.Fatal(err)
		}
		if err := post(t, w, s.URL, header); err == nil {
			t.Errorf("%s: no error for a lost reply", name)
		}
		if n := requests.Load(); n != 2 {
			t.Errorf("%s: %d requests, want 2", name, n)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Bool
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer target.Close()
	s := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	defer s.Close()
	req, err := http.NewRequest(http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := NewWire(slog.New(slog.DiscardHandler)).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusTemporaryRedirect || followed.Load() {
		t.Errorf("status %d, followed %t", resp.StatusCode, followed.Load())
	}
}

// A connection that has rested while the function was frozen is not used again.
func TestRestedConnectionsAreClosed(t *testing.T) {
	var connections atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	w, now := NewWire(slog.New(slog.DiscardHandler)), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w.now = func() time.Time { return now }
	for _, step := range []struct {
		rest time.Duration
		want int64
	}{{0, 1}, {time.Second, 1}, {21 * time.Second, 2}, {time.Second, 2}, {-time.Hour, 3}} {
		now = now.Add(step.rest)
		if err := post(t, w, s.URL, nil); err != nil {
			t.Fatal(err)
		}
		if got := connections.Load(); got != step.want {
			t.Errorf("after %s: %d connections, want %d", step.rest, got, step.want)
		}
	}
}

// A clock that is another is noted once in a while, and not for what is ordinary.
func TestClocksAreCompared(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	theirs := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = []string{theirs} }))
	defer s.Close()
	var lines bytes.Buffer
	w := NewWire(slog.New(slog.NewTextHandler(&lines, nil)))
	w.now = func() time.Time { return now }
	for _, step := range []struct {
		theirs string
		after  time.Duration
		want   int
	}{
		{now.Format(http.TimeFormat), 0, 0}, {now.Add(-time.Minute).Format(http.TimeFormat), 0, 0}, {now.Add(time.Minute).Format(http.TimeFormat), 0, 0},
		{"yesterday", 0, 0}, {now.Add(-61 * time.Second).Format(http.TimeFormat), 0, 1}, {now.Add(61 * time.Second).Format(http.TimeFormat), 0, 1},
		{now.Add(time.Hour).Format(http.TimeFormat), sayAgain, 2},
	} {
		theirs, now = step.theirs, now.Add(step.after)
		if err := post(t, w, s.URL, nil); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(lines.String(), "clocks differ"); got != step.want {
			t.Errorf("their %q after %s: %d lines, want %d", step.theirs, step.after, got, step.want)
		}
	}
	if !strings.Contains(lines.String(), "name="+strings.TrimPrefix(s.URL, "http://")) {
		t.Errorf("no host in %s", lines.String())
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	if v := NewWire(slog.New(slog.DiscardHandler)).transport.TLSClientConfig.MinVersion; v < 0x0303 {
		t.Errorf("TLS version %#x is accepted", v)
	}
	if NewWire(slog.New(slog.DiscardHandler)).transport.Proxy != nil {
		t.Error("proxy variables decide where money goes")
	}
}
