// Package apigw lets an http.Handler answer API Gateway's HTTP APIs (payload format 2.0).
package apigw

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// Function is a Lambda handler of HTTP API events.
type Function func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Wrap answers events by h. An event that is no HTTP request is answered 400: an error would be a 500 to the caller and
// an alarm to us, and both would be wrong.
//
// The request has the body's exact bytes, the query as sent, cookies in one header, headers whose repetitions the
// gateway has joined by commas, and the caller's address (port 0) in RemoteAddr. The gateway's own id of it is left out: providers
// sign an X-Request-Id of theirs, and ours tells when it was given.
func Wrap(h http.Handler) Function {
	return func(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		r, err := request(ctx, event)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
		}
		w := &writer{header: http.Header{}}
		h.ServeHTTP(w, r)
		return w.response(), nil
	}
}

func request(ctx context.Context, event events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return nil, fmt.Errorf("apigw: body: %w", err)
		}
	}
	target, err := address(event)
	if err != nil {
		return nil, err
	}
	from := event.RequestContext.HTTP
	r, err := http.NewRequestWithContext(ctx, from.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("apigw: %w", err)
	}
	r.URL, r.RequestURI = target, target.RequestURI()
	for name, value := range event.Headers { // any order: the gateway writes each name once, in small letters
		r.Header.Set(name, value)
	}
	if len(event.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(event.Cookies, "; "))
	}
	r.Host = event.RequestContext.DomainName
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host") // net/http keeps it there alone
	}
	if from.SourceIP != "" {
		r.RemoteAddr = net.JoinHostPort(from.SourceIP, "0")
	}
	return r, nil
}

// address is the path and query as sent. A named stage is the path's first part for the gateway, not for us.
func address(event events.APIGatewayV2HTTPRequest) (*url.URL, error) {
	path := event.RawPath
	if stage := event.RequestContext.Stage; stage != "" && stage != "$default" {
		if rest, ok := strings.CutPrefix(path, "/"+stage); ok && (rest == "" || rest[0] == '/') {
			path = rest
		}
	}
	if path == "" {
		path = "/"
	}
	if path[0] != '/' {
		return nil, fmt.Errorf("apigw: path %q", path)
	}
	target := &url.URL{Path: path, RawQuery: event.RawQueryString}
	// The gateway may hand over a path decoded or not; what does not decode is already decoded.
	if decoded, err := url.PathUnescape(path); err == nil {
		target.Path, target.RawPath = decoded, path
	}
	return target, nil
}

// writer collects an answer.
type writer struct {
	header http.Header
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *writer) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter. Informational statuses do not reach a gateway's caller.
func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write implements http.ResponseWriter.
func (w *writer) Write(b []byte) (int, error) {
	if w.status == 0 && w.header.Get("Content-Type") == "" {
		w.header.Set("Content-Type", http.DetectContentType(b))
	}
	w.WriteHeader(http.StatusOK)
	if w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		return 0, http.ErrBodyNotAllowed
	}
	return w.body.Write(b)
}

// response is the answer in the gateway's words. Repeated headers are joined by commas, which HTTP calls the same,
// except Set-Cookie, whose dates have commas in them.
func (w *writer) response() events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	out := events.APIGatewayV2HTTPResponse{
		StatusCode: w.status, Headers: map[string]string{}, Cookies: slices.Clone(w.sent.Values("Set-Cookie")),
	}
	for name, values := range w.sent {
		if name != "Set-Cookie" {
			out.Headers[name] = strings.Join(values, ",")
		}
	}
	if body := w.body.Bytes(); utf8.Valid(body) {
		out.Body = string(body)
	} else {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return out
}
