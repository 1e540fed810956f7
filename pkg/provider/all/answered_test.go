package all_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/efecty/cashoutsim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// manner is what a provider expects of us when it calls back, and what it does without it.
type manner struct {
	body   string          // of our 200; empty = nobody reads it
	again  int             // further tries until it gives up; 0 = not stated
	gaps   []time.Duration // between tries; nil = not stated
	source string
}

// manners are the documented ones. Any 2xx ends them everywhere; we say 200, which is what PagoEfectivo and Mercado Pago ask for.
func manners() map[string]manner {
	const hour = time.Hour
	return map[string]manner{
		"efecty": {again: 5, source: "house contract"},
		"pagoefectivo": {body: `{"code":"100","message":"Solicitud con datos válidos"}`, again: 1,
			source: "Integracion Api CIP 1.1: 200, one second attempt; the body as an integration gives it"},
		"dlocal": {again: 11, gaps: slices.Concat(slices.Repeat([]time.Duration{hour}, 6), slices.Repeat([]time.Duration{12 * hour}, 5)),
			source: "receive-notifications: any 2xx; six times an hour apart, then twice a day, at most twelve"},
		"mercadopago": {again: 5, gaps: []time.Duration{5 * time.Minute, 45 * time.Minute, 6 * hour, 48 * hour, 96 * hour},
			source: "webhooks: 200 or 201 within 22 s; after 5 min, 45 min, 6 h, 2 d and 4 d"},
		"payu":               {source: "confirmation page: 200; no schedule is stated"},
		"ebanx":              {source: "nothing is stated"},
		"rapyd":              {source: "resend-webhook knows attempts; no schedule is stated"},
		"kushki":             {source: "webhooks: 2xx, to the trial of an address too; no schedule is stated"},
		"epayco":             {source: "nothing is stated"},
		"efecty through d24": {again: 5, source: "notifications of cashouts: any 2xx; up to five more tries, without their times"},
	}
}

// stage is one provider in a world of its own, with one callback that it owes.
type stage struct {
	host   *providertest.Host
	client *provider.Client
}

func newStage(t *testing.T, account provider.Account, reply int) stage {
	t.Helper()
	host := providertest.NewHost(providertest.Ten(), 1)
	networks := allsim.New(host)
	if account.Settings["through"] != "" {
		networks = []simnet.Network{cashoutsim.New(host)}
	}
	at := slices.IndexFunc(networks, func(n simnet.Network) bool { return n.Name() == account.Provider })
	networks[at].Register(account, "http://127.0.0.1:8080/webhooks/"+account.Provider+"/"+account.ID)
	client, err := provider.NewSet(all.Registry(), simnet.NewTransport(host, networks...), host).Client(account)
	if err != nil {
		t.Fatal(err)
	}
	who := identity.Person{Name: "Ana Ruiz Soto", Email: "ana@buyer.example", Phone: "+573001112233", DocumentType: "CC", DocumentNumber: "52345678"}
	amount := money.New(80_000_00, client.Profile().Currencies[0].Currency)
	id := "pay_1"
	if client.Can(provider.CanCreatePayment) {
		_, err = client.CreatePayment(context.Background(), payment.Payment{ID: id, State: payment.Pending, Order: "A-1", Amount: amount, Payer: who,
			ExpiresAt: host.Now().Add(48 * time.Hour)})
		if err == nil {
			err = networks[at].Pay(id, 0)
		}
	} else {
		id = "po_1"
		if o := client.Submit(context.Background(), disbursement.Disbursement{ID: id, Kind: disbursement.Payout, Route: disbursement.CashWithdrawal, Amount: amount,
			Beneficiary: who}); o.Claim != disbursement.ClaimAccepted {
			t.Fatalf("%+v", o)
		}
		host.Sleep(time.Second) // what it says of taking the cash-out in is not what is counted
		host.Heard = nil
		err = networks[at].Move(id, simnet.Complete)
	}
	if err != nil {
		t.Fatal(err)
	}
	host.Reply = reply
	return stage{host, client}
}

// TestHowEachProviderIsAnsweredAndTriesAgain: what it expects as a reply is what we say, and its simulated counterpart tries
// again as it is documented to. A good reply ends it at once.
func TestHowEachProviderIsAnsweredAndTriesAgain(t *testing.T) {
	expected := manners()
	seen := map[string]bool{}
	for _, account := range append(allsim.Accounts("demo"), allsim.CashOut("demo")) {
		name := account.Provider
		if other := account.Settings["through"]; other != "" {
			name += " through " + other
		}
		want, ok := expected[name]
		if seen[name] = true; !ok || want.source == "" {
			t.Errorf("%s: nobody says how it is answered", name)
			continue
		}
		for _, good := range []int{http.StatusOK, http.StatusCreated, http.StatusNoContent} {
			s := newStage(t, account, good)
			if s.host.Sleep(90 * 24 * time.Hour); len(s.host.Heard) != 1 {
				t.Errorf("%s: %d tries after a %d", name, len(s.host.Heard), good)
			}
		}
		s := newStage(t, account, http.StatusServiceUnavailable)
		s.host.Sleep(90 * 24 * time.Hour)
		var gaps []time.Duration
		for i := 1; i < len(s.host.Heard); i++ {
			gaps = append(gaps, s.host.Heard[i].ReceivedAt.Sub(s.host.Heard[i-1].ReceivedAt))
		}
		if (want.again != 0 && len(gaps) != want.again) || len(gaps) == 0 {
			t.Errorf("%s: tries again %d times, want %d: %s", name, len(gaps), want.again, want.source)
		}
		if want.gaps != nil && !cmp.Equal(gaps, want.gaps) {
			t.Errorf("%s: tries again after %v, want %v: %s", name, gaps, want.gaps, want.source)
		}
		if body := string(s.client.Acknowledgement().Body); body != want.body {
			t.Errorf("%s: our reply is %q, want %q: %s", name, body, want.body, want.source)
		}
	}
	if len(seen) != len(expected) {
		t.Errorf("of %v only %v were asked", slices.Sorted(maps.Keys(expected)), slices.Sorted(maps.Keys(seen)))
	}
}
