package provider_test

import (
	"context"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// ReadPayment and CancelPayment count what is asked.
type asked struct {
	*fake
	times int
}

func (a *asked) ReadPayment(context.Context, payment.Payment) (payment.Observation, error) {
	a.times++
	return payment.Observation{Claim: payment.ClaimPending}, nil
}

func (a *asked) CancelPayment(context.Context, payment.Payment) (payment.Observation, error) {
	a.times++
	return payment.Observation{Claim: payment.ClaimCancelled}, nil
}

// TestNobodyIsAskedAboutWhatIsElsewhere, nor given it, whoever calls.
func TestNobodyIsAskedAboutWhatIsElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		provider, network string
		here              bool
	}{"here": {"fake", "efecty", true}, "without names": {"", "", true}, "another provider": {"other", "efecty", false}, "another network": {"fake", "pagoefectivo", false}} {
		a := &asked{fake: &fake{profile: sound(), said: disbursement.Observation{Claim: disbursement.ClaimAccepted}}}
		_, host := open(t, a.fake)
		client, err := provider.Open(a, account(), host)
		if err != nil {
			t.Fatal(err)
		}
		host.Sleep(24 * time.Hour)
		d := due()
		d.State, d.Provider, d.Network = disbursement.Unknown, c.provider, c.network
		if o := client.Submit(context.Background(), d); (o.Claim == disbursement.ClaimDenied) == c.here || (a.sent == 1) != c.here {
			t.Errorf("%s: %+v, sent %d times", name, o, a.sent)
		}
		if o := client.Status(context.Background(), d); (o.Claim == disbursement.ClaimAccepted) != c.here || (o.HoldReason == disbursement.HoldNoLookup) == c.here {
			t.Errorf("%s: %+v", name, o)
		}
		a.err = provider.ErrNoSuchDisbursement
		if o := client.Status(context.Background(), d); (o.Claim == disbursement.ClaimNotFound) != c.here {
			t.Errorf("%s: not found: %+v", name, o)
		}
		p := payment.Payment{ID: "pay_1", Amount: money.New(50_000_00, money.COP), Provider: c.provider, Network: c.network}
		_, read := client.ReadPayment(context.Background(), p)
		_, cancelled := client.CancelPayment(context.Background(), p)
		for _, err := range []error{read, cancelled} {
			if (err == nil) != c.here || (err != nil && provider.ClassOf(err) != provider.NotSent) || (a.times == 2) != c.here {
				t.Errorf("%s: %v, asked %d times", name, err, a.times)
			}
		}
	}
}
