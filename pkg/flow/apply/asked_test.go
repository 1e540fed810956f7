package apply_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
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

// several is asked about three payments and does not know the second.
type several struct {
	asked
	slow func()
}

func (*several) Read(provider.Delivery) ([]provider.Fact, error) {
	return []provider.Fact{{Ours: "rf_1", Disbursement: &disbursement.Observation{Claim: disbursement.ClaimPaid}}, {Reference: "a"}, {Reference: "b"}, {Reference: "c"}}, nil
}

func (s *several) Inquire(_ context.Context, about provider.Fact) ([]provider.Fact, error) {
	s.calls++
	if s.slow != nil {
		s.slow()
	}
	if about.Reference == "b" && s.err != nil {
		return nil, s.err
	}
	return []provider.Fact{{Ours: about.Reference, Payment: &payment.Observation{Claim: payment.ClaimPaid, Evidence: about.Reference}}}, nil
}

// TestOneUnansweredQuestionKeepsNobodyWaiting: what the others brought is a fact, the error names the one, and what the delivery says
// by itself is told once, when all are answered.
func TestOneUnansweredQuestionKeepsNobodyWaiting(t *testing.T) {
	for failed, want := range map[error]string{provider.ErrNoSuchPayment: "a c", nil: "rf_1 a b c"} {
		client, err := provider.Open(&several{asked: asked{err: failed}}, provider.Account{ID: "a", Tenant: "demo", Provider: "p", Network: "efecty", Secrets: []string{"s"}},
			providertest.NewHost(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), 1))
		if err != nil {
			t.Fatal(err)
		}
		facts, err := client.Facts(context.Background(), provider.Delivery{Path: "/"})
		var ours []string
		for _, f := range facts {
			ours = append(ours, f.Ours)
		}
		if got := strings.Join(ours, " "); got != want || !errors.Is(err, failed) {
			t.Errorf("%v: %s, %v", failed, got, err)
		}
	}
}

// TestWhoeverDoesNotAnswerInTimeIsNotAskedAgain for now: the function ends before a hundred questions have timed out.
func TestWhoeverDoesNotAnswerInTimeIsNotAskedAgain(t *testing.T) {
	host := providertest.NewHost(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), 1)
	adapter := &several{asked: asked{err: provider.ErrNoSuchPayment}, slow: func() { host.Sleep(time.Second) }}
	client, err := provider.Open(adapter, provider.Account{ID: "a", Tenant: "demo", Provider: "p", Network: "efecty", Secrets: []string{"s"}}, host)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := client.Facts(context.Background(), provider.Delivery{Path: "/"})
	if len(facts) != 1 || facts[0].Ours != "a" || err == nil || adapter.calls != 2 {
		t.Errorf("%+v, %v after %d questions", facts, err, adapter.calls)
	}
}

// TestWhatWasAnsweredIsApplied, though one was not: the payment that was asked about is paid, and the delivery comes again for the other.
func TestWhatWasAnsweredIsApplied(t *testing.T) {
	r, adapter := open(t), &several{asked: asked{err: provider.ErrNoSuchPayment}}
	client, err := provider.Open(adapter, provider.Account{ID: "first", Tenant: "demo", Provider: "p", Network: "efecty", Secrets: []string{"s"}}, r.host)
	if err != nil {
		t.Fatal(err)
	}
	r.applier.Clients = only{client}
	p := payment.Payment{Tenant: "demo", ID: "c", Account: "first", Amount: money.New(5000, money.COP), State: payment.Pending, CreatedAt: friday(), ExpiresAt: friday().Add(time.Hour)}
	r.put(store.Put{Record: payment.Encode(p)})
	after := r.deliver("first", "a,b,c")
	record, err := r.store.Get(context.Background(), payment.Key("demo", "c"))
	if err != nil {
		t.Fatal(err)
	}
	if p, err = payment.Decode(record); err != nil || p.State == payment.Pending {
		t.Errorf("the last one is %s, %v", p.State, err)
	}
	if after.Outcome != webhook.Unmatched || after.Due.IsZero() || !strings.Contains(after.Note, provider.ErrNoSuchPayment.Error()) {
		t.Errorf("%s, due %s: %s", after.Outcome, after.Due, after.Note)
	}
}

// closed is an account that cannot be opened, and why.
type closed struct{ why error }

func (c closed) Client(context.Context, string) (*provider.Client, error) { return nil, c.why }

// TestADeliveryWhoseAccountCannotBeOpenedWaits, ever longer, so that many of its kind do not keep the sweep from everything else; its message,
// come again, is no further try. A busy store is no closed account.
func TestADeliveryWhoseAccountCannotBeOpenedWaits(t *testing.T) {
	r := open(t)
	r.applier.Clients = closed{store.ErrNotFound}
	after := r.deliver("first", "x")
	if again := r.apply(after); after.Tries != 1 || !after.Due.After(r.host.Now()) || again.Tries != 1 {
		t.Errorf("tries %d, due %s; again %d", after.Tries, after.Due, again.Tries)
	}
	r.host.Sleep(time.Hour)
	if again := r.apply(after); again.Tries != 2 || !again.Due.After(r.host.Now()) {
		t.Errorf("tries %d, due %s", again.Tries, again.Due)
	}
	r.applier.Clients = closed{store.ErrBusy}
	if err := r.applier.Handle(context.Background(), job.Job{Kind: job.Apply, Key: after.KeyOf()}); !errors.Is(err, store.ErrBusy) {
		t.Errorf("busy: %v", err)
	}
}

// halves is asked about two refunds and knows the first alone.
type halves struct{ asked }

func (*halves) Read(provider.Delivery) ([]provider.Fact, error) {
	return []provider.Fact{{Reference: "a"}, {Reference: "b"}}, nil
}

func (h *halves) Inquire(_ context.Context, about provider.Fact) ([]provider.Fact, error) {
	if about.Reference == "b" {
		return nil, h.err
	}
	return []provider.Fact{{Ours: "rf_1", Disbursement: &disbursement.Observation{Claim: disbursement.ClaimPaid, Evidence: "e"}}}, nil
}

// TestADeliveryAboutTwoIsNobodysEvidence, though only one of them was answered for.
func TestADeliveryAboutTwoIsNobodysEvidence(t *testing.T) {
	r := open(t)
	d := r.refund()
	d.Provider, d.Network = "p", "efecty"
	r.put(store.Put{Record: disbursement.Encode(d)})
	client, err := provider.Open(&halves{asked{err: provider.ErrNoSuchPayment}}, provider.Account{ID: "first", Tenant: "demo", Provider: "p", Network: "efecty", Secrets: []string{"s"}}, r.host)
	if err != nil {
		t.Fatal(err)
	}
	r.applier.Clients = only{client}
	r.deliver("first", "a,b")
	if d := r.refund(); d.State != disbursement.Paid || d.History[len(d.History)-1].Delivery != "" {
		t.Errorf("%s, brought by %q", d.State, d.History[len(d.History)-1].Delivery)
	}
}

// TestWhatIsAppliedStaysSo, whatever becomes of its account: its message, come again, writes nothing.
func TestWhatIsAppliedStaysSo(t *testing.T) {
	r := open(t)
	applied := r.deliver("first", cash("77", "pay_1", "PEN"))
	if applied.Outcome != webhook.Applied {
		t.Fatalf("%s: %s", applied.Outcome, applied.Note)
	}
	r.applier.Clients = closed{store.ErrNotFound}
	if err := r.applier.Handle(context.Background(), job.Job{Kind: job.Apply, Key: applied.KeyOf()}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no error of a closed account: %v", err)
	}
	record, err := r.store.Get(context.Background(), applied.KeyOf())
	if err != nil {
		t.Fatal(err)
	}
	if after, err := webhook.Decode(record); err != nil || after.Outcome != webhook.Applied || after.Version != applied.Version {
		t.Errorf("%+v, %v", after, err)
	}
}
