package apply_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

// speaker is a provider whose every delivery tells one fact.
type speaker struct {
	rig  *rig
	fact provider.Fact
}

func (speaker) Profile() provider.Profile {
	return provider.Profile{Name: "speaker", Networks: []string{"pagoefectivo"}, Timeout: 1, QuietPeriod: 1, Currencies: []provider.CurrencyRule{{Currency: money.PEN, Decimals: 2}}}
}
func (speaker) Verify(provider.Delivery) error { return nil }
func (s speaker) Read(provider.Delivery) ([]provider.Fact, error) {
	return []provider.Fact{s.fact}, nil
}

// Client opens an account of the tenant at this provider.
func (s speaker) Client(_ context.Context, id string) (*provider.Client, error) {
	return provider.Open(s, provider.Account{ID: id, Tenant: "demo", Provider: "speaker", Network: "pagoefectivo", Secrets: []string{"s"}}, s.rig.host)
}

// twins is a rig with a paid payment and three refunds of one size, two of which the provider calls R1 and R2; it has not answered about the third.
func twins(t *testing.T) *rig {
	r := open(t)
	r.deliver("first", cash("77", "", "PEN"))
	for id, reference := range map[string]string{"rf_2": "R1", "rf_3": "R2"} {
		d := disbursement.Disbursement{Tenant: "demo", ID: id, Kind: disbursement.Refund, Account: "first", Payment: "pay_1", Amount: money.New(100, money.PEN),
			State: disbursement.Submitting, Attempts: []disbursement.Attempt{{At: friday()}}, CreatedAt: friday(), SentAt: friday(), LastSentAt: friday()}
		r.put(store.Put{Record: disbursement.Encode(d)}, store.Take{Key: payment.Key("demo", "pay_1"), Amount: 100, Tag: id})
		taken := disbursement.Observation{Claim: disbursement.ClaimAccepted, By: disbursement.ByReply, Evidence: "reply:1", Attempt: 1, At: friday(),
			Reference: reference, Pointed: true}
		if _, _, err := r.applier.Observer.Disbursement(context.Background(), disbursement.Key("demo", id), taken); err != nil {
			t.Fatal(err)
		}
	}
	nameless := disbursement.Disbursement{Tenant: "demo", ID: "rf_4", Kind: disbursement.Refund, Account: "first", Payment: "pay_1", Amount: money.New(100, money.PEN),
		State: disbursement.Submitting, Attempts: []disbursement.Attempt{{At: friday()}}, CreatedAt: friday(), SentAt: friday(), LastSentAt: friday()}
	r.put(store.Put{Record: disbursement.Encode(nameless)}, store.Take{Key: payment.Key("demo", "pay_1"), Amount: 100, Tag: "rf_4"})
	return r
}

// TestARefundThatTheProviderNamesByItsOwnId is found among its payment's, or by the record that was written with the id, and
// never by its size; another account's id leads nowhere.
func TestARefundThatTheProviderNamesByItsOwnId(t *testing.T) {
	for name, c := range map[string]struct {
		account, reference, of string
		want                   webhook.Outcome
		paid                   string
	}{
		"of its payment":         {"first", "R2", "T1", webhook.Applied, "rf_3"},
		"by its record":          {"first", "R1", "", webhook.Applied, "rf_2"},
		"of another payment":     {"first", "R1", "T9", webhook.Unmatched, ""},
		"not known yet":          {"first", "R3", "T1", webhook.Unmatched, ""},
		"no record":              {"first", "R3", "", webhook.Unmatched, ""},
		"another account":        {"second", "R1", "", webhook.Unmatched, ""},
		"another account's cash": {"second", "R1", "T1", webhook.Unmatched, ""},
		"nothing":                {"first", "", "", webhook.Unmatched, ""},
		"nothing of its payment": {"first", "", "T1", webhook.Unmatched, ""},
	} {
		r := twins(t)
		r.applier.Clients = speaker{r, provider.Fact{Reference: c.reference, Of: c.of,
			Disbursement: &disbursement.Observation{Claim: disbursement.ClaimPaid, Reference: c.reference, Evidence: "e"}}}
		if d := r.deliver(c.account, name); d.Outcome != c.want {
			t.Errorf("%s: %s %s", name, d.Outcome, d.Note)
		}
		for _, id := range []string{"rf_2", "rf_3", "rf_4"} {
			record, err := r.store.Get(context.Background(), disbursement.Key("demo", id))
			if err != nil {
				t.Fatal(err)
			}
			d, err := disbursement.Decode(record)
			if err != nil || (d.State == disbursement.Paid) != (id == c.paid) {
				t.Errorf("%s: %s is %s, %v", name, id, d.State, err)
			}
		}
	}
}

// TestAnIdOfTwoMovesNeither: people may have given it to the wrong one.
func TestAnIdOfTwoMovesNeither(t *testing.T) {
	r := twins(t)
	ctx, key := context.Background(), disbursement.Key("demo", "rf_2")
	first, err := r.store.Get(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	d, err := disbursement.Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	d.Reference = "R2"
	r.put(store.Put{Record: disbursement.Encode(d)})
	r.applier.Clients = speaker{r, provider.Fact{Reference: "R2", Of: "T1", Disbursement: &disbursement.Observation{Claim: disbursement.ClaimReturned, Reference: "R2", Evidence: "e"}}}
	if got := r.deliver("first", "two"); got.Outcome != webhook.Unmatched || !strings.Contains(got.Note, "rf_2 and rf_3 are both R2") {
		t.Errorf("%s: %s", got.Outcome, got.Note)
	}
	for _, id := range []string{"rf_2", "rf_3"} {
		record, err := r.store.Get(ctx, disbursement.Key("demo", id))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := disbursement.Decode(record); err != nil || d.State != disbursement.Accepted {
			t.Errorf("%s is %s, %v", id, d.State, err)
		}
	}
}

// TestAReusedIdLeadsToItsFirst: the fact stands all the same.
func TestAReusedIdLeadsToItsFirst(t *testing.T) {
	r := twins(t)
	again := disbursement.Observation{Claim: disbursement.ClaimAccepted, By: disbursement.ByReply, Evidence: "reply:1", Attempt: 1, At: friday(), Reference: "R1", Pointed: true}
	d, _, err := r.applier.Observer.Disbursement(context.Background(), disbursement.Key("demo", "rf_1"), again)
	if err != nil || d.State != disbursement.Accepted || d.Reference != "R1" {
		t.Errorf("%+v, %v", d, err)
	}
	pointer, err := r.store.Get(context.Background(), disbursement.ReferenceKey("demo", "first", "R1"))
	if err != nil || payment.DecodePointer(pointer) != "rf_2" {
		t.Errorf("%s, %v", pointer.Body, err)
	}
}

// both is a provider whose every delivery tells two facts.
type both struct {
	speaker
	second provider.Fact
}

func (b both) Read(provider.Delivery) ([]provider.Fact, error) {
	return []provider.Fact{b.fact, b.second}, nil
}

func (b both) Client(_ context.Context, id string) (*provider.Client, error) {
	return provider.Open(b, provider.Account{ID: id, Tenant: "demo", Provider: "speaker", Network: "pagoefectivo", Secrets: []string{"s"}}, b.rig.host)
}

// TestAStepLeadsToTheWebhookThatBroughtIt, but not to one that tells of others too.
func TestAStepLeadsToTheWebhookThatBroughtIt(t *testing.T) {
	r := twins(t)
	paid := func(reference string) provider.Fact {
		return provider.Fact{Reference: reference, Of: "T1", Disbursement: &disbursement.Observation{Claim: disbursement.ClaimPaid, Reference: reference, Evidence: "e" + reference}}
	}
	brought := func(id string) string {
		record, err := r.store.Get(context.Background(), disbursement.Key("demo", id))
		if err != nil {
			t.Fatal(err)
		}
		d, err := disbursement.Decode(record)
		if err != nil || d.State != disbursement.Paid {
			t.Fatalf("%s is %s, %v", id, d.State, err)
		}
		return d.History[len(d.History)-1].Delivery
	}
	r.applier.Clients = speaker{r, paid("R1")}
	r.deliver("first", "one")
	if got := brought("rf_2"); got != webhook.Digest([]byte("one")) {
		t.Errorf("brought by %q", got)
	}
	r.applier.Clients = both{speaker{r, paid("R2")}, paid("R1")}
	r.deliver("first", "two")
	if got := brought("rf_3"); got != "" {
		t.Errorf("brought by %q, which tells of another, too", got)
	}
}
