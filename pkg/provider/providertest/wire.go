package providertest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
)

// Ten is the instant at which a world of Open begins: a Friday at ten in the morning in Bogotá and Lima.
func Ten() time.Time { return start() }

// Wire is a provider by script: it answers as it is told and remembers what it was sent.
type Wire struct {
	Sent  []Sent                // oldest first
	At    map[string]string     // answers by path, or by method and path; nil = in turn
	Grade func(text string) int // the status of an answer; nil = as it was said
	rest  int                   // the status where At has nothing
	turns []Answer
}

// Sent is a call that went out.
type Sent struct {
	*http.Request
	Text string // the body
}

// Line is method and path.
func (s Sent) Line() string { return s.Method + " " + s.URL.Path }

// Answer is what comes back.
type Answer struct {
	Status int
	Text   string
}

// Says answers calls in turn with one status, and with the last of the bodies again and again. Without a body it answers
// with none.
func Says(status int, bodies ...string) *Wire {
	if len(bodies) == 0 {
		bodies = []string{""}
	}
	w := &Wire{}
	for _, body := range bodies {
		w.Then(status, body)
	}
	return w
}

// Then adds the answer of the next turn.
func (w *Wire) Then(status int, body string) *Wire {
	w.turns = append(w.turns, Answer{status, body})
	return w
}

// Serves answers each call by where it goes, with 200; with the status rest and no body where it has no answer.
func Serves(rest int, at map[string]string) *Wire { return &Wire{At: at, rest: rest} }

// Last is the call that went out last.
func (w *Wire) Last() Sent { return w.Sent[len(w.Sent)-1] }

// Lines are the calls that went out, each as method and path.
func (w *Wire) Lines() (lines []string) {
	for _, s := range w.Sent {
		lines = append(lines, s.Line())
	}
	return lines
}

// Do is the transport.
func (w *Wire) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	w.Sent = append(w.Sent, Sent{req, string(body)})
	a := w.answer()
	if w.Grade != nil {
		a.Status = w.Grade(a.Text)
	}
	return &http.Response{StatusCode: a.Status, Body: io.NopCloser(strings.NewReader(a.Text)), Header: http.Header{}}, nil
}

func (w *Wire) answer() Answer {
	if w.turns != nil {
		return w.turns[min(len(w.Sent), len(w.turns))-1]
	}
	for _, at := range []string{w.Last().Line(), w.Last().URL.Path} {
		if text, ok := w.At[at]; ok {
			return Answer{http.StatusOK, text}
		}
	}
	return Answer{Status: w.rest}
}

// Open is the client of an account whose provider is a script, and the world that it lives in.
func Open(t testing.TB, adapter provider.New, account provider.Account, w *Wire) (*provider.Client, *Host) {
	t.Helper()
	host := NewHost(Ten(), 1)
	made, err := adapter(account, w, host)
	if err != nil {
		t.Fatal(err)
	}
	client, err := provider.Open(made, account, host)
	if err != nil {
		t.Fatal(err)
	}
	return client, host
}
