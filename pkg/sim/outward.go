package sim

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

// errNobody is what a call to an address outside of the world gets where nobody is.
var errNobody = errors.New("sim: nobody listens there")

// outward is how handlers reach merchants' endpoints: a simulator's stand-in, or the real network of this machine, for
// whose answer the handler waits while the world goes on.
type outward struct{ w *World }

// Do implements the flows' Doer.
func (o outward) Do(req *http.Request) (resp *http.Response, err error) {
	failed := o.w.io(req.Context(), Point{Boundary: "merchant", Call: req.Method, About: "event", Subject: req.URL.Host}, func() error {
		switch {
		case o.w.hooks.Outward != nil:
			resp, err = o.w.hooks.Outward(req)
		case o.w.dial != nil: // a dev server
			var here bool
			if resp, here = o.w.received(req); here {
				return nil
			}
			resp, err = o.w.await(req)
		default:
			err = errNobody
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

// await makes a call on the real network and lets the running coroutine give way until its answer is posted to the loop.
func (w *World) await(req *http.Request) (resp *http.Response, err error) {
	caller := w.current
	w.dial(req, func(r *http.Response, e error) {
		resp, err = r, e
		w.At(w.Now(), caller.wake)
	})
	w.giveWay(caller)
	return resp, err
}

// Answer is an endpoint's answer for Hooks.Outward.
func Answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}
