package proof_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

// Hundred is a batch of 100,000 rows: some minutes of work, behind make batch.
var hundred = flag.Bool("hundred", false, "also work off a batch of 100,000 payouts")

// batchWorld is a world that is told what befalls each I/O of a batch's life.
type batchWorld struct {
	*sim.World
	t     *testing.T
	armed bool
}

func newBatchWorld(t *testing.T, hooks sim.Hooks) *batchWorld {
	t.Helper()
	b := &batchWorld{t: t}
	seldom, err := options(t).Template.Rescheduled("rate(1 minute)", "rate(15 minutes)")
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(sim.Options{Clock: sim.NewVirtual(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)), Seed: 1,
		Template: seldom, BaseURL: "https://vuelto.sim", Log: slog.New(slog.DiscardHandler), Hooks: hooks})
	if err != nil {
		t.Fatal(err)
	}
	b.World = w
	t.Cleanup(w.Close)
	return b
}

// call makes a request, again and again if it gets no answer of ours, as a client does.
func (b *batchWorld) call(method, path, body string) (status int, answer map[string]any) {
	b.t.Helper()
	for range 20 {
		req, err := http.NewRequest(method, "https://vuelto.sim"+path, strings.NewReader(body))
		if err != nil {
			b.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+sim.DemoKey)
		req.Header.Set("Idempotency-Key", "b-1")
		if strings.HasPrefix(body, "\x1f\x8b") {
			req.Header.Set("Content-Encoding", "gzip")
		}
		var reply *sim.Reply
		b.Do(req, func(r sim.Reply) { reply = &r })
		for reply == nil {
			b.Step(b.Now().Add(time.Hour))
		}
		if reply.Status < 500 {
			answer = nil
			if err := json.Unmarshal(reply.Body, &answer); err != nil {
				b.t.Fatalf("%s: %v", reply.Body, err)
			}
			return reply.Status, answer
		}
	}
	b.t.Fatalf("%s %s is never answered", method, path)
	return 0, nil
}

func (b *batchWorld) until(d time.Duration) {
	for end := b.Now().Add(d); b.Step(end); {
	}
}

// payouts are n rows, the last of which repeats the first one's id.
func payouts(n int) string {
	var rows strings.Builder
	rows.WriteString("network,store,amount,currency,purpose,merchant_payout_id,beneficiary_name,beneficiary_document_type,beneficiary_document_number\n")
	for i := range n {
		if i == n-1 {
			i = 0
		}
		fmt.Fprintf(&rows, "efecty,store_co,1000000,COP,commission,P-%06d,Juan Pérez,CC,1032456789\n", i)
	}
	return rows.String()
}

// packed is how a file of more than six megabytes is sent.
func packed(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

// check says that n-1 rows were accepted and one refused, and that the provider has each payout once.
func (b *batchWorld) check(n int, what string) {
	b.t.Helper()
	_, listed := b.call("GET", "/v1/batches", "")
	all, _ := listed["data"].([]any)
	if len(all) != 1 {
		b.t.Fatalf("%s: batches %v", what, listed)
	}
	x := all[0].(map[string]any)
	if x["status"] != "done" || x["done"] != float64(n) || x["accepted"] != float64(n-1) || x["refused"] != float64(1) {
		b.t.Errorf("%s: %v", what, x)
	}
	efecty, _ := b.Network("efecty")
	entries := map[string]int{}
	for _, e := range efecty.Ledger() {
		entries[e.OurReference]++
	}
	for ours, times := range entries {
		if times != 1 {
			b.t.Errorf("%s: the provider has %s %d times", what, ours, times)
		}
	}
	if len(entries) != n-1 {
		b.t.Errorf("%s: the provider has %d payouts", what, len(entries))
	}
	_, page := b.call("GET", "/v1/batches/"+x["id"].(string)+"/results?verdict=accepted&limit=100", "")
	rows, _ := page["data"].([]any)
	for _, r := range rows {
		if id, _ := r.(map[string]any)["id"].(string); entries[id] != 1 {
			b.t.Errorf("%s: accepted, and the provider has not: %v", what, r)
		}
	}
	if want := min(n-1, 100); len(rows) != want {
		b.t.Errorf("%s: %d verdicts of acceptance, want %d", what, len(rows), want)
	}
}

// batchLife lives one small batch; the process ends at I/O number at, before or after its effect. It says how many there
// were.
func batchLife(t *testing.T, at int, after bool) (ios int) {
	var b *batchWorld
	b = newBatchWorld(t, sim.Hooks{Strike: func(p sim.Point, effect func() error) error {
		b.Sleep(time.Millisecond)
		if !b.armed || p.About == "work" || p.Boundary == "provider" {
			return effect()
		}
		n := ios
		ios++
		if n == at && !after {
			b.Kill()
		}
		err := effect()
		if n == at && after {
			b.Kill()
		}
		b.Sleep(time.Millisecond)
		return err
	}})
	b.armed = true
	if status, x := b.call("POST", "/v1/batches?kind=payout", payouts(4)); status != 201 && status != 200 {
		t.Fatalf("%d %v", status, x)
	}
	b.until(30 * time.Second)
	b.armed = false
	b.until(3 * time.Hour)
	b.check(4, fmt.Sprintf("crash at I/O %d, after its effect: %v", at, after))
	return ios
}

// Wherever the process ends, each row of a batch has one effect, and its verdict says which.
func TestACrashAtEveryIOOfABatchNeverPaysARowTwice(t *testing.T) {
	t.Parallel()
	golden := batchLife(t, -1, false)
	if golden < 30 {
		t.Fatalf("a batch has %d I/Os: is it armed?", golden)
	}
	for at := range golden {
		for _, after := range []bool{false, true} {
			batchLife(t, at, after)
		}
	}
}

// Messages come three times and at once: each row has one effect all the same.
func TestThreeWorkersOnABatchAreOne(t *testing.T) {
	t.Parallel()
	b := newBatchWorld(t, sim.Hooks{Deliver: func() []time.Duration { return []time.Duration{0, 0, 3 * time.Millisecond} }})
	b.call("POST", "/v1/batches?kind=payout", payouts(300))
	b.until(2 * time.Hour)
	b.check(300, "thrice")
}

// TestAHundredThousandRows is one batch of that many payouts.
func TestAHundredThousandRows(t *testing.T) {
	if !*hundred {
		t.Skip("some minutes of work: make batch")
	}
	b := newBatchWorld(t, sim.Hooks{})
	began := time.Now()
	if status, x := b.call("POST", "/v1/batches?kind=payout", packed(payouts(100_000))); status != 201 {
		t.Fatalf("%d %v", status, x)
	}
	t.Logf("read and accepted within %s", time.Since(began))
	for {
		b.until(time.Minute)
		if _, x := b.call("GET", "/v1/batches", ""); x["data"].([]any)[0].(map[string]any)["status"] == "done" {
			break
		}
	}
	t.Logf("every row has its verdict after %s", time.Since(began))
	for efecty, _ := b.Network("efecty"); len(efecty.Ledger()) < 99_999; {
		b.until(time.Minute)
	}
	t.Logf("every payout is with its provider after %s", time.Since(began))
	b.check(100_000, "a hundred thousand")
}
