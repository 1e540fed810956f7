// Package proof drives the real handlers through every fault, seeded and replayable, and holds what happened against the
// invariants: what is reserved and refunded never exceeds what was paid, a provider never holds two refunds for one of
// ours, an unknown outcome is left by evidence or by a person, accepted work ends.
package proof

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// Fault is one kind of trouble.
type Fault string

// Faults of our own I/O. Those of providers and their callbacks are simnet's.
const (
	CrashBefore Fault = "crash_before"  // the process ends before the call takes effect
	CrashAfter  Fault = "crash_after"   // …after it, before the reply is seen
	Stall       Fault = "stall"         // the process is frozen past its lease and then goes on
	Overrun     Fault = "overrun"       // the process is frozen and killed at its time-out
	Throttle    Fault = "throttle"      // the store refuses for now
	Contention  Fault = "contention"    // TransactionConflict
	ReplyLost   Fault = "reply_lost"    // the store applied it, the answer never came
	Duplicate   Fault = "duplicate"     // SQS delivers a message twice
	Delay       Fault = "delay"         // SQS delivers late
	Reorder     Fault = "reorder"       // SQS delivers out of order
	Partial     Fault = "partial_batch" // messages gather to a batch, with one among them that nobody can read
	Poison      Fault = "poison_record" // beside a message comes one that nobody can read
	IndexLag    Fault = "index_lag"     // an index sees a commit up to two seconds later
	ClockSkew   Fault = "clock_skew"    // a machine's clock is off by up to five minutes, or jumped back an hour
)

// rates are per I/O (crashes, store), per message, per call, per callback or per row of a settlement file, at strength ×1.
func rates() []rate {
	all := []rate{
		{CrashBefore, 0.001}, {CrashAfter, 0.001}, {Stall, 0.002}, {Overrun, 0.001},
		{Throttle, 0.01}, {Contention, 0.01}, {ReplyLost, 0.005},
		{Duplicate, 0.02}, {Delay, 0.01}, {Reorder, 0.05}, {IndexLag, 0.5}, {ClockSkew, 0.3},
		{Fault(simnet.Outage), 0.01}, {Fault(simnet.LateCommit), 0.01}, {Fault(simnet.TimeoutBefore), 0.005},
		{Fault(simnet.TimeoutAfter), 0.01}, {Fault(simnet.Broken500), 0.005}, {Fault(simnet.Broken502), 0.005}, {Fault(simnet.Broken404), 0.003},
		{Fault(simnet.Malformed), 0.003}, {Fault(simnet.Reject), 0.005}, {Fault(simnet.RateLimit), 0.005},
		{Fault(simnet.LostCallback), 0.03}, {Fault(simnet.DuplicateCallback), 0.08}, {Fault(simnet.LateCallback), 0.02},
		{Fault(simnet.BadSignature), 0.01},
		{Fault(simnet.SlowDrip), 0.005}, {Fault(simnet.DuplicateReference), 0.005}, {Fault(simnet.StatusLag), 0.2},
		{Fault(simnet.OldSecret), 0.01}, {Fault(simnet.UnknownRefund), 0.005}, {Fault(simnet.PermutedCallback), 0.02}, {Partial, 0.05}, {Poison, 0.002},
	}
	for _, f := range simnet.Flaws() {
		all = append(all, rate{Fault(f), 0.002})
	}
	return all
}

type rate struct {
	fault Fault
	per   float64
}

// Faults lists every kind that the simulator knows.
func Faults() []Fault {
	var all []Fault
	for _, r := range rates() {
		all = append(all, r.fault)
	}
	return all
}

// troubles decides what befalls whom. It has a generator of its own, so that what the world draws for other purposes does
// not depend on how many faults there are.
type troubles struct {
	world   *sim.World
	rand    *rand.Rand
	chance  map[Fault]float64
	most    float64 // of the chances of what befalls every I/O
	quiet   bool    // the liveness phase: nothing befalls anybody
	ios     int64
	count   map[Fault]int
	sites   map[site]int
	visits  map[sim.Point]int  // I/Os, calls and callbacks in trouble's reach, by call site; nil = not asked for
	askers  map[uintptr]string // what was found out about who asks
	aim     func(site string, f Fault) bool
	drawn   int // faults so far, spared ones included
	spare   []int
	struck  func(n int, what string)
	outages map[string]time.Time // provider → end of its outage
	trace   *fnv64
	tell    *teller
	ring    ring
	handed  func(*http.Request, simnet.Kind) // hears of what befell a handing over; nil = nobody
	poison  []letter                         // what nobody can read, as it was sent
	flawed  []flawed                         // rows that the settlement files get wrong
}

// site is a call site with a fault that befell it.
type site struct {
	Point sim.Point
	Fault Fault
}

// errBroken is what a caller sees of a connection that broke with the reply under way.
var errBroken = errors.New("connection reset while the answer was under way")

// witnessed is the strength beyond which settlement files tell the truth: so much else is lost then that a file is often the
// only one to tell of some cash, and there is nothing to hold it against. That a wrong row is found is asked at ×0 to ×5; beyond it
// a row that is both wrong and the sole witness would be counted as a miss of reconciliation, which no reconciliation can avoid.
const witnessed = 5

func newTroubles(o Options, seed uint64, trace *fnv64) *troubles {
	t := &troubles{rand: rand.New(rand.NewPCG(seed, 0x74726f75626c65)), chance: map[Fault]float64{}, count: map[Fault]int{},
		sites: map[site]int{}, outages: map[string]time.Time{}, trace: trace, aim: o.Aim, spare: o.Spare, struck: o.Struck}
	if o.Sites {
		t.visits, t.askers = map[sim.Point]int{}, map[uintptr]string{}
	}
	for _, r := range rates() {
		if o.Only == r.fault || o.Only == "" && (o.Rate <= witnessed || !slices.Contains(simnet.Flaws(), simnet.Flaw(r.fault))) {
			t.chance[r.fault] = min(r.per*o.Rate, 0.9)
		}
		if o.without(r.fault) {
			t.chance[r.fault] = 0
		}
	}
	for _, f := range []Fault{CrashBefore, CrashAfter, Stall, Overrun, Throttle, Contention, ReplyLost} {
		t.most = max(t.most, t.chance[f])
	}
	if o.LoseCallbacks && o.Rate > 0 {
		t.chance[Fault(simnet.LostCallback)] = 1
	}
	return t
}

// hits draws whether a fault strikes. The draw is made even if the fault is off, so that switching one kind off leaves
// the others' draws where they were for as long as the stories are the same.
func (t *troubles) hits(f Fault, at sim.Point) bool { return t.lands(t.rand.Float64(), f, at) }

// befalls is hits for what befalls every I/O: nearly all draws are beyond all of their chances.
func (t *troubles) befalls(f Fault, at sim.Point) bool {
	draw := t.rand.Float64()
	return (draw < t.most || t.aim != nil) && t.lands(draw, f, at)
}

func (t *troubles) lands(draw float64, f Fault, at sim.Point) bool {
	if t.quiet || draw >= t.chance[f] && (t.aim == nil || !t.aim(at.String(), f)) {
		return false
	}
	t.drawn++
	if t.struck != nil {
		t.struck(t.drawn-1, string(f)+" at "+at.String())
	}
	if slices.Contains(t.spare, t.drawn-1) {
		return false
	}
	t.count[f]++
	t.sites[site{at.Site(), f}]++
	t.trace.mix(0, string(f))
	if t.tell != nil {
		t.tell.hit(f)
	}
	return true
}

// visit counts an opportunity.
func (t *troubles) visit(at sim.Point) {
	if t.visits != nil && !t.quiet && !t.world.Dead() {
		t.visits[at.Site()]++
	}
}

// functionTimeout is after how long a frozen invocation is killed.
const functionTimeout = 30 * time.Second

// strike does one I/O of a handler.
func (t *troubles) strike(at sim.Point, effect func() error) error {
	t.ios++
	if t.askers != nil {
		at.By = t.asker()
	}
	t.visit(at)
	t.trace.mix(t.world.Now().UnixNano(), at.Boundary, at.Call, at.About)
	t.world.Sleep(t.latency(at))
	if t.befalls(CrashBefore, at) {
		t.world.Kill()
	}
	if at.Boundary == "store" {
		if t.befalls(Throttle, at) {
			return fmt.Errorf("%w: throttled", store.ErrBusy)
		}
		if at.Call == "commit" && t.befalls(Contention, at) {
			return fmt.Errorf("%w: transaction conflict", store.ErrBusy)
		}
	}
	err := effect()
	if t.befalls(CrashAfter, at) {
		t.world.Kill()
	}
	if t.befalls(Stall, at) {
		t.world.Sleep(3*time.Minute + t.span(17*time.Minute))
	}
	if t.befalls(Overrun, at) {
		t.world.Sleep(functionTimeout)
		t.world.Kill()
	}
	t.world.Sleep(t.latency(at))
	if at.Boundary == "store" && at.Call == "commit" && err == nil && t.befalls(ReplyLost, at) {
		return errBroken
	}
	return err
}

// latency of one way of an I/O.
func (t *troubles) latency(at sim.Point) time.Duration {
	if at.Boundary == "provider" {
		return 10*time.Millisecond + t.span(150*time.Millisecond)
	}
	return time.Millisecond + t.span(4*time.Millisecond)
}

func (t *troubles) span(d time.Duration) time.Duration {
	return time.Duration(t.rand.Int64N(int64(d)))
}

// skew of a machine's clock: mostly right, sometimes minutes off, and one in a hundred of those jumps back an hour: half of
// them before the invocation, half in the midst of it.
func (t *troubles) skew() (by time.Duration, from int) {
	if !t.hits(ClockSkew, sim.Point{Boundary: "clock"}) {
		return 0, 0
	}
	draw := t.span(10 * time.Minute)
	if draw%100 == 0 { // nanoseconds: as good as another draw, and the others stay where they were
		return -time.Hour, max(0, int(draw/100%80)-40)
	}
	return draw - 5*time.Minute, 0
}

func (t *troubles) lag() time.Duration {
	if !t.hits(IndexLag, sim.Point{Boundary: "index"}) {
		return 0
	}
	return t.span(2 * time.Second)
}

// deliver draws the copies of a message.
func (t *troubles) deliver() []time.Duration {
	at := sim.Point{Boundary: "queue", Call: "deliver"}
	t.visit(at)
	copies := []time.Duration{t.span(50 * time.Millisecond)}
	if t.hits(Reorder, at) {
		copies[0] = t.span(5 * time.Second)
	}
	if t.hits(Delay, at) {
		copies[0] = t.span(15 * time.Minute)
	}
	if t.hits(Duplicate, at) {
		copies = append(copies, t.span(10*time.Minute))
	}
	return copies
}

// begin lets a world suffer.
func (t *troubles) begin(carriers []string, report func(subject, sentence, detail string)) error {
	t.armAll()
	return t.turn(carriers, report)
}

func (t *troubles) armAll() {
	for _, network := range t.world.Networks {
		t.arm(network)
	}
}

// arm lets a provider's calls and callbacks suffer.
func (t *troubles) arm(n simnet.Network) {
	f := n.Faults()
	f.Decide = func(op simnet.Operation, req *http.Request) (met simnet.Kind) {
		if op == simnet.OpDisbursement && t.handed != nil {
			defer func() { t.handed(req, met) }()
		}
		at := sim.Point{Boundary: "provider", Call: n.Name(), About: string(op)}
		t.visit(at)
		if t.down(n.Name(), at) {
			return simnet.Outage
		}
		kinds := []simnet.Kind{simnet.TimeoutBefore, simnet.TimeoutAfter, simnet.Broken500, simnet.Broken502, simnet.Broken404, simnet.Malformed, simnet.RateLimit}
		if op == simnet.OpDisbursement {
			kinds = append(kinds, simnet.LateCommit, simnet.Reject, simnet.DuplicateReference)
		}
		kinds = append(kinds, simnet.SlowDrip)
		return t.first(kinds, at)
	}
	f.DecideCallback = func(about simnet.Operation, _ *http.Request) simnet.Kind {
		at := sim.Point{Boundary: "callback", Call: n.Name(), About: string(about)}
		t.visit(at)
		kinds := []simnet.Kind{simnet.LostCallback, simnet.BadSignature, simnet.LateCallback, simnet.DuplicateCallback, simnet.PermutedCallback}
		if about == simnet.OpDisbursement {
			kinds = append(kinds, simnet.UnknownRefund)
		}
		if t.ring.turned {
			kinds = append(kinds, simnet.OldSecret)
		}
		return t.first(kinds, at)
	}
	f.Copies = func() []time.Duration { // up to four in all
		var later []time.Duration
		for range 1 + t.rand.IntN(3) {
			later = append(later, t.span(10*time.Minute))
		}
		return later
	}
	f.Stranger, f.Answered = t.stranger, t.answered
	f.DecideRow = t.misstate(n)
	f.DecideChange = func() simnet.Kind {
		at := sim.Point{Boundary: "lookup", Call: n.Name()}
		t.visit(at)
		return t.first([]simnet.Kind{simnet.StatusLag}, at)
	}
	f.LagBy = func() time.Duration { return 1 + t.span(45*time.Second) }
	f.LateBy = func() time.Duration {
		if t.rand.IntN(4) == 0 {
			return t.span(72 * time.Hour)
		}
		return t.span(20 * time.Minute)
	}
}

func (t *troubles) first(kinds []simnet.Kind, at sim.Point) simnet.Kind {
	chosen := simnet.Kind("")
	for _, k := range kinds {
		if chosen == "" && t.hits(Fault(k), at) {
			chosen = k
		}
	}
	return chosen
}

// down says whether the provider refuses connections: one refused call in fifty is the beginning of half an hour.
func (t *troubles) down(name string, at sim.Point) bool {
	if !t.quiet && t.world.Now().Before(t.outages[name]) {
		t.count[Fault(simnet.Outage)]++
		return true
	}
	if !t.hits(Fault(simnet.Outage), at) {
		return false
	}
	if t.rand.IntN(50) == 0 {
		t.outages[name] = t.world.Now().Add(30 * time.Minute)
	}
	return true
}
