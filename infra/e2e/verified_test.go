//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// signed is one delivery as an endpoint got it, and the secret to verify it with.
type signed struct {
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// TestOthersVerifyEveryEvent: what `vuelto dev` delivers of a whole refund is accepted by the reference library of Standard
// Webhooks for Python and by the one for Go, with the first secret, and after a rotation with either. Whatever is changed on the
// way is refused by both.
func TestOthersVerifyEveryEvent(t *testing.T) {
	program := filepath.Join(t.TempDir(), "vuelto")
	if out, err := exec.Command("go", "build", "-o", program, "../vuelto").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := &stack{T: t, key: "sk_test_demo"}
	start(t, emulator{"vuelto", func(port string) *exec.Cmd {
		s.url = "http://127.0.0.1:" + port
		return exec.Command(program, "dev", "--port", port, "--template", "../../template.yaml")
	}, "/healthz"})
	got := &listener{}
	server := httptest.NewServer(got)
	t.Cleanup(server.Close)

	endpoint := s.want(201, "POST", "/v1/event-endpoints", doc{"url": server.URL + "/events"}, "endpoint")
	where, old := "/v1/event-endpoints/"+endpoint["id"].(string), endpoint["secret"].(string)
	s.paysBack("1")
	first := got.wait(t, "refund.paid", 1)
	fresh := s.want(200, "POST", where+"/rotate", doc{}, "rotate")["secret"].(string)
	s.paysBack("2")
	second := got.wait(t, "refund.paid", 2)[len(first):]
	if len(first) < 5 || len(second) < 5 || fresh == old {
		t.Fatalf("%d events before the rotation and %d after it", len(first), len(second))
	}

	good := append(under(old, first), append(under(old, second), under(fresh, second)...)...)
	bad := under(fresh, first) // it did not sign then
	for _, spoil := range []func(*signed){
		func(d *signed) { d.Body = strings.Replace(d.Body, `"type":"`, `"type":"x`, 1) },
		func(d *signed) { d.Headers["webhook-id"] += "0" },
		func(d *signed) { d.Headers["webhook-timestamp"] = "1500000000" },
		func(d *signed) { d.Headers["webhook-signature"] = "v1,AAAA" + d.Headers["webhook-signature"][7:] },
		func(d *signed) { delete(d.Headers, "webhook-signature") },
	} {
		for _, d := range under(old, first) {
			spoil(&d)
			bad = append(bad, d)
		}
	}
	all := append(good, bad...)
	for i, refused := range verified(t, all) {
		if genuine := i < len(good); genuine != (refused == nil) {
			t.Errorf("delivery %d, genuine %v: %v", i, genuine, refused)
		}
		if err := verifiedInGo(all[i]); (err == nil) != (refused == nil) {
			t.Errorf("delivery %d: the library for Go says %v, the one for Python %v", i, err, refused)
		}
	}
	t.Logf("%d deliveries accepted, %d spoilt ones refused", len(good), len(bad))
}

// paysBack is a voucher that is paid, and a part of it given back until the buyer has it.
func (s *stack) paysBack(n string) {
	s.Helper()
	payment := s.want(201, "POST", "/v1/payments", doc{"network": "pagoefectivo", "store": "store_pe", "order_reference": "V-" + n, "amount": 12000, "currency": "PEN",
		"payer": doc{"name": "Ana Quispe", "email": "ana@example.pe"}}, "pay-"+n)["id"].(string)
	s.want(200, "POST", "/_sandbox/payments/"+payment+"/pay", doc{}, "")
	s.until("/v1/payments/"+payment, "paid")
	refund := s.want(201, "POST", "/v1/refunds", doc{"payment": payment, "amount": 5000, "currency": "PEN", "reason_code": "customer_return",
		"merchant_refund_id": "V-" + n}, "back-"+n)["id"].(string)
	s.until("/v1/refunds/"+refund, "accepted")
	s.want(200, "POST", "/_sandbox/disbursements/"+refund+"/complete", doc{}, "")
	s.until("/v1/refunds/"+refund, "paid")
}

// verified is what the library says of each delivery; nil = it is genuine.
func verified(t *testing.T, all []signed) (refused []*string) {
	t.Helper()
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, "python"), "verify.py")
	cmd.Stdin = bytes.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v (has infra/e2e/setup.sh run?)", err)
	}
	if err := json.Unmarshal(out, &refused); err != nil || len(refused) != len(all) {
		t.Fatalf("%v: %d verdicts on %d deliveries", err, len(refused), len(all))
	}
	return refused
}

// verifiedInGo is what the library for Go says of a delivery; nil = it is genuine.
func verifiedInGo(d signed) error {
	w, err := webhooks.NewWebhook(d.Secret)
	if err != nil {
		return err
	}
	headers := http.Header{}
	for name, value := range d.Headers {
		headers.Set(name, value)
	}
	return w.Verify([]byte(d.Body), headers)
}

// under is the deliveries, each with its own copy of its headers, and a secret.
func under(secret string, all []signed) (out []signed) {
	for _, d := range all {
		headers := map[string]string{}
		for name, value := range d.Headers {
			headers[name] = value
		}
		out = append(out, signed{secret, headers, d.Body})
	}
	return out
}

// listener is a merchant's endpoint that keeps what it gets.
type listener struct {
	mu  sync.Mutex
	all []signed
}

// ServeHTTP implements http.Handler.
func (l *listener) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	d := signed{Headers: map[string]string{}, Body: string(body)}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		d.Headers[name] = r.Header.Get(name)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, d)
}

// wait is all that came until so many events of a type have.
func (l *listener) wait(t *testing.T, kind string, many int) []signed {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		l.mu.Lock()
		all, n := append([]signed(nil), l.all...), 0
		l.mu.Unlock()
		for _, d := range all {
			if strings.Contains(d.Body, `"type":"`+kind+`"`) {
				n++
			}
		}
		if n >= many {
			return all
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d %s came, among %d", n, many, kind, len(all))
		}
	}
}
