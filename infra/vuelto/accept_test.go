package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

// stack is what make run runs, on a Friday morning; spoil may answer instead of it.
func stack(t *testing.T, spoil func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	template, err := sim.ReadTemplate("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var server *sim.Server
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if spoil == nil || !spoil(w, r) {
			server.ServeHTTP(w, r)
		}
	}))
	url, began := "http://"+web.Listener.Addr().String(), time.Now()
	server, err = sim.NewServer(sim.Options{Seed: 1, Template: template, BaseURL: url, Log: slog.New(slog.DiscardHandler)},
		func() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC).Add(time.Since(began)) })
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); server.Run(ctx) }()
	web.Start()
	t.Cleanup(func() { web.Close(); stop(); <-ended })
	return url
}

// TestTheListOfAcceptance goes well against what make run runs; what does not is named, with what came instead; without a sandbox
// there is nothing to accept.
func TestTheListOfAcceptance(t *testing.T) {
	url := stack(t, nil)
	out, problems, code := vuelto(t, ".", "accept", "--url", url)
	if code != 0 || strings.Count(out, "ok   ") != 12 || strings.Contains(out, "FAIL") {
		t.Fatalf("%d\n%s%s", code, out, problems)
	}
	out, problems, code = vuelto(t, ".", "accept", "--url", url, "--approver", "sk_test_demo") // and again, on what is there
	if code != 1 || strings.Count(out, "FAIL") != 1 || !strings.Contains(out, "FAIL a large refund waits for another person") ||
		!strings.Contains(out, "403 and not 200") || !strings.Contains(problems, "1 of 12 did not go well") {
		t.Errorf("one person for two: %d\n%s%s", code, out, problems)
	}
	generous := stack(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/receipt") {
			return false
		}
		_, _ = w.Write([]byte("paid"))
		return true
	})
	if out, _, code := vuelto(t, ".", "accept", "--url", generous); code != 1 || !strings.Contains(out, "FAIL the refund has a receipt") {
		t.Errorf("a receipt that is none: %d\n%s", code, out)
	}
	deployed := stack(t, func(w http.ResponseWriter, r *http.Request) bool { // a key of its own, and a clock that nobody moves
		switch {
		case !strings.HasPrefix(r.URL.Path, "/_sandbox/"):
			return false
		case r.Header.Get("Authorization") != "Bearer sandbox_k":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/_sandbox/clock" && r.Method == http.MethodPost:
			w.WriteHeader(http.StatusConflict)
		case r.URL.Path == "/_sandbox/clock":
			_, _ = w.Write([]byte(`{"now":"2026-11-20T15:00:00Z","moves":false}`))
		default:
			return false
		}
		return true
	})
	if out, problems, code := vuelto(t, ".", "accept", "--url", deployed, "--sandbox-key", "sandbox_k"); code != 0 ||
		strings.Count(out, "ok   ") != 11 || !strings.Contains(out, "then the day closes") || !strings.Contains(out, "date=2026-11-23 is balanced by then") {
		t.Errorf("beside a deployed stack: %d\n%s%s", code, out, problems)
	}
	if _, problems, code := vuelto(t, ".", "accept", "--url", deployed); code != 2 {
		t.Errorf("without the sandbox's key: %d %s", code, problems)
	}
	bare := httptest.NewServer(http.NotFoundHandler())
	defer bare.Close()
	if out, problems, code := vuelto(t, ".", "accept", "--url", bare.URL); code != 2 || !strings.Contains(problems, "no sandbox") {
		t.Errorf("without a sandbox: %d\n%s%s", code, out, problems)
	}
}
