package provider_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
)

// TestExchangeClasses drives a real http.Client into each way a call can end.
func TestExchangeClasses(t *testing.T) {
	hang := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/reset", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "ten bytes.")
	})
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<20+1))
	})
	mux.HandleFunc("/hang", func(http.ResponseWriter, *http.Request) { <-hang })
	mux.HandleFunc("/limited", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	server := httptest.NewServer(mux)
	defer server.Close()
	defer close(hang)
	plain := httptest.NewUnstartedServer(mux) // speaks no TLS
	plain.Start()
	defer plain.Close()
	closed := httptest.NewServer(mux)
	closed.Close()

	for name, c := range map[string]struct {
		url     string
		limited bool
		over    bool
		want    provider.Class
	}{
		"nobody listens":         {url: closed.URL + "/x", want: provider.NotSent},
		"no such host":           {url: "http://no-such-host.invalid/x", want: provider.NotSent},
		"no TLS on that side":    {url: strings.Replace(plain.URL, "http:", "https:", 1) + "/x", want: provider.NotSent},
		"no such scheme":         {url: "://", want: provider.NotSent},
		"no time left":           {url: server.URL + "/limited", over: true, want: provider.NotSent},
		"reset before an answer": {url: server.URL + "/reset", want: provider.Unknown},
		"the answer breaks off":  {url: server.URL + "/short", want: provider.Unknown},
		"the answer is too long": {url: server.URL + "/long", want: provider.Unknown},
		"no answer in time":      {url: server.URL + "/hang", want: provider.Unknown},
		"429, documented":        {url: server.URL + "/limited", limited: true, want: provider.Limited},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		if c.over {
			cancel()
		}
		_, err := provider.Exchange(ctx, provider.NewHTTPClient(), provider.Call{Method: http.MethodPost,
			URL: c.url + "?token=abcdef", Body: []byte(`{"amount":1}`), Limited: c.limited})
		cancel()
		if err == nil || provider.ClassOf(err) != c.want {
			t.Errorf("%s: %v, want class %s", name, err, c.want)
			continue
		}
		if strings.Contains(err.Error(), "abcdef") || strings.Contains(err.Error(), "amount") {
			t.Errorf("%s: the error repeats the query or the body: %v", name, err)
		}
	}
}

func TestExchangeLeavesAnUndocumented429ToTheAdapter(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	reply, err := provider.Exchange(context.Background(), provider.NewHTTPClient(), provider.Call{Method: "GET", URL: server.URL})
	if err != nil || reply.Status != http.StatusTooManyRequests {
		t.Errorf("%+v, %v", reply, err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/again", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	reply, err := provider.Exchange(context.Background(), provider.NewHTTPClient(),
		provider.Call{Method: "POST", URL: server.URL, Body: []byte("{}")})
	if err != nil || reply.Status != http.StatusTemporaryRedirect || calls != 1 {
		t.Errorf("%d after %d calls, %v", reply.Status, calls, err)
	}
}

// doer is a transport that reports nothing about its connections.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestExchangeBelievesASilentTransportOnlyWhereItSaysDial(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want provider.Class
	}{
		"dial":           {&net.OpError{Op: "dial", Err: errors.New("refused")}, provider.NotSent},
		"look-up":        {&net.DNSError{Err: "no such host"}, provider.NotSent},
		"read":           {&net.OpError{Op: "read", Err: errors.New("reset")}, provider.Unknown},
		"write":          {&net.OpError{Op: "write", Err: errors.New("broken pipe")}, provider.Unknown},
		"deadline":       {context.DeadlineExceeded, provider.Unknown},
		"dial, too late": {errors.Join(&net.OpError{Op: "dial", Err: errors.New("x")}, context.DeadlineExceeded), provider.Unknown},
		"anything":       {errors.New("anything"), provider.Unknown},
	} {
		_, err := provider.Exchange(context.Background(), doer(func(*http.Request) (*http.Response, error) { return nil, c.err }),
			provider.Call{Method: "POST", URL: "http://x.sim/"})
		if provider.ClassOf(err) != c.want {
			t.Errorf("%s: %v, want class %s", name, err, c.want)
		}
	}
}

// A call that acts reaches the provider once, even if the kept connection ends before the answer: net/http would send a GET,
// and whatever bears an X-Idempotency-Key, a second time by itself.
func TestWhatActsIsSentOnce(t *testing.T) {
	arrived := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/warm" {
			return
		}
		if arrived++; arrived > 1 {
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack() // it has acted, and says nothing
		if err == nil {
			_ = conn.Close()
		}
	}))
	defer server.Close()
	key := http.Header{"X-Idempotency-Key": {"k"}}
	for name, c := range map[string]struct {
		call provider.Call
		want int
	}{
		"a question":                 {provider.Call{Method: http.MethodGet}, 2},
		"an act by GET":              {provider.Call{Method: http.MethodGet, Once: true}, 1},
		"an act under a key":         {provider.Call{Method: http.MethodPost, Header: key, Body: []byte("{}"), Once: true}, 1},
		"an act whose key is heeded": {provider.Call{Method: http.MethodPost, Header: key, Body: []byte("{}")}, 2},
		"an act by POST":             {provider.Call{Method: http.MethodPost, Body: []byte("{}")}, 1},
	} {
		client := provider.NewHTTPClient()
		arrived = 0
		if _, err := provider.Exchange(context.Background(), client, provider.Call{Method: http.MethodPost, URL: server.URL + "/warm"}); err != nil {
			t.Fatal(err)
		}
		c.call.URL = server.URL + "/refund"
		_, err := provider.Exchange(context.Background(), client, c.call)
		var e *provider.Error
		if arrived != c.want || (c.want == 1 && (!errors.As(err, &e) || e.Class != provider.Unknown)) {
			t.Errorf("%s arrived %d times, want %d: %v", name, arrived, c.want, err)
		}
	}
}
