// Package story_test plays whole stories against a World over HTTP, the way a merchant's scripts and the sandbox do.
package story_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

const (
	ana   = sim.DemoKey     // asks
	beto  = sim.ApproverKey // approves
	carla = sim.OtherKey    // of another merchant
)

// friday is a working day in both countries, ten in the morning there.
func friday() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

// stack is a running world and a client of it.
type stack struct {
	t      testing.TB
	url    string
	server *sim.Server
	serial atomic.Int64
	log    *bytes.Buffer
	beside *played // the providers, where they are a sandbox of their own; nil = the world's
}

// deployed is the template, read once.
var deployed = sync.OnceValues(func() (sim.Template, error) { return sim.ReadTemplate("../../template.yaml") })

// start opens a world whose clock begins on friday and then follows real time.
func start(t testing.TB) *stack {
	t.Helper()
	return startWith(t, func(*stack) sim.Hooks { return sim.Hooks{} })
}

// startWith is start with something between the world's parts. The hooks run on the world's loop.
func startWith(t testing.TB, hooks func(*stack) sim.Hooks) *stack {
	t.Helper()
	template, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{t: t, log: &bytes.Buffer{}}
	began := time.Now()
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.server.ServeHTTP(w, r) }))
	s.url = "http://" + web.Listener.Addr().String()
	s.server, err = sim.NewServer(sim.Options{Seed: 1, Template: template, BaseURL: s.url, Hooks: hooks(s),
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelWarn}))},
		func() time.Time { return friday().Add(time.Since(began)) })
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); s.server.Run(ctx) }()
	web.Start()
	t.Cleanup(func() {
		web.Close()
		stop()
		<-ended
		if t.Failed() {
			t.Logf("what the world logged:\n%s", s.log)
		}
	})
	return s
}

// reply is what a call got.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// doc is a JSON object.
type doc = map[string]any

func (r reply) doc(t testing.TB) doc {
	t.Helper()
	var d doc
	if err := json.Unmarshal(r.body, &d); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return d
}

// do makes a call. body is a text, sent as it is, or anything that encodes. Headers come as name, value, name, value.
func (s *stack) do(method, path string, body any, headers ...string) reply {
	s.t.Helper()
	r, err := s.try(method, path, body, headers...)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (s *stack) try(method, path string, body any, headers ...string) (reply, error) {
	raw, isText := body.(string)
	if !isText && body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		raw = string(encoded)
	}
	if s.beside != nil && strings.HasPrefix(path, "/_sandbox/") {
		return s.beside.do(method, path, raw)
	}
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(raw))
	if err != nil {
		return reply{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	r := reply{resp.StatusCode, resp.Header, read}
	if fault := described().fault(req, r); err == nil && fault != "" {
		s.t.Error(fault)
	}
	if err == nil && r.status < 300 {
		walked.note(s.t.Name(), req)
	}
	return r, err
}

// as makes a call with a key, and an Idempotency-Key that nobody used before.
func (s *stack) as(key, method, path string, body any) reply {
	s.t.Helper()
	return s.do(method, path, body, "Authorization", "Bearer "+key, "Idempotency-Key", fmt.Sprintf("k-%d", s.serial.Add(1)))
}

// get reads what must be there.
func (s *stack) get(path string) doc {
	s.t.Helper()
	return s.want(200, s.as(ana, "GET", path, nil))
}

// want checks a status and reads the answer.
func (s *stack) want(status int, r reply) doc {
	s.t.Helper()
	if r.status != status {
		s.t.Fatalf("got %d, want %d: %s", r.status, status, r.body)
	}
	return r.doc(s.t)
}

// refused checks that an answer is a whole problem with a code.
func (s *stack) refused(status int, code string, r reply) {
	s.t.Helper()
	if fault := r.problem(status, code); fault != "" {
		s.t.Error(fault)
	}
}

// problem says what an answer lacks to be a problem of a status and code; empty if nothing.
func (r reply) problem(status int, code string) string {
	var p struct {
		Type, Title, Code, NextStep, RequestID string
		Status                                 int
	}
	var raw doc
	if err := json.Unmarshal(r.body, &raw); err != nil {
		return fmt.Sprintf("%d %s: %v", r.status, r.body, err)
	}
	p.Type, p.Title, p.Code = str(raw["type"]), str(raw["title"]), str(raw["code"])
	p.NextStep, p.RequestID = str(raw["next_step"]), str(raw["request_id"])
	n, _ := raw["status"].(float64)
	p.Status = int(n)
	switch {
	case r.status != status || p.Code != code:
		return fmt.Sprintf("got %d %s, want %d %s: %s", r.status, p.Code, status, code, r.body)
	case r.header.Get("Content-Type") != "application/problem+json":
		return fmt.Sprintf("%s comes as %q", code, r.header.Get("Content-Type"))
	case p.Type == "" || p.Title == "" || p.NextStep == "" || p.RequestID == "" || p.Status != status:
		return fmt.Sprintf("the problem lacks a part: %s", r.body)
	case r.header.Get("X-Request-Id") != p.RequestID:
		return fmt.Sprintf("header says request %q, body %q", r.header.Get("X-Request-Id"), p.RequestID)
	}
	return ""
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// num is an integer of a JSON answer; absent is -1.
func num(v any) int64 {
	n, ok := v.(float64)
	if !ok {
		return -1
	}
	return int64(n)
}

func list(d doc, name string) []doc {
	var out []doc
	items, _ := d[name].([]any)
	for _, item := range items {
		out = append(out, item.(doc))
	}
	return out
}
