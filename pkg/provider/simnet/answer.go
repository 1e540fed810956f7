package simnet

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// Refuser is a network that can refuse a call of its own accord, in its own words: Reject by a documented code,
// RateLimit by a 429, DuplicateReference by the code that it documents for that or by a conflict that it documents nowhere.
type Refuser interface {
	Refuse(w http.ResponseWriter, req *http.Request, kind Kind)
}

// answer keeps what a handler writes.
type answer struct {
	header http.Header
	status int
	body   *bytes.Buffer
}

// Header is the answer's header.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the first status.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write keeps the body.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func serve(network Network, req *http.Request, into *bytes.Buffer) *answer {
	a := &answer{header: http.Header{}, body: into}
	network.ServeHTTP(a, req)
	return a
}

// perform does what a call asks for, and what becomes of the answer on its way back. Whoever says that a reference is there
// already has taken it in: a call that was refused is not answered so.
func perform(network Network, req *http.Request, kind Kind, into *bytes.Buffer) *answer {
	before := taken(network)
	reply := serve(network, req, into)
	if kind == DuplicateReference && taken(network) > before {
		into.Reset()
		return refuse(network, req, kind, into)
	}
	return reply.spoil(kind)
}

// taken is how many disbursements a network has been handed, repeats included.
func taken(network Network) int {
	if b, ok := network.(interface{ Taken() int }); ok {
		return b.Taken()
	}
	return 0
}

func refuse(network Network, req *http.Request, kind Kind, into *bytes.Buffer) *answer {
	a := &answer{header: http.Header{}, body: into}
	if r, ok := network.(Refuser); ok {
		r.Refuse(a, req, kind)
		return a
	}
	return a.page(http.StatusServiceUnavailable)
}

// spoil is what becomes of an answer on its way back.
func (a *answer) spoil(kind Kind) *answer {
	switch kind {
	case Broken500:
		return a.page(http.StatusInternalServerError)
	case Broken502:
		return a.page(http.StatusBadGateway)
	case Broken404:
		return a.page(http.StatusNotFound)
	case Malformed:
		a.body.Truncate(a.body.Len() / 2)
	}
	return a
}

// page replaces the answer with one of a proxy, which knows nothing of what was done behind it.
func (a *answer) page(status int) *answer {
	text := http.StatusText(status)
	a.header, a.status = http.Header{"Content-Type": {"text/html"}}, status
	a.body.Reset()
	_, _ = io.WriteString(a.body, "<html><head><title>"+text+"</title></head><body><h1>"+text+"</h1></body></html>\n")
	return a
}

// mostBody is how much a provider reads of a request, in bytes.
const mostBody = 64 << 10

// Body reads a request's body.
func Body(req *http.Request) ([]byte, error) {
	if req.ContentLength < 0 || req.ContentLength > mostBody {
		return io.ReadAll(io.LimitReader(req.Body, mostBody))
	}
	body := make([]byte, req.ContentLength)
	_, err := io.ReadFull(req.Body, body)
	return body, err
}

// WriteJSON answers with a status and a JSON body.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
