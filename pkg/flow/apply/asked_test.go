package apply_test

import (
	"context"
	"errors"
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
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

// asked is a provider whose deliveries only say that something moved.
type asked struct {
	calls int
	err   error
}

func (*asked) Profile() provider.Profile {
	return provider.Profile{Name: "p", Networks: []string{"efecty"}, Currencies: []provider.CurrencyRule{{Currency: money.COP}}, Timeout: time.Second}
}
func (*asked) Verify(provider.Delivery) error { return nil }
func (*asked) Read(provider.Delivery) ([]provider.Fact, error) {
	return []provider.Fact{{Reference: "hash"}}, nil
}
func (a *asked) Inquire(context.Context, provider.Fact) ([]provider.Fact, error) {
	a.calls++
	return nil, a.err
}

// TestAnAppliedWordIsToldOnce: where a provider that is asked also says something outright, a message of the past repeats the
// question and not the word, which may be older than what is known by now.
func TestAnAppliedWordIsToldOnce(t *testing.T) {
	client, err := provider.Open(&outright{}, provider.Account{ID: "a", Tenant: "demo", Provider: "p", Network: "efecty", Secrets: []string{"s"}},
		providertest.NewHost(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), 1))
	if err != nil {
		t.Fatal(err)
	}
	for again, want := range map[bool]int{false: 2, true: 1} {
		facts, err := client.Facts(context.Background(), provider.Delivery{Path: "/", Again: again})
		if err != nil || len(facts) != want || facts[len(facts)-1].Reference != "answer" {
			t.Errorf("again %v: %v, %v", again, facts, err)
		}
	}
}

// outright says something of one disbursement and is asked about another.
type outright struct{ asked }

func (*outright) Read(provider.Delivery) ([]provider.Fact, error) {
	return []provider.Fact{{Ours: "rf_1", Disbursement: &disbursement.Observation{Claim: disbursement.ClaimPaid}}, {Reference: "hash"}}, nil
}

func (*outright) Inquire(context.Context, provider.Fact) ([]provider.Fact, error) {
	return []provider.Fact{{Reference: "answer", Disbursement: &disbursement.Observation{Claim: disbursement.ClaimPaid}}}, nil
}

type only struct{ client *provider.Client }

func (o only) Client(context.Context, string) (*provider.Client, error) { return o.client, nil }

// TestAskingIsRepeated: an applied delivery is asked about again, because the same bytes may tell of the next move; and a
// question that was not answered is put again later, never given up.
func TestAskingIsRepeated(t *testing.T) {
	ctx, adapter := context.Background(), &asked{}
	clock := providertest.NewHost(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), 1)
	client, err := provider.Open(adapter, provider.Account{ID: "a", Tenant: "demo", Provider: "p", Network: "efecty", Secrets: []string{"s"}}, clock)
	if err != nil {
		t.Fatal(err)
	}
	kept, log := memstore.New(memstore.Options{Now: clock.Now}), slog.New(slog.DiscardHandler)
	d := webhook.Delivery{Tenant: "demo", Account: "a", Path: "/", Header: http.Header{}, Body: []byte("moved"), ReceivedAt: clock.Now()}
	if err := kept.Commit(ctx, store.Put{Record: webhook.Encode(d)}); err != nil {
		t.Fatal(err)
	}
	applier := &apply.Applier{Store: kept, Observer: observe.Observer{Store: kept, Log: log}, Clients: only{client}, Now: clock.Now, Log: log}
	for i, c := range []struct {
		err  error
		want webhook.Outcome
	}{{nil, webhook.Applied}, {errors.New("no answer"), webhook.Unmatched}, {provider.ErrNoSuchPayment, webhook.Unmatched}, {nil, webhook.Applied}} {
		adapter.err = c.err
		if err := applier.Handle(ctx, job.Job{Kind: job.Apply, Key: d.KeyOf()}); err != nil {
			t.Fatal(err)
		}
		record, err := kept.Get(ctx, d.KeyOf())
		if err != nil {
			t.Fatal(err)
		}
		now, err := webhook.Decode(record)
		if err != nil || adapter.calls != i+1 || now.Outcome != c.want || now.Due.IsZero() != (c.want == webhook.Applied) {
			t.Errorf("%d: %d calls, %s, due %s, %v", i, adapter.calls, now.Outcome, now.Due, err)
		}
	}
}
