package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sandbox"
	"github.com/vuelto/vuelto/pkg/store"
)

const (
	key  = sandbox.KeyPrefix + "of-a-test"
	site = "https://stack.example"
)

// table is a sandbox's table, with a clock, and what is asked of the queue.
type table struct {
	*testing.T
	store.Store
	now   time.Time
	sent  []job.Job
	heard []string // by the stack
	says  int      // its answer
	lose  error    // what the next commit meets instead of its effect
	after error    // what the next commit meets after its effect
	mu    sync.Mutex
}

func newTable(t *testing.T) *table {
	x := &table{T: t, Store: memstore.New(memstore.Options{}), now: time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), says: 200}
	if err := x.stage().Open(context.Background(), site, key, sandbox.Accounts("demo", site, key, "x7")); err != nil {
		t.Fatal(err)
	}
	return x
}

// Commit lets a commit be lost.
func (x *table) Commit(ctx context.Context, writes ...store.Write) error {
	if err := x.lose; err != nil {
		x.lose = nil
		return err
	}
	err := x.Store.Commit(ctx, writes...)
	if x.after != nil {
		err, x.after = x.after, nil
	}
	return err
}

// Send implements job.Sender.
func (x *table) Send(_ context.Context, j job.Job, _ time.Duration) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sent = append(x.sent, j)
	return nil
}

// Do is the stack, hearing a callback.
func (x *table) Do(req *http.Request) (*http.Response, error) {
	x.heard = append(x.heard, req.URL.String())
	return &http.Response{StatusCode: x.says, Body: http.NoBody}, nil
}

// Now implements provider.Clock.
func (x *table) Now() time.Time { return x.now }

// WithTimeout implements provider.Clock.
func (x *table) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

func (x *table) stage() *sandbox.Stage {
	return sandbox.New(sandbox.Ports{Store: x, Sender: x, Now: x.Now, Log: slog.New(slog.DiscardHandler)})
}

// play is the minute's schedule, or a message's, on a new instance.
func (x *table) play(provider string) error {
	c := &sandbox.Carrier{Stage: x.stage(), Wire: x, Clock: x}
	return c.Handle(context.Background(), job.Job{Kind: job.Play, Key: store.Key{PK: provider}})
}

// ask is a call with a key to a stage; a new one if it is nil.
func (x *table) ask(s *sandbox.Stage, with, method, path, body string) (int, map[string]any) {
	x.Helper()
	if s == nil {
		s = x.stage()
	}
	req := httptest.NewRequest(method, sandbox.Prefix+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+with)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	var d map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
		x.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Code, d
}

// efecty is a signed call on Efecty's wire.
func (x *table) efecty(s *sandbox.Stage, method, path, body string) (int, string) {
	stamp := x.now.Format(time.RFC3339)
	req := httptest.NewRequest(method, sandbox.Prefix+"wire/"+key+"/efecty"+path, strings.NewReader(body))
	for name, value := range map[string]string{"X-Merchant-Id": "merchant-demo-x7", "X-Terminal-Id": "T-01", "X-Timestamp": stamp,
		"X-Signature": provider.Sign("sandbox-efecty-demo-x7", []byte(stamp+"\n"+method+"\n"+path+"\n"), []byte(body))} {
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	return w.Code, w.Body.String()
}

func (x *table) voucher(ours string) {
	x.Helper()
	if status, body := x.efecty(x.stage(), "POST", "/payments", `{"merchant_reference":"`+ours+`","amount":50000,"currency":"COP"}`); status != 201 {
		x.Fatalf("%d %s", status, body)
	}
}

// lines of a diary.
func (x *table) lines(provider string) int {
	x.Helper()
	page, err := x.Query(context.Background(), store.Query{PK: "diary#" + provider, Limit: 1000})
	if err != nil {
		x.Fatal(err)
	}
	return len(page.Records)
}

// Nobody enters without a key, a live key is told what it is, and none of them leaves a line.
func TestWhoMayIn(t *testing.T) {
	x := newTable(t)
	before := x.lines("efecty")
	for with, want := range map[string]string{"": "unauthorized", "sk_test_demo": "unauthorized", key + "x": "unauthorized",
		"sk_live_4f": "live_key_refused"} {
		for _, path := range []string{"faults", "payments/pay_1/pay", "wire/" + with + "/efecty/payments"} {
			if status, d := x.ask(nil, with, "POST", path, `{"provider":"efecty","kind":"reject"}`); status != 401 || d["code"] != want {
				if !(with == "" && strings.HasPrefix(path, "wire")) || status != 401 {
					t.Errorf("%q at %s: %d %v", with, path, status, d)
				}
			}
		}
	}
	if after := x.lines("efecty"); after != before {
		t.Errorf("%d lines were written by strangers", after-before)
	}
	if status, d := x.ask(nil, key, "GET", "ledger/efecty", ""); status != 200 || d["entries"] == nil {
		t.Errorf("the key that was let in: %d %v", status, d)
	}
}

func TestNothingOfRealMoneyComesIn(t *testing.T) {
	x := newTable(t)
	accounts := sandbox.Accounts("demo", site, key, "x7")
	before := x.lines(accounts[0].Provider)
	accounts[len(accounts)-1].Mode = provider.Live
	ctx := context.Background()
	for name, err := range map[string]error{
		"a live account": x.stage().Open(ctx, site, key, accounts),
		"a live key":     x.stage().Open(ctx, site, "sk_live_1", accounts[:1]),
	} {
		if !errors.Is(err, sandbox.ErrLive) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, at := range []string{"", "stack.example", "https://stack.example/", "ftp://stack.example"} {
		if err := x.stage().Open(ctx, at, key, accounts[:1]); err == nil {
			t.Errorf("%q passes for an address", at)
		}
	}
	if after := x.lines(accounts[0].Provider); after != before {
		t.Errorf("%d lines were written", after-before)
	}
	for _, a := range sandbox.Accounts("demo", site, key, "x7") {
		if a.Mode != provider.Test || !strings.HasPrefix(a.Endpoint, site+"/_sandbox/wire/"+key+"/"+a.Provider) || strings.Contains(fmt.Sprint(a), ".sim") {
			t.Errorf("an account that is not of this sandbox: %+v", a)
		}
		if !strings.HasSuffix(a.Secrets[0], "-x7") {
			t.Errorf("%s: a secret that can be guessed: %v", a.ID, a.Secrets)
		}
	}
}

// Instances that write at the same time all get their line, each once.
func TestTwoWriteAtOnce(t *testing.T) {
	x := newTable(t)
	var all sync.WaitGroup
	for range 6 {
		s := x.stage()
		all.Go(func() {
			for range 3 {
				if status, d := x.ask(s, key, "POST", "faults", `{"provider":"efecty","kind":"reject"}`); status != 200 {
					t.Errorf("%d %v", status, d)
				}
			}
		})
	}
	all.Wait()
	_, d := x.ask(nil, key, "GET", "faults?provider=efecty", "")
	if got := fmt.Sprint(d["armed"]); got != "map[reject:18]" {
		t.Errorf("armed: %s", got)
	}
}

// What only asks is not written, and leaves nothing behind that an instance knows and the diary does not.
func TestWhatOnlyAsksLeavesNothing(t *testing.T) {
	x := newTable(t)
	x.voucher("pay_1")
	warm, before := x.stage(), x.lines("efecty")
	refund := `{"merchant_refund_id":"rf_%d","transaction_id":"T","amount":10000,"currency":"COP","beneficiary":{"name":"Ana","document_number":"1"}}`
	_, one := x.efecty(warm, "POST", "/refunds/cash-withdrawal", fmt.Sprintf(refund, 1))
	for range 3 { // each answer has a number of its own
		if status, body := x.efecty(warm, "GET", "/disbursements/rf_1", ""); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
	}
	_, two := x.efecty(warm, "POST", "/refunds/cash-withdrawal", fmt.Sprintf(refund, 2))
	_, three := x.efecty(x.stage(), "POST", "/refunds/cash-withdrawal", fmt.Sprintf(refund, 3))
	for i, got := range []string{one, two, three} {
		if want := fmt.Sprintf(`"disbursement_id":"EFD%09d"`, 2+3*i); !strings.Contains(got, want) {
			t.Errorf("refund %d has no %s: %s", i+1, want, got)
		}
	}
	if written := x.lines("efecty") - before; written != 3 {
		t.Errorf("%d lines for three refunds", written)
	}
	if status, d := x.ask(nil, key, "POST", "faults", `{"provider":"efecty","kind":"outage","on":"read"}`); status != 200 {
		t.Fatalf("%d %v", status, d)
	}
	for _, want := range []int{503, 200} { // a fault that waits for a question strikes once, whoever is asked
		if status, body := x.efecty(x.stage(), "GET", "/disbursements/rf_1", ""); status != want {
			t.Errorf("%d %s, want %d", status, body, want)
		}
	}
}

// A callback is carried until what became of it is written down, and again as its provider does if it was not heard.
func TestCallbacks(t *testing.T) {
	x := newTable(t)
	x.voucher("pay_1")
	if status, d := x.ask(nil, key, "POST", "payments/pay_1/pay", ""); status != 200 || d["provider"] != "efecty" {
		t.Fatalf("%d %v", status, d)
	}
	if len(x.sent) != 1 || x.sent[0].Kind != job.Play || x.sent[0].Key.PK != "efecty" {
		t.Fatalf("asked of the queue: %v", x.sent)
	}
	steps := []struct {
		after time.Duration
		says  int
		heard int // so far
	}{{0, 200, 0}, {time.Second, 503, 1}, {time.Second, 200, 1}, {time.Minute, 200, 2}, {24 * time.Hour, 200, 2}}
	for i, step := range steps {
		x.now, x.says = x.now.Add(step.after), step.says
		if err := x.play("efecty"); err != nil || len(x.heard) != step.heard {
			t.Fatalf("step %d: heard %v, %v", i, x.heard, err)
		}
	}
	if x.heard[0] != site+"/webhooks/efecty/efecty-demo" {
		t.Errorf("it went to %s", x.heard[0])
	}
}

// TestACrashAfterACallback: told, and not written down that it was told.
func TestACrashAfterACallback(t *testing.T) {
	x := newTable(t)
	x.voucher("pay_1")
	x.ask(nil, key, "POST", "payments/pay_1/pay", "")
	x.now = x.now.Add(time.Second)
	x.ask(nil, key, "GET", "ledger/efecty", "") // time has passed by now
	x.lose = errors.New("the line is cut")
	if err := x.play("efecty"); err == nil || len(x.heard) != 1 {
		t.Fatalf("heard %v, %v", x.heard, err)
	}
	for range 2 {
		if err := x.play("efecty"); err != nil || len(x.heard) != 2 {
			t.Fatalf("heard %v, %v", x.heard, err)
		}
	}
}

// Payments at dLocal name the address that is told of them: it is called only if it is the stack's.
func TestNobodyElseIsCalled(t *testing.T) {
	x := newTable(t)
	body := `{"amount":50000,"currency":"COP","country":"CO","payment_method_id":"EY","payment_method_flow":"DIRECT","order_id":"pay_1","notification_url":"%s",
"payer":{"name":"Ana","email":"a@b.co","document":"1"}}`
	for i, at := range []string{"https://elsewhere.example/h", site + "/webhooks/dlocal/dlocal-co-demo"} {
		sent := strings.Replace(fmt.Sprintf(body, at), "pay_1", fmt.Sprintf("pay_%d", i), 1)
		date, login := x.now.Format("2006-01-02T15:04:05.000Z"), "login-dlocal-co-demo-x7"
		req := httptest.NewRequest("POST", sandbox.Prefix+"wire/"+key+"/dlocal/payments", bytes.NewReader([]byte(sent)))
		for name, value := range map[string]string{"X-Login": login, "X-Trans-Key": "trans-dlocal-co-demo-x7", "X-Version": "2.1", "X-Date": date,
			"User-Agent": "t", "Authorization": "V2-HMAC-SHA256, Signature: " + provider.Sign("whsec-sandbox-dlocal-co-demo-x7", []byte(login+date), []byte(sent))} {
			req.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		x.stage().ServeHTTP(w, req)
		if w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if status, d := x.ask(nil, key, "POST", fmt.Sprintf("payments/pay_%d/pay", i), ""); status != 200 {
			t.Fatalf("%d %v", status, d)
		}
	}
	x.now = x.now.Add(time.Second)
	if err := x.play(""); err != nil || len(x.heard) != 1 || x.heard[0] != site+"/webhooks/dlocal/dlocal-co-demo" {
		t.Errorf("called: %v, %v", x.heard, err)
	}
}

// A line that no player can play is passed over by all alike, and what comes after it is played.
func TestALineThatBreaksAPlayer(t *testing.T) {
	x := newTable(t)
	err := x.Commit(context.Background(), store.Put{Record: store.Record{Key: store.Key{PK: "diary#efecty", SK: "00000002"}, Body: []byte(`{"k":"pay","at":1}`)}})
	if err != nil {
		t.Fatal(err)
	}
	x.voucher("pay_1")
	if _, d := x.ask(nil, key, "GET", "ledger/efecty", ""); len(d["entries"].([]any)) != 1 {
		t.Errorf("the book: %v", d)
	}
}

// What a sandbox cannot do it says, with a next step.
func TestRefusals(t *testing.T) {
	x := newTable(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "payments/pay_9/pay", "", 404, "not_found"},
		{"POST", "disbursements/rf_9/complete", "", 404, "not_found"},
		{"GET", "ledger/nobody", "", 404, "not_found"},
		{"POST", "faults", `{"provider":"efecty","kind":"fire"}`, 422, "fault_unknown"},
		{"POST", "faults", `{"provider":"nobody","kind":"reject"}`, 404, "not_found"},
		{"POST", "faults", `{`, 400, "malformed_json"},
		{"PUT", "faults", ``, 405, "method_not_allowed"},
		{"POST", "settlements", `{"provider":"efecty","date":"yesterday"}`, 409, "sandbox_refused"},
		{"POST", "balances", `{"provider":"efecty","account":"nobody","amount":1}`, 409, "sandbox_refused"},
		{"POST", "clock", `{"advance":"1h"}`, 409, "sandbox_refused"},
		{"GET", "nothing", ``, 404, "not_found"},
		{"POST", "faults", strings.Repeat("x", 65<<10), 413, "body_too_large"},
	} {
		status, d := x.ask(nil, key, c.method, c.path, c.body)
		if status != c.status || d["code"] != c.code || d["next_step"] == "" {
			t.Errorf("%s %s: %d %v, want %d %s", c.method, c.path, status, d, c.status, c.code)
		}
	}
	x.lose = errors.New("the table is away")
	if status, d := x.ask(nil, key, "POST", "faults", `{"provider":"efecty","kind":"reject"}`); status != 500 || d["code"] != "internal" {
		t.Errorf("%d %v", status, d)
	}
}

// Time passes inside a diary too: a voucher ends at its own instant, whenever somebody looks; and where clocks differ it does not
// run backwards.
func TestTimePasses(t *testing.T) {
	x := newTable(t)
	x.voucher("pay_1")
	x.now = x.now.Add(-time.Minute) // of another machine
	x.voucher("pay_2")
	page, err := x.Query(context.Background(), store.Query{PK: "diary#efecty"})
	if err != nil || len(page.Records) != 3 {
		t.Fatal(page, err)
	}
	last := int64(0)
	for _, r := range page.Records {
		var line struct{ At int64 }
		if err := json.Unmarshal(r.Body, &line); err != nil || line.At < last {
			t.Errorf("%s is at %d, before %d: %v", r.Key, line.At, last, err)
		}
		last = line.At
	}
	x.now = x.now.Add(72 * time.Hour)
	_, d := x.ask(nil, key, "GET", "ledger/efecty", "")
	for _, e := range d["entries"].([]any) {
		if e.(map[string]any)["status"] != "expired" {
			t.Errorf("after three days: %v", e)
		}
	}
	if err := x.play(""); err != nil || len(x.heard) != 2 {
		t.Errorf("heard %v, %v", x.heard, err)
	}
}

// Who has little time left carries nothing that he could not write down.
func TestNothingIsCarriedInAHurry(t *testing.T) {
	x := newTable(t)
	x.now = time.Now()
	x.voucher("pay_1")
	x.ask(nil, key, "POST", "payments/pay_1/pay", "")
	x.now = x.now.Add(time.Second)
	for _, c := range []struct{ left, heard int }{{15, 0}, {60, 1}} {
		ctx, cancel := context.WithDeadline(context.Background(), x.now.Add(time.Duration(c.left)*time.Second))
		err := (&sandbox.Carrier{Stage: x.stage(), Wire: x, Clock: x}).Handle(ctx, job.Job{Kind: job.Play})
		cancel()
		if err != nil || len(x.heard) != c.heard {
			t.Errorf("with %d seconds left: heard %v, %v", c.left, x.heard, err)
		}
	}
}

// TestALineWhoseReplyIsLost: whoever did it does not know; it was done, once, and whoever looks finds it.
func TestALineWhoseReplyIsLost(t *testing.T) {
	x := newTable(t)
	warm := x.stage()
	x.after = errors.New("the line is cut")
	if status, d := x.ask(warm, key, "POST", "faults", `{"provider":"efecty","kind":"reject"}`); status != 500 || d["code"] != "internal" {
		t.Errorf("%d %v", status, d)
	}
	for _, s := range []*sandbox.Stage{warm, x.stage()} {
		if _, d := x.ask(s, key, "GET", "faults", ""); fmt.Sprint(d["armed"]) != "map[reject:1]" {
			t.Errorf("%v", d)
		}
	}
}
