package apply_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/apply"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

func friday() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

// rig is a tenant with two accounts on one provider, a payment and a refund on the first.
type rig struct {
	t       *testing.T
	host    *providertest.Host
	store   *memstore.Store
	applier *apply.Applier
}

// Client opens an account of the tenant.
func (r *rig) Client(_ context.Context, id string) (*provider.Client, error) {
	account := provider.Account{ID: id, Tenant: "demo", Provider: "pagoefectivo", Network: "pagoefectivo", Endpoint: "https://pe.example",
		Credentials: map[string]string{"access_key": "a", "secret_key": "b", "service_id": "1"}, Secrets: []string{"s"}}
	adapter, err := all.Registry()["pagoefectivo"].New(account, r, r.host)
	if err != nil {
		return nil, err
	}
	return provider.Open(adapter, account, r.host)
}

// Do refuses every call: these deliveries say all there is.
func (r *rig) Do(*http.Request) (*http.Response, error) {
	return nil, errors.New("nobody is to be called")
}

func open(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, host: providertest.NewHost(friday(), 1)}
	r.store = memstore.New(memstore.Options{Now: r.host.Now})
	log := slog.New(slog.DiscardHandler)
	r.applier = &apply.Applier{Store: r.store, Observer: observe.Observer{Store: r.store, Log: log}, Clients: r, Now: r.host.Now, Log: log}
	p := payment.Payment{Tenant: "demo", ID: "pay_1", Account: "first", Amount: money.New(5000, money.PEN), State: payment.Pending,
		Voucher: payment.Voucher{Code: "77"}, CreatedAt: friday(), ExpiresAt: friday().Add(time.Hour)}
	d := disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Kind: disbursement.Refund, Account: "first", Amount: money.New(100, money.PEN),
		State: disbursement.Submitting, Attempts: []disbursement.Attempt{{At: friday()}}, CreatedAt: friday(), SentAt: friday(), LastSentAt: friday()}
	r.put(store.Put{Record: payment.Encode(p)}, store.Put{Record: disbursement.Encode(d)},
		store.Put{Record: payment.EncodePointer(payment.ReferenceKey("demo", "first", "77"), "pay_1")})
	return r
}

func (r *rig) put(writes ...store.Write) {
	r.t.Helper()
	if err := r.store.Commit(context.Background(), writes...); err != nil {
		r.t.Fatal(err)
	}
}

// deliver keeps a delivery and applies it.
func (r *rig) deliver(account, body string) webhook.Delivery {
	r.t.Helper()
	d := webhook.Delivery{Tenant: "demo", Account: account, Path: "/webhooks", Header: http.Header{}, Body: []byte(body), ReceivedAt: r.host.Now(),
		Due: r.host.Now().Add(time.Minute)}
	r.put(store.Put{Record: webhook.Encode(d)})
	return r.apply(d)
}

func (r *rig) apply(d webhook.Delivery) webhook.Delivery {
	r.t.Helper()
	if err := r.applier.Handle(context.Background(), job.Job{Kind: job.Apply, Key: d.KeyOf()}); err != nil {
		r.t.Fatal(err)
	}
	record, err := r.store.Get(context.Background(), d.KeyOf())
	if err != nil {
		r.t.Fatal(err)
	}
	after, err := webhook.Decode(record)
	if err != nil {
		r.t.Fatal(err)
	}
	return after
}

func (r *rig) payment() payment.Payment {
	r.t.Helper()
	record, err := r.store.Get(context.Background(), payment.Key("demo", "pay_1"))
	if err != nil {
		r.t.Fatal(err)
	}
	p, err := payment.Decode(record)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

func (r *rig) refund() disbursement.Disbursement {
	r.t.Helper()
	record, err := r.store.Get(context.Background(), disbursement.Key("demo", "rf_1"))
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := disbursement.Decode(record)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func cash(cip, ours, currency string) string {
	return fmt.Sprintf(`{"eventType":"cip.paid","operationNumber":"T1","data":{"cip":%q,"transactionCode":%q,"currency":%q,"amount":50.00}}`, cip, ours, currency)
}

const refunded = `{"eventType":"refund.paid","occurredAt":"2026-11-20T10:00:01.000-05:00","data":{"refundId":"P1","merchantRefundId":"rf_1","currency":"PEN","amount":1.00}}`

// TestOneAccountsSecretMovesOnlyItsOwn: the second account of the same merchant cannot speak for the first.
func TestOneAccountsSecretMovesOnlyItsOwn(t *testing.T) {
	r := open(t)
	for _, body := range []string{cash("77", "pay_1", "PEN"), cash("77", "", "PEN"), refunded} {
		if d := r.deliver("second", body); d.Outcome != webhook.Unmatched || d.Due.IsZero() {
			t.Errorf("%s: %s", body, d.Outcome)
		}
	}
	if r.payment().State != payment.Pending || r.refund().State != disbursement.Submitting {
		t.Errorf("%s, %s", r.payment().State, r.refund().State)
	}
	for _, body := range []string{cash("77", "", "PEN"), refunded} {
		if d := r.deliver("first", body); d.Outcome != webhook.Applied || !d.Due.IsZero() {
			t.Errorf("%s: %s %s", body, d.Outcome, d.Note)
		}
	}
	if r.payment().State != payment.Paid || r.refund().State != disbursement.Paid {
		t.Errorf("%s, %s", r.payment().State, r.refund().State)
	}
}

// TestACallbackBeforeOurReply: the refund is still being handed over, and has it from the provider that it is paid.
func TestACallbackBeforeOurReply(t *testing.T) {
	r := open(t)
	r.deliver("first", refunded)
	before := r.refund()
	if before.State != disbursement.Paid || before.Reference != "P1" {
		t.Fatalf("%+v", before)
	}
	late := disbursement.Observation{Claim: disbursement.ClaimAccepted, By: disbursement.ByReply, Evidence: "reply:1", Attempt: 1, At: friday(), Reference: "P1"}
	if _, _, err := r.applier.Observer.Disbursement(context.Background(), disbursement.Key("demo", "rf_1"), late); err != nil {
		t.Fatal(err)
	}
	if after := r.refund(); after.State != disbursement.Paid || len(after.History) != len(before.History) {
		t.Errorf("the reply moved it back: %+v", after)
	}
}

// TestWhatCannotBeMatchedOrRead is kept with its reason; an applied one is done for ever.
func TestWhatCannotBeMatchedOrRead(t *testing.T) {
	r := open(t)
	for body, want := range map[string]webhook.Outcome{
		cash("78", "pay_2", "PEN"): webhook.Unmatched,
		cash("78", "", "PEN"):      webhook.Unmatched,
		cash("77", "pay_1", "USD"): webhook.Unmatched,
		`{}`:                       webhook.Malformed,
		`{"eventType":"news"}`:     webhook.Applied,
	} {
		if d := r.deliver("first", body); d.Outcome != want || (want != webhook.Applied && d.Note == "") {
			t.Errorf("%s: %s %q", body, d.Outcome, d.Note)
		}
	}
	d := r.deliver("first", cash("77", "pay_1", "PEN"))
	version, again := d.Version, r.apply(d)
	if again.Version != version || r.payment().PaidMinor() != 5000 {
		t.Errorf("applied again: %+v", again)
	}
}
