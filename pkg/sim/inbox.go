package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// DemoSecret signs what the demo merchant is told: made up, worth nothing outside of the sandbox.
const DemoSecret = "whsec_dnVlbHRvIGRlbW8gc2VjcmV0LCB3b3J0aCBub3RoaW5nIQ=="

// inboxPath is where the sandbox plays the demo merchant's own receiver.
const inboxPath = "/_sandbox/inbox"

// maxInbox bounds what the receiver remembers.
const maxInbox = 1000

// letter is one event as it came in.
type letter struct {
	At        string          `json:"at"`
	ID        string          `json:"webhook_id"`
	Timestamp string          `json:"webhook_timestamp"`
	Signature string          `json:"webhook_signature"`
	Body      json.RawMessage `json:"body"`
}

// received takes an event in the merchant's place; false if the request is for somebody else.
func (w *World) received(req *http.Request) (*http.Response, bool) {
	if req.URL.Path != inboxPath || w.base != req.URL.Scheme+"://"+req.URL.Host {
		return nil, false
	}
	body, err := io.ReadAll(req.Body)
	if err != nil || !json.Valid(body) {
		return Answer(http.StatusBadRequest, ""), true
	}
	if len(w.inbox) == maxInbox {
		w.inbox = w.inbox[1:]
	}
	w.inbox = append(w.inbox, letter{w.Now().UTC().Format("2006-01-02T15:04:05.000Z"), req.Header.Get("Webhook-Id"),
		req.Header.Get("Webhook-Timestamp"), req.Header.Get("Webhook-Signature"), bytes.TrimSpace(body)})
	return Answer(http.StatusNoContent, ""), true
}

// readInbox shows what came, newest first; "type" filters.
func (w *World) readInbox(req *http.Request, done func(Reply)) {
	data := []letter{}
	for i := len(w.inbox) - 1; i >= 0; i-- {
		if t := req.URL.Query().Get("type"); t == "" || strings.Contains(string(w.inbox[i].Body), `"type":"`+t+`"`) {
			data = append(data, w.inbox[i])
		}
	}
	answer(done, http.StatusOK, map[string]any{"data": data})
}
