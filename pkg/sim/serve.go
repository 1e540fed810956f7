package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// Server runs a world on real time and lets people and programs at it over HTTP. Requests come from many goroutines; each
// is posted to the one that runs the loop.
type Server struct {
	World *World
	clock *Real
	inbox chan func()
	away  int // calls to merchants' endpoints that have no answer yet
}

// maxBody is what API Gateway lets through; the handlers' own limits are lower.
const maxBody = 10 << 20

// NewServer makes a server of a world whose clock is real.
func NewServer(o Options, wall func() time.Time) (*Server, error) {
	clock := NewReal(wall)
	o.Clock, o.Loopback, o.Endpoint = clock, true, o.BaseURL+inboxPath
	w, err := New(o)
	if err != nil {
		return nil, err
	}
	s := &Server{World: w, clock: clock, inbox: make(chan func(), 1024)}
	w.dial = s.dial
	return s, nil
}

// nearby reaches this machine only, follows no redirect and asks no proxy.
func nearby() *http.Client {
	dialer := &net.Dialer{Timeout: time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		if at, err := netip.ParseAddrPort(address); err != nil || !at.Addr().IsLoopback() {
			return fmt.Errorf("%s is not on this machine", address)
		}
		return nil
	}}
	return &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}, Timeout: realTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// realTimeout ends a call to an endpoint of this machine, in real time.
const realTimeout = 5 * time.Second

// maxAnswer is a little more than any handler reads of an endpoint's answer.
const maxAnswer = 128 << 10

// dial makes a call on the real network, beside the loop, and posts its answer there.
func (s *Server) dial(req *http.Request, done func(*http.Response, error)) {
	s.away++
	outside := req.Clone(context.Background()) // the world's deadlines are not those of the real network
	go func() {
		resp, err := nearby().Do(outside)
		if err == nil {
			var body []byte
			body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
			_ = resp.Body.Close()
			resp.Body = io.NopCloser(bytes.NewReader(body))
		}
		s.inbox <- func() { s.away--; done(resp, err) }
	}()
}

// Run is the loop: events as they fall due, requests as they come, until ctx ends.
func (s *Server) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		for s.World.Step(s.World.Now()) {
			select { // requests must not wait for a long chain of events
			case f := <-s.inbox:
				f()
			default:
			}
		}
		wait := time.Hour
		if at, ok := s.World.Next(); ok {
			wait = max(at.Sub(s.World.Now()), 0)
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case f := <-s.inbox:
			f()
		case <-timer.C:
		}
	}
}

// ServeHTTP posts the request to the loop and waits for its reply.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		http.Error(rw, `{"message":"Request Too Long"}`, http.StatusRequestEntityTooLarge)
		return
	}
	replies := make(chan Reply, 1)
	req := r.Clone(context.Background()) // a client that hangs up does not stop a Lambda
	req.Body = io.NopCloser(bytes.NewReader(body))
	post := func() { s.route(req, body, func(reply Reply) { replies <- reply }) }
	select {
	case s.inbox <- post:
	case <-r.Context().Done():
		return
	}
	select {
	case reply := <-replies:
		for name, values := range reply.Header {
			rw.Header()[name] = values
		}
		rw.WriteHeader(reply.Status)
		_, _ = rw.Write(reply.Body)
	case <-r.Context().Done():
	}
}

func (s *Server) route(req *http.Request, body []byte, done func(Reply)) {
	switch {
	case req.URL.Path == "/_sandbox/clock":
		s.clockCalls(req, body, done)
	case strings.HasPrefix(req.URL.Path, "/_sandbox/"):
		s.World.sandbox(req, body, done)
	default:
		s.World.Do(req, done)
	}
}

// maxJump bounds one move of the clock: a year of minutes is half a million sweeps.
const maxJump = 400 * 24 * time.Hour

func (s *Server) clockCalls(req *http.Request, body []byte, done func(Reply)) {
	if req.Method == http.MethodGet {
		s.tellTime(done)
		return
	}
	var q struct {
		Advance string `json:"advance"`
		To      string `json:"to"`
	}
	if !parse(body, &q, done) {
		return
	}
	target, err := targetOf(q.Advance, q.To, s.World.Now())
	if err != nil {
		refuse(done, 422, "field_invalid", err.Error())
		return
	}
	if s.clock.jumping {
		refuse(done, 409, "sandbox_refused", "the clock is being moved already")
		return
	}
	s.clock.Jump(target, func() {
		for {
			for s.away > 0 { // time stands still until the real world has answered
				(<-s.inbox)()
				for s.World.Step(s.World.Now()) {
				}
			}
			if !s.World.Step(target) {
				return
			}
		}
	})
	s.tellTime(done)
}

func (s *Server) tellTime(done func(Reply)) {
	answer(done, 200, map[string]any{"now": s.World.Now().UTC().Format(time.RFC3339Nano)})
}

func targetOf(advance, to string, now time.Time) (time.Time, error) {
	target := now
	switch {
	case (advance == "") == (to == ""):
		return now, fmt.Errorf(`say either {"advance":"26h"} or {"to":"2026-11-23T22:00:00-05:00"}`)
	case advance != "":
		d, err := time.ParseDuration(advance)
		if err != nil {
			return now, fmt.Errorf("advance %q is not a duration such as 26h", advance)
		}
		target = now.Add(d)
	default:
		t, err := time.Parse(time.RFC3339, to)
		if err != nil {
			return now, fmt.Errorf("to %q is not an instant such as 2026-11-23T22:00:00-05:00", to)
		}
		target = t.UTC()
	}
	switch {
	case target.Before(now):
		return now, fmt.Errorf("the clock only moves forward; it is %s", now.Format(time.RFC3339))
	case target.Sub(now) > maxJump:
		return now, fmt.Errorf("at most %d days at a time", int(maxJump.Hours()/24))
	}
	return target, nil
}

// Greeting is what the dev server prints once it is ready.
func Greeting(base string) string {
	curl, _ := json.Marshal(map[string]any{"network": "pagoefectivo", "store": "store_pe", "order_reference": "A-1001",
		"amount": 12050, "currency": "PEN"})
	return fmt.Sprintf(`vuelto ready %s
keys: %s (Ana, may do everything), %s (Beto, approves), %s (another merchant)
told: events go to %s%s, signed with %s
try:  curl -s %s/v1/payments -H 'Authorization: Bearer %s' -H 'Idempotency-Key: k-1' -d '%s'
`, base, DemoKey, ApproverKey, OtherKey, base, inboxPath, DemoSecret, base, DemoKey, curl)
}
