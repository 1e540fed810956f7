package simnet

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
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
	resp, err := t.carry(req)
	if err != nil {
		return nil, &url.Error{Op: req.Method, URL: req.URL.Redacted(), Err: err}
	}
	return resp, nil
}

func (t *Transport) carry(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	wire, err := onTheWire(req)
	if err != nil {
		return nil, err
	}
	network, ok := t.networks[req.URL.Host]
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: req.URL.Host, IsNotFound: true}}
	}
	arrived, err := arrive(wire)
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
		t.host.After(hang+time.Duration(t.host.Float()*float64(latest-hang)), func() { serve(network, arrived) })
		return nil, t.timeOut(req.Context())
	case Reject, RateLimit:
		return refuse(network, arrived, kind).response(req)
	}
	reply := serve(network, arrived)
	if kind == TimeoutAfter {
		return nil, t.timeOut(req.Context())
	}
	// The world's clock may have passed the caller's deadline while the provider worked.
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return reply.spoil(kind).response(req)
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

// onTheWire is the request as bytes. The body is read whole first: net/http starts a goroutine to probe one of unknown
// length.
func onTheWire(req *http.Request) ([]byte, error) {
	out := req.Clone(context.Background())
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		out.Body, out.ContentLength = http.NoBody, 0
		if len(body) > 0 {
			out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
	}
	var wire bytes.Buffer
	if err := out.Write(&wire); err != nil {
		return nil, err
	}
	return wire.Bytes(), nil
}

// arrive is the request as a server reads it.
func arrive(wire []byte) (*http.Request, error) {
	r := reading(bytes.NewReader(wire))
	defer readers.Put(r)
	req, err := http.ReadRequest(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	req.RemoteAddr = "127.0.0.1:0"
	return req, nil
}

// readers are kept: most of what a call over this wire would allocate is the two buffers that net/http asks for.
var readers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

// reading is a kept buffer over r. Whoever gives it back has read the body, too.
func reading(r io.Reader) *bufio.Reader {
	kept := readers.Get().(*bufio.Reader)
	kept.Reset(r)
	return kept
}
