package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/store"
)

// patience is how long a sandbox call waits, in the world's time, for a payment or disbursement that is still on its way
// to its provider.
const patience = 3 * time.Second

// sandbox answers the calls of POST and GET /_sandbox/…, the hands of the buyer and of the providers. It runs on the loop
// and outside of any handler: what it does is done by the world, not by the product.
func (w *World) sandbox(req *http.Request, body []byte, done func(Reply)) {
	path := strings.Split(strings.TrimPrefix(req.URL.Path, "/_sandbox/"), "/")
	switch {
	case len(path) == 3 && path[0] == "payments" && path[2] == "pay" && req.Method == http.MethodPost:
		var q struct {
			Amount int64 `json:"amount"`
		}
		if !parse(body, &q, done) {
			return
		}
		w.onNetwork(path[1], done, func(n simnet.Network) error { return n.Pay(path[1], q.Amount) })
	case len(path) == 3 && path[0] == "disbursements" && req.Method == http.MethodPost:
		w.onNetwork(path[1], done, func(n simnet.Network) error { return n.Move(path[1], simnet.Verb(path[2])) })
	case len(path) == 1 && path[0] == "faults":
		w.faultCalls(req, body, done)
	case len(path) == 1 && path[0] == "settlements" && req.Method == http.MethodPost:
		w.closeDay(body, done)
	case len(path) == 2 && path[0] == "ledger" && req.Method == http.MethodGet:
		if n, ok := w.Network(path[1]); ok {
			entries := n.Ledger()
			if entries == nil {
				entries = []simnet.Entry{}
			}
			answer(done, 200, map[string]any{"entries": entries})
			return
		}
		refuse(done, 404, "not_found", fmt.Sprintf("no simulated provider %q", path[1]))
	case len(path) == 1 && path[0] == "balances" && req.Method == http.MethodPost:
		w.setBalance(body, done)
	case len(path) == 1 && path[0] == "accounts" && req.Method == http.MethodGet:
		w.listAccounts(done)
	case path[0] == "inbox" && req.Method == http.MethodPost:
		w.drop(strings.TrimPrefix(req.URL.Path, "/_sandbox/"), body, done)
	case len(path) == 1 && path[0] == "outbox" && req.Method == http.MethodGet:
		w.readOutbox(req, done)
	case len(path) == 1 && path[0] == "inbox" && req.Method == http.MethodGet:
		w.readInbox(req, done)
	case len(path) == 1 && path[0] == "archive" && req.Method == http.MethodGet:
		w.readArchive(done)
	case len(path) == 3 && path[0] == "audit" && req.Method == http.MethodGet:
		w.readSealed(path[1], strings.TrimSuffix(path[2], ".jsonl"), done)
	case path[0] == "networks" && len(path) >= 2:
		w.wire(path[1], req, body, done)
	default:
		refuse(done, 404, "not_found", "the sandbox has no such call")
	}
}

// onNetwork finds the provider whose book has the id and does something to it; what is still on its way there is waited
// for.
func (w *World) onNetwork(id string, done func(Reply), do func(simnet.Network) error) {
	deadline := w.Now().Add(patience)
	var try func()
	try = func() {
		for _, n := range w.Networks {
			if !knows(n, id) {
				continue
			}
			if err := do(n); err != nil {
				refuse(done, 409, "sandbox_refused", err.Error())
				return
			}
			answer(done, 200, map[string]any{"done": true, "provider": n.Name()})
			return
		}
		if w.Now().Before(deadline) {
			w.After(50*time.Millisecond, try)
			return
		}
		refuse(done, 404, "not_found", "no simulated provider has "+id+" in its book: was it accepted by one?")
	}
	try()
}

func knows(n simnet.Network, id string) bool {
	for _, e := range n.Ledger() {
		if e.OurReference == id {
			return true
		}
	}
	return false
}

func (w *World) faultCalls(req *http.Request, body []byte, done func(Reply)) {
	switch req.Method {
	case http.MethodPost:
		var q struct {
			Provider string `json:"provider"`
			Kind     string `json:"kind"`
			Count    *int   `json:"count"`
			On       string `json:"on"`
		}
		if !parse(body, &q, done) {
			return
		}
		n, ok := w.Network(q.Provider)
		if !ok {
			refuse(done, 404, "not_found", fmt.Sprintf("no simulated provider %q", q.Provider))
			return
		}
		count := 1
		if q.Count != nil {
			count = *q.Count
		}
		if err := n.Faults().Arm(simnet.Kind(q.Kind), count, simnet.Operation(q.On)); err != nil {
			refuse(done, 422, "fault_unknown", err.Error())
			return
		}
		answer(done, 200, w.faultView(q.Provider))
	case http.MethodGet:
		answer(done, 200, w.faultView(req.URL.Query().Get("provider")))
	case http.MethodDelete:
		for _, n := range w.Networks {
			if only := req.URL.Query().Get("provider"); only == "" || only == n.Name() {
				n.Faults().Clear()
			}
		}
		answer(done, 200, w.faultView(""))
	default:
		refuse(done, 405, "method_not_allowed", "faults are posted, read or deleted")
	}
}

// faultView sums what is armed and what has fired, of one provider or of all.
func (w *World) faultView(provider string) simnet.View {
	sum := simnet.View{Armed: map[simnet.Kind]int{}, Fired: map[simnet.Kind]int{}}
	for _, n := range w.Networks {
		if provider != "" && provider != n.Name() {
			continue
		}
		v := n.Faults().View()
		for k, c := range v.Armed {
			sum.Armed[k] += c
		}
		for k, c := range v.Fired {
			sum.Fired[k] += c
		}
	}
	return sum
}

func (w *World) closeDay(body []byte, done func(Reply)) {
	var q struct {
		Provider string `json:"provider"`
		Date     string `json:"date"`
	}
	if !parse(body, &q, done) {
		return
	}
	n, ok := w.Network(q.Provider)
	day, err := calendar.Parse(q.Date)
	switch {
	case !ok:
		refuse(done, 404, "not_found", fmt.Sprintf("no simulated provider %q", q.Provider))
		return
	case err != nil:
		refuse(done, 422, "field_invalid", err.Error())
		return
	}
	file, settles, err := n.Close(day)
	if err != nil {
		refuse(done, 409, "sandbox_refused", err.Error())
		return
	}
	answer(done, 200, map[string]any{"file": file, "settlement_date": settles.String()})
}

// drop puts a file into the bucket's inbox, whose event becomes a job by the template's rule.
func (w *World) drop(name string, body []byte, done func(Reply)) {
	if err := w.Drop(name, body); err != nil {
		refuse(done, 409, "sandbox_refused", err.Error())
		return
	}
	answer(done, 200, map[string]any{"file": name})
}

// Drop is drop for whoever stands beside the world. Error: there is such a file.
func (w *World) Drop(name string, body []byte) error {
	ctx := context.Background()
	if err := w.Files.Put(ctx, name, body); err != nil {
		return err
	}
	if err := w.sender.Send(ctx, job.Job{Kind: job.Drop, Key: store.Key{PK: name}}, 0); err != nil {
		return err
	}
	w.pump(w.queueOf[job.Drop])
	return nil
}

func (w *World) listAccounts(done func(Reply)) {
	type account struct {
		Provider string `json:"provider"`
		Account  string `json:"account"`
		URL      string `json:"webhook_url"`
		Secret   string `json:"webhook_secret"`
	}
	data := []account{}
	for _, tenant := range []string{"demo", "other"} {
		for _, a := range allsim.Accounts(tenant) {
			data = append(data, account{a.Provider, a.ID, w.base + "/webhooks/" + a.Provider + "/" + a.ID, a.Secrets[0]})
		}
	}
	answer(done, 200, map[string]any{"data": data})
}

// wire lets people call a simulated provider by hand, under /_sandbox/networks/{provider}/….
func (w *World) wire(name string, req *http.Request, body []byte, done func(Reply)) {
	n, ok := w.Network(name)
	if !ok {
		refuse(done, 404, "not_found", fmt.Sprintf("no simulated provider %q", name))
		return
	}
	inner := req.Clone(req.Context())
	inner.URL.Path = strings.TrimPrefix(req.URL.Path, "/_sandbox/networks/"+name)
	inner.RequestURI = inner.URL.RequestURI()
	inner.Body = io.NopCloser(strings.NewReader(string(body)))
	rec := &recorder{reply: Reply{Status: 200, Header: http.Header{}}}
	w.Go(func() { n.ServeHTTP(rec, inner) }, func(bool) {
		rec.reply.Body = rec.body.Bytes()
		done(rec.reply)
	})
}

func parse(body []byte, into any, done func(Reply)) bool {
	if len(body) == 0 {
		return true
	}
	if err := json.Unmarshal(body, into); err != nil {
		refuse(done, 400, "malformed_json", err.Error())
		return false
	}
	return true
}

func answer(done func(Reply), status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		refuse(done, 500, "internal", err.Error())
		return
	}
	done(Reply{status, http.Header{"Content-Type": {"application/json"}}, append(body, '\n')})
}

func refuse(done func(Reply), status int, code, detail string) {
	body, _ := json.Marshal(map[string]any{"type": "about:blank", "title": "The sandbox cannot do that", "status": status,
		"code": code, "detail": detail, "next_step": "Correct the call as the detail says."})
	done(Reply{status, http.Header{"Content-Type": {"application/problem+json"}}, append(body, '\n')})
}
