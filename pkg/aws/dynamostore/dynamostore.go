// Package dynamostore keeps records in one table of DynamoDB.
//
// A commit of one write is one conditional UpdateItem, a commit of several one TransactWriteItems. Each item carries
// the ids of the last commits that wrote it, so that a commit whose reply was lost finds itself when it is tried again
// instead of taking its own effect for another's.
//
// An item remembers eight commits. A commit that also puts a new record nobody writes again, as every commit that moves
// money does with its journal entry, finds itself whatever happens in between. One that only writes busy records finds
// itself unless eight others came between the lost reply and the next try, a second later at most: it then reports a
// conflict though it landed.
package dynamostore

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vuelto/vuelto/pkg/store"
)

// Reader is what of the DynamoDB client reading takes.
type Reader interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
}

// Writer is what of the DynamoDB client writing takes.
type Writer interface {
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Client is what *dynamodb.Client offers us.
type Client interface {
	Reader
	Writer
}

// Options have working zero values.
type Options struct {
	// NewID makes the id of a commit: unique, 1 to 36 characters. Nil: 96 bits of crypto/rand.
	NewID func() string
	// Sleep waits between two tries, and fails when ctx ends. Nil: a timer.
	Sleep func(ctx context.Context, d time.Duration) error
	// Float is a number in [0,1) for the jitter of waits. Nil: math/rand.
	Float func() float64
	// Tries is how often a commit of unknown effect is sent, and unread keys are asked for. 0 = 5.
	Tries int
}

// Store is a store.Store.
type Store struct {
	client  Client
	table   string
	options Options
}

// New is a store on a table made as Table says.
func New(client Client, table string, o Options) *Store {
	if o.NewID == nil {
		o.NewID = newID
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Float == nil {
		o.Float = mathrand.Float64
	}
	if o.Tries == 0 {
		o.Tries = 5
	}
	return &Store{client, table, o}
}

// newID panics never: crypto/rand does not fail.
func newID() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
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

// pause waits before the next try: full jitter, up to 50 ms at first, doubling to a second.
func (s *Store) pause(ctx context.Context, try int) error {
	most := min(50*time.Millisecond<<min(try, 10), time.Second)
	return s.options.Sleep(ctx, time.Duration(s.options.Float()*float64(most)))
}

// Commit implements store.Store. It tries again by itself only what may already have been written, under the same
// commit id, until it knows: ErrBusy is only returned when no try can have landed.
func (s *Store) Commit(ctx context.Context, writes ...store.Write) error {
	if err := store.Check(writes); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	id, unsure := s.options.NewID(), false
	for try := 1; ; try++ {
		result, err := judge(s.send(ctx, writes, id), writes, id)
		switch {
		case result == landed:
			return nil
		case result == lost, result == refused && !unsure:
			return err
		case result == busy && !unsure:
			return fmt.Errorf("%w: %v", store.ErrBusy, err)
		}
		unsure = true
		if try == s.options.Tries {
			return fmt.Errorf("dynamostore: effect of commit %s unknown after %d tries: %w", id, try, err)
		}
		if stop := s.pause(ctx, try); stop != nil {
			return fmt.Errorf("dynamostore: effect of commit %s unknown: %w", id, errors.Join(stop, err))
		}
	}
}

// send tries once. The client's own retries are off: after a lost reply they would return the second try's throttling
// as if nothing could have been written.
func (s *Store) send(ctx context.Context, writes []store.Write, id string) error {
	once := func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }
	if len(writes) == 1 {
		_, err := s.client.UpdateItem(ctx, plan(writes[0], id).single(s.table), once)
		return err
	}
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(id)}
	for _, w := range writes {
		in.TransactItems = append(in.TransactItems, plan(w, id).part(s.table))
	}
	_, err := s.client.TransactWriteItems(ctx, in, once)
	return err
}
