package proof

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// jump is a clock that is an hour behind: of which invocation's machine since the refund was asked for, and from which look on.
type jump struct{ machine, look int }

// jumped is what became of a refund.
type jumped struct {
	sender int // which machine called the provider first
	calls  int // to the provider, to hand it over
	found  []Violation
}

// lifeOfAJump gives one payment back at a provider without idempotency keys or signed instants that commits minutes after our time-out.
func lifeOfAJump(t *testing.T, template sim.Template, j jump, wear func(store.Store) store.Store) (out jumped) {
	t.Helper()
	var world *sim.World
	report := func(subject, sentence, detail string) {
		out.found = append(out.found, Violation{At: world.Now(), Subject: subject, Sentence: sentence, Detail: detail})
	}
	watch, machines := newWatcher(new(fnv64), report), map[int64]int{}
	skew := func() (time.Duration, int) {
		if world.Now().Before(begin.Add(50 * time.Minute)) {
			return 0, 0 // the payment, an hour before the refund
		}
		n := len(machines)
		machines[world.Invocation()] = n
		if n == j.machine {
			return -time.Hour, j.look
		}
		return 0, 0
	}
	world, err := sim.New(sim.Options{Clock: sim.NewVirtual(begin), Seed: 2, Template: template, BaseURL: "https://vuelto.sim",
		Log: slog.New(slog.DiscardHandler), Hooks: sim.Hooks{Keep: keep([]string{"ebanx"}), Account: IgnoresKeys.apply, Store: wear, Skew: skew,
			Committed: watch.committed, Called: func(*http.Request, *http.Response) { watch.called(world.Networks) }}})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	watch.world = world
	network, _ := world.Network("ebanx")
	network.Faults().Decide = func(about simnet.Operation, _ *http.Request) simnet.Kind {
		if about != simnet.OpDisbursement {
			return ""
		}
		if out.calls++; out.calls == 1 {
			out.sender = machines[world.Invocation()]
		}
		return simnet.LateCommit
	}
	l := life{m: newMerchants(world, 1, 0, 1, report), road: road{provider: "ebanx", network: "efecty", route: "original"}, wants: 1}
	world.Go(func() { l.untilPaid() }, nil)
	until(world, 105*time.Minute, never)
	watch.called(world.Networks)
	return out
}

// silent is a store whose answers have no instant.
type silent struct{ store.Store }

type deaf struct{ context.Context }

func (deaf) Value(any) any { return nil }

func (s silent) Get(ctx context.Context, key store.Key) (store.Record, error) {
	return s.Store.Get(deaf{ctx}, key)
}

func (s silent) Query(ctx context.Context, q store.Query) (store.Page, error) {
	return s.Store.Query(deaf{ctx}, q)
}

func (s silent) Commit(ctx context.Context, writes ...store.Write) error {
	return s.Store.Commit(deaf{ctx}, writes...)
}

// TestAnHourBehindPaysNothingTwice: a machine an hour behind that wrote the intent of a call makes a "not found" of a minute later
// look conclusive. Whichever machine it is, and wherever in the sender's invocation the clock jumps, the store's own instant stops it before
// it calls; without those instants the provider pays twice.
func TestAnHourBehindPaysNothingTwice(t *testing.T) {
	t.Parallel()
	template, err := sim.ReadTemplate("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	right := lifeOfAJump(t, template, jump{machine: -1}, nil)
	if right.calls != 1 || len(right.found) > 0 {
		t.Fatalf("where all clocks are right there were %d calls, %v", right.calls, right.found)
	}
	lives := []jump{}
	for machine := range 6 {
		lives = append(lives, jump{right.sender + machine - 2, 1})
	}
	for look := range 30 {
		lives = append(lives, jump{right.sender, look + 2})
	}
	twice := 0
	for _, j := range lives {
		if r := lifeOfAJump(t, template, j, nil); r.calls == 0 || len(r.found) > 0 {
			t.Errorf("%+v: %d calls, %v", j, r.calls, r.found)
		}
		if twice > 1 {
			continue // it is noticed; the rest would cost time alone
		}
		r := lifeOfAJump(t, template, j, func(s store.Store) store.Store { return silent{s} })
		if slices.ContainsFunc(r.found, func(v Violation) bool { return strings.HasPrefix(v.Sentence, "I2:") }) {
			twice++
		}
	}
	if twice < 2 {
		t.Errorf("without the store's instants nothing was paid twice in %d lives: the test proves nothing", len(lives))
	}
}
