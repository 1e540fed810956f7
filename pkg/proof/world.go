package proof

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sim"
)

// piece is one world's share of a run.
type piece struct {
	profile Profile
	index   int
	n       int
}

// runWorld is one world from its first order to the last audit.
func runWorld(o Options, share piece, advance func(refunds float64)) (Result, error) {
	profile, index, n := share.profile, share.index, share.n
	seed := rand.New(rand.NewPCG(o.Seed, uint64(index))).Uint64()
	out := newResult(o.Seed)
	trace := fnv64(fnvOffset)
	var world *sim.World
	report := func(subject, sentence, detail string) {
		out.Found = append(out.Found, Violation{o.Seed, index, string(profile), world.Now(), subject, sentence, detail})
	}
	t := newTroubles(o, seed, &trace)
	w := newWatcher(&trace, report)
	var messages []message
	hooks := sim.Hooks{Keep: keep(o.carriers(index)), Strike: t.strike, Skew: t.skew, Lag: t.lag, Deliver: t.deliver, Gather: t.gather, Committed: w.committed,
		Called:  func(*http.Request, *http.Response) { w.called(world.Networks) },
		Sent:    func(queue string, body []byte) { messages = append(messages, message{queue, body}); t.among(queue) },
		Account: profile.apply}
	listens := newEar(index, t, report, &hooks)
	letters := o.change(&hooks, report, func() time.Time { return world.Now() })
	var tell *teller
	if o.Tell != nil {
		tell = &teller{id: o.Trace, its: map[int64]bool{}, say: func(what string) { o.Tell(profile, world.Now(), what) }}
		tell.wear(&hooks)
		t.tell = tell
	}
	world, err := sim.New(sim.Options{Clock: sim.NewVirtual(begin), Seed: seed, Template: o.Template, Log: orNone(o.Log),
		BaseURL: "https://vuelto.sim", Endpoint: listens.endpoint(), Hooks: hooks})
	if err != nil {
		return out, err
	}
	defer world.Close()
	t.world, t.handed, w.world, w.repeats = world, w.handed, world, profile == HonoursKeys
	if tell != nil {
		tell.world = world
	}
	m := newMerchants(world, seed, index, n, report)
	m.ear, m.letters = listens, letters
	if err := errors.Join(t.begin(o.carriers(index), report), o.begin(m, seed)); err != nil {
		return out, err
	}
	share.tick(world, advance)
	enough := func() bool { return o.FailFast && len(out.Found) > 0 || o.stopped() }
	until(world, troubled, enough)
	t.quiet = true
	until(world, ending, enough)
	if !enough() {
		if !o.NoRedrive {
			world.Redrive()
		}
		until(world, ending+6*time.Hour, enough)
		out.audit(newAuditor(world, report, t.flawed), m, w, messages, t)
		listens.check(world, m.accepted)
		letters.check()
		out.Refunds, out.Trace = n, fmt.Sprintf("%016x", uint64(trace))
		out.count(t)
	}
	return out, o.broken()
}

// begin opens the shops, with or without their people, and what goes on around them.
func (o Options) begin(m *merchants, seed uint64) error {
	m.carriers = o.carriers(m.index)
	if !o.Unstaffed {
		m.forgers = newForgers(m, seed)
		if err := staffed(m, seed, o); err != nil {
			return err
		}
	}
	if o.Asked != nil {
		ask := m.ask
		m.ask = func(r *http.Request) sim.Reply {
			reply := ask(r)
			o.Asked(r.Method, r.URL.Path, reply.Status)
			return reply
		}
	}
	if o.Errands {
		m.people.busy()
	}
	m.open()
	m.forger()
	closeDays(m.world)
	return nil
}

// apply makes an account's provider keep the profile's promise.
func (p Profile) apply(a provider.Account) provider.Account {
	a.Settings["idempotent"] = fmt.Sprint(p == HonoursKeys)
	return a
}

func orNone(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}

// count takes over what befell a world.
func (r *Result) count(t *troubles) {
	r.IOs, r.Faults = t.ios, 0
	for f, c := range t.count {
		r.Kinds[f] += c
		r.Faults += c
	}
	for s, c := range t.sites { // any order: sums by site and fault
		r.cover(s, c)
	}
	for at, c := range t.visits { // any order: sums by site
		r.Sites[at.String()] += c
	}
}

type message struct {
	queue string
	body  []byte
}

// tick tells how far a world is. Most of its work lies where the orders come in: that span counts for four fifths.
func (s piece) tick(w *sim.World, advance func(refunds float64)) {
	const steps = 40
	for _, part := range []struct {
		from, to time.Duration
		share    float64
	}{{0, troubled, 0.8}, {troubled, ending, 0.2}} {
		for i := range steps {
			w.At(begin.Add(part.from+(part.to-part.from)*time.Duration(i+1)/steps), func() { advance(float64(s.n) * part.share / steps) })
		}
	}
}

func until(w *sim.World, d time.Duration, enough func() bool) {
	for !enough() && w.Step(begin.Add(d)) {
	}
}

// closeDays lets each provider close its books every night.
func closeDays(w *sim.World) {
	for _, n := range w.Networks {
		country, err := calendar.ByNetwork(networkOf(n.Name()))
		if err != nil {
			continue
		}
		for day := calendar.On(begin, country.Zone()); day.Start(country.Zone()).Before(begin.Add(ending + grace)); day = day.AddDays(1) {
			w.At(day.AddDays(1).Start(country.Zone()).Add(5*time.Minute), func() { _, _, _ = n.Close(day) })
		}
	}
}

func networkOf(provider string) string {
	if provider == "efecty" {
		return "efecty"
	}
	return "pagoefectivo"
}
