//go:build e2e

package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// throttle stands between the functions and the emulator's table, and refuses calls as DynamoDB does when a partition is
// hot: before they have had any effect. The emulator itself never does.
type throttle struct {
	next    http.Handler
	refused atomic.Int64

	mu     sync.Mutex
	often  float64 // share of calls that are refused
	random *rand.Rand
}

// refuse sets the share of calls that are refused from now on.
func (t *throttle) refuse(often float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.often = often
}

// newThrottle is the address that the functions take for DynamoDB's.
func (s *stack) newThrottle(endpoint string) *throttle {
	s.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		s.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
	t := &throttle{next: proxy, random: rand.New(rand.NewPCG(1, 2))}
	server := httptest.NewServer(t)
	s.Cleanup(server.Close)
	s.env = append(s.env, "AWS_ENDPOINT_URL_DYNAMODB="+server.URL)
	return t
}

func (t *throttle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	hot := t.random.Float64() < t.often
	t.mu.Unlock()
	if !hot {
		t.next.ServeHTTP(w, r)
		return
	}
	t.refused.Add(1)
	_, _ = io.Copy(io.Discard, r.Body)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	said := doc{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
		"message": "The level of configured provisioned throughput for the table was exceeded."}
	if operation == "TransactWriteItems" {
		said = doc{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
			"Message":             "Transaction cancelled, please refer cancellation reasons for specific reasons [ThrottlingError]",
			"CancellationReasons": []doc{{"Code": "ThrottlingError", "Message": "Throughput exceeds the current capacity"}}}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(said)
}

// patiently asks for a payment or a refund as its caller would: where a store's patience ends, which half of all calls refused brings about
// now and then, the answer says to repeat the same request, and the same request is repeated, a few times.
func (s *stack) patiently(path string, body any, key string) string {
	s.Helper()
	for range 4 {
		if status, answer, err := s.do("POST", path, body, key); err != nil || !busy(status, answer) {
			break // repeated once more, which gives the same answer
		}
	}
	return s.want(201, "POST", path, body, key)["id"].(string)
}

// throttled: what a table that refuses everything keeps from being done is refused as a whole, and done under the same key
// later. While it refuses half of all calls nothing is lost: stores wait, a caller repeats what the answer says to repeat, queues
// bring back what failed, and operators redrive what died. Each refund is then at the provider once, none is missing.
func (s *stack) throttled() {
	before := s.throttle.refused.Load()
	some := eachSide()[0]
	payment := s.paid(some, "C-"+some.network)
	s.throttle.refuse(1)
	if d := s.want(409, "POST", some.path, some.back(payment, "C"), "cold"); d["code"] != "payment_busy" {
		s.Errorf("a table that refuses everything: %v", d)
	}
	s.throttle.refuse(0.5)
	made := map[string]side{s.patiently(some.path, some.back(payment, "C"), "cold"): some}
	const many = 8
	for _, x := range eachSide() {
		payment := s.pays(x, s.patiently("/v1/payments", x.bill("H-"+x.network), "pay-H-"+x.network))
		for i := range many {
			ours := fmt.Sprintf("H-%s-%d", x.network, i)
			made[s.patiently(x.path, x.back(payment, ours), ours)] = x
		}
	}
	time.Sleep(2 * time.Second) // of work on a hot table
	s.throttle.refuse(0)
	for _, q := range s.queues {
		q.redrive()
	}
	s.schedule(`"sweep"`)
	for id, x := range made {
		s.until("/v1/refunds/"+id, x.before)
		s.town.at(x.network, func(n simnet.Network) error { return n.Move(id, x.finish) })
	}
	for id := range made {
		s.until("/v1/refunds/"+id, "paid")
	}
	s.quiet()
	for _, x := range eachSide() {
		paid := map[string]int{}
		for _, e := range s.town.ledger(x.network) {
			paid[e.OurReference]++
		}
		for id, of := range made {
			if of.network == x.network && paid[id] != 1 {
				s.Errorf("the provider's book has %s %d times", id, paid[id])
			}
		}
	}
	refused := s.throttle.refused.Load() - before
	if s.Logf("%d calls of the table were refused", refused); refused < 100 {
		s.Errorf("that is too few to show anything")
	}
}
