package proof_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// history is what eight clients asked about one payment and were told.
type history struct {
	paid  int64
	calls []porcupine.Operation
}

// scribe runs clients against a world and writes down each call with its place in the one order of all beginnings and
// ends.
type scribe struct {
	t      testing.TB
	world  *sim.World
	rand   *rand.Rand
	place  int64
	rough  bool // calls meet faults
	serial int
}

const clients = 8

// record makes n histories in one world, one payment after the other.
func record(t testing.TB, seed uint64, n int, lie func(store.Store) store.Store) []history {
	t.Helper()
	template, err := sim.ReadTemplate("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := &scribe{t: t, rand: rand.New(rand.NewPCG(seed, 0x6c696e656172))}
	s.world, err = sim.New(sim.Options{Clock: sim.NewVirtual(time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)), Seed: seed,
		Template: template, Log: slog.New(slog.DiscardHandler), BaseURL: "https://vuelto.sim", Hooks: sim.Hooks{Strike: s.strike, Store: lie,
			Keep: func(a provider.Account) bool { return a.Tenant == "demo" && a.Provider == a.Network }}})
	if err != nil {
		t.Fatal(err)
	}
	var histories []history
	over := false
	s.world.Go(func() {
		for range n {
			histories = append(histories, s.one())
		}
		over = true
	}, nil)
	for limit := s.world.Now().Add(48 * time.Hour); !over; {
		if !s.world.Step(limit) {
			t.Fatalf("seed %d: the clients never came to an end", seed)
		}
	}
	return histories
}

// strike does an I/O, in its own time; during a history one in a hundred is throttled, and one in a hundred ends its
// function.
func (s *scribe) strike(at sim.Point, effect func() error) error {
	s.world.Sleep(s.span(20 * time.Millisecond))
	if s.rough && at.Boundary == "store" && s.rand.IntN(100) == 0 {
		return fmt.Errorf("%w: throttled", store.ErrBusy)
	}
	if s.rough && s.rand.IntN(200) == 0 {
		s.world.Kill()
	}
	err := effect()
	if s.rough && s.rand.IntN(200) == 0 {
		s.world.Kill()
	}
	s.world.Sleep(s.span(20 * time.Millisecond))
	return err
}

func (s *scribe) span(d time.Duration) time.Duration { return time.Duration(s.rand.Int64N(int64(d))) }

// one sells something, lets it be paid, and lets the clients at it.
func (s *scribe) one() history {
	s.serial++
	network, shop, currency, paid := "pagoefectivo", "store_pe", "PEN", int64(40_000_00)
	if s.serial%2 == 0 {
		network, shop, currency, paid = "efecty", "store_co", "COP", 400_000_00
	}
	h := history{paid: paid}
	sold := s.until(http.MethodPost, "/v1/payments", fmt.Sprint("sale-", s.serial), map[string]any{"network": network, "store": shop,
		"order_reference": fmt.Sprint("L-", s.serial), "amount": paid, "currency": currency, "payer": map[string]any{"name": "Ana Núñez",
			"email": "ana@example.com", "document_type": "DNI", "document_number": "10117410", "phone": "+51999888777"}})
	id, _ := sold.doc["id"].(string)
	n, _ := s.world.Network(network)
	if err := n.Pay(id, 0); err != nil {
		s.t.Errorf("history %d: %v", s.serial, err)
		return h
	}
	s.world.Sleep(time.Minute)
	left := clients
	s.rough = true
	for client := range clients {
		s.world.Go(func() { s.client(&h, client, id, currency) }, func(bool) { left-- })
	}
	for left > 0 {
		s.world.Sleep(time.Second)
	}
	s.rough = false
	return h
}

// client asks three to five times. In Peru the larger refunds wait for a second person, so that they can still be
// cancelled; in Colombia a cancel races with the hand-over.
func (s *scribe) client(h *history, client int, id, currency string) {
	for n := range 3 + s.rand.IntN(3) {
		s.world.Sleep(s.span(100 * time.Millisecond))
		if s.rand.IntN(4) == 0 {
			s.write(h, client, ask{kind: look}, func() said {
				a := s.until(http.MethodGet, "/v1/payments/"+id, "", nil)
				return said{free: a.number("paid_amount") - a.number("reserved_amount") - a.number("refunded_amount")}
			})
			continue
		}
		amount, refund := h.paid/20*(1+s.rand.Int64N(5)), ""
		s.write(h, client, ask{giveBack, amount}, func() said {
			key := fmt.Sprintf("L-%d-%d-%d", s.serial, client, n)
			a := s.until(http.MethodPost, "/v1/refunds", key, map[string]any{"payment": id, "amount": amount, "currency": currency,
				"reason_code": "goodwill", "merchant_refund_id": key})
			refund, _ = a.doc["id"].(string)
			if code := a.doc["code"]; a.status != http.StatusCreated && code != "amount_exceeds_refundable" {
				s.t.Errorf("a refund was answered %d %v", a.status, a.doc)
			}
			return said{done: a.status == http.StatusCreated}
		})
		if refund != "" && s.rand.IntN(3) == 0 {
			s.write(h, client, ask{takeBack, amount}, func() said {
				return said{done: s.until(http.MethodPost, "/v1/refunds/"+refund+"/cancel", "", nil).status == http.StatusOK}
			})
		}
	}
}

// write notes a call. Asking again until there is an answer is one call, as it is for whoever asks.
func (s *scribe) write(h *history, client int, in ask, call func() said) {
	s.place++
	begin := s.place
	out := call()
	s.place++
	h.calls = append(h.calls, porcupine.Operation{ClientId: client, Input: in, Call: begin, Output: out, Return: s.place})
}

type answer struct {
	status int
	doc    map[string]any
}

func (a answer) number(name string) int64 {
	f, _ := a.doc[name].(float64) // below 2^53: exact
	return int64(f)
}

// until asks until the answer is one that asking again would not change.
func (s *scribe) until(method, path, key string, body map[string]any) answer {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	for range 100 {
		req, err := http.NewRequest(method, "http://vuelto"+path, bytes.NewReader(encoded))
		if err != nil {
			panic(err)
		}
		req.Header.Set("Authorization", "Bearer "+sim.DemoKey)
		if key != "" {
			req.Header.Set("Idempotency-Key", key)
		}
		reply := s.world.Call(req)
		a := answer{status: reply.Status}
		_ = json.Unmarshal(reply.Body, &a.doc)
		if code := a.doc["code"]; a.status < 500 && code != "payment_busy" && code != "idempotency_in_progress" && code != "payment_not_paid" {
			return a
		}
		s.world.Sleep(50*time.Millisecond + s.span(200*time.Millisecond))
	}
	s.t.Errorf("%s %s was never answered", method, path)
	return answer{}
}

// staleReads answers one read of a payment in three from the first copy that showed it paid, as an eventually consistent
// replica might.
type staleReads struct {
	store.Store
	first map[store.Key]store.Record
	reads int
}

func (s *staleReads) Get(ctx context.Context, key store.Key) (store.Record, error) {
	r, err := s.Store.Get(ctx, key)
	if err != nil || key.SK != payment.SK || r.Free == 0 {
		return r, err
	}
	if _, ok := s.first[key]; !ok {
		s.first[key] = r
	}
	if s.reads++; s.reads%3 == 0 {
		return s.first[key], nil
	}
	return r, nil
}

// blindTakes lets a refund through when the balance is short.
type blindTakes struct{ store.Store }

func (s blindTakes) Commit(ctx context.Context, writes ...store.Write) error {
	err := s.Store.Commit(ctx, writes...)
	for i, w := range writes {
		if t, ok := w.(store.Take); ok && t.Key.SK == payment.SK && store.Lost(err, t.Key) == store.Short {
			kept := append(writes[:i:i], writes[i+1:]...)
			return s.Store.Commit(ctx, kept...)
		}
	}
	return err
}

// lostReleases drops what a cancelled refund gives back to the balance.
type lostReleases struct{ store.Store }

func (s lostReleases) Commit(ctx context.Context, writes ...store.Write) error {
	var kept []store.Write
	for _, w := range writes {
		if t, ok := w.(store.Take); ok && t.Key.SK == payment.SK && t.Amount < 0 {
			continue
		}
		kept = append(kept, w)
	}
	return s.Store.Commit(ctx, kept...)
}
