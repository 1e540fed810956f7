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
	Sent  []Sent // oldest first
	turns []Answer
	rule  func(Sent) Answer
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

// By answers each call by a rule.
func By(rule func(Sent) Answer) *Wire { return &Wire{rule: rule} }

// Last is the call that went out last.
func (w *Wire) Last() Sent { return w.Sent[len(w.Sent)-1] }

// Do is the transport.
func (w *Wire) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	w.Sent = append(w.Sent, Sent{req, string(body)})
	var a Answer
	if w.rule != nil {
		a = w.rule(w.Last())
	} else {
		a = w.turns[min(len(w.Sent), len(w.turns))-1]
	}
	return &http.Response{StatusCode: a.Status, Body: io.NopCloser(strings.NewReader(a.Text)), Header: http.Header{}}, nil
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

// Misfit is a sound answer with one thing in it changed, and what it then amounts to.
type Misfit[C comparable] struct {
	Old, New string
	Want     C
}

// Misfits asks for each changed answer and compares what it amounts to.
func Misfits[C comparable](t *testing.T, sound string, cases map[string]Misfit[C], ask func(answer string) C) {
	t.Helper()
	for name, c := range cases {
		if !strings.Contains(sound, c.Old) {
			t.Errorf("%s: the sound answer has no %q", name, c.Old)
		}
		if got := ask(strings.Replace(sound, c.Old, c.New, 1)); got != c.Want {
			t.Errorf("%s: %v, want %v", name, got, c.Want)
		}
	}
}
