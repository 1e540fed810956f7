package provider

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// replyCap bounds what we read of an answer; settlement files say more in Call.Cap.
const replyCap = 1 << 20

// tooMany is the code of a documented 429.
const tooMany = "429"

// Call is one HTTP exchange an adapter wants.
type Call struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte // exact bytes, so that what is signed is what is sent
	Cap    int64  // of the answer's body, in bytes; 0 = 1 MiB
	// Limited says that the provider documents 429 as "not applied, come back later". Without that a 429 proves nothing.
	Limited bool
	// Once says that sending it a second time may have a second effect although it looks like a question, or bears a key that
	// is not honoured: net/http repeats both by itself when a kept connection ends before the answer begins.
	Once bool
}

// Reply is an answer, read whole.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Exchange sends a call and reads the answer, whatever its status. The error is an *Error: NotSent if the call provably
// ended before a byte of the request left, Limited for a documented 429, Unknown for everything else. It carries neither
// the URL nor any part of a body.
func Exchange(ctx context.Context, doer Doer, call Call) (Reply, error) {
	if err := ctx.Err(); err != nil {
		return Reply{}, &Error{Class: NotSent, Note: "no time left to call", Err: err}
	}
	var line line
	req, err := http.NewRequestWithContext(line.watch(ctx), call.Method, call.URL, bytes.NewReader(call.Body))
	if err != nil {
		return Reply{}, &Error{Class: NotSent, Note: "the request cannot be built"}
	}
	if call.Once { // a body that cannot be had again is sent once
		req.Body, req.GetBody = io.NopCloser(bytes.NewReader(call.Body)), nil
	}
	for name, values := range call.Header {
		req.Header[name] = values
	}
	if len(call.Body) > 0 && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "vuelto/1")
	}
	resp, err := doer.Do(req)
	if err != nil {
		return Reply{}, &Error{Class: line.class(err), Note: "the call failed", Err: withoutURL(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	noteDate(ctx, resp.Header)
	limit := call.Cap
	if limit == 0 {
		limit = replyCap
	}
	var body bytes.Buffer
	body.Grow(int(min(max(resp.ContentLength, 0), limit, replyCap)) + bytes.MinRead) // once, where the answer says its length
	if _, err := body.ReadFrom(io.LimitReader(resp.Body, limit+1)); err != nil {
		return Reply{}, &Error{Class: Unknown, Note: "the answer broke off", Err: withoutURL(err)}
	}
	if int64(body.Len()) > limit {
		return Reply{}, &Error{Class: Unknown, Note: "the answer is too long"}
	}
	if resp.StatusCode == http.StatusTooManyRequests && call.Limited {
		return Reply{}, &Error{Class: Limited, Code: tooMany, Note: "the provider asks to come back later"}
	}
	return Reply{Status: resp.StatusCode, Header: resp.Header, Body: body.Bytes()}, nil
}

// line watches whether a connection was ever in our hands. Hooks may run on the transport's goroutines.
type line struct{ wanted, got atomic.Bool }

func (l *line) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { l.wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { l.got.Store(true) },
	})
}

// class is what a transport error proves. Name look-up, dialling and the TLS handshake all end before a connection is
// handed to the request; once it was, any number of its bytes may have left. A deadline proves nothing by itself: the
// transport may be past the point at which it last told us.
func (l *line) class(err error) Class {
	if l.got.Load() || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return Unknown
	}
	if l.wanted.Load() {
		return NotSent
	}
	// A Doer that does not report on its connections is believed only where the error itself says "dial".
	var lookup *net.DNSError
	var op *net.OpError
	if errors.As(err, &lookup) || (errors.As(err, &op) && op.Op == "dial") {
		return NotSent
	}
	return Unknown
}

// withoutURL drops the URL that net/http puts into its errors: a query may hold what must not be logged.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
