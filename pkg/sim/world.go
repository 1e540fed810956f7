package sim

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// Options make a world.
type Options struct {
	Clock    Clock
	Seed     uint64
	Template []byte // template.yaml
	Log      *slog.Logger
	// BaseURL is where simulated providers post their webhooks: the path counts, the host is for people.
	BaseURL string
}

// World is the whole bundle with its surroundings.
type World struct {
	*Loop
	Store    *memstore.Store
	Files    *memfile.Store
	Networks []simnet.Network

	rand    *rand.Rand
	log     *slog.Logger
	base    string
	serialN int64
	queues  []*worked
	queueOf map[job.Kind]*worked
	api     http.Handler
	intake  http.Handler
	faults  striker
	deliver func() []time.Duration
}

// New makes a world with the demo merchants in it. Error: the template does not fit the code.
func New(o Options) (*World, error) {
	w := &World{Loop: NewLoop(o.Clock), rand: rand.New(rand.NewPCG(o.Seed, 0x7675656c746f)), log: o.Log, base: o.BaseURL,
		Files: memfile.New(), queueOf: map[job.Kind]*worked{}}
	w.Store = memstore.New(memstore.Options{Now: w.Now})
	w.Networks = allsim.New(w)
	b := bundle.New(bundle.Ports{
		Store: stored{w, w.Store}, Sender: lateSender{w}, Files: filed{w, w.Files}, Clock: w,
		Doer: called{w, simnet.NewTransport(w, w.Networks...)}, Registry: all.Registry(), Float: w.Float, NewID: w.newID, Log: o.Log,
	})
	w.api, w.intake = b.API(), b.Intake()
	template, err := ParseTemplate(o.Template)
	if err != nil {
		return nil, err
	}
	err = w.openQueues(template, map[string]job.Handler{
		"webhook-apply": b.Applier(), "refund-submission": b.Submitter(), "status-polling": b.Polling(),
		"settlement-ingest": b.Ingester(), "settlement-reconciliation": b.Reconciler(),
	})
	if err != nil {
		return nil, err
	}
	if err := w.seed(); err != nil {
		return nil, err
	}
	for _, s := range template.Schedules {
		w.schedule(s, w.queues)
	}
	return w, nil
}

// Float is the next number in [0,1) of the world's generator.
func (w *World) Float() float64 { return w.rand.Float64() }

func (w *World) newID() string {
	w.serialN++
	return identity.Derive("req_", fmt.Sprint(w.rand.Uint64()), fmt.Sprint(w.serialN))
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
