package proof

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/sim"
)

// Options say what to prove.
type Options struct {
	Seed          uint64
	N             int     // refunds and payouts per profile
	Rate          float64 // strength of the faults; 1 is the table's own
	Only          Fault   // this kind alone; empty = all
	Without       []Fault // these kinds not; for reducing a failure
	LoseCallbacks bool    // every callback is lost
	Profiles      []Profile
	Template      sim.Template
	Workers       int // worlds at a time; 0 = one per core
	Progress      func(done, of int)
	Log           *slog.Logger // nil = silence
	// Tell hears about the refund or payout Trace as things happen to it, in the one world that has it.
	Tell   func(p Profile, at time.Time, what string)
	Trace  string
	Single bool // run world World alone
	World  int
	// Sites counts the I/Os of every call site too, for the coverage table, and names the function that asks, which takes time.
	Sites bool
	// Aim says of a fault that was not drawn at a call site that it strikes all the same; nil = nowhere.
	Aim func(site string, f Fault) bool
	// Struck hears of every fault by its number, those that were spared included; nil = nobody.
	Struck func(n int, what string)
	// Spare are the numbers of faults that were drawn and do not strike.
	Spare []int
	// FailFast ends a world with its first violation: for mutants, whose worlds may never come to rest.
	FailFast bool
	// NoRedrive leaves dead letters where they are.
	NoRedrive bool
	// Stopped says that nobody waits for the result any more; nil = somebody does.
	Stopped func() bool
	// Direct leaves the gateways out: a small world is several times as fast without them.
	Direct bool
	// Gateways are those there are, in every world; nil = all, shared out among the worlds.
	Gateways []string
	// Unstaffed leaves the merchant's people out: nobody agrees, stops or looks after anything.
	Unstaffed bool
	// Errands lets people also see to what is held on purpose, to cash codes, to unusual payments, to files of payouts, to the block
	// list and to the books.
	Errands bool
	// Seldom lets people who have errands do what is done seldom, too: runs without it draw and ask what they always did.
	Seldom bool
	// Asked hears of every call to the API and how it was answered; nil = nobody. Worlds run beside each other.
	Asked func(method, path string, status int)
	// Hooks lets a mutant change the world.
	Hooks func(*sim.Hooks)
}

func (o Options) without(f Fault) bool {
	for _, w := range o.Without {
		if w == f {
			return true
		}
	}
	return false
}

func (o Options) stopped() bool { return o.Stopped != nil && o.Stopped() }

func (o Options) broken() error {
	if o.stopped() {
		return ErrStopped
	}
	return nil
}

// ErrStopped says a run was broken off.
var ErrStopped = errors.New("proof: stopped before the end")

// Profile is how providers treat a repeated reference.
type Profile string

const (
	HonoursKeys Profile = "honours-keys" // a repeat gets the first one back
	IgnoresKeys Profile = "ignores-keys" // a repeat is a second one
)

// Profiles lists both: most mistakes are invisible on the first.
func Profiles() []Profile { return []Profile{HonoursKeys, IgnoresKeys} }

// Result sums what happened. What it is in JSON is a promise to whoever reads it by machine; people read the rest.
type Result struct {
	Seed       uint64                   `json:"seed"`
	Refunds    int                      `json:"refunds"` // asked for, payouts among them
	IOs        int64                    `json:"ios"`
	Faults     int                      `json:"faults"`
	Violations int                      `json:"violations"`
	Held       int                      `json:"held"` // had to wait for a person: at the end still, or until people ended it
	States     map[string]int           `json:"states"`
	Coverage   map[string]map[Fault]int `json:"coverage"` // call site → faults that struck there
	Trace      string                   `json:"trace"`

	Accepted  int                        `json:"-"`
	Meant     int                        `json:"-"` // wait for a person on purpose; not among Held
	Resent    int                        `json:"-"` // messages of the past, all of them
	Moves     map[string]Moves           `json:"-"` // of people, by what they clicked
	HeldBy    map[Profile]float64        `json:"-"` // percent of the accepted
	Kinds     map[Fault]int              `json:"-"`
	Sites     map[string]int             `json:"-"` // how often faults could strike there; see Options.Sites
	Found     []Violation                `json:"-"`
	ByProfile map[Profile]map[string]int `json:"-"`
	// Discrepancies are what settlement files were made to say wrongly, by the class under which it must be found.
	Discrepancies map[settlement.Class]Tally `json:"-"`
}

// Refunds live in worlds: enough of them in one to meet each other and to share what a world costs by itself, few enough for the caches
// of a core, and for a settlement run, which starts over wherever it crashes. The first world's merchant listens, which doubles what a
// refund costs: it is a smaller one.
const (
	firstWorld = 1500
	perWorld   = 3000
)

// Worlds is how many there are for n refunds on each profile.
func Worlds(n int) int { return len(worlds(n)) }

// worlds are the sizes of those that n refunds live in.
func worlds(n int) []int {
	all := []int{min(n, firstWorld)}
	rest := n - all[0]
	others := (rest + perWorld - 1) / perWorld
	for i := range others {
		all = append(all, rest*(i+1)/others-rest*i/others)
	}
	return all
}

// begin is a Monday morning in Bogotá: a working week of orders, then a weekend, then a holiday on 8 December.
var begin = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

// after the opening come the days in which all must end, then the settlement of the last day. What began later, or was let go
// later, has its own.
const (
	troubled = opening + 36*time.Hour
	ending   = opening + grace
	grace    = 12 * 24 * time.Hour // for accepted work to end, or to wait for a person
)

// Run proves o.N refunds on each profile, in worlds of their own, as many at a time as there are cores. The same options
// give the same result, whatever the number of workers.
func Run(o Options) (Result, error) {
	if len(o.Profiles) == 0 {
		o.Profiles = Profiles()
	}
	if o.Workers <= 0 {
		o.Workers = runtime.NumCPU()
	}
	var pieces []piece
	for i, n := range worlds(o.N) {
		for _, p := range o.Profiles {
			if !o.Single || o.World == i {
				pieces = append(pieces, piece{p, i, n})
			}
		}
	}
	results := make([]Result, len(pieces))
	errs := make([]error, len(pieces))
	var wg sync.WaitGroup
	var mu sync.Mutex
	next, done := 0, 0.0
	advance := func(refunds float64) {
		mu.Lock()
		defer mu.Unlock()
		done += refunds
		if o.Progress != nil {
			o.Progress(int(done+0.5), o.N*len(o.Profiles))
		}
	}
	for range min(o.Workers, len(pieces)) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= len(pieces) || o.stopped() {
					return
				}
				results[i], errs[i] = runWorld(o, pieces[i], advance)
			}
		})
	}
	wg.Wait()
	if err := o.broken(); err != nil {
		return newResult(o.Seed), err
	}
	sum := newResult(o.Seed)
	for i, r := range results {
		if errs[i] != nil {
			return sum, errs[i]
		}
		sum.add(r, pieces[i].profile)
	}
	sum.finish()
	return sum, nil
}

// audit is the end, once each refund has had its days: books against books, then every message ever sent once more.
func (r *Result) audit(a *auditor, m *merchants, w *watcher, messages []message, t *troubles) {
	world := a.world
	a.states, a.people, a.asked, a.watch = r.States, m.people, m.asked, w
	a.await(append(a.untold(m.accepted, nil), m.accepted...))
	a.run(m.accepted)
	r.Discrepancies = a.settlements()
	r.Accepted = len(m.accepted)
	r.Held, r.Meant = a.needed, a.meant
	if m.people != nil {
		r.Moves = m.people.moves
	}
	a.deadLetters(world.DeadLetters(), world.Waiting(), t.poison)
	t.strangers(world)
	before := w.fingerprint(world)
	w.trace.mix(0, before...)
	shuffle := rand.New(rand.NewPCG(r.Seed, 1))
	shuffle.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
	r.Resent = len(messages)
	for _, x := range messages {
		world.Resend(x.queue, x.body)
	}
	until(world, world.Now().Sub(begin)+time.Hour, never)
	a.unmoved(before, w.fingerprint(world))
}
