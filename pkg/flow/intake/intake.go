// Package intake receives webhooks: verify, keep the raw bytes, ask for them to be applied, answer. Nothing is parsed
// before it is kept, and nothing is kept that is not signed.
package intake

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

// Clients finds the provider client of an account.
type Clients interface {
	Client(ctx context.Context, account string) (*provider.Client, error)
}

// Intake serves POST /webhooks/{provider}/{account}.
type Intake struct {
	Store   store.Store
	Clients Clients
	Sender  job.Sender
	Now     func() time.Time
	Log     *slog.Logger
}

// MaxBody bounds a webhook's body.
const MaxBody = 64 << 10

// redeliver is how long after its arrival the sweep looks at a delivery whose job was lost.
const redeliver = time.Minute

// ServeHTTP answers 2xx only once the delivery is stored.
func (in *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		in.problem(w, r, http.StatusMethodNotAllowed, "method_not_allowed", "Webhooks are posted")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		in.problem(w, r, http.StatusRequestEntityTooLarge, "body_too_large", "A webhook is at most 64 kB")
		return
	}
	client, err := in.Clients.Client(r.Context(), r.PathValue("account"))
	if errors.Is(err, store.ErrNotFound) || (err == nil && client.Account().Provider != r.PathValue("provider")) {
		in.problem(w, r, http.StatusNotFound, "not_found", "No such account")
		return
	}
	if err != nil {
		in.fail(w, r, "account", err)
		return
	}
	in.receive(w, r, client, body)
}

func (in *Intake) receive(w http.ResponseWriter, r *http.Request, client *provider.Client, body []byte) {
	ctx, account := r.Context(), client.Account()
	delivery := provider.Delivery{From: r.RemoteAddr, Path: r.URL.RequestURI(), Header: r.Header, Body: body, ReceivedAt: in.Now()}
	if err := client.Verify(delivery); err != nil {
		in.Log.WarnContext(ctx, "webhook refused", "account", account.ID, "error", err)
		in.problem(w, r, http.StatusUnauthorized, "signature_invalid", "The signature, its secret or its time does not fit")
		return
	}
	kept := webhook.Delivery{Tenant: account.Tenant, Account: account.ID, Path: delivery.Path,
		Header: webhook.Keepable(r.Header), Body: body, ReceivedAt: delivery.ReceivedAt, Due: delivery.ReceivedAt.Add(redeliver)}
	err := in.Store.Commit(ctx, store.Put{Record: webhook.Encode(kept)})
	if store.IsConflict(err) && client.Inquires() {
		err = in.reopen(ctx, kept)
	}
	if err != nil && !store.IsConflict(err) {
		in.fail(w, r, "store", err)
		return
	}
	// Even for a repeat: the first one may have died between the put and the send.
	if err := in.Sender.Send(ctx, job.Job{Kind: job.Apply, Key: kept.KeyOf()}, 0); err != nil {
		in.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", kept.KeyOf().String(), "error", err)
	}
	acknowledge(w, client.Acknowledgement())
}

// reopen makes a delivery that came before due again. Its provider only says that something moved: the same bytes tell of
// the next move too, and that one must not rest on a message alone.
func (in *Intake) reopen(ctx context.Context, again webhook.Delivery) error {
	record, err := in.Store.Get(ctx, again.KeyOf())
	if err != nil {
		return err
	}
	again.Version = record.Version
	return in.Store.Commit(ctx, store.Put{Record: webhook.Encode(again)})
}

func acknowledge(w http.ResponseWriter, a provider.Acknowledgement) {
	if a.ContentType == "" {
		a = provider.Acknowledgement{ContentType: "application/json", Body: []byte(`{"received":true}`)}
	}
	w.Header().Set("Content-Type", a.ContentType)
	_, _ = w.Write(a.Body)
}

// fail asks the provider to come again.
func (in *Intake) fail(w http.ResponseWriter, r *http.Request, what string, err error) {
	in.Log.ErrorContext(r.Context(), "webhook not kept", "part", what, "error", err)
	w.Header().Set("Retry-After", "30")
	in.problem(w, r, http.StatusServiceUnavailable, "temporarily_unavailable", "It could not be kept")
}
