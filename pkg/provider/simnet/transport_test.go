package simnet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// echo is a network that answers with what it saw of the wire.
type echo struct {
	*simnet.Book
	served int
}

func newEcho(host simnet.Host) *echo {
	return &echo{Book: simnet.NewBook(host, simnet.Manners{Name: "echo", Network: "efecty"})}
}

func (e *echo) Operation(*http.Request) simnet.Operation { return simnet.OpDisbursement }

func (e *echo) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	e.served++
	body, _ := io.ReadAll(req.Body)
	w.Header().Set("X-Seen", req.Header.Get("X-Sent"))
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, "%s %s %s %d %s", req.Method, req.Host, req.RequestURI, req.ContentLength, body)
}

func send(t *testing.T, host *providertest.Host, network simnet.Network, ctx context.Context, body io.Reader) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://echo.sim/a%2Fb?c=d", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Sent", "header")
	return simnet.NewTransport(host, network).Do(req)
}

func TestTheWireCarriesWhatWasSent(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	for name, body := range map[string]io.Reader{"a reader of known length": strings.NewReader("bytes"),
		"of unknown length": io.MultiReader(strings.NewReader("by"), strings.NewReader("tes"))} {
		resp, err := send(t, host, newEcho(host), context.Background(), body)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(resp.Body)
		if want := "POST echo.sim /a%2Fb?c=d 5 bytes"; string(got) != want || resp.StatusCode != http.StatusAccepted || resp.Header.Get("X-Seen") != "header" {
			t.Errorf("%s: %d %q %v", name, resp.StatusCode, got, resp.Header)
		}
	}
}

func TestFaultsOfCalls(t *testing.T) {
	for kind, c := range map[simnet.Kind]struct {
		served int   // at once
		later  int   // after four minutes
		err    error // nil = an answer comes
		status int
	}{
		simnet.TimeoutBefore: {0, 0, context.DeadlineExceeded, 0},
		simnet.TimeoutAfter:  {1, 1, context.DeadlineExceeded, 0},
		simnet.LateCommit:    {0, 1, context.DeadlineExceeded, 0},
		simnet.Outage:        {0, 0, syscall.ECONNREFUSED, 0},
		simnet.Broken500:     {1, 1, nil, 500},
		simnet.Broken502:     {1, 1, nil, 502},
		simnet.Malformed:     {1, 1, nil, 202},
		simnet.Reject:        {0, 0, nil, 503}, // echo cannot refuse in words of its own
	} {
		host := providertest.NewHost(start(), 1)
		network := newEcho(host)
		if err := network.Faults().Arm(kind, 1, ""); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := host.WithTimeout(context.Background(), 10*time.Second)
		resp, err := send(t, host, network, ctx, strings.NewReader("0123456789"))
		cancel()
		var wrapped *url.Error
		if (c.err != nil && (!errors.Is(err, c.err) || !errors.As(err, &wrapped))) || (c.err == nil && err != nil) {
			t.Errorf("%s: %v, want %v", kind, err, c.err)
		}
		if resp != nil && resp.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", kind, resp.StatusCode, c.status)
		}
		if network.served != c.served || host.Now().Sub(start()) > 300*time.Millisecond {
			t.Errorf("%s: served %d, took %s", kind, network.served, host.Now().Sub(start()))
		}
		if host.Sleep(4 * time.Minute); network.served != c.later {
			t.Errorf("%s: served %d four minutes later, want %d", kind, network.served, c.later)
		}
	}
}

func TestATimeOutNeverOutlastsTheDeadline(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	network := newEcho(host)
	if err := network.Faults().Arm(simnet.TimeoutBefore, 1, ""); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := host.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := send(t, host, network, ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if took := host.Now().Sub(start()); took != 50*time.Millisecond {
		t.Errorf("took %s", took)
	}
	if _, err := send(t, host, network, ctx, nil); !errors.Is(err, context.DeadlineExceeded) || network.served != 0 {
		t.Errorf("a call past its deadline: %v, served %d", err, network.served)
	}
}

func TestAnUnknownHostIsNotDialled(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	_, err := provider.Exchange(context.Background(), simnet.NewTransport(host), provider.Call{Method: "GET", URL: "https://nobody.sim/"})
	var lookup *net.DNSError
	if provider.ClassOf(err) != provider.NotSent || !errors.As(err, &lookup) {
		t.Error(err)
	}
}

func TestADripIsAReplyThatBreaksOffAtTheDeadline(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	network := newEcho(host)
	if err := network.Faults().Arm(simnet.SlowDrip, 1, ""); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := host.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	resp, err := send(t, host, network, ctx, strings.NewReader("0123456789"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if network.served != 1 || resp.StatusCode != http.StatusAccepted || len(body) == 0 || int64(len(body)) >= resp.ContentLength || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("served %d, %d, %q of %d bytes: %v", network.served, resp.StatusCode, body, resp.ContentLength, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}

// taker is a network that takes in what says so, and refuses the rest.
type taker struct{ *echo }

func (n taker) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if body, _ := io.ReadAll(req.Body); string(body) != "take" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	n.Accept(simnet.Disbursement{Account: &simnet.Account{}, Ours: "rf_1", Status: simnet.Accepted}, true)
}

func (n taker) Refuse(w http.ResponseWriter, _ *http.Request, _ simnet.Kind) {
	w.WriteHeader(http.StatusConflict)
}

func TestOnlyWhatIsThereIsSaidToBeThereAlready(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	network := taker{&echo{Book: simnet.NewBook(host, simnet.Manners{Name: "echo", Network: "efecty", Voice: mute{}})}}
	for i, x := range []struct {
		body         string
		status, held int
	}{{"refuse", 401, 0}, {"take", 409, 1}, {"take", 409, 1}} {
		if err := network.Faults().Arm(simnet.DuplicateReference, 1, ""); err != nil {
			t.Fatal(err)
		}
		resp, err := send(t, host, network, context.Background(), strings.NewReader(x.body))
		if err != nil || resp.StatusCode != x.status || len(network.Ledger()) != x.held {
			t.Errorf("%d: %v %v, the book holds %d", i, resp, err, len(network.Ledger()))
		}
	}
}
