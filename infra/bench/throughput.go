package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/bundle/hearing"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/store"
)

const (
	rounds   = 7
	perRound = 4000
	// goal is what one core should do of either a second.
	goal = 10_000
)

// throughput measures the two busiest handlers, warm, against a bare handler that reads and commits the same records.
func throughput() ([]line, error) {
	t, err := newTown()
	if err != nil {
		return nil, err
	}
	webhooks, err := t.webhooks(rounds*perRound + 1)
	if err != nil {
		return nil, err
	}
	creations, err := t.creations(rounds*perRound + 1)
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, work := range []struct {
		name     string
		handler  func(store.Store) http.Handler
		requests []request
		status   int
	}{
		{"webhook intake", func(s store.Store) http.Handler { return hearing.Intake(t.open(s)) }, webhooks, 200},
		{"refund creation", func(s store.Store) http.Handler { return t.open(s).MerchantAPI() }, creations, 201},
	} {
		spy := &spy{Store: t.store}
		handler := work.handler(spy)
		// The first request fills the caches; the second shows what a warm one reads and writes.
		for _, r := range work.requests[:2] {
			spy.reads, spy.writes = nil, nil
			if got := r.play(handler); got != work.status {
				return nil, fmt.Errorf("%s: %d", work.name, got)
			}
		}
		spy.quiet = true
		bare := &bare{store: t.store, reads: spy.reads, writes: spy.writes}
		ours, theirs := inTurns(handler, bare, work.requests[2:], work.status)
		lines = append(lines,
			compared(work.name+", warm", ours.rate, "/s on a core", theirs.rate, "bare handler, same reads and commit"),
			compared("  against the goal", ours.rate, "/s on a core", goal, "goal"),
			compared("  allocations", ours.allocations, "a request", theirs.allocations, "bare handler"))
		t.jobs = nil
	}
	return lines, nil
}

// request is prepared outside of what is measured.
type request struct {
	path   string
	header http.Header
	body   []byte
}

func (r request) play(h http.Handler) int {
	req, err := http.NewRequest(http.MethodPost, r.path, bytes.NewReader(r.body))
	if err != nil {
		return 0
	}
	req.Header = r.header
	w := &answer{header: http.Header{}}
	h.ServeHTTP(w, req)
	return w.status
}

// webhooks are deliveries of payments, each of another one, signed.
func (t *town) webhooks(n int) ([]request, error) {
	for _, a := range allsim.Accounts("demo") {
		if a.ID != account {
			continue
		}
		all := make([]request, 0, n)
		for i := range n {
			body := fmt.Appendf(nil, `{"eventType":"cip.paid","operationNumber":"%d","occurredAt":"2026-11-17T10:00:00-05:00","data":{"cip":"%08d","currency":"PEN","amount":120.50,"transactionCode":"pay_0000000000%016d","paymentDate":"2026-11-17T10:00:00-05:00"}}`, i, i, i)
			mac := hmac.New(sha256.New, []byte(a.Secrets[0]))
			mac.Write(body)
			all = append(all, request{"/webhooks/" + a.Provider + "/" + a.ID, http.Header{"Content-Type": {"application/json"},
				"Pe-Signature": {hex.EncodeToString(mac.Sum(nil))}}, body})
		}
		return all, nil
	}
	return nil, fmt.Errorf("no account %s", account)
}

// creations are requests for refunds, each of another paid payment.
func (t *town) creations(n int) ([]request, error) {
	ids, err := t.paid(1)
	if err != nil {
		return nil, err
	}
	record, err := t.store.Get(context.Background(), payment.Key("demo", ids[0]))
	if err != nil {
		return nil, err
	}
	p, err := payment.Decode(record)
	if err != nil {
		return nil, err
	}
	all := make([]request, 0, n)
	for i := range n {
		p.Order = fmt.Sprintf("B-%d", i)
		p.ID, p.Version = payment.ID("demo", p.Order), 0
		if err := t.store.Commit(context.Background(), store.Put{Record: payment.Encode(p)}); err != nil {
			return nil, err
		}
		all = append(all, request{"/v1/refunds", http.Header{"Authorization": {"Bearer " + demoKey},
			"Idempotency-Key": {fmt.Sprintf("k-%d", i)}, "Content-Type": {"application/json"}},
			fmt.Appendf(nil, `{"payment":%q,"amount":5000,"currency":"PEN","reason_code":"customer_return","merchant_refund_id":"B-%d"}`, p.ID, i)})
	}
	return all, nil
}

// spy notes which records a request touches.
type spy struct {
	store.Store
	quiet  bool
	reads  []store.Key
	writes []store.Write
}

// Get implements store.Store.
func (s *spy) Get(ctx context.Context, key store.Key) (store.Record, error) {
	if !s.quiet {
		s.reads = append(s.reads, key)
	}
	return s.Store.Get(ctx, key)
}

// Commit implements store.Store.
func (s *spy) Commit(ctx context.Context, writes ...store.Write) error {
	if !s.quiet {
		s.writes = append(s.writes, writes...)
	}
	return s.Store.Commit(ctx, writes...)
}

// bare is the least a handler with the same effect on the store can do: it decides nothing.
type bare struct {
	store  store.Store
	reads  []store.Key
	writes []store.Write
	serial int
}

// ServeHTTP implements http.Handler.
func (b *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var fields struct{ Payment, Currency string }
	if err == nil {
		err = json.Unmarshal(body, &fields)
	}
	for _, key := range b.reads {
		if err == nil {
			_, err = b.store.Get(r.Context(), key)
		}
	}
	b.serial++
	writes := make([]store.Write, len(b.writes))
	for i, write := range b.writes {
		if p, ok := write.(store.Put); ok && p.Record.Version == 0 {
			p.Record.Key.PK = fmt.Sprintf("%s#%d", p.Record.Key.PK, b.serial)
			write = p
		}
		writes[i] = write
	}
	if err == nil {
		err = b.store.Commit(r.Context(), takeless(writes)...)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
}

// takeless makes each Take one of nothing: the same work for the store, for as many times as it is measured.
func takeless(writes []store.Write) []store.Write {
	for i, w := range writes {
		if t, ok := w.(store.Take); ok {
			writes[i] = store.Take{Key: t.Key}
		}
	}
	return writes
}

// speed is the best of several rounds, and what a request allocates.
type speed struct{ rate, allocations float64 }

// inTurns lets both work round after round, so that what else the machine does meets both alike.
func inTurns(ours, theirs http.Handler, requests []request, status int) (a, b speed) {
	for batch := range slices.Chunk(requests, perRound) {
		if len(batch) < perRound {
			break
		}
		a, b = a.better(measure(ours, batch, status)), b.better(measure(theirs, batch, http.StatusOK))
	}
	return a, b
}

func (s speed) better(other speed) speed {
	if other.rate > s.rate {
		return other
	}
	return s
}

func measure(h http.Handler, requests []request, status int) speed {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	for _, r := range requests {
		if r.play(h) != status {
			return speed{}
		}
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	n := float64(len(requests))
	return speed{n / took.Seconds(), float64(after.Mallocs-before.Mallocs) / n}
}
