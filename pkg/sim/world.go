package sim

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/infra/openapi"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/bundle/finance"
	"github.com/vuelto/vuelto/pkg/bundle/hearing"
	"github.com/vuelto/vuelto/pkg/bundle/issuing"
	"github.com/vuelto/vuelto/pkg/bundle/reporting"
	"github.com/vuelto/vuelto/pkg/bundle/sealing"
	"github.com/vuelto/vuelto/pkg/bundle/telling"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memqueue"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/port"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/store"
)

// Options make a world.
type Options struct {
	Clock    Clock
	Seed     uint64
	Template Template // of template.yaml: ReadTemplate
	Log      *slog.Logger
	// BaseURL is where simulated providers post their webhooks: the path counts, the host is for people.
	BaseURL string
	// Endpoint is where the demo merchant wants to be told; empty = nowhere.
	Endpoint string
	// Loopback says that event endpoints are on this machine, and only there.
	Loopback bool
	// Hooks are what a simulator puts between the parts; zero = nothing.
	Hooks Hooks
}

// Hooks let a simulator trouble and watch a world. Any may be nil.
type Hooks struct {
	// Strike does an I/O of the running handler, with whatever befalls it: it may Sleep, Kill, or return another error.
	Strike func(at Point, effect func() error) error
	// Skew draws how wrong the clock of a new invocation's machine is, and from which look at it on: 1 = from the first.
	Skew func() (by time.Duration, from int)
	// Lag draws how long after a commit the indexes see it.
	Lag func() time.Duration
	// Deliver draws how long each copy of a message is late.
	Deliver func() []time.Duration
	// Gather draws how much later a queue that hands over batches is asked, so that messages gather: a function that is busy lets
	// them wait as well. Zero = at once.
	Gather func(queue string) time.Duration
	// Batch sees how many messages a function was handed at once, and how many of them failed.
	Batch func(queue string, of, failed int)
	// Pick chooses which of n visible messages comes next.
	Pick func(n int) int
	// Committed sees the writes of every commit, right after its effect.
	Committed func(writes []store.Write)
	// Called sees every request to a provider, right after its effect; resp is nil if there was none.
	Called func(req *http.Request, resp *http.Response)
	// Sent sees every message put on a queue.
	Sent func(queue string, body []byte)
	// Outward answers for merchants' endpoints. Nil: the network of this machine in a dev server, else nobody.
	Outward func(*http.Request) (*http.Response, error)
	// WithoutStream lets nobody hear what the table's stream says.
	WithoutStream bool
	// Retold draws whether the table's stream says again what was taken.
	Retold func() bool
	// Store, Doer and Account let a simulator stand in for a part.
	Store   func(store.Store) store.Store
	Doer    func(provider.Doer) provider.Doer
	Account func(provider.Account) provider.Account
	// Keep says which of the demo accounts there are; nil = all.
	Keep func(provider.Account) bool
	// Bars are how many of a thing are many; 0 = as in a stack.
	Bars port.Bars
	// Ends is after how long a function knows that it will be stopped; zero = it does not know. Nil: none does.
	Ends func(function string) time.Duration
	// WithoutSchedule leaves a schedule of the template out.
	WithoutSchedule string
}

// World is the whole bundle with its surroundings.
type World struct {
	*Loop
	Store    *memstore.Store
	Files    *memfile.Store
	Networks []simnet.Network

	rand     *rand.Rand
	log      *slog.Logger
	base     string
	serialN  int64
	queues   []*worked
	queueOf  map[job.Kind]*worked
	sender   memqueue.Sender         // where jobs go, before faults
	front    map[string]http.Handler // by function
	routes   []RouteSpec
	hooks    Hooks
	stream   *stream
	readings []*reading // at rest
	machines []MachineSpec
	steppers map[string]stepper
	inbox    []letter
	outbox   []note
	dial     func(*http.Request, func(*http.Response, error)) // the real network; nil = none
}

// New makes a world with the demo merchants in it. Error: the template does not fit the code.
func New(o Options) (*World, error) {
	w := &World{Loop: NewLoop(o.Clock), rand: rand.New(rand.NewPCG(o.Seed, 0x7675656c746f)), log: o.Log, base: o.BaseURL,
		Files: memfile.New(), queueOf: map[job.Kind]*worked{}, hooks: o.Hooks}
	w.sender = memqueue.Sender{Queues: map[job.Kind]*memqueue.Queue{}, Now: w.Now}
	w.Store = memstore.New(memstore.Options{Now: w.Now, Lag: o.Hooks.Lag, Changed: w.changed, Heard: w.heard})
	w.Networks = allsim.New(w)
	ports := port.Set{
		Store: w.patient(), Sender: lateSender{w}, Files: filed{w, w.Files}, Inbox: filed{w, w.Files}, Clock: workerClock{w},
		Doer: w.doer(), Float: w.Float, NewID: w.newID, Log: o.Log,
		Random: w.random, Loopback: o.Loopback, Checker: registry{}, OpenAPI: openapi.Document(), Bars: o.Hooks.Bars,
	}
	b, who := bundle.New(ports, all.Registry()), telling.Ports{Set: ports, Outward: outward{w}, Mailer: carrier{w}, Texter: carrier{w}, Site: o.BaseURL}
	template := o.Template
	w.front, w.routes = b.Front(), template.Routes
	w.front["finance-api"] = finance.API(ports)
	w.front["webhook-intake"] = hearing.Intake(b)
	w.front["receipt-api"] = issuing.ReceiptAPI(issuing.Ports{Set: ports, Vault: filed{w, w.Files}})
	err := w.openQueues(template, map[string]job.Handler{
		"webhook-apply": hearing.Applier(b), "refund-submission": b.Submitter(), "status-polling": b.Polling(),
		"settlement-ingest": b.Ingester(), "settlement-reconciliation": b.Reconciler(),
		"batch-run": b.Runner(), "event-delivery": telling.Deliverer(who), "buyer-notice": telling.Notifier(who),
		"audit-seal": sealing.Sealer(ports), "finance-report": reporting.Reporter(reporting.Ports{Set: ports, Mailer: carrier{w}}),
	})
	if err != nil {
		return nil, err
	}
	if err := w.openMachines(template, map[string]stepper{"settlement-partition": stepping(b.Partitioner())}); err != nil {
		return nil, err
	}
	if template.Stream.Function != "event-outbox" {
		return nil, fmt.Errorf("sim: template.yaml lets %q listen to the table", template.Stream.Function)
	}
	if !o.Hooks.WithoutStream {
		w.listen(template.Stream, telling.Teller(who))
	}
	if err := w.seed(o.Endpoint); err != nil {
		return nil, err
	}
	for _, s := range template.Schedules {
		if s.Name != o.Hooks.WithoutSchedule {
			w.schedule(s, w.queues)
		}
	}
	return w, nil
}

// patient is the store as functions wire it: contention is waited out, and a machine whose clock is wrong gets no further.
func (w *World) patient() store.Store {
	var s store.Store = stored{w, w.Store}
	if w.hooks.Store != nil {
		s = w.hooks.Store(s)
	}
	s = &store.Timely{Store: s, Now: workerClock{w}.Now, Within: provider.ClockTolerance / 2, Log: w.log}
	return store.Patient{Store: s, Float: w.Float, Now: w.Now, Sleep: func(_ context.Context, d time.Duration) error {
		w.Sleep(d)
		return nil
	}}
}

func (w *World) doer() provider.Doer {
	var d provider.Doer = called{w, simnet.NewTransport(w, w.Networks...)}
	if w.hooks.Doer != nil {
		d = w.hooks.Doer(d)
	}
	return d
}

// Float is the next number in [0,1) of the world's generator.
func (w *World) Float() float64 { return w.rand.Float64() }

func (w *World) newID() string {
	w.serialN++
	return identity.DeriveAt("req_", w.Now(), fmt.Sprint(w.rand.Uint64()), fmt.Sprint(w.serialN))
}

// random is n bytes of the world's generator.
func (w *World) random(n int) []byte {
	var b []byte
	for len(b) < n {
		b = binary.BigEndian.AppendUint64(b, w.rand.Uint64())
	}
	return b[:n]
}

// Network finds a simulated provider.
func (w *World) Network(name string) (simnet.Network, bool) {
	for _, n := range w.Networks {
		if n.Name() == name {
			return n, true
		}
	}
	return nil, false
}
