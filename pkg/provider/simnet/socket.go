package simnet

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
)

// socket is the line of one call: bytes that one side has sent and the other is still to read, and the answer before it is
// sent. Sockets are kept, with their buffers: they are most of what a call over this line would allocate.
type socket struct {
	sent   bytes.Buffer
	in     *bufio.Reader
	answer bytes.Buffer
}

var sockets = sync.Pool{New: func() any { return &socket{in: bufio.NewReader(nil)} }}

func openSocket() *socket {
	s := sockets.Get().(*socket)
	s.answer.Reset()
	return s
}

// close gives the socket back, once.
func (s *socket) close() { sockets.Put(s) }

// turn makes the line ready for what one side sends to the other.
func (s *socket) turn() *bytes.Buffer {
	s.sent.Reset()
	s.in.Reset(&s.sent)
	return &s.sent
}

// request sends a request and reads it as a server does.
func (s *socket) request(req *http.Request) (*http.Request, error) {
	out := req.WithContext(context.Background())
	if req.Body != nil && req.Body != http.NoBody && req.ContentLength <= 0 { // net/http starts a goroutine to probe a body of unknown length
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
	if err := out.Write(s.turn()); err != nil {
		return nil, err
	}
	arrived, err := http.ReadRequest(s.in)
	if err != nil {
		return nil, err
	}
	body := make([]byte, max(arrived.ContentLength, 0))
	if _, err := io.ReadFull(arrived.Body, body); err != nil {
		return nil, err
	}
	arrived.Body = io.NopCloser(bytes.NewReader(body)) // its own bytes: the call may be served when the line is long gone
	arrived.RemoteAddr = "127.0.0.1:0"
	return arrived, nil
}

// response sends an answer and reads it as a client does, who closes its body.
func (s *socket) response(a *answer, req *http.Request) (*http.Response, error) {
	a.WriteHeader(http.StatusOK)
	out := http.Response{StatusCode: a.status, ProtoMajor: 1, ProtoMinor: 1, Header: a.header, Request: req,
		ContentLength: int64(a.body.Len()), Body: io.NopCloser(a.body)}
	if err := out.Write(s.turn()); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(s.in, req)
	if err != nil {
		return nil, err
	}
	resp.Body = &incoming{resp.Body, s}
	return resp, nil
}

// incoming is a body that is still on the line.
type incoming struct {
	io.ReadCloser
	line *socket
}

// Close gives the line back.
func (b *incoming) Close() error {
	if b.line == nil {
		return nil
	}
	err := b.ReadCloser.Close()
	b.ReadCloser = http.NoBody
	b.line.close()
	b.line = nil
	return err
}
