//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

const table = "vuelto"

// slowly waits half a minute for an answer where functions wait five seconds: an emulator on a busy machine is not a network
// that loses replies, and that test would be another one (TestStoreWithLostReplies), which moto cannot pass.
func slowly(o *dynamodb.Options) {
	o.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = 30 * time.Second })
}

func database(t *testing.T, env awsenv.Env) dynamostore.Client {
	t.Helper()
	client := dynamodb.NewFromConfig(env.Config(awsenv.DynamoDB), slowly)
	if _, err := client.CreateTable(context.Background(), dynamostore.Table(table)); err != nil {
		t.Fatal(err)
	}
	return oneByOne(client)
}

// hurried does not wait between tries: faults here come from the test.
func hurried() dynamostore.Options {
	return dynamostore.Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

func TestStore(t *testing.T) {
	each(t, func(t *testing.T, env awsenv.Env) {
		s := dynamostore.New(database(t, env), table, dynamostore.Options{})
		storetest.Run(t, func(*testing.T) store.Store { return s })
	})
}

// TestStoreWithLostReplies is the whole contract again while every second write loses a request or a reply. On ministack
// only: moto undoes a refused transaction by putting back a copy of the whole table, so that on a busy machine, where a
// request that we gave up on is still at work, it forgets what others wrote meanwhile.
func TestStoreWithLostReplies(t *testing.T) {
	t.Run(emulators()[0].name, func(t *testing.T) {
		env := start(t, emulators()[0])
		var mu sync.Mutex
		random := rand.New(rand.NewPCG(7, 7))
		draw := func() float64 {
			mu.Lock()
			defer mu.Unlock()
			return random.Float64()
		}
		options := hurried()
		options.Tries = 40
		s := journalled{dynamostore.New(faulty{database(t, env), func(send func() error) error {
			if draw() < 0.25 {
				return errBefore
			}
			err := send()
			if draw() < 0.33 {
				return errAfter
			}
			return err
		}}, table, options), new(atomic.Int64)}
		storetest.Run(t, func(*testing.T) store.Store { return s })
	})
}

func TestLostReplies(t *testing.T) {
	each(t, func(t *testing.T, env awsenv.Env) {
		client := database(t, env)
		for i, faults := range [][]fault{{after}, {before}, {after, after}, {before, after, before}, {after, before, after}} {
			for _, several := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d several=%t", i, several), func(t *testing.T) {
					lostReply(t, client, several, faults)
				})
			}
		}
		t.Run("overtaken", func(t *testing.T) { overtaken(t, client) })
		t.Run("never heard", func(t *testing.T) { neverHeard(t, client) })
	})
}

// lostReply: a Take has its effect once, whatever happens to requests and replies.
func lostReply(t *testing.T, client dynamostore.Client, several bool, faults []fault) {
	ctx := context.Background()
	pk := t.Name()
	key := store.Key{PK: pk, SK: "balance"}
	if err := dynamostore.New(client, table, hurried()).Commit(ctx, store.Put{Record: store.Record{Key: key, Free: 10}}); err != nil {
		t.Fatal(err)
	}
	writes := []store.Write{store.Take{Key: key, Amount: 4}}
	if several {
		writes = append(writes, store.Put{Record: store.Record{Key: store.Key{PK: pk, SK: "journal"}}})
	}
	s := dynamostore.New(scripted(client, faults...), table, hurried())
	if err := s.Commit(ctx, writes...); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Get(ctx, key); err != nil || r.Free != 6 || r.Version != 2 {
		t.Fatalf("free %d, version %d, %v; want 6, 2", r.Free, r.Version, err)
	}
}

// overtaken: seven others write the record between a lost reply and the next try, which still finds itself.
func overtaken(t *testing.T, client dynamostore.Client) {
	ctx := context.Background()
	key := store.Key{PK: t.Name(), SK: "balance"}
	other := dynamostore.New(client, table, hurried())
	if err := other.Commit(ctx, store.Put{Record: store.Record{Key: key, Free: 100}}); err != nil {
		t.Fatal(err)
	}
	options := hurried()
	options.Sleep = func(ctx context.Context, _ time.Duration) error {
		for range 7 {
			if err := other.Commit(ctx, store.Take{Key: key, Amount: 1}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := dynamostore.New(scripted(client, after), table, options).Commit(ctx, store.Take{Key: key, Amount: 10}); err != nil {
		t.Fatal(err)
	}
	if r, err := other.Get(ctx, key); err != nil || r.Free != 83 {
		t.Fatalf("free %d, %v; want 83", r.Free, err)
	}
}

// neverHeard: without any reply the effect is unknown, and no sentinel says otherwise.
func neverHeard(t *testing.T, client dynamostore.Client) {
	ctx := context.Background()
	key := store.Key{PK: t.Name(), SK: "a"}
	s := dynamostore.New(scripted(client, after, after, after, after, after), table, hurried())
	err := s.Commit(ctx, store.Put{Record: store.Record{Key: key}})
	if err == nil || errors.Is(err, store.ErrBusy) || store.IsConflict(err) || errors.Is(err, store.ErrInvalid) {
		t.Fatalf("error %v", err)
	}
	if r, err := s.Get(ctx, key); err != nil || r.Version != 1 {
		t.Fatalf("version %d, %v", r.Version, err)
	}
}
