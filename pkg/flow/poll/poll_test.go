package poll_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/flow/poll"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/store"
)

func friday() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

// rig is a poller, one refund that was sent on Friday at ten, and a provider that answers what it is told to.
type rig struct {
	t      *testing.T
	host   *providertest.Host
	store  *memstore.Store
	status int
	word   string // the status word of an answer
	asked  int
	run    *poll.Poller
	jobs   []job.Job
	send   error
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

// Do is the provider.
func (r *rig) Do(*http.Request) (*http.Response, error) {
	r.asked++
	if r.status == 0 {
		return nil, errors.New("connection reset")
	}
	body := `{"code":"DISBURSEMENT_NOT_FOUND"}`
	if r.status == 200 {
		body = fmt.Sprintf(`{"disbursement_id":"D1","merchant_reference":"rf_1","amount":20000,"currency":"COP","status":%q,"cash_code":"770001",
			"cash_code_expires_at":"2026-11-27T10:00:00-05:00","updated_at":"2026-11-20T10:00:00-05:00"}`, r.word)
	}
	return &http.Response{StatusCode: r.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// Send keeps the job.
func (r *rig) Send(_ context.Context, j job.Job, _ time.Duration) error {
	if r.send == nil {
		r.jobs = append(r.jobs, j)
	}
	return r.send
}

func open(t *testing.T, claims ...disbursement.Claim) *rig {
	t.Helper()
	r := &rig{t: t, host: providertest.NewHost(friday(), 1)}
	r.store = memstore.New(memstore.Options{Now: r.host.Now})
	log := slog.New(slog.DiscardHandler)
	r.run = &poll.Poller{Store: r.store, Observer: observe.Observer{Store: r.store, Log: log}, Clients: r, Now: r.host.Now, Log: log}
	d := disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Kind: disbursement.Refund, Account: "co", Amount: money.New(20_000_00, money.COP),
		Route: disbursement.CashWithdrawal, CreatedAt: friday()}.Open("", "")
	for i, claim := range append([]disbursement.Claim{disbursement.ClaimSubmit}, claims...) {
		var err error
		d, _, err = disbursement.Next(d, disbursement.Observation{Claim: claim, Evidence: fmt.Sprint("road ", i), At: friday(), By: "reply", Attempt: min(i, 1)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := r.store.Commit(context.Background(), store.Put{Record: disbursement.Encode(d)}); err != nil {
		t.Fatal(err)
	}
	return r
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

// sync asks now, as a person does.
func (r *rig) sync() disbursement.Disbursement {
	r.t.Helper()
	d, err := r.run.Disbursement(context.Background(), r.refund())
	if err != nil {
		r.t.Fatal(err)
	}
	if kept := r.refund(); kept.State != d.State || kept.Version != d.Version {
		r.t.Errorf("told %s of version %d, kept is %s of version %d", d.State, d.Version, kept.State, kept.Version)
	}
	return d
}

// TestACallInFlightIsLeftAlone: while a submit may still be at work nobody concludes anything about it.
func TestACallInFlightIsLeftAlone(t *testing.T) {
	r := open(t)
	r.status = 404
	r.host.Sleep(disbursement.SubmitLease - time.Millisecond)
	if d := r.sync(); d.State != disbursement.Submitting || r.asked != 0 {
		t.Errorf("%s, asked %d times", d.State, r.asked)
	}
	r.host.Sleep(time.Millisecond)
	if d := r.sync(); d.State != disbursement.Unknown || r.asked != 1 {
		t.Errorf("%s, asked %d times", d.State, r.asked)
	}
}

// TestNotFoundProvesNothingTooSoon: only after the quiet period, by any of our clocks, may it be sent again.
func TestNotFoundProvesNothingTooSoon(t *testing.T) {
	r := open(t, disbursement.ClaimUnknown)
	r.status = 404
	r.host.Sleep(10*time.Minute + provider.ClockTolerance - time.Millisecond)
	if d := r.sync(); d.State != disbursement.Unknown {
		t.Errorf("too soon: %s", d.State)
	}
	r.host.Sleep(time.Millisecond)
	if d := r.sync(); d.State != disbursement.Queued || d.Due.IsZero() {
		t.Errorf("then: %s", d.State)
	}
}

// TestWhatAnAnswerMakesOfIt, or no answer.
func TestWhatAnAnswerMakesOfIt(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		word   string
		want   disbursement.State
	}{
		"no answer":       {0, "", disbursement.Unknown},
		"their fault":     {500, "", disbursement.Unknown},
		"the code is out": {200, "COLLECTABLE", disbursement.Collectable},
		"collected":       {200, "COLLECTED", disbursement.Paid},
		"expired":         {200, "EXPIRED", disbursement.Returned},
		"refused":         {200, "REJECTED", disbursement.Rejected},
		"a new word":      {200, "LEVITATING", disbursement.Unknown},
	} {
		r := open(t, disbursement.ClaimUnknown)
		r.status, r.word = c.status, c.word
		r.host.Sleep(time.Hour)
		before := r.refund()
		d := r.sync()
		if d.State != c.want {
			t.Errorf("%s: %s, want %s", name, d.State, c.want)
		}
		if c.want == disbursement.Unknown && (d.Polls != before.Polls+1 || !d.Due.After(r.host.Now())) {
			t.Errorf("%s: the next question is %s", name, d.Due)
		}
	}
}

// TestAJobBeforeItsTimeAsksNobody: late, early and repeated messages do no more than the record says.
func TestAJobBeforeItsTimeAsksNobody(t *testing.T) {
	r := open(t, disbursement.ClaimUnknown)
	ask := job.Job{Kind: job.Poll, Key: disbursement.Key("demo", "rf_1")}
	for i, step := range []struct {
		after time.Duration
		asked int
	}{{0, 0}, {time.Hour, 1}, {0, 1}, {time.Second, 1}, {time.Hour, 2}} {
		r.host.Sleep(step.after)
		if err := r.run.Handle(context.Background(), ask); err != nil || r.asked != step.asked {
			t.Errorf("step %d: asked %d times, want %d; %v", i, r.asked, step.asked, err)
		}
	}
}

// TestAfterElevenDaysAPersonLooks, and nothing is sent again.
func TestAfterElevenDaysAPersonLooks(t *testing.T) {
	r := open(t, disbursement.ClaimUnknown)
	r.host.Sleep(disbursement.GiveUpAfter)
	if d := r.sync(); d.State != disbursement.Held || d.HeldReason != disbursement.HoldExhausted || !d.Due.IsZero() || d.Reserves() != 20_000_00 {
		t.Errorf("%+v", d)
	}
	// Evidence may still move it.
	r.status, r.word = 200, "COLLECTED"
	if d := r.sync(); d.State != disbursement.Paid {
		t.Errorf("%s", d.State)
	}
}

// resolve lets it go again, as two people do, and its reply is lost once more.
func (r *rig) resolve() {
	r.t.Helper()
	now, n := r.host.Now(), len(r.refund().Attempts)
	for _, o := range []disbursement.Observation{
		{Claim: disbursement.ClaimPropose, Action: disbursement.Requeue, By: "ana", Evidence: fmt.Sprint("propose ", n), Proof: "case 7"},
		{Claim: disbursement.ClaimAgree, Action: disbursement.Requeue, By: "beto"},
		{Claim: disbursement.ClaimSubmit, By: "submit", Evidence: fmt.Sprint("submit:", n+1)},
		{Claim: disbursement.ClaimUnknown, By: "reply", Attempt: n + 1, Evidence: fmt.Sprint("reply:", n+1)},
	} {
		o.At = now
		if _, _, err := r.run.Observer.Disbursement(context.Background(), disbursement.Key("demo", "rf_1"), o); err != nil {
			r.t.Fatal(err)
		}
	}
}

// TestItIsHeldAsOftenAsItMust: a second hold for the same reason is not the first one told again.
func TestItIsHeldAsOftenAsItMust(t *testing.T) {
	r := open(t, disbursement.ClaimUnknown)
	for round := range 3 {
		r.status = 0
		r.host.Sleep(disbursement.GiveUpAfter)
		if d := r.sync(); d.State != disbursement.Held || d.HeldReason != disbursement.HoldExhausted {
			t.Fatalf("round %d: %s", round, d.State)
		}
		r.status = 404
		r.sync() // it is not there, which lets people let it go
		r.resolve()
	}
}

// closed is an account that cannot be opened, and why.
type closed struct{ why error }

// Client says so.
func (c closed) Client(context.Context, string) (*provider.Client, error) {
	return nil, c.why
}

// TestAnAccountThatCannotBeOpened keeps nothing from people: until the time is over the job fails, and then it is held.
func TestAnAccountThatCannotBeOpened(t *testing.T) {
	for sleep, want := range map[time.Duration]disbursement.State{disbursement.GiveUpAfter - 1: disbursement.Unknown, disbursement.GiveUpAfter: disbursement.Held} {
		r := open(t, disbursement.ClaimUnknown)
		r.run.Clients = closed{store.ErrNotFound}
		r.host.Sleep(sleep)
		err := r.run.Handle(context.Background(), job.Job{Kind: job.Poll, Key: disbursement.Key("demo", "rf_1")})
		if d := r.refund(); d.State != want || (err == nil) != (want == disbursement.Held) {
			t.Errorf("after %s: %s, %v", sleep, d.State, err)
		}
	}
}

// TestWhatCannotBeOpenedIsNotDueForEver: it leaves the front of the work index, where many of its kind would keep the sweep from
// everything else, and the job that failed does nothing when its message comes again. A busy store is no closed account.
func TestWhatCannotBeOpenedIsNotDueForEver(t *testing.T) {
	for why, later := range map[error]bool{store.ErrNotFound: true, store.ErrBusy: false} {
		r := open(t, disbursement.ClaimUnknown)
		r.run.Clients = closed{why}
		p := payment.Payment{Tenant: "demo", ID: "pay_1", Account: "co", Amount: money.New(50_000_00, money.COP), State: payment.Pending,
			CreatedAt: friday(), ExpiresAt: friday().Add(24 * time.Hour), Due: friday().Add(time.Hour)}
		if err := r.store.Commit(context.Background(), store.Put{Record: payment.Encode(p)}); err != nil {
			t.Fatal(err)
		}
		r.host.Sleep(2 * time.Hour)
		for _, key := range []store.Key{disbursement.Key("demo", "rf_1"), payment.Key("demo", "pay_1")} {
			first := r.run.Handle(context.Background(), job.Job{Kind: job.Poll, Key: key})
			again := r.run.Handle(context.Background(), job.Job{Kind: job.Poll, Key: key})
			if !errors.Is(first, why) || (again == nil) != later {
				t.Errorf("%s of %s: %v, and again %v", why, key, first, again)
			}
		}
		run := poll.Sweeper{Store: r.store, Sender: r, Now: r.host.Now, Log: slog.New(slog.DiscardHandler)}
		if err := run.Handle(context.Background(), job.Job{Kind: job.Sweep}); err != nil || (len(r.jobs) == 0) != later {
			t.Errorf("%s: %d are due, %v", why, len(r.jobs), err)
		}
		r.host.Sleep(2 * poll.Closed)
		r.jobs = nil
		if err := run.Handle(context.Background(), job.Job{Kind: job.Sweep}); err != nil || len(r.jobs) != 2 {
			t.Errorf("%s: later %d are due, %v", why, len(r.jobs), err)
		}
	}
}

// TestTheSweepSendsTheSameJobs: what is due and nothing else, again for as long as it is due.
func TestTheSweepSendsTheSameJobs(t *testing.T) {
	r := open(t, disbursement.ClaimUnknown)
	sweep := &poll.Sweeper{Store: r.store, Sender: r, Now: r.host.Now, Log: slog.New(slog.DiscardHandler)}
	for i, step := range []struct {
		after time.Duration
		jobs  int
	}{{0, 0}, {time.Hour, 1}, {time.Minute, 2}} {
		r.host.Sleep(step.after)
		if err := sweep.Handle(context.Background(), job.Job{Kind: job.Sweep}); err != nil || len(r.jobs) != step.jobs {
			t.Errorf("step %d: %v, %v", i, r.jobs, err)
		}
	}
	if r.jobs[0] != (job.Job{Kind: job.Poll, Key: disbursement.Key("demo", "rf_1")}) {
		t.Errorf("%+v", r.jobs[0])
	}
	r.send = errors.New("away")
	if err := sweep.Handle(context.Background(), job.Job{Kind: job.Sweep}); err == nil {
		t.Error("a sweep whose sends fail is done")
	}
}
