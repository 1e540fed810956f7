//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/store"
)

// faulty is a real client whose writes a test disturbs. Around nil it is the client itself.
type faulty struct {
	dynamostore.Client
	// around gets each write as a function to call, or not.
	around func(send func() error) error
}

func (f faulty) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (out *dynamodb.UpdateItemOutput, err error) {
	err = f.around(func() error {
		out, err = f.Client.UpdateItem(ctx, in, o...)
		return err
	})
	return out, err
}

func (f faulty) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (out *dynamodb.TransactWriteItemsOutput, err error) {
	err = f.around(func() error {
		out, err = f.Client.TransactWriteItems(ctx, in, o...)
		return err
	})
	return out, err
}

// oneByOne is for an emulator whose writes are not atomic under concurrency.
func oneByOne(client dynamostore.Client) dynamostore.Client {
	var mu sync.Mutex
	return faulty{client, func(send func() error) error {
		mu.Lock()
		defer mu.Unlock()
		return send()
	}}
}

// journalled puts a record that is written once beside every lone Take, as whoever moves money does: among 64 writers
// more than an item remembers may come between a lost reply and the next try.
type journalled struct {
	store.Store
	entries *atomic.Int64
}

func (j journalled) Commit(ctx context.Context, writes ...store.Write) error {
	if len(writes) == 1 {
		if _, take := writes[0].(store.Take); take {
			key := store.Key{PK: "journal", SK: fmt.Sprint(j.entries.Add(1))}
			writes = append(writes, store.Put{Record: store.Record{Key: key}})
		}
	}
	return j.Store.Commit(ctx, writes...)
}

var (
	errBefore = errors.New("connection lost before the request was read")
	errAfter  = errors.New("connection lost before the reply was read")
)

// fault is what happens to one write.
type fault string

const (
	none   fault = ""
	before fault = "lost before its effect"
	after  fault = "reply lost after its effect"
)

// scripted meets the writes with these faults in turn, and with none when they are used up.
func scripted(client dynamostore.Client, faults ...fault) dynamostore.Client {
	return faulty{client, func(send func() error) error {
		f := none
		if len(faults) > 0 {
			f, faults = faults[0], faults[1:]
		}
		switch f {
		case before:
			return errBefore
		case after:
			_ = send()
			return errAfter
		}
		return send()
	}}
}
