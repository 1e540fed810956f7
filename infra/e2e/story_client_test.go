//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sandbox"
)

type doc = map[string]any

// enrol makes the demo merchant known to the stack with the command that does it for a deployed one.
func (s *stack) enrol() {
	s.Helper()
	shop := merchant.Merchant{ID: "demo", Name: "Tienda demo"}
	var accounts []doc
	for _, a := range s.town.accounts() {
		x := sides()[a.Network]
		shop.Stores = append(shop.Stores, merchant.Store{ID: x.store, Currency: money.Currency(x.currency), Network: a.Network,
			Accounts: []merchant.AccountRef{{Provider: a.Provider, Account: a.ID}},
			Limits:   merchant.Limits{WithoutApproval: 5_000_000_00, Daily: 1 << 50}})
		accounts = append(accounts, doc{"id": a.ID, "provider": a.Provider, "network": a.Network, "endpoint": a.Endpoint,
			"credentials": a.Credentials, "secrets": a.Secrets, "settings": a.Settings, "fees": doc{"per_ten_thousand": a.Fees.PerTenThousand,
				"fixed": a.Fees.Fixed, "tax_per_hundred": a.Fees.TaxPerHundred, "unit": a.Fees.Unit}})
		s.town.register(a, s.url+"/webhooks/"+a.Provider+"/"+a.ID)
	}
	file, err := json.Marshal(doc{"mode": provider.Test, "merchant": shop, "accounts": accounts,
		"keys": []doc{{"person": "ana", "role": merchant.Admin}}})
	if err != nil {
		s.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(s.programs, "enrol"), "--table", s.table)
	cmd.Env, cmd.Stdin, cmd.Stderr = append(os.Environ(), s.env...), bytes.NewReader(file), &s.log
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("enrol: %v", err)
	}
	words := strings.Fields(string(out)) // person, role, key
	if len(words) != 3 {
		s.Fatalf("enrol printed %d words", len(words))
	}
	s.key = words[2]
}

// enrolPlayed makes a merchant known to the stack and to the sandbox beside it, with the file that the README names.
func (s *stack) enrolPlayed(diaries string) {
	s.Helper()
	file, err := os.Open(filepath.Join(repo, "infra", "enrol", "sandbox.json"))
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cmd := exec.Command(filepath.Join(s.programs, "enrol"), "--table", s.table, "--sandbox", diaries, "--site", s.url)
	cmd.Env, cmd.Stdin, cmd.Stderr = append(os.Environ(), s.env...), file, &s.log
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("enrol: %v\n%s", err, s.log.all.Bytes())
	}
	for line := range strings.Lines(string(out)) {
		switch words := strings.Fields(line); words[0] {
		case "ana":
			s.key = words[2]
		case "beto":
			s.second = words[2]
		case "sandbox":
			s.played = words[2]
		}
	}
}

// payAt is the buyer at the counter.
func (s *stack) payAt(x side, id string) {
	s.Helper()
	if s.played == "" {
		s.town.at(x.network, func(n simnet.Network) error { return n.Pay(id, 0) })
		return
	}
	s.hand("payments/" + id + "/pay")
}

// finish is the provider ending a refund.
func (s *stack) finish(x side, id string) {
	s.Helper()
	if s.played == "" {
		s.town.at(x.network, func(n simnet.Network) error { return n.Move(id, x.finish) })
		return
	}
	s.hand("disbursements/" + id + "/" + string(x.finish))
}

// hand asks something of the sandbox beside the stack.
func (s *stack) hand(path string) {
	s.Helper()
	merchants := s.key
	s.key = s.played
	defer func() { s.key = merchants }()
	s.want(200, "POST", sandbox.Prefix+path, nil, "")
}

// do makes a request of the merchant's system. Every one that creates has a key of its own.
func (s *stack) do(method, path string, body any, key string) (int, []byte, error) {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		text = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, s.url+path, text)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Idempotency-Key", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

func (s *stack) want(status int, method, path string, body any, key string) doc {
	s.Helper()
	got, answer, err := s.do(method, path, body, key)
	if err != nil || got != status {
		s.Fatalf("%s %s: %d %s, %v; want %d", method, path, got, answer, err, status)
	}
	var d doc
	if err := json.Unmarshal(answer, &d); err != nil {
		s.Fatalf("%s %s: %v in %s", method, path, err, answer)
	}
	return d
}

// busy is the answer where a store's patience has ended: the same request is to be repeated.
func busy(status int, answer []byte) bool {
	return status == http.StatusConflict && strings.Contains(string(answer), `"payment_busy"`)
}

func (s *stack) get(path string) doc { s.Helper(); return s.want(200, "GET", path, nil, "") }

// until reads path again and again until it has the status. A hot table's answer says to read again, too.
func (s *stack) until(path, status string) doc {
	s.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got, answer, err := s.do("GET", path, nil, "")
		if busy(got, answer) && time.Now().Before(deadline) {
			continue
		}
		var d doc
		if err != nil || got != http.StatusOK || json.Unmarshal(answer, &d) != nil {
			s.Fatalf("GET %s: %d %s, %v; want 200", path, got, answer, err)
		}
		if d["status"] == status {
			return d
		}
		if time.Now().After(deadline) {
			s.Fatalf("%s is not %s: %v", path, status, d)
		}
	}
}

func (s *stack) list(path string) []doc {
	s.Helper()
	var all []doc
	for cursor := ""; ; {
		page := s.get(path + cursor)
		items, _ := page["data"].([]any)
		for _, i := range items {
			all = append(all, i.(doc))
		}
		if page["has_more"] != true {
			return all
		}
		cursor = fmt.Sprint("&cursor=", page["next_cursor"])
	}
}

// quiet waits until nothing is on its way: no message in a queue, no callback that a provider still has to send.
func (s *stack) quiet() {
	s.Helper()
	calm := 0
	for deadline := time.Now().Add(time.Minute); calm < 2; time.Sleep(700 * time.Millisecond) {
		left := 0
		for _, q := range s.queues {
			left += q.left(q.url)
		}
		if calm++; left > 0 {
			calm = 0
		}
		if time.Now().After(deadline) {
			s.Fatalf("%d messages are still in the queues", left)
		}
	}
}

// schedule does what the schedules whose message has this text in it do.
func (s *stack) schedule(text string) {
	s.Helper()
	sent := 0
	for _, spec := range s.template.Schedules {
		if strings.Contains(spec.Message, text) {
			s.queues[spec.Queue].send(spec.Message)
			sent++
		}
	}
	if sent == 0 {
		s.Fatalf("no schedule sends %s", text)
	}
}
