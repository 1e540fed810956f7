package submit_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/flow/submit"
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

// rig is a submitter with one queued refund, a store that can stall or fail, and a provider that counts its calls.
type rig struct {
	*memstore.Store
	t       *testing.T
	host    *providertest.Host
	stall   time.Duration // before each commit returns
	failing int           // number of the commit that fails, from 1; 0 = none
	commits int
	calls   int
	stored  []disbursement.State // as the provider saw the record when it was called
	rules   []merchant.Rules
	run     *submit.Submitter
}

// Commit stalls or fails as told.
func (r *rig) Commit(ctx context.Context, writes ...store.Write) error {
	if r.commits++; r.commits == r.failing {
		return errors.New("the store is away")
	}
	err := r.Store.Commit(ctx, writes...)
	r.host.Sleep(r.stall)
	return err
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

// Merchant has the rules that the test sets.
func (r *rig) Merchant(context.Context, string) (merchant.Merchant, error) {
	return merchant.Merchant{ID: "demo", Rules: r.rules}, nil
}

// Do is the provider: it says that the cash code is out.
func (r *rig) Do(*http.Request) (*http.Response, error) {
	r.calls++
	r.stored = append(r.stored, r.refund().State)
	const body = `{"disbursement_id":"D1","merchant_reference":"rf_1","amount":20000,"currency":"COP","status":"COLLECTABLE","cash_code":"770001",
		"cash_code_expires_at":"2026-11-27T10:00:00-05:00","updated_at":"2026-11-20T10:00:00-05:00"}`
	return &http.Response{StatusCode: 201, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func open(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, host: providertest.NewHost(friday(), 1)}
	r.Store = memstore.New(memstore.Options{Now: r.host.Now})
	log := slog.New(slog.DiscardHandler)
	r.run = &submit.Submitter{Store: r, Observer: observe.Observer{Store: r, Log: log}, Clients: r, Merchants: r, Now: r.host.Now, Log: log}
	d := disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Kind: disbursement.Refund, Network: "efecty", Account: "co", Amount: money.New(20_000_00, money.COP),
		Route: disbursement.CashWithdrawal, CreatedAt: friday(), OriginalTransaction: "T1", OriginalReference: "C1", Reason: "goodwill",
		Beneficiary: identity.Person{Name: "Ana", DocumentType: "CC", DocumentNumber: "1032456789"}}
	if err := r.Store.Commit(context.Background(), store.Put{Record: disbursement.Encode(d.Open("", ""))}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) handle() error {
	return r.run.Handle(context.Background(), job.Job{Kind: job.Submit, Key: disbursement.Key("demo", "rf_1")})
}

func (r *rig) refund() disbursement.Disbursement {
	r.t.Helper()
	record, err := r.Get(context.Background(), disbursement.Key("demo", "rf_1"))
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := disbursement.Decode(record)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// TestTheIntentComesFirst: whoever is called, the record already says so; the job again does nothing.
func TestTheIntentComesFirst(t *testing.T) {
	r := open(t)
	for range 3 {
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
	}
	if r.calls != 1 || r.stored[0] != disbursement.Submitting {
		t.Errorf("%d calls, the record said %v", r.calls, r.stored)
	}
	if d := r.refund(); d.State != disbursement.Collectable || d.CashCode != "770001" || len(d.Attempts) != 1 {
		t.Errorf("%+v", d)
	}
}

// TestAStalledWorkerDoesNotCall: others may have concluded that it never did.
func TestAStalledWorkerDoesNotCall(t *testing.T) {
	for stall, want := range map[time.Duration]int{0: 1, disbursement.SubmitLease / 2: 1, disbursement.SubmitLease/2 + time.Second: 0, time.Hour: 0} {
		r := open(t)
		r.stall = stall
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
		if r.calls != want {
			t.Errorf("stalled for %s: %d calls", stall, r.calls)
		}
		if d := r.refund(); want == 0 && d.State != disbursement.Submitting {
			t.Errorf("stalled for %s: %s", stall, d.State)
		}
	}
}

// TestAStoreThatFails: without the intent no call; without the reply's record no second call.
// Between the intent and the call a clock that jumps back would hide how long the worker was stopped.
func TestAClockThatJumpsBackDoesNotCall(t *testing.T) {
	for jump, want := range map[time.Duration]int{0: 1, -time.Millisecond: 0, -time.Hour: 0} {
		r := open(t)
		r.run.Now = func() time.Time {
			if r.commits > 0 {
				return r.host.Now().Add(jump)
			}
			return r.host.Now()
		}
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
		if r.calls != want {
			t.Errorf("jumped by %s: %d calls", jump, r.calls)
		}
		if d := r.refund(); want == 0 && d.State != disbursement.Submitting {
			t.Errorf("jumped by %s: %s", jump, d.State)
		}
	}
}

func TestAStoreThatFails(t *testing.T) {
	r := open(t)
	r.failing = 1
	if err := r.handle(); err == nil || r.calls != 0 || r.refund().State != disbursement.Queued {
		t.Errorf("the intent failed: %v, %d calls, %s", err, r.calls, r.refund().State)
	}
	if err := r.handle(); err != nil || r.calls != 1 {
		t.Errorf("again: %v, %d calls", err, r.calls)
	}
	r = open(t)
	r.failing = 2
	if err := r.handle(); err == nil || r.refund().State != disbursement.Submitting {
		t.Errorf("the reply's record failed: %v, %s", err, r.refund().State)
	}
	for range 3 {
		r.host.Sleep(time.Hour)
		if err := r.handle(); err != nil || r.calls != 1 {
			t.Errorf("the job once more: %v, %d calls", err, r.calls)
		}
	}
}

// closed is an account that cannot be opened, and why.
type closed struct{ why error }

// Client says so.
func (c closed) Client(context.Context, string) (*provider.Client, error) { return nil, c.why }

// TestAnAccountThatCannotBeOpenedIsLookedAtLater, so that many of its kind do not keep the sweep from everything else. A busy store is
// no closed account.
func TestAnAccountThatCannotBeOpenedIsLookedAtLater(t *testing.T) {
	for why, later := range map[error]bool{store.ErrNotFound: true, store.ErrBusy: false} {
		r := open(t)
		r.host.Sleep(time.Hour)
		r.run.Clients = closed{why}
		if err := r.handle(); !errors.Is(err, why) {
			t.Errorf("%s: %v", why, err)
		}
		if d := r.refund(); d.State != disbursement.Queued || d.Due.After(r.host.Now()) != later || r.calls != 0 {
			t.Errorf("%s: %s, due %s", why, d.State, d.Due)
		}
	}
}

// TestOldWorkGoesToAPerson instead of to the provider, as often as people let it go and it grows old again.
func TestOldWorkGoesToAPerson(t *testing.T) {
	r := open(t)
	for round := range 3 {
		r.host.Sleep(disbursement.GiveUpAfter)
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
		if d := r.refund(); r.calls != 0 || d.State != disbursement.Held || d.HeldReason != disbursement.HoldExhausted {
			t.Errorf("round %d: %d calls, %+v", round, r.calls, d)
		}
		r.letGo()
	}
}

// TestTheKillSwitch stops what is new, for what fits it, until it is lifted.
func TestTheKillSwitch(t *testing.T) {
	r := open(t)
	r.rules = []merchant.Rules{{Number: 1, Stopped: []merchant.Stop{{Account: "co"}}}}
	for range 3 {
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
	}
	if d := r.refund(); r.calls != 0 || d.State != disbursement.Queued || !d.Due.Equal(r.host.Now().Add(disbursement.Pause)) {
		t.Errorf("%d calls, %s due %s", r.calls, d.State, d.Due)
	}
	r.rules = append(r.rules, merchant.Rules{Number: 2, Stopped: []merchant.Stop{{Account: "pe"}, {Network: "pagoefectivo"}, {Provider: "payu"}}})
	if err := r.handle(); err != nil || r.calls != 1 {
		t.Errorf("lifted: %d calls, %v", r.calls, err)
	}
}

// TestWhatRunsIsWhatWasApproved: what has been changed since goes to a person instead.
func TestWhatRunsIsWhatWasApproved(t *testing.T) {
	r := open(t)
	d := r.refund()
	d.ApprovedBy, d.ApprovedHash = "beto", d.Fingerprint()
	d.Beneficiary.Account = "19100000000001"
	if err := r.Store.Commit(context.Background(), store.Put{Record: disbursement.Encode(d)}); err != nil {
		t.Fatal(err)
	}
	if err := r.handle(); err != nil || r.calls != 0 {
		t.Errorf("%d calls, %v", r.calls, err)
	}
	if d := r.refund(); d.State != disbursement.Held || d.HeldReason != disbursement.HoldChanged {
		t.Errorf("%s %s", d.State, d.HeldReason)
	}
}

// put stores what the disbursement became, and more.
func (r *rig) put(change func(*disbursement.Disbursement), more ...store.Record) {
	r.t.Helper()
	d := r.refund()
	change(&d)
	writes := []store.Write{store.Put{Record: disbursement.Encode(d)}}
	for _, record := range more {
		writes = append(writes, store.Put{Record: record})
	}
	if err := r.Store.Commit(context.Background(), writes...); err != nil {
		r.t.Fatal(err)
	}
}

// TestWhoeverPaidIsLookedAt where the money goes back the way it came: the record names no beneficiary. Let go and blocked
// again, it is held again.
func TestWhoeverPaidIsLookedAt(t *testing.T) {
	r := open(t)
	r.rules = []merchant.Rules{{Number: 1, Screen: merchant.Screen{Blocked: true}}}
	ids := merchant.PersonIDs("demo", "CO", "CC", "52123456")
	p := payment.Payment{Tenant: "demo", ID: "pay_1", State: payment.Paid, Amount: money.New(20_000_00, money.COP),
		Payer: identity.Person{Name: "Eva", DocumentType: "CC", DocumentNumber: "52123456"}}
	r.put(func(d *disbursement.Disbursement) {
		d.Route, d.Payment, d.Beneficiary = disbursement.Original, "pay_1", identity.Person{}
	}, payment.Encode(p), merchant.EncodeBlocked("demo", merchant.Blocked{ID: ids[0]}, 0))
	for range 2 {
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
		if d := r.refund(); r.calls != 0 || d.State != disbursement.Held || d.HeldReason != disbursement.HoldBlocked {
			t.Fatalf("%d calls, %s %s", r.calls, d.State, d.HeldReason)
		}
		r.put(func(d *disbursement.Disbursement) { d.State, d.HeldReason = disbursement.Queued, "" })
	}
}

// TestWaitingIsForTheProvider: time in approval or in a hold is none, nor is that of a stop.
func TestWaitingIsForTheProvider(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*disbursement.Disbursement)
		calls  int
	}{
		"long asked for":        {func(*disbursement.Disbursement) {}, 0},
		"approved now":          {let(disbursement.AwaitingApproval), 1},
		"let go now":            {let(disbursement.Held), 1},
		"tried again now":       {let(disbursement.Submitting), 0},
		"stopped until now":     {func(d *disbursement.Disbursement) { *d = d.Stopped(friday().Add(9 * time.Hour)) }, 1},
		"stopped long ago":      {func(d *disbursement.Disbursement) { *d = d.Stopped(friday().Add(4 * time.Hour)) }, 0},
		"stopped, let go later": {func(d *disbursement.Disbursement) { let(disbursement.Held)(d); *d = d.Stopped(friday()) }, 1},
	} {
		r := open(t)
		r.rules = []merchant.Rules{{Number: 1, Payouts: merchant.Payouts{WaitHours: 6}}}
		r.put(func(d *disbursement.Disbursement) { d.Kind = disbursement.Payout; c.change(d) })
		r.host.Sleep(10 * time.Hour)
		if err := r.handle(); err != nil {
			t.Fatal(err)
		}
		if d := r.refund(); r.calls != c.calls || (d.State == disbursement.Cancelled) != (c.calls == 0) {
			t.Errorf("%s: %d calls, %s", name, r.calls, d.State)
		}
	}
	// What a stop leaves on the record is what counts.
	r := open(t)
	r.put(func(d *disbursement.Disbursement) { d.Kind = disbursement.Payout })
	r.rules = []merchant.Rules{{Number: 1, Payouts: merchant.Payouts{WaitHours: 6}, Stopped: []merchant.Stop{{Account: "co"}}}}
	r.host.Sleep(10 * time.Hour)
	if err := r.handle(); err != nil || !r.refund().StoppedAt.Equal(friday().Add(10*time.Hour)) {
		t.Errorf("%v, %s", err, r.refund().StoppedAt)
	}
}

// let is a step into queued, nine hours after all was asked for.
func let(from disbursement.State) func(*disbursement.Disbursement) {
	return func(d *disbursement.Disbursement) {
		d.History = append(d.History, disbursement.Step{At: friday().Add(9 * time.Hour), From: from, To: disbursement.Queued})
	}
}
