// Package job is what travels through the queues: which verb, and which record. Messages carry keys only, so that a
// repeated, late or redriven message can do no more than ask again; the state is in the store.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// Kind names the verb. Stored strings: append only.
type Kind string

const (
	// Submit hands a queued disbursement to its provider. Key: the disbursement.
	Submit Kind = "submit"
	// Poll asks a provider about a payment or a disbursement. Key: the record.
	Poll Kind = "poll"
	// Apply folds a kept webhook delivery. Key: the delivery.
	Apply Kind = "apply"
	// Sweep finds what is due and sends its jobs. No key; started by a schedule.
	Sweep Kind = "sweep"
	// Ingest asks every account of a network for its settlement file. Key.PK: the network; started by a schedule.
	Ingest Kind = "ingest"
	// Drop takes a settlement file that somebody put into the bucket. Key.PK: its name; started by the bucket's event.
	Drop Kind = "drop"
	// Reconcile matches a settlement day against the books. Key: the reconciliation.
	Reconcile Kind = "reconcile"
	// Rows does the next rows of a batch. Key: the batch.
	Rows Kind = "batch"
	// Deliver tells a merchant's endpoints about an event. Key: the event.
	Deliver Kind = "deliver"
	// Notify tells a buyer. Key: the notice.
	Notify Kind = "notify"
	// Bounce says that the e-mail of a notice came back for good. Key: the notice; started by the mail carrier's event.
	Bounce Kind = "bounce"
	// Complaint says that somebody called the e-mail of a notice unwanted. Key: the notice; started by the mail carrier's event.
	Complaint Kind = "complaint"
	// Seal closes the day's journals of every merchant on a network. Key: the network.
	Seal Kind = "seal"
	// Remind tells every merchant on a network of what is going to be late. Key.PK: the network; started by a schedule.
	Remind Kind = "remind"
	// Report mails a settlement day to a merchant's finance. Key: the report; started by a schedule with Key.PK alone, the network.
	Report Kind = "report"
	// Play lets a played provider's time pass and carries its callbacks, beside a test stack. Key.PK: the provider; without a key, all of them.
	Play Kind = "play"
)

// Kinds lists every kind, for wiring and tests.
func Kinds() []Kind {
	return []Kind{Submit, Poll, Apply, Sweep, Ingest, Drop, Reconcile, Rows, Deliver, Notify, Seal, Remind, Report, Play, Bounce, Complaint}
}

// Job is one message.
type Job struct {
	Kind Kind
	Key  store.Key
}

// Sender puts jobs on their queues. A send may be lost by a crash: whoever sends has left a Due instant behind.
type Sender interface {
	// Send delivers the job at least once, not before the delay (at most 15 minutes).
	Send(ctx context.Context, j Job, delay time.Duration) error
}

// Handler does one job. A nil error means done (or nothing to do); any other asks for redelivery.
type Handler interface {
	Handle(ctx context.Context, j Job) error
}

// HandlerFunc makes a function a Handler.
type HandlerFunc func(context.Context, Job) error

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, j Job) error { return f(ctx, j) }

// ErrUnreadable says a message is no job: it will never become one, so it belongs in the dead-letter queue.
var ErrUnreadable = errors.New("job: unreadable message")

type wire struct {
	Kind Kind   `json:"kind"`
	PK   string `json:"pk,omitempty"`
	SK   string `json:"sk,omitempty"`
}

// Encode is the message body.
func Encode(j Job) []byte {
	b, err := json.Marshal(wire{j.Kind, j.Key.PK, j.Key.SK})
	if err != nil {
		panic(err) // three strings always encode
	}
	return b
}

// Decode reads a message body of this or any earlier release. Error: ErrUnreadable.
func Decode(body []byte) (Job, error) {
	var w wire
	if err := store.Unmarshal(body, &w); err != nil {
		return Job{}, fmt.Errorf("%w: %v", ErrUnreadable, err)
	}
	for _, k := range Kinds() {
		if w.Kind == k {
			return Job{Kind: k, Key: store.Key{PK: w.PK, SK: w.SK}}, nil
		}
	}
	return Job{}, fmt.Errorf("%w: kind %q", ErrUnreadable, w.Kind)
}
