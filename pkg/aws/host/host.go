// Package host is what a function finds around it when it starts on Lambda: its configuration, its log, the real clock, a
// wire to providers, and the table. Queues and files are opened beside it by the functions that need them, so that no
// function links a client it does not use.
package host

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"time"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/port"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// Host is one function's surroundings.
type Host struct {
	Config config.Config
	AWS    awsenv.Env
	Log    *slog.Logger
}

// Open reads the environment of the running function. A function that is configured wrongly must not start: Open logs
// every fault and ends the process, which Lambda reports as a failed start.
func Open(needs config.Needs) Host {
	h, err := Read(os.LookupEnv, needs)
	if err != nil {
		h.Log.Error("not started", "error", err)
		os.Exit(1)
	}
	return h
}

// Read reads the environment through lookup. The log is usable even if there is an error.
func Read(lookup func(string) (string, bool), needs config.Needs) (Host, error) {
	c, err := config.Read(lookup, needs)
	env, err2 := awsenv.Read(lookup)
	name, _ := lookup("AWS_LAMBDA_FUNCTION_NAME")
	return Host{Config: c, AWS: env, Log: newLogger(os.Stdout, c.Level, name)}, errors.Join(err, err2)
}

// Ports are those that every function has. Sender and Files are for the caller to add.
func (h Host) Ports() port.Set {
	table := dynamostore.Open(h.AWS, h.Config.Table)
	h.warm(os.LookupEnv, table)
	timely := &store.Timely{Store: table, Now: time.Now, Within: provider.ClockTolerance / 2, Log: h.Log}
	return port.Set{
		Store:  store.Patient{Store: timely, Sleep: sleep, Float: mathrand.Float64, Now: time.Now},
		Doer:   NewWire(h.Log),
		Clock:  Clock{},
		Live:   h.Config.Mode == provider.Live,
		Float:  mathrand.Float64,
		NewID:  newID,
		Random: random,
		Log:    h.Log,
	}
}

// warmUp bounds what a start may spend on its first connection.
const warmUp = time.Second

// warm opens the first TLS connection while Lambda still gives a starting function a whole processor: reading the system's
// certificates takes some milliseconds of one, and ten times that later. Elsewhere, or with an emulator, there is nothing
// to gain. What comes back is of no interest: the first real request says what is wrong.
func (h Host) warm(lookup func(string) (string, bool), table store.Store) {
	if _, lambda := lookup("AWS_LAMBDA_INITIALIZATION_TYPE"); !lambda || h.AWS.Local(awsenv.DynamoDB) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmUp)
	defer cancel()
	_, _ = table.Get(ctx, store.Key{PK: "warm", SK: "warm"})
}

// Clock is real time.
type Clock struct{}

// Now implements provider.Clock.
func (Clock) Now() time.Time { return time.Now() }

// WithTimeout implements provider.Clock.
func (Clock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func newID() string { return identity.DeriveAt("req_", time.Now(), string(random(15))) }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
