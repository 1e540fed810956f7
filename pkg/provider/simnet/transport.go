package simnet

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	// hang is what a simulated time-out costs of the host's time, however long the caller would have waited.
	hang = 200 * time.Millisecond
	// latest is how long after our time-out a late commit may still happen.
	latest = 4 * time.Minute
)

// Address is the base URL under which a transport finds the simulated provider of a name.
func Address(name string) string { return "https://" + name + ".sim" }

// Transport carries calls to simulated providers: a provider.Doer in whose middle lies nothing but bytes, so that what
// the provider sees is what a socket would have carried. It decides what a call suffers on its way.
type Transport struct {
	host     Host
	networks map[string]Network // by host name
}

// NewTransport routes https://<name>.sim to each network.
func NewTransport(host Host, networks ...Network) *Transport {
	t := &Transport{host: host, networks: make(map[string]Network, len(networks))}
	for _, n := range networks {
		t.networks[strings.TrimPrefix(Address(n.Name()), "https://")] = n
	}
	return t
}

// Do carries one call. Errors look like those of net/http: *url.Error around the cause.
func (t *Transport) Do(req *http.Request) (*http.Response, error) {
	line := openSocket()
	resp, err := t.carry(req, line)
	if err != nil {
		line.close()
		return nil, &url.Error{Op: req.Method, URL: req.URL.Redacted(), Err: err}
	}
	return resp, nil
}

func (t *Transport) carry(req *http.Request, line *socket) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	network, ok := t.networks[req.URL.Host]
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: req.URL.Host, IsNotFound: true}}
	}
	arrived, err := line.request(req)
	if err != nil {
		return nil, err
	}
	kind := network.Faults().call(network.Operation(arrived), arrived)
	switch kind {
	case Outage:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case TimeoutBefore:
		return nil, t.timeOut(req.Context())
	case LateCommit:
		t.host.After(hang+time.Duration(t.host.Float()*float64(latest-hang)), func() { serve(network, arrived, new(bytes.Buffer)) })
		return nil, t.timeOut(req.Context())
	case Reject, RateLimit:
		return t.answer(refuse(network, arrived, kind, &line.answer), line, req)
	}
	reply := perform(network, arrived, kind, &line.answer)
	if kind == TimeoutAfter {
		return nil, t.timeOut(req.Context())
	}
	// The world's clock may have passed the caller's deadline while the provider worked.
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if kind == SlowDrip {
		return t.drip(reply, line, req)
	}
	return t.answer(reply, line, req)
}

// drip sends the head of an answer and the beginning of its body; the rest would come after the caller's deadline.
func (t *Transport) drip(a *answer, line *socket, req *http.Request) (*http.Response, error) {
	soon := a.body.Len() / 2
	resp, err := t.answer(a, line, req)
	if err == nil && resp.ContentLength > 0 {
		resp.Body = &dripping{resp.Body, soon, func() error { return t.timeOut(req.Context()) }}
	}
	return resp, err
}

// dripping is a body of which so many bytes come in time.
type dripping struct {
	io.ReadCloser
	soon int
	wait func() error // until the caller's deadline
}

// Read gives what has come, and waits for more in vain.
func (d *dripping) Read(p []byte) (int, error) {
	if d.soon == 0 {
		return 0, d.wait()
	}
	n, err := d.ReadCloser.Read(p[:min(len(p), d.soon)])
	d.soon -= n
	return n, err
}

// answer sends what a provider answers, dated by its own clock, which is right.
func (t *Transport) answer(a *answer, line *socket, req *http.Request) (*http.Response, error) {
	a.header.Set("Date", t.host.Now().UTC().Format(http.TimeFormat))
	return line.response(a, req)
}

// timeOut lets time pass up to the deadline, but never longer than hang.
func (t *Transport) timeOut(ctx context.Context) error {
	wait := hang
	if deadline, ok := ctx.Deadline(); ok {
		wait = min(wait, deadline.Sub(t.host.Now()))
	}
	if wait > 0 {
		t.host.Sleep(wait)
	}
	return fmt.Errorf("simnet: no answer: %w", context.DeadlineExceeded)
}
