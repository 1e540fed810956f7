package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// Reply is what a request got.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// recorder is the http.ResponseWriter of requests in the world.
type recorder struct {
	reply Reply
	wrote bool
	body  bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.reply.Header }

func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.reply.Status, r.wrote = status, true
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// Do serves a request as an invocation of its own and hands the reply to done. A killed invocation is answered as API
// Gateway would: 502 without a body of ours.
func (w *World) Do(req *http.Request, done func(Reply)) {
	rec := &recorder{reply: Reply{Status: http.StatusOK, Header: http.Header{}}}
	w.Go(func() { w.serve(rec, req) }, func(killed bool) {
		if killed {
			done(Reply{Status: http.StatusBadGateway, Header: http.Header{}})
			return
		}
		rec.reply.Body = rec.body.Bytes()
		done(rec.reply)
	})
}

func (w *World) serve(rec *recorder, req *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("panic", "path", req.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			rec.reply.Status, rec.wrote = http.StatusInternalServerError, true
			rec.body.Reset()
			rec.body.WriteString(`{"message":"Internal Server Error"}`)
		}
	}()
	r, _ := Route(w.routes, req.Method, req.URL.Path)
	w.front[r.Function].ServeHTTP(rec, req)
}

// Call serves a request on behalf of a coroutine that is no handler (a merchant, a person) and waits for the reply.
func (w *World) Call(req *http.Request) Reply {
	caller := w.current
	var reply Reply
	w.Do(req, func(r Reply) {
		reply = r
		w.At(w.Now(), caller.wake)
	})
	w.giveWay(caller)
	return reply
}

// Deliver posts a provider's webhook.
func (w *World) Deliver(req *http.Request, done func(status int)) {
	w.Do(req, func(r Reply) {
		if done != nil {
			done(r.Status)
		}
	})
}

// called is the providers as handlers see them: bytes go out, bytes come back, and the world moves on meanwhile.
type called struct {
	w     *World
	inner *simnet.Transport
}

func (c called) Do(req *http.Request) (resp *http.Response, err error) {
	failed := c.w.io(req.Context(), Point{Boundary: "provider", Call: req.Method, About: operation(c.w, req), Subject: req.URL.Path}, func() error {
		resp, err = c.inner.Do(req)
		if c.w.hooks.Called != nil {
			c.w.hooks.Called(req, resp)
		}
		return err
	})
	if failed != nil {
		if resp != nil {
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		return nil, failed
	}
	return resp, nil
}

func operation(w *World, req *http.Request) string {
	if n, ok := w.Network(strings.TrimSuffix(req.URL.Host, ".sim")); ok {
		return n.Name() + " " + string(n.Operation(req))
	}
	return ""
}

// lateSender finds its queues when first used: they are opened after the handlers that send to them.
type lateSender struct{ w *World }

func (s lateSender) Send(ctx context.Context, j job.Job, delay time.Duration) error {
	return sent{s.w, s.w.sender}.Send(ctx, j, delay)
}
