package proof

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// repeat sometimes asks again for what was accepted, as a client whose own connection broke does: it gets the first answer, byte for
// byte, or is told to come later.
func (m *merchants) repeat(who clerk, path, key string, body []byte, first sim.Reply) {
	if m.rand.IntN(20) != 0 {
		return
	}
	again := m.call(who.key, http.MethodPost, path, key, body)
	if later(again) || again.Status == first.Status && bytes.Equal(again.Body, first.Body) {
		return
	}
	m.report(key, i5, fmt.Sprintf("the second answer, %d %.200q, differs from the first, %d", again.Status, again.Body, first.Status))
}

// otherBody sometimes asks for something else under a used key: it must be told that the key is used, whatever else is wrong with it.
func (m *merchants) otherBody(who clerk, path, key string, body []byte) {
	if m.rand.IntN(25) != 0 {
		return
	}
	other := bytes.Replace(body, []byte(`"amount":`), []byte(`"amount":1`), 1)
	if bytes.Equal(other, body) { // it names no amount
		return
	}
	r := m.call(who.key, http.MethodPost, path, key, other)
	if later(r) || r.Status == http.StatusUnprocessableEntity && codeOf(r) == "idempotency_key_reused" {
		return
	}
	m.report(key, i5, fmt.Sprintf("another body under a used key was answered %d %.200q", r.Status, r.Body))
}

// later says that an answer to a used key decides nothing yet: we are in trouble, or the store would not be read for now and the client is
// told when to come again. That somebody is at work on the key is no answer any more: what was accepted is kept with its answer.
func later(r sim.Reply) bool {
	return r.Status >= 500 || r.Status == http.StatusConflict && codeOf(r) == "payment_busy" && r.Header.Get("Retry-After") != ""
}

// codeOf is the code of a refusal; empty if there is none.
func codeOf(r sim.Reply) string {
	var p struct {
		Code string `json:"code"`
	}
	_ = store.Unmarshal(r.Body, &p)
	return p.Code
}

// retriable says a refusal may turn into an answer: somebody is at work, or the payment's callback has yet to arrive.
func retriable(r sim.Reply) bool {
	code := codeOf(r)
	return code == "payment_busy" || code == "idempotency_in_progress" || code == "payment_not_paid"
}
