// Package bundle puts the parts together: given ports, it makes the handlers. Functions, the dev server, the simulator and
// the tests all run what is made here, so that there is one wiring to be right or wrong.
package bundle

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/api"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/flow/ingest"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/flow/poll"
	"github.com/vuelto/vuelto/pkg/flow/reconcile"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/flow/run"
	"github.com/vuelto/vuelto/pkg/flow/submit"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/port"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Bundle makes handlers over one set of ports.
type Bundle struct {
	ports    port.Set
	registry provider.Registry
	clients  *clients
	observer observe.Observer
	breaker  *provider.Breaker
	funds    *provider.Funds
}

// New prepares a bundle that reaches the providers of a registry.
func New(p port.Set, registry provider.Registry) *Bundle {
	return &Bundle{
		ports:    p,
		registry: registry,
		clients: &clients{book: p.Book(), set: provider.NewSet(registry, p.Doer, p.Clock), now: p.Clock.Now,
			known: map[string]knownClient{}},
		observer: observe.Observer{Store: p.Store, Log: p.Log},
		breaker:  &provider.Breaker{Store: p.Store, Now: p.Clock.Now, Log: p.Log, Least: p.Bars.Breaker},
		funds:    &provider.Funds{Store: p.Store, Now: p.Clock.Now, Log: p.Log},
	}
}

// clients finds the client of an account: the record says what the account is, the set keeps what was made of it. A record
// is believed for a minute, as an API key is: a warm function reads it no more often.
type clients struct {
	book provider.Book
	set  *provider.Set
	now  func() time.Time

	mu    sync.Mutex // never held during a read
	known map[string]knownClient
}

type knownClient struct {
	client *provider.Client
	record []byte // what it was made of
	until  time.Time
}

// Client implements the flows' Clients.
func (c *clients) Client(ctx context.Context, account string) (*provider.Client, error) {
	now := c.now()
	c.mu.Lock()
	k, ok := c.known[account]
	c.mu.Unlock()
	if ok && now.Before(k.until) && k.until.Before(now.Add(2*merchant.CacheFor)) {
		return k.client, nil
	}
	a, record, err := c.book.Changed(ctx, account, k.record)
	if err != nil {
		return nil, err
	}
	client := k.client
	if a.ID != "" {
		if client, err = c.set.Client(a); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	c.known[account] = knownClient{client, record, now.Add(merchant.CacheFor)}
	c.mu.Unlock()
	return client, nil
}

// Ports are what the bundle was made over, for the parts that are put together elsewhere; as are Clients and Observer.
func (b *Bundle) Ports() port.Set { return b.ports }

// Clients finds the provider client of an account.
func (b *Bundle) Clients() api.Clients { return b.clients }

// Observer folds what was observed.
func (b *Bundle) Observer() observe.Observer { return b.observer }

func (b *Bundle) now() time.Time { return b.ports.Clock.Now() }

// MerchantAPI answers what moves money and tells about it.
func (b *Bundle) MerchantAPI() http.Handler {
	s := b.Server()
	s.OpenAPI = b.ports.OpenAPI
	return s.Money()
}

// secretBytes of an event endpoint's secret: Standard Webhooks asks for 24 to 64.
const secretBytes = 32

// BatchAPI takes files of refunds and payouts.
func (b *Bundle) BatchAPI() http.Handler { return b.Server().Batches() }

// FinanceUpload takes the files that finance brings.
func (b *Bundle) FinanceUpload() http.Handler {
	s := b.Server()
	s.Uploader = b.ingester()
	return s.Uploads()
}

// Front is every function that answers merchants and reaches a provider for it, by its folder.
func (b *Bundle) Front() map[string]http.Handler {
	return map[string]http.Handler{"merchant-api": b.MerchantAPI(), "batch-api": b.BatchAPI(), "finance-upload": b.FinanceUpload()}
}

// Server is the API before routing, without what only one part needs.
func (b *Bundle) Server() *api.Server {
	p := b.ports
	return &api.Server{
		Requester: &request.Requester{Store: p.Store, Observer: b.observer, Clients: b.clients, Sender: p.Sender, Files: p.Files, Checker: p.Checker, Funds: b.funds, Random: p.Random, Now: b.now,
			Float: p.Float, Log: p.Log},
		Poller:    b.Poller(),
		Directory: &merchant.Directory{Store: p.Store, Now: b.now, Live: p.Live},
		Meaning:   b.registry.Meaning,
		Clients:   b.clients, Store: p.Store, Files: p.Files, Now: b.now, Log: p.Log, NewID: p.NewID,
		Secret: func() string { return event.NewSecret(p.Random(secretBytes)) }, Random: p.Random, Loopback: p.Loopback,
	}
}

// Submitter does job.Submit.
func (b *Bundle) Submitter() job.Handler {
	return &submit.Submitter{Store: b.ports.Store, Observer: b.observer, Clients: b.clients, Breaker: b.breaker, Funds: b.funds, Now: b.now, Log: b.ports.Log,
		Merchants: &merchant.Directory{Store: b.ports.Store, Now: b.now, Live: b.ports.Live}}
}

// Poller does job.Poll.
func (b *Bundle) Poller() *poll.Poller {
	return &poll.Poller{Store: b.ports.Store, Observer: b.observer, Clients: b.clients, Breaker: b.breaker, Now: b.now, Log: b.ports.Log}
}

// Polling does job.Poll, job.Sweep and job.Remind: one function, one queue.
func (b *Bundle) Polling() job.Handler {
	sweep := &poll.Sweeper{Store: b.ports.Store, Sender: b.ports.Sender, Now: b.now, Log: b.ports.Log}
	ask := b.Poller()
	late := &poll.Reminder{Store: b.ports.Store, Observer: b.observer, Accounts: b.ports.Book(), Now: b.now, Log: b.ports.Log}
	return job.HandlerFunc(func(ctx context.Context, j job.Job) error {
		switch j.Kind {
		case job.Sweep:
			return sweep.Handle(ctx, j)
		case job.Remind:
			return late.Handle(ctx, j)
		}
		return ask.Handle(ctx, j)
	})
}

// Ingester does job.Ingest.
func (b *Bundle) Ingester() job.Handler { return b.ingester() }

func (b *Bundle) ingester() *ingest.Ingester {
	p := b.ports
	return &ingest.Ingester{Store: p.Store, Accounts: p.Book(), Clients: b.clients, Files: p.Files, Inbox: p.Inbox,
		Sender: p.Sender, Now: b.now, Log: p.Log}
}

// Reconciler does job.Reconcile.
func (b *Bundle) Reconciler() job.Handler { return b.reconciler() }

// Partitioner does the steps of a day that is too large for one function, as the state machine of template.yaml calls them.
func (b *Bundle) Partitioner() func(context.Context, reconcile.Step) (reconcile.Step, error) {
	return b.reconciler().Step
}

func (b *Bundle) reconciler() *reconcile.Reconciler {
	p := b.ports
	return &reconcile.Reconciler{Store: p.Store, Observer: b.observer, Clients: b.clients, Files: p.Files, Now: b.now, Log: p.Log,
		Large: cmp.Or(p.Bars.Large, reconcile.Large), Page: p.Bars.Page}
}

// Runner does job.Rows.
func (b *Bundle) Runner() job.Handler {
	p := b.ports
	return &run.Runner{Store: p.Store, Files: p.Files, Rows: b.Server(), Sender: p.Sender, Now: b.now, Log: p.Log, Chunk: p.Bars.Chunk, Chunks: p.Bars.Chunks}
}
