package provider_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	table "github.com/vuelto/vuelto/pkg/store"
)

// fleet is several instances of one function over one table, each with its own client and its own memory.
type fleet struct {
	*memstore.Store
	t        *testing.T
	host     *providertest.Host
	provider fake
	lines    bytes.Buffer
	commits  int
	away     bool
	clients  []*provider.Client
	breakers []*provider.Breaker
}

func (f *fleet) Get(ctx context.Context, k table.Key) (table.Record, error) {
	if f.away {
		return table.Record{}, errors.New("the table is away")
	}
	return f.Store.Get(ctx, k)
}

func (f *fleet) Commit(ctx context.Context, writes ...table.Write) error {
	if f.away {
		return errors.New("the table is away")
	}
	f.commits++
	return f.Store.Commit(ctx, writes...)
}

func fleetOf(t *testing.T, n int) *fleet {
	t.Helper()
	f := &fleet{t: t, Store: memstore.New(memstore.Options{}), host: providertest.NewHost(start(), 1), provider: fake{profile: sound()}}
	f.provider.said = disbursement.Observation{Claim: disbursement.ClaimAccepted}
	for range n {
		c, err := provider.Open(&f.provider, account(), f.host)
		if err != nil {
			t.Fatal(err)
		}
		f.clients = append(f.clients, c)
		f.breakers = append(f.breakers, &provider.Breaker{Store: f, Now: f.host.Now, Log: slog.New(slog.NewTextHandler(&f.lines, nil))})
	}
	return f
}

// call is one handing over by instance i; false if the breaker kept it back.
func (f *fleet) call(i int, err error) bool {
	pass := f.breakers[i].Admit(context.Background(), f.clients[i], provider.CanRefund)
	if !pass.Until.IsZero() {
		return false
	}
	f.end(i, pass, err)
	return true
}

func (f *fleet) end(i int, pass provider.Pass, err error) {
	f.provider.err = err
	f.clients[i].Submit(context.Background(), due())
	f.breakers[i].Heard(context.Background(), f.clients[i], provider.CanRefund, pass)
}

func (f *fleet) open() []provider.Outage {
	f.t.Helper()
	open, err := provider.Outages(context.Background(), f.Store, "demo")
	if err != nil {
		f.t.Fatal(err)
	}
	return open
}

var gone = &provider.Error{Class: provider.Unknown}

// TestABreakerOpensForAllInstances: of twenty calls in a minute half failed, and no instance made more than three of them.
func TestABreakerOpensForAllInstances(t *testing.T) {
	f := fleetOf(t, 8)
	for n := range 20 {
		if len(f.open()) != 0 {
			t.Fatalf("open after %d calls", n)
		}
		err := error(gone)
		if n%2 == 1 {
			err = nil
		}
		f.call(n%8, err)
		f.host.Sleep(2500 * time.Millisecond)
	}
	f.host.Sleep(10 * time.Second) // what instances believe
	f.call(0, gone)
	if len(f.open()) != 1 {
		t.Fatalf("still closed:\n%s", f.lines.String())
	}
	o := f.open()[0]
	if o.Account != "acc" || o.Ability != provider.CanRefund || !o.Open() {
		t.Errorf("%+v", o)
	}
	for i := range f.breakers {
		f.host.Sleep(1300 * time.Millisecond)
		if sent := f.provider.sent; f.call(i, nil) || f.provider.sent != sent {
			t.Errorf("instance %d still calls", i)
		}
	}
	if n := strings.Count(f.lines.String(), "breaker open"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// TestAFewFailuresOpenNothing: fewer than twenty calls, fewer than half, or not within a minute.
func TestAFewFailuresOpenNothing(t *testing.T) {
	for name, c := range map[string]struct {
		calls, bad int
		apart      time.Duration
	}{"nineteen": {19, 19, time.Second}, "a third": {60, 20, time.Second / 2}, "slowly": {40, 40, 4 * time.Second}} {
		f := fleetOf(t, 1)
		for n := range c.calls {
			err := error(nil)
			if n%(c.calls/c.bad) == 0 {
				err = gone
			}
			f.call(0, err)
			f.host.Sleep(c.apart)
		}
		if len(f.open()) != 0 {
			t.Errorf("%s: %+v", name, f.open())
		}
	}
}

// TestWhatCountsAsFailing: an answer that settles the matter is one, whatever it says.
func TestWhatCountsAsFailing(t *testing.T) {
	for class, want := range map[provider.Class]int{provider.Unknown: 1, provider.NotSent: 1, provider.Limited: 1, provider.Denied: 1, provider.Rejected: 0, provider.Short: 0} {
		f := fleetOf(t, 1)
		for range 20 {
			f.call(0, &provider.Error{Class: class})
		}
		if len(f.open()) != want {
			t.Errorf("%s: %+v", class, f.open())
		}
	}
	f := fleetOf(t, 1)
	for range 20 {
		f.call(0, provider.ErrDoesNotFit)
	}
	if f.commits != 0 || len(f.open()) != 0 {
		t.Error("what never left counts")
	}
}

// TestGoodCallsCostNoWrite, and one failure costs one.
func TestGoodCallsCostNoWrite(t *testing.T) {
	f := fleetOf(t, 1)
	for range 1000 {
		f.call(0, nil)
	}
	if f.commits != 0 {
		t.Errorf("%d writes for good calls", f.commits)
	}
	f.call(0, gone)
	if f.commits != 1 {
		t.Errorf("%d writes for one failure", f.commits)
	}
}

func opened(t *testing.T, n int) *fleet {
	t.Helper()
	f := fleetOf(t, n)
	for range 20 {
		f.call(0, gone)
	}
	if len(f.open()) != 1 {
		t.Fatal("still closed")
	}
	return f
}

// TestOneCallTries: when the pause is over one instance gets the trial; it ends the pause or lengthens it.
func TestOneCallTries(t *testing.T) {
	f := opened(t, 3)
	f.host.Sleep(29 * time.Second)
	if f.call(0, nil) || f.call(1, nil) || f.call(2, nil) { // all remember what they read
		t.Fatal("called within the pause")
	}
	f.host.Sleep(time.Second)
	pass := f.breakers[1].Admit(context.Background(), f.clients[1], provider.CanRefund)
	if !pass.Until.IsZero() {
		t.Fatal("nobody tries")
	}
	if f.call(0, nil) || f.call(2, nil) {
		t.Fatal("a second one tries")
	}
	f.end(1, pass, gone)
	for _, pause := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		f.host.Sleep(pause - time.Second)
		if f.call(2, nil) {
			t.Fatalf("called within the pause of %s", pause)
		}
		f.host.Sleep(time.Second)
		if !f.call(2, gone) {
			t.Fatalf("nobody tries after %s", pause)
		}
	}
	f.host.Sleep(provider.BreakerLongest)
	if !f.call(0, nil) || len(f.open()) != 0 {
		t.Fatalf("a good trial leaves it open: %+v", f.open())
	}
	f.host.Sleep(10 * time.Second)
	if !f.call(1, nil) || !f.call(2, nil) {
		t.Error("others do not see that it is closed")
	}
}

// TestATrialThatDiesIsLent: its instance ended, and the next one tries.
func TestATrialThatDiesIsLent(t *testing.T) {
	f := opened(t, 2)
	f.host.Sleep(30 * time.Second)
	if pass := f.breakers[0].Admit(context.Background(), f.clients[0], provider.CanRefund); !pass.Until.IsZero() {
		t.Fatal("nobody tries")
	}
	f.host.Sleep(89 * time.Second)
	if f.call(1, nil) {
		t.Fatal("a second one tries while the first may be at it")
	}
	f.host.Sleep(time.Second)
	if !f.call(1, nil) || len(f.open()) != 0 {
		t.Error("nobody tries again")
	}
}

// TestOnlyATrialDecides: a call that left before the breaker opened neither closes it nor lengthens its pause.
func TestOnlyATrialDecides(t *testing.T) {
	f := opened(t, 2)
	was := f.open()[0]
	for _, err := range []error{nil, gone} {
		f.end(1, provider.Pass{}, err)
		if open := f.open(); len(open) != 1 || open[0].Tries != was.Tries || !open[0].TryAt.Equal(was.TryAt) {
			t.Errorf("after %v: %+v", err, open)
		}
	}
}

// TestABreakerThatCannotBeReadIsClosed, and an instant that only a wrong clock can have written ends nothing.
func TestABreakerThatCannotBeReadIsClosed(t *testing.T) {
	f := opened(t, 2)
	f.away = true
	if !f.call(1, nil) {
		t.Error("the table is away, and nothing is handed over")
	}
	f = opened(t, 2)
	f.host = providertest.NewHost(start().Add(-time.Hour), 1)
	f.breakers[1].Now = f.host.Now
	if !f.call(1, nil) {
		t.Error("waits for an hour that a wrong clock wrote")
	}
}

// TestNoBreakerLetsAllThrough.
func TestNoBreakerLetsAllThrough(t *testing.T) {
	var none *provider.Breaker
	f := fleetOf(t, 1)
	f.breakers[0] = none
	for range 30 {
		if !f.call(0, gone) {
			t.Fatal("kept back")
		}
	}
}
