package intake_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/intake"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

// teller signs nothing and tells everything; asker says only that something moved.
type teller struct{}

func (teller) Profile() provider.Profile {
	return provider.Profile{Name: "p", Networks: []string{"efecty"}, Currencies: []provider.CurrencyRule{{Currency: money.COP}}, Timeout: time.Second}
}
func (teller) Verify(provider.Delivery) error                  { return nil }
func (teller) Read(provider.Delivery) ([]provider.Fact, error) { return nil, nil }

type asker struct{ teller }

func (asker) Inquire(context.Context, provider.Fact) ([]provider.Fact, error) { return nil, nil }

type one struct{ client *provider.Client }

func (o one) Client(context.Context, string) (*provider.Client, error) { return o.client, nil }

// lost is a queue that takes nothing.
type lost struct{}

func (lost) Send(context.Context, job.Job, time.Duration) error { return errors.New("lost") }

// TestTheSameBytesAreDueAgainWhereTheyOnlySayThatSomethingMoved: an applied delivery that comes again must not rest on a
// message that may be lost; one that tells all it has to tell stays applied.
func TestTheSameBytesAreDueAgainWhereTheyOnlySayThatSomethingMoved(t *testing.T) {
	for name, c := range map[string]struct {
		adapter provider.Adapter
		again   bool
	}{"tells": {teller{}, false}, "must be asked": {asker{}, true}} {
		ctx, now := context.Background(), time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
		clock := providertest.NewHost(now, 1)
		account := provider.Account{ID: "a", Tenant: "demo", Provider: "p", Network: "efecty", Secrets: []string{"s"}}
		client, err := provider.Open(c.adapter, account, clock)
		if err != nil {
			t.Fatal(err)
		}
		kept := memstore.New(memstore.Options{Now: clock.Now})
		mux := http.NewServeMux()
		mux.Handle("/webhooks/{provider}/{account}", &intake.Intake{Store: kept, Clients: one{client}, Sender: lost{}, Now: clock.Now, Log: slog.New(slog.DiscardHandler)})
		deliver := func() int {
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/webhooks/p/a", strings.NewReader("moved")))
			return rec.Code
		}
		read := func() webhook.Delivery {
			record, err := kept.Get(ctx, webhook.Key("demo", "a", []byte("moved")))
			if err != nil {
				t.Fatal(err)
			}
			d, err := webhook.Decode(record)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		if code := deliver(); code != http.StatusOK || read().Due.IsZero() {
			t.Errorf("%s: first %d, due %s", name, code, read().Due)
		}
		applied := read().Again(clock.Now(), webhook.Applied, "")
		if err := kept.Commit(ctx, store.Put{Record: webhook.Encode(applied)}); err != nil {
			t.Fatal(err)
		}
		clock.Sleep(time.Hour)
		if code := deliver(); code != http.StatusOK || read().Due.IsZero() == c.again || (read().Outcome == webhook.Applied) == c.again {
			t.Errorf("%s: again %d, %s, due %s", name, code, read().Outcome, read().Due)
		}
	}
}
