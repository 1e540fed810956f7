package request_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/store"
)

func friday() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

// rig is a requester of a store with limits, and a paid payment of COP 1,000,000 in it.
type rig struct {
	*memstore.Store
	t      *testing.T
	host   *providertest.Host
	busy   bool
	send   error
	sent   int
	limits merchant.Limits
	run    *request.Requester
}

// Client opens the account.
func (r *rig) Client(context.Context, string) (*provider.Client, error) {
	account := provider.Account{ID: "co", Tenant: "demo", Provider: "efecty", Network: "efecty", Endpoint: "https://co.example",
		Credentials: map[string]string{"merchant_id": "m", "terminal_id": "t", "secret": "s"}, Secrets: []string{"s"}}
	adapter, err := all.Registry()["efecty"].New(account, r, r.host)
	if err != nil {
		return nil, err
	}
	return provider.Open(adapter, account, r.host)
}

// Do refuses every call: a request for a refund calls nobody.
func (r *rig) Do(*http.Request) (*http.Response, error) {
	return nil, errors.New("nobody is to be called")
}

// Send counts.
func (r *rig) Send(context.Context, job.Job, time.Duration) error { r.sent++; return r.send }

// Commit is busy when told to.
func (r *rig) Commit(ctx context.Context, writes ...store.Write) error {
	if r.busy {
		return fmt.Errorf("x: %w", store.ErrBusy)
	}
	return r.Store.Commit(ctx, writes...)
}

func open(t *testing.T, limits merchant.Limits) *rig {
	t.Helper()
	r := &rig{t: t, host: providertest.NewHost(friday(), 1), limits: limits}
	r.Store = memstore.New(memstore.Options{Now: r.host.Now})
	log := slog.New(slog.DiscardHandler)
	r.run = &request.Requester{Store: r, Observer: observe.Observer{Store: r, Log: log}, Clients: r, Sender: r, Now: r.host.Now,
		Float: func() float64 { return 0.99 }, Log: log}
	p := payment.Payment{Tenant: "demo", ID: "pay_1", Store: "s", Network: "efecty", Provider: "efecty", Account: "co",
		Amount: money.New(1_000_000_00, money.COP), State: payment.Paid, Voucher: payment.Voucher{Code: "1"}, CreatedAt: friday(),
		Receipts: []payment.Receipt{{TransactionID: "T1", Minor: 1_000_000_00, At: friday()}}, Free: 1_000_000_00,
		Payer: identity.Person{Name: "Ana", DocumentType: "CC", DocumentNumber: "1032456789"}}
	if err := r.Store.Commit(context.Background(), store.Put{Record: payment.Encode(p)}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) refund(n int, minor int64) (disbursement.Disbursement, error) {
	var made disbursement.Disbursement
	_, err := r.run.Refund(context.Background(), request.Refund{
		Caller: request.Caller{Key: merchant.APIKey{Person: "ana"}, Merchant: merchant.Merchant{ID: "demo", Stores: []merchant.Store{
			{ID: "s", Currency: money.COP, Network: "efecty", Accounts: []merchant.AccountRef{{Provider: "efecty", Account: "co"}}, Limits: r.limits}}}},
		Key: request.NewKey("demo", fmt.Sprint(n), "POST", "/v1/refunds", []byte(fmt.Sprint(n, minor))), Payment: "pay_1",
		Amount: money.New(minor, money.COP), Reason: "goodwill", MerchantRef: fmt.Sprint("R-", n),
		Answer: func(d disbursement.Disbursement) request.Answer {
			made = d
			return request.Answer{Status: 201, Body: []byte("{}")}
		},
	})
	return made, err
}

func TestAStoresOwnLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits merchant.Limits
		minor  int64
		err    error
		state  disbursement.State
	}{
		"none":                      {merchant.Limits{}, 1_000_000_00, nil, disbursement.Queued},
		"below the cash minimum":    {merchant.Limits{CashMinimum: 20_000_00}, 19_999_00, request.ErrLimit, ""},
		"at the cash minimum":       {merchant.Limits{CashMinimum: 20_000_00}, 20_000_00, nil, disbursement.Queued},
		"below the provider's":      {merchant.Limits{}, 9_999_00, request.ErrLimit, ""},
		"what needs nobody":         {merchant.Limits{WithoutApproval: 50_000_00}, 50_000_00, nil, disbursement.Queued},
		"what needs a second":       {merchant.Limits{WithoutApproval: 50_000_00}, 50_001_00, nil, disbursement.AwaitingApproval},
		"the day's last":            {merchant.Limits{Daily: 100_000_00}, 100_000_00, nil, disbursement.Queued},
		"more than the day's":       {merchant.Limits{Daily: 100_000_00}, 100_001_00, request.ErrLimit, ""},
		"a limit not split evenly":  {merchant.Limits{Daily: 100_007_00}, 100_007_00, nil, disbursement.Queued},
		"more than was paid":        {merchant.Limits{}, 1_000_001_00, request.ErrExceeds, ""},
		"no money":                  {merchant.Limits{}, 0, request.ErrAmount, ""},
		"what pesos cannot express": {merchant.Limits{}, 20_000_50, request.ErrAmount, ""},
	} {
		r := open(t, c.limits)
		d, err := r.refund(1, c.minor)
		if !errors.Is(err, c.err) || (err == nil && d.State != c.state) {
			t.Errorf("%s: %s, %v", name, d.State, err)
		}
		if want := map[bool]int{true: 1}[c.state == disbursement.Queued]; r.sent != want {
			t.Errorf("%s: %d sends", name, r.sent)
		}
	}
}

// TestContentionKeepsNothing: busy is an answer, and the same request is as good as new.
func TestContentionKeepsNothing(t *testing.T) {
	r := open(t, merchant.Limits{Daily: 100_000_00})
	r.busy = true
	if _, err := r.refund(1, 20_000_00); !errors.Is(err, request.ErrBusy) {
		t.Fatal(err)
	}
	r.busy = false
	if _, err := r.refund(1, 20_000_00); err != nil {
		t.Error(err)
	}
}

// TestALostSendIsNoFailure: the refund is accepted, and due for the sweep.
func TestALostSendIsNoFailure(t *testing.T) {
	r := open(t, merchant.Limits{})
	r.send = errors.New("away")
	d, err := r.refund(1, 20_000_00)
	if err != nil || d.Due.IsZero() {
		t.Fatal(err)
	}
	record, err := r.Get(context.Background(), disbursement.Key("demo", d.ID))
	if err != nil || record.Index.Work != job.DueKey(d.Due, job.Submit, record.Key) {
		t.Errorf("%v listed as %v", err, record.Index)
	}
}

// TestOnePaymentManyRefunds: parts may come in any sizes, never more than was paid, each id once.
func TestOnePaymentManyRefunds(t *testing.T) {
	r := open(t, merchant.Limits{})
	for n, minor := range []int64{300_000_00, 300_000_00, 390_000_00} {
		if _, err := r.refund(n, minor); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.refund(9, 10_001_00); !errors.Is(err, request.ErrExceeds) {
		t.Error(err)
	}
	if _, err := r.refund(9, 10_000_00); err != nil {
		t.Error(err)
	}
	record, err := r.Get(context.Background(), payment.Key("demo", "pay_1"))
	if err != nil || record.Free != 0 || len(record.Tags) != 4 {
		t.Errorf("%d free, refunds %v, %v", record.Free, record.Tags, err)
	}
}
