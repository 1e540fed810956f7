//go:build e2e

package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// side is what differs between the networks: how money comes back, and how the provider ends it.
type side struct {
	network, store, currency string
	amount                   int64
	path                     string
	before                   string // state in which the refund waits for finish
	finish                   simnet.Verb
	country                  calendar.Country
}

func sides() map[string]side {
	return map[string]side{
		"pagoefectivo": {"pagoefectivo", "store_pe", "PEN", 400_00, "/v1/refunds", "accepted", simnet.Complete, calendar.Peru()},
		"efecty":       {"efecty", "store_co", "COP", 400_000_00, "/v1/refunds/cash-withdrawal", "collectable", simnet.Collect, calendar.Colombia()},
	}
}

// eachSide is the sides in one order.
func eachSide() []side {
	var all []side
	for _, name := range slices.Sorted(maps.Keys(sides())) {
		all = append(all, sides()[name])
	}
	return all
}

// TestStory is the README's story and the rules about money, played to what deploys.
func TestStory(t *testing.T) {
	s := newStack(t)
	began := s.town.now()
	for _, x := range eachSide() {
		s.part("a refund on "+x.network, func() { s.refund(x) })
		s.part("sixteen want a tenth on "+x.network, func() { s.crowd(x) })
	}
	s.part("a hot table", s.throttled)
	s.part("the day closes", func() { s.settle(began) })
	s.part("every message dies and is redriven", s.redriven)
	for _, q := range s.queues {
		t.Logf("%-20s %3d messages, %d deliveries of each, %d failed", q.spec.Name, len(q.seen), deliveries, q.failed.Load())
	}
}

// part says how long a part of the story took, and stops the story where it went wrong.
func (s *stack) part(name string, play func()) {
	s.Helper()
	from := time.Now()
	if play(); s.Failed() {
		s.Fatalf("failed: %s", name)
	}
	s.Logf("%s: %.1f s", name, time.Since(from).Seconds())
}

// paid is a payment that the buyer has made at the counter.
func (s *stack) paid(x side, order string) string {
	s.Helper()
	return s.pays(x, s.want(201, "POST", "/v1/payments", x.bill(order), "pay-"+order)["id"].(string))
}

// pays has the buyer pay, and waits until the stack knows it.
func (s *stack) pays(x side, payment string) string {
	s.Helper()
	s.payAt(x, payment)
	s.until("/v1/payments/"+payment, "paid")
	return payment
}

func (x side) bill(order string) doc {
	return doc{"network": x.network, "store": x.store, "order_reference": order, "amount": x.amount,
		"currency": x.currency, "payer": doc{"name": "Juan Pérez", "email": "juan@example.com", "document_type": "CC",
			"document_number": "1032456789", "phone": "+573001112233"}}
}

func (x side) back(payment, ours string) doc {
	return doc{"payment": payment, "amount": x.amount / 10, "currency": x.currency, "reason_code": "customer_return", "merchant_refund_id": ours}
}

// refund takes one payment and a part of it back through all their states.
func (s *stack) refund(x side) {
	payment := s.paid(x, "A-"+x.network)
	body := x.back(payment, "R-"+x.network)
	first := s.want(201, "POST", x.path, body, "back-"+x.network)
	if again := s.want(201, "POST", x.path, body, "back-"+x.network); again["id"] != first["id"] {
		s.Errorf("the same key made %v and %v", first["id"], again["id"])
	}
	id := first["id"].(string)
	s.until("/v1/refunds/"+id, x.before)
	s.finish(x, id)
	s.until("/v1/refunds/"+id, "paid")
	if p := s.get("/v1/payments/" + payment); p["refunded_amount"] != float64(x.amount/10) || p["reserved_amount"] != 0.0 {
		s.Errorf("the payment says %v", p)
	}
}

// crowd: of sixteen who ask at once for a tenth of a payment exactly ten get it, and the provider pays ten.
func (s *stack) crowd(x side) {
	const many = 16
	payment := s.paid(x, "B-"+x.network)
	var mu sync.Mutex
	var all sync.WaitGroup
	got, ids := map[int]int{}, []string{}
	for i := range many {
		all.Go(func() {
			ours := fmt.Sprintf("T-%s-%d", x.network, i)
			status, answer, err := s.do("POST", x.path, x.back(payment, ours), ours)
			var d struct{ ID, Code string }
			if err == nil {
				err = json.Unmarshal(answer, &d)
			}
			mu.Lock()
			defer mu.Unlock()
			if got[status]++; err != nil || status != 201 && d.Code != "amount_exceeds_refundable" {
				s.Errorf("%d %s %v", status, answer, err)
			}
			if status == 201 {
				ids = append(ids, d.ID)
			}
		})
	}
	all.Wait()
	if got[201] != 10 || got[422] != many-10 {
		s.Fatalf("statuses %v, want ten 201 and %d 422", got, many-10)
	}
	for _, id := range ids {
		s.until("/v1/refunds/"+id, x.before)
		s.town.at(x.network, func(n simnet.Network) error { return n.Move(id, x.finish) })
	}
	for _, id := range ids {
		s.until("/v1/refunds/"+id, "paid")
	}
	if p := s.get("/v1/payments/" + payment); p["refunded_amount"] != float64(x.amount) || p["reserved_amount"] != 0.0 {
		s.Errorf("the payment says %v", p)
	}
	s.quiet()
	paid := map[string]int{}
	for _, e := range s.town.ledger(x.network) {
		paid[e.OurReference]++
		if strings.HasPrefix(e.OurReference, "rf_") && (e.Status != simnet.Paid || e.Amount != x.amount/10) {
			s.Errorf("the provider's book has %+v", e)
		}
	}
	for _, id := range ids {
		if paid[id] != 1 {
			s.Errorf("the provider's book has %s %d times", id, paid[id])
		}
	}
}

// settle closes the day at the providers, then lets it be noon of the day on which they settle: for the providers and, by
// a build whose clock is ahead, for the two functions about settlement. Then it plays their schedules.
func (s *stack) settle(began time.Time) {
	days := map[string]calendar.Date{}
	noon := time.Time{}
	for _, x := range eachSide() {
		days[x.network] = s.town.close(x.network, began, x.country.Zone())
		if at := days[x.network].Start(x.country.Zone()).Add(12*time.Hour + 15*time.Minute); at.After(noon) {
			noon = at
		}
	}
	s.advance(time.Until(noon))
	s.schedule(`"ingest"`)
	// Of each network: payments, and the refunds of the story, the crowd and the hot table. One more of each was made while
	// the table refused everything.
	const cash, back = 3, 1 + 10 + 8
	for i, x := range eachSide() {
		more := 0
		if i == 0 {
			more = 2
		}
		where := fmt.Sprintf("/v1/reconciliations?provider=%s&date=%s", x.network, days[x.network])
		var found []doc
		for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			if found = s.list(where); len(found) == 1 && found[0]["status"] != "running" {
				break
			}
		}
		if len(found) != 1 || found[0]["status"] != "balanced" || found[0]["matched"] != float64(cash+back+more) {
			s.Fatalf("%s: %v", where, found)
		}
		for _, r := range s.list("/v1/refunds?limit=100") {
			s.until(fmt.Sprint("/v1/refunds/", r["id"]), "settled")
		}
	}
}

// advance sets clocks ahead. The functions about settlement are built again from the same source but for one line, that of
// the clock: no process on Linux can be given another date.
func (s *stack) advance(by time.Duration) {
	s.Helper()
	const line = "return time.Now() }"
	original, err := filepath.Abs(filepath.Join(repo, "pkg", "aws", "host", "host.go"))
	if err != nil {
		s.Fatal(err)
	}
	text, err := os.ReadFile(original)
	if err != nil || strings.Count(string(text), line) != 1 {
		s.Fatalf("host.go has no clock, or two: %v", err)
	}
	dir := s.TempDir()
	changed, overlay := filepath.Join(dir, "host.go"), filepath.Join(dir, "overlay.json")
	ahead := strings.Replace(string(text), line, fmt.Sprintf("return time.Now().Add(%d) }", by), 1)
	replace, err := json.Marshal(doc{"Replace": doc{original: changed}})
	if err != nil {
		s.Fatal(err)
	}
	for name, text := range map[string][]byte{changed: []byte(ahead), overlay: replace} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			s.Fatal(err)
		}
	}
	about := []string{"settlement-ingest", "settlement-reconciliation"}
	s.build(dir, "-overlay", overlay, "./functions/"+about[0], "./functions/"+about[1])
	s.town.advance(by)
	s.ahead = by
	for _, name := range about {
		s.run(name, filepath.Join(dir, name))
	}
}

// redriven: whatever was ever said is said again from the dead-letter queues, the sweep runs, and nothing changes.
func (s *stack) redriven() {
	s.quiet()
	before := s.all()
	for _, q := range s.queues {
		q.pause()
	}
	dead := 0
	for _, q := range s.queues {
		dead += q.die()
	}
	if dead < 50 {
		s.Errorf("only %d messages died", dead)
	}
	for _, q := range s.queues {
		q.redrive()
		q.start()
	}
	s.schedule(`"sweep"`)
	s.quiet()
	if diff := cmp.Diff(before, s.all()); diff != "" {
		s.Errorf("%d messages from the dead changed something (-before +after):\n%s", dead, diff)
	}
	for _, q := range s.queues {
		if n := q.left(q.dlq); n != 0 {
			s.Errorf("%d messages of %s are dead again", n, q.spec.Name)
		}
	}
}

// all is everything that the merchant can read and that the providers have done.
func (s *stack) all() doc {
	s.Helper()
	all := doc{}
	for _, path := range []string{"/v1/payments", "/v1/refunds", "/v1/reconciliations"} {
		for _, d := range s.list(path + "?limit=100") {
			id := fmt.Sprint(path, "/", d["id"])
			all[id] = s.get(id)
		}
	}
	for _, x := range eachSide() {
		all[x.network] = s.town.ledger(x.network)
	}
	return all
}
