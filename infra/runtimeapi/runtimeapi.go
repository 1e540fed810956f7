// Package runtimeapi plays Lambda's Runtime API to built functions on this machine: it hands them events and collects the
// answers. Any number of processes of one function may ask the same API for work, as instances of it do on Lambda.
package runtimeapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const invocations = "/2018-06-01/runtime/invocation/"

// limit is how long a function is told it may take unless Until says otherwise, and how long Invoke waits for it at most.
const limit = 30 * time.Second

// ErrFunction is an answer that reports an error of the function, whose own words follow it.
var ErrFunction = errors.New("the function failed")

// API hands events to the processes that were started with its Address.
type API struct {
	// Until is when an invocation that begins now is said to end; nil = in half a minute. To be set before a process starts.
	Until func() time.Time

	listener net.Listener
	server   *http.Server
	waiting  chan *call

	mu      sync.Mutex
	running map[string]*call
	serial  int
}

type call struct {
	event  []byte
	answer chan answer // one is sent
}

type answer struct {
	body []byte
	err  error
}

// Listen opens an API on a free port of the loopback.
func Listen() (*API, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &API{listener: l, waiting: make(chan *call), running: map[string]*call{}}
	a.server = &http.Server{Handler: a, ReadHeaderTimeout: limit}
	go func() { _ = a.server.Serve(l) }()
	return a, nil
}

// Address is what AWS_LAMBDA_RUNTIME_API has to say.
func (a *API) Address() string { return a.listener.Addr().String() }

// Close stops listening. The processes have to be ended first: without an API they end themselves, with a fatal line.
func (a *API) Close() { _ = a.server.Close() }

// Invoke hands an event to the next free process and is its answer. Error: ErrFunction, or nobody answered in time.
func (a *API) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c := &call{event: event, answer: make(chan answer, 1)}
	select {
	case a.waiting <- c:
	case <-ctx.Done():
		return nil, fmt.Errorf("no process asked for work: %w", ctx.Err())
	}
	select {
	case r := <-c.answer:
		return r.body, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("no answer: %w", ctx.Err())
	}
}

// ServeHTTP implements http.Handler: what a function asks and tells.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == invocations+"next" {
		select {
		case c := <-a.waiting:
			a.hand(w, c)
		case <-r.Context().Done():
		}
		return
	}
	body, err := io.ReadAll(r.Body)
	w.WriteHeader(http.StatusAccepted)
	id, what, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, invocations), "/")
	a.mu.Lock()
	c := a.running[id]
	delete(a.running, id)
	a.mu.Unlock()
	if c == nil {
		return // a failed start, which the end of the process reports as well
	}
	if err == nil && what != "response" {
		err = fmt.Errorf("%w: %s", ErrFunction, body)
	}
	c.answer <- answer{body, err}
}

func (a *API) hand(w http.ResponseWriter, c *call) {
	a.mu.Lock()
	a.serial++
	id := "invocation-" + strconv.Itoa(a.serial)
	a.running[id] = c
	a.mu.Unlock()
	end := time.Now().Add(limit)
	if a.Until != nil {
		end = a.Until()
	}
	h := w.Header()
	h.Set("Lambda-Runtime-Aws-Request-Id", id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(end.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:sa-east-1:123456789012:function:f")
	_, _ = w.Write(c.event)
}
