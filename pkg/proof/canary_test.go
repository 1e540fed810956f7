package proof_test

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

var canaries = flag.Int("canaries", 200, "refunds and payouts whose people TestNobodyIsNamed looks for")

// nose finds what must not be anywhere: the people of every life, as run tells of them, and what accounts and endpoints sign
// and log in with.
type nose struct {
	mu      sync.RWMutex // worlds run beside each other
	secrets map[string]string
	begins  *[1 << 16][]string // the secrets by what they begin with: a text is gone through once for all of them
	found   map[string]string  // where → what, with the text around it
	smelled map[string]int     // texts, by where
}

func newNose() *nose {
	n := &nose{secrets: map[string]string{}, begins: new([1 << 16][]string), found: map[string]string{}, smelled: map[string]int{}}
	for _, s := range []string{"Núñez", "ana@example.com", "10117410", "999888777", "Luis", "Ñandú", "1032456789", "3001112233",
		sim.DemoKey, sim.ApproverKey, sim.OtherKey, sim.DemoSecret} {
		n.know(s, s)
	}
	return n
}

// know makes a value one to look for.
func (n *nose) know(secret, name string) {
	if _, known := n.secrets[secret]; !known {
		b := int(secret[0])<<8 | int(secret[1])
		n.begins[b] = append(n.begins[b], secret)
	}
	n.secrets[secret] = name
}

func (n *nose) smell(where, text string) {
	found := map[string]string{}
	n.mu.RLock()
	for i := range len(text) - 1 {
		for _, s := range n.begins[int(text[i])<<8|int(text[i+1])] {
			if strings.HasPrefix(text[i:], s) {
				found[where+": "+n.secrets[s]] = text[max(0, i-200):min(len(text), i+len(s)+50)]
			}
		}
	}
	n.mu.RUnlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.smelled[where]++
	maps.Copy(n.found, found)
}

// Write takes the lines of a log.
func (n *nose) Write(line []byte) (int, error) {
	n.smell("log", string(line))
	return len(line), nil
}

// account learns an account's credentials; names and numbers of a merchant that are no secrets are short or settings.
func (n *nose) account(a provider.Account) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range a.Secrets {
		if len(s) >= 2 {
			n.know(s, "secret of "+a.ID)
		}
	}
	for name, s := range a.Credentials {
		if len(s) >= 8 && (strings.Contains(name, "secret") || strings.Contains(name, "key") || strings.Contains(name, "token") || strings.Contains(name, "password")) {
			n.know(s, name+" of "+a.ID)
		}
	}
}

// wear hangs the nose over everything that leaves a world: messages, and so dead letters, events as they are kept and as they
// are sent to merchants.
func (n *nose) wear(h *sim.Hooks) {
	sent, committed, account, outward := h.Sent, h.Committed, h.Account, h.Outward
	h.WithoutStream = false
	h.Sent = func(queue string, body []byte) {
		n.smell("message", string(body))
		sent(queue, body)
	}
	h.Committed = func(writes []store.Write) {
		for _, w := range writes {
			if p, ok := w.(store.Put); ok && (strings.Contains(p.Record.Key.PK, "#evt#") || strings.Contains(p.Record.Key.PK, "#ntc#")) {
				n.smell("event", string(p.Record.Body))
			}
		}
		committed(writes)
	}
	h.Account = func(a provider.Account) provider.Account {
		a = account(a)
		n.account(a)
		return a
	}
	h.Outward = func(r *http.Request) (*http.Response, error) {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		var text bytes.Buffer
		if _, err := text.ReadFrom(body); err != nil {
			return nil, err
		}
		n.smell("delivery", fmt.Sprint(r.Header)+text.String())
		return outward(r)
	}
}

// TestNobodyIsNamed: no log line at any level, message, event or delivery of a troubled run holds a person's data or a secret.
func TestNobodyIsNamed(t *testing.T) {
	n := newNose()
	o := options(t)
	o.N, o.Rate, o.Seed = *canaries/2, 2, 7
	o.Log = slog.New(slog.NewJSONHandler(n, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Hooks = n.wear
	r := run(t, o)
	for what, text := range n.found {
		t.Errorf("%s in …%s…", what, text)
	}
	for _, where := range []string{"log", "message", "event", "delivery"} {
		if n.smelled[where] < 50 {
			t.Errorf("only %d of %s", n.smelled[where], where)
		}
	}
	if len(n.secrets) < 15 {
		t.Errorf("only %d secrets are known", len(n.secrets))
	}
	t.Logf("%d accepted; texts: %v; %d values looked for", r.Accepted, n.smelled, len(n.secrets))
}

// TestTheNoseSmells: what must be found is.
func TestTheNoseSmells(t *testing.T) {
	n := newNose()
	log := slog.New(slog.NewJSONHandler(n, nil))
	log.Info("fine", "document", "****89")
	if len(n.found) != 0 {
		t.Errorf("%v", n.found)
	}
	log.Info("refund of Luis Ñandú", "error", fmt.Errorf("document 1032456789: %s", sim.DemoKey))
	if len(n.found) != 4 {
		t.Errorf("%v", n.found)
	}
}
