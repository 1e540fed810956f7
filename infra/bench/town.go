package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/bundle/hearing"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/port"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/store"
)

const (
	demoKey = "sk_test_bench"
	network = "pagoefectivo"
	account = network + "-demo"
)

// town is the bundle with its surroundings on one thread: what is asked for happens when drain is called. It counts what
// the cloud would bill.
type town struct {
	now      time.Time
	rand     *rand.Rand
	store    *memstore.Store
	meter    *store.Meter
	networks []simnet.Network
	api      http.Handler
	intake   http.Handler
	handlers map[job.Kind]job.Handler
	jobs     []job.Job
	later    []event
	bill     bill
}

// event is something a simulated provider will do.
type event struct {
	at time.Time
	do func()
}

// bill counts what is billed by the request.
type bill struct{ http, queue, invocations int }

func newTown() (*town, error) {
	t := &town{now: time.Date(2026, 11, 17, 15, 0, 0, 0, time.UTC), rand: rand.New(rand.NewPCG(1, 2))}
	t.store = memstore.New(memstore.Options{Now: t.Now})
	t.meter = store.NewMeter(t.store)
	t.networks = allsim.New(t)
	b := t.open(t.meter)
	t.api, t.intake = b.Server().Handler(), hearing.Intake(b)
	t.handlers = map[job.Kind]job.Handler{job.Submit: b.Submitter(), job.Apply: hearing.Applier(b), job.Poll: b.Polling(),
		job.Sweep: b.Polling(), job.Ingest: b.Ingester(), job.Reconcile: b.Reconciler()}
	return t, t.seed()
}

// open makes a bundle over a store.
func (t *town) open(s store.Store) *bundle.Bundle {
	serial := 0
	return bundle.New(port.Set{Store: s, Sender: t, Files: memfile.New(), Clock: t, Float: t.Float,
		Doer: simnet.NewTransport(t, t.networks...), Log: slog.New(slog.DiscardHandler),
		NewID: func() string { serial++; return fmt.Sprintf("req_%026d", serial) }}, all.Registry())
}

func (t *town) seed() error {
	shop := merchant.Store{ID: "store_pe", Currency: money.PEN, Network: network,
		Accounts: []merchant.AccountRef{{Provider: network, Account: account}}, Limits: merchant.Limits{Daily: 1 << 50}}
	hash, mode, err := merchant.HashKey(demoKey)
	if err != nil {
		return err
	}
	writes := []store.Write{
		store.Put{Record: merchant.Encode(merchant.Merchant{ID: "demo", Name: "Tienda", Stores: []merchant.Store{shop}}, 0)},
		store.Put{Record: merchant.EncodeKey(merchant.APIKey{Hash: hash, Merchant: "demo", Person: "ana", Role: merchant.Admin, Mode: mode}, 0)},
	}
	for _, a := range allsim.Accounts("demo") {
		if a.ID != account {
			continue
		}
		writes = append(writes, store.Put{Record: provider.EncodeAccount(a, 0)})
		t.network().Register(a, "http://127.0.0.1/webhooks/"+a.Provider+"/"+a.ID)
	}
	return t.store.Commit(context.Background(), writes...)
}

func (t *town) network() simnet.Network {
	return t.networks[slices.IndexFunc(t.networks, func(n simnet.Network) bool { return n.Name() == network })]
}

// Now implements simnet.Host and provider.Clock.
func (t *town) Now() time.Time { return t.now }

// WithTimeout implements provider.Clock: nothing here takes time.
func (t *town) WithTimeout(ctx context.Context, _ time.Duration) (context.Context, context.CancelFunc) {
	return ctx, func() {}
}

// Sleep implements simnet.Host.
func (t *town) Sleep(time.Duration) {}

// After implements simnet.Host.
func (t *town) After(d time.Duration, f func()) { t.later = append(t.later, event{t.now.Add(d), f}) }

// Float implements simnet.Host.
func (t *town) Float() float64 { return t.rand.Float64() }

// Deliver implements simnet.Host: a webhook comes through the gateway.
func (t *town) Deliver(req *http.Request, done func(int)) {
	t.bill.http++
	t.bill.invocations++
	w := &answer{header: http.Header{}}
	t.intake.ServeHTTP(w, req)
	done(w.status)
}

// Send implements job.Sender.
func (t *town) Send(_ context.Context, j job.Job, _ time.Duration) error {
	t.bill.queue++
	t.jobs = append(t.jobs, j)
	return nil
}

// work does the jobs that have been sent. A job costs a receive and a delete beside its send, one job a message.
func (t *town) work() error {
	for len(t.jobs) > 0 {
		j := t.jobs[0]
		t.jobs = t.jobs[1:]
		t.bill.queue += 2
		t.bill.invocations++
		if err := t.handlers[j.Kind].Handle(context.Background(), j); err != nil {
			return fmt.Errorf("%s %s: %w", j.Kind, j.Key, err)
		}
	}
	return nil
}

// drain works, and lets the simulated provider call back, until nothing is left to do.
func (t *town) drain() error {
	for len(t.jobs) > 0 || len(t.later) > 0 {
		if err := t.work(); err != nil {
			return err
		}
		if len(t.later) > 0 {
			e := t.later[0]
			t.later = t.later[1:]
			e.do()
		}
	}
	return nil
}

// call is a request of the merchant's system; the answer must have this status.
func (t *town) call(status int, method, path, key, body string, into any) error {
	return t.callAs(demoKey, status, method, path, key, body, into)
}

func (t *town) callAs(who string, status int, method, path, key, body string, into any) error {
	t.bill.http++
	t.bill.invocations++
	req, err := http.NewRequest(method, path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+who)
	req.Header.Set("Idempotency-Key", key)
	w := &answer{header: http.Header{}}
	t.api.ServeHTTP(w, req)
	if w.status != status {
		return fmt.Errorf("%s %s: %d %s", method, path, w.status, w.body.String())
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(w.body.Bytes(), into)
}

// answer is the least an http.ResponseWriter can be.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
