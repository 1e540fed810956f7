package deliver

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/event"
)

// hurried is the real clock with less patience: a try's limit ends after a fifth of a second.
type hurried struct{}

func (hurried) Now() time.Time { return time.Now() }

func (hurried) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d != Timeout {
		panic(fmt.Sprintf("a try may take %s", d))
	}
	return context.WithTimeout(ctx, 200*time.Millisecond)
}

// tell tries an event at an address once, over TLS that trusts the given certificates.
func tell(t *testing.T, url string, trusted ...*x509.Certificate) result {
	t.Helper()
	roots := x509.NewCertPool()
	for _, c := range trusted {
		if c != nil {
			roots.AddCert(c)
		}
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	d := &Deliverer{Doer: client, Clock: hurried{}, Log: slog.New(slog.DiscardHandler)}
	endpoint := event.Endpoint{ID: "we_1", URL: url, Secrets: []event.Secret{{Value: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}}}
	began := time.Now()
	r := d.try(context.Background(), event.Event{ID: "evt_1", Type: "refund.paid", At: began, Data: []byte("{}")}, event.Delivery{As: "refund.paid"}, endpoint)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	return r
}

// Whoever answers late, byte by byte, or without an end holds a try up for no longer than its limit, and costs no memory.
func TestAnswersWithoutAnEnd(t *testing.T) {
	var poured atomic.Int64
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		fault  string
	}{
		"hangs": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server hears that its caller has gone once it has read everything
			<-r.Context().Done()
		}, "timeout"},
		"drips": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, ".")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}, "timeout"},
		"drips its head": {func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			for _, b := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Slow: 12345678901234567890") {
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}, "timeout"},
		"a gigabyte": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1073741824")
			block := make([]byte, 1<<16)
			for {
				n, err := w.Write(block)
				if poured.Add(int64(n)); err != nil {
					return
				}
			}
		}, "reply_too_large"},
		"ends early": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "short")
		}, "no_answer"},
		"well": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewTLSServer(c.answer)
			t.Cleanup(s.Close)
			if got := tell(t, s.URL, s.Certificate()); got.Fault != c.fault {
				t.Errorf("%q, want %q (status %d)", got.Fault, c.fault, got.Status)
			}
			if n := poured.Load(); name == "a gigabyte" && n > 32<<20 {
				t.Errorf("%d bytes were let in", n)
			}
		})
	}
}

// A certificate is looked at for each delivery: with one that is not its own, or has run out, nobody is told; with its own again
// the shop is.
func TestACertificateThatChanges(t *testing.T) {
	var heard atomic.Int64
	var shown atomic.Pointer[tls.Certificate]
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard.Add(1) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if other := shown.Load(); other != nil {
			return &tls.Config{Certificates: []tls.Certificate{*other}}, nil
		}
		return nil, nil
	}}
	s.StartTLS()
	t.Cleanup(s.Close)
	ours, ranOut := certificate(t, time.Now().Add(time.Hour)), certificate(t, time.Now().Add(-time.Hour))
	for round, c := range []struct {
		shows *tls.Certificate
		trust *x509.Certificate // beside the shop's own
		fault string
	}{{nil, nil, ""}, {&ours, nil, "no_answer"}, {nil, nil, ""}, {&ranOut, ranOut.Leaf, "no_answer"}, {&ours, ours.Leaf, ""}, {nil, nil, ""}} {
		shown.Store(c.shows)
		before := heard.Load()
		got := tell(t, s.URL, s.Certificate(), c.trust)
		if told := heard.Load() - before; got.Fault != c.fault || (told == 1) != (c.fault == "") {
			t.Errorf("round %d: %q, want %q, heard %d times", round, got.Fault, c.fault, told)
		}
	}
}

// certificate is one for this machine that signs itself, until an instant.
func certificate(t *testing.T, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: until.Add(-2 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
