package poll_test

import (
	"context"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestAnotherProviderIsNotAsked: the account has been given to another one, or is on another network. Its "not found" would
// let the refund go a second time; a person is told to ask where it was sent.
func TestAnotherProviderIsNotAsked(t *testing.T) {
	for name, c := range map[string]struct {
		provider, network string
		claim             disbursement.Claim // how it was left
		want              disbursement.State
	}{
		"another provider":              {"kushki", "efecty", disbursement.ClaimUnknown, disbursement.Held},
		"another network":               {"efecty", "pagoefectivo", disbursement.ClaimUnknown, disbursement.Held},
		"taken in there":                {"kushki", "efecty", disbursement.ClaimAccepted, disbursement.Held},
		"the same":                      {"efecty", "efecty", disbursement.ClaimUnknown, disbursement.Queued},
		"a record without either of it": {"", "", disbursement.ClaimUnknown, disbursement.Queued},
	} {
		r := open(t, c.claim)
		r.status = 404
		d := r.refund()
		d.Provider, d.Network = c.provider, c.network
		if err := r.store.Commit(context.Background(), store.Put{Record: disbursement.Encode(d)}); err != nil {
			t.Fatal(err)
		}
		r.host.Sleep(24 * time.Hour)
		if err := r.run.Handle(context.Background(), job.Job{Kind: job.Poll, Key: disbursement.Key("demo", "rf_1")}); err != nil {
			t.Fatal(name, err)
		}
		d = r.refund()
		if d.State != c.want || (r.asked == 0) != (c.want == disbursement.Held) {
			t.Errorf("%s: %s, asked %d times", name, d.State, r.asked)
		}
		if d.State == disbursement.Held && (d.HeldReason != disbursement.HoldNoLookup || d.Advice() != disbursement.AdviseAsk ||
			d.History[len(d.History)-1].Note != provider.Elsewhere || d.Reserves() != 20_000_00) {
			t.Errorf("%s: held for %q, advice %q: %+v", name, d.HeldReason, d.Advice(), d.History[len(d.History)-1])
		}
		if r.sync(); r.refund().State != c.want || (r.asked == 0) != (c.want == disbursement.Held) {
			t.Errorf("%s: a person asks: %s, asked %d times", name, r.refund().State, r.asked)
		}
	}
}

// voucher is a provider that knows no such payment.
type voucher struct{ *rig }

// Client opens the account.
func (v voucher) Client(context.Context, string) (*provider.Client, error) {
	account := provider.Account{ID: "co", Tenant: "demo", Provider: "efecty", Network: "efecty", Secrets: []string{"s"}}
	return provider.Open(v, account, v.host)
}

// Profile is that of the rig's.
func (v voucher) Profile() provider.Profile {
	client, err := v.rig.Client(context.Background(), "co")
	if err != nil {
		v.t.Fatal(err)
	}
	return client.Profile()
}

// ReadPayment counts.
func (v voucher) ReadPayment(context.Context, payment.Payment) (payment.Observation, error) {
	v.asked++
	return payment.Observation{}, provider.ErrNoSuchPayment
}

// TestAnotherProviderIsNotAskedAboutAVoucher, and nobody concludes from the clock that it expired: the cash may be elsewhere.
func TestAnotherProviderIsNotAskedAboutAVoucher(t *testing.T) {
	for of, want := range map[string]payment.State{"kushki": payment.Pending, "efecty": payment.Expired} {
		r := open(t)
		r.run.Clients = voucher{r}
		p := payment.Payment{Tenant: "demo", ID: "pay_1", Store: "s", Network: "efecty", Provider: of, Account: "co", Amount: money.New(50_000_00, money.COP),
			State: payment.Pending, Voucher: payment.Voucher{Code: "1"}, CreatedAt: friday(), ExpiresAt: friday().Add(time.Hour), Due: friday().Add(time.Hour)}
		if err := r.store.Commit(context.Background(), store.Put{Record: payment.Encode(p)}); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			r.host.Sleep(24 * time.Hour)
			if err := r.run.Handle(context.Background(), job.Job{Kind: job.Poll, Key: payment.Key("demo", "pay_1")}); err != nil {
				t.Fatal(err)
			}
		}
		record, err := r.store.Get(context.Background(), payment.Key("demo", "pay_1"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := payment.Decode(record)
		if err != nil || got.State != want || (r.asked == 0) != (want == payment.Pending) || got.Due.IsZero() != (want != payment.Pending) {
			t.Errorf("of %s: %s, asked %d times, due %s; %v", of, got.State, r.asked, got.Due, err)
		}
	}
}
