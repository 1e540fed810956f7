package submit_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
)

// keyed is a provider that gives the first refund back to whoever repeats its key within a day, and cannot be asked by key.
type keyed struct {
	*rig
	sent int
}

// Client opens its account.
func (k *keyed) Client(context.Context, string) (*provider.Client, error) {
	return provider.Open(k, provider.Account{ID: "co", Tenant: "demo", Provider: "keyed", Network: "efecty", Secrets: []string{"s"}}, k.host)
}

// Profile promises it.
func (k *keyed) Profile() provider.Profile {
	return provider.Profile{Name: "keyed", Networks: []string{"efecty"}, Currencies: []provider.CurrencyRule{{Currency: money.COP}},
		Timeout: 10 * time.Second, QuietPeriod: 10 * time.Minute, Idempotent: true, PromiseFor: 24 * time.Hour}
}

// CashRefund loses the first reply.
func (k *keyed) CashRefund(context.Context, disbursement.Disbursement) (disbursement.Observation, error) {
	if k.sent++; k.sent == 1 {
		return disbursement.Observation{}, errors.New("connection reset")
	}
	return disbursement.Observation{Claim: disbursement.ClaimAccepted, Reference: "D1"}, nil
}

// TestARepeatIsNotSentAfterItsPromise: it was decided in time, and kept back until the provider would have made a second one.
// Two people may let it go: they have asked what became of the first.
func TestARepeatIsNotSentAfterItsPromise(t *testing.T) {
	for wait, again := range map[time.Duration]bool{23*time.Hour + 49*time.Minute: true, 23*time.Hour + 50*time.Minute: false, 48 * time.Hour: false} {
		r := open(t)
		k := &keyed{rig: r}
		r.run.Clients = k
		handle := func() disbursement.Disbursement {
			if err := r.handle(); err != nil {
				t.Fatal(err)
			}
			return r.refund()
		}
		if d := handle(); d.State != disbursement.Unknown {
			t.Fatalf("%s", d.State)
		}
		r.see(disbursement.Observation{Claim: disbursement.ClaimNotFound, By: "poll", Attempt: 1, Evidence: disbursement.Repeat + "1"})
		r.rules = []merchant.Rules{{Number: 1, Stopped: []merchant.Stop{{Account: "co"}}}}
		r.host.Sleep(12 * time.Hour)
		handle() // the kill-switch keeps it back
		r.rules = nil
		r.host.Sleep(wait - 12*time.Hour)
		d := handle()
		if again {
			if d.State != disbursement.Accepted || k.sent != 2 {
				t.Errorf("after %s: %s, sent %d times", wait, d.State, k.sent)
			}
			continue
		}
		if d.State != disbursement.Held || d.HeldReason != disbursement.HoldNoLookup || k.sent != 1 || d.Unsent() {
			t.Errorf("after %s: %s for %q, sent %d times", wait, d.State, d.HeldReason, k.sent)
		}
		r.letGo()
		if d := handle(); d.State != disbursement.Accepted || k.sent != 2 {
			t.Errorf("let go by two people: %s, sent %d times", d.State, k.sent)
		}
	}
}

// TestARepeatIsKeptBackAsOftenAsItMust: held once more for the reason for which it was held before.
func TestARepeatIsKeptBackAsOftenAsItMust(t *testing.T) {
	r := open(t)
	k := &keyed{rig: r}
	r.run.Clients = k
	for round := range 2 {
		k.sent = 0 // the reply is lost again
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
		n := len(r.refund().Attempts)
		r.see(disbursement.Observation{Claim: disbursement.ClaimNotFound, By: "poll", Attempt: n, Evidence: disbursement.Repeat + strconv.Itoa(n)})
		r.host.Sleep(24 * time.Hour)
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
		if d := r.refund(); d.State != disbursement.Held || d.HeldReason != disbursement.HoldNoLookup {
			t.Errorf("round %d: %s for %q", round, d.State, d.HeldReason)
		}
		r.letGo()
	}
}

// letGo is what two people do about it, and waits until it may be sent.
func (r *rig) letGo() {
	r.t.Helper()
	r.see(disbursement.Observation{Claim: disbursement.ClaimPropose, Action: disbursement.Requeue, By: "ana", Evidence: "propose " + r.host.Now().String(), Proof: "case 7"})
	r.see(disbursement.Observation{Claim: disbursement.ClaimAgree, Action: disbursement.Requeue, By: "beto"})
	r.host.Sleep(time.Hour)
}

// see folds what is seen now.
func (r *rig) see(o disbursement.Observation) {
	r.t.Helper()
	o.At = r.host.Now()
	if _, _, err := r.run.Observer.Disbursement(context.Background(), disbursement.Key("demo", "rf_1"), o); err != nil {
		r.t.Fatal(err)
	}
}
