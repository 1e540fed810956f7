package dynamostore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/store/storetest"
)

// hurried does not wait between tries.
func hurried(tries int) dynamostore.Options {
	return dynamostore.Options{
		Tries: tries,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

// faulty is a client whose writes go through around.
type faulty struct {
	dynamostore.Client
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

var errLost = errors.New("connection reset")

// answer is an error as the client makes it of DynamoDB's answer.
func answer(status int, err error) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "UpdateItem", Err: &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err,
		},
	}}
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return dynamostore.New(newFake(), "t", hurried(0)) })
}

// journalled puts a record that is written once beside every lone Take, as whoever moves money does: among 64 writers
// more than eight may come between a lost reply and the next try.
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

// TestStoreUnderFaults is the whole contract while writes are throttled, lost on their way and lost on their way back.
func TestStoreUnderFaults(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store {
		var mu sync.Mutex
		random := rand.New(rand.NewPCG(1, 2))
		f := newFake()
		f.unread = func(asked int) int { return asked / 2 }
		client := faulty{f, func(send func() error) error {
			mu.Lock()
			fate := random.IntN(10)
			mu.Unlock()
			switch fate {
			case 0, 1:
				return errLost
			case 2:
				return answer(400, &types.ProvisionedThroughputExceededException{})
			case 3, 4:
				_ = send()
				return errLost
			case 5:
				_ = send()
				return answer(500, &types.InternalServerError{})
			}
			return send()
		}}
		return journalled{dynamostore.New(client, "t", hurried(60)), new(atomic.Int64)}
	})
}

func cancelled(codes ...string) error {
	var reasons []types.CancellationReason
	for _, c := range codes {
		reasons = append(reasons, types.CancellationReason{Code: aws.String(c)})
	}
	return answer(400, &types.TransactionCanceledException{CancellationReasons: reasons})
}

// TestOutcomes: what each error says about the commit, alone and after a try whose reply was lost.
func TestOutcomes(t *testing.T) {
	const busy, conflict, invalid, unknown = "busy", "conflict", "refused", "unknown"
	for name, c := range map[string]struct {
		err    error
		first  string // the commit's error when every try fails so
		sent   int
		unsure string // when the first try's reply was lost
	}{
		"throttle":          {answer(400, &types.ProvisionedThroughputExceededException{}), busy, 1, unknown},
		"request limit":     {answer(400, &types.RequestLimitExceeded{}), busy, 1, unknown},
		"throttling code":   {answer(400, &smithy.GenericAPIError{Code: "ThrottlingException"}), busy, 1, unknown},
		"conflict of one":   {answer(400, &types.TransactionConflictException{}), busy, 1, unknown},
		"conflict of two":   {cancelled("None", "TransactionConflict"), busy, 1, unknown},
		"throttle of two":   {cancelled("ThrottlingError", "None"), busy, 1, unknown},
		"unknown code":      {cancelled("None", "SomethingNew"), busy, 1, unknown},
		"no reasons":        {cancelled(), busy, 1, unknown},
		"no reason":         {cancelled("None", "None"), busy, 1, unknown},
		"both":              {cancelled("ConditionalCheckFailed", "TransactionConflict"), busy, 1, unknown},
		"condition of two":  {cancelled("ConditionalCheckFailed", "None"), conflict, 1, conflict},
		"condition of one":  {answer(400, &types.ConditionalCheckFailedException{}), conflict, 1, conflict},
		"validation":        {answer(400, &smithy.GenericAPIError{Code: "ValidationException"}), invalid, 1, unknown},
		"validation of two": {cancelled("ValidationError", "None"), invalid, 1, unknown},
		"denied":            {answer(400, &smithy.GenericAPIError{Code: "AccessDeniedException"}), invalid, 1, unknown},
		"in progress":       {answer(400, &types.TransactionInProgressException{}), unknown, 5, unknown},
		"server error":      {answer(500, &types.InternalServerError{}), unknown, 5, unknown},
		"unavailable":       {answer(503, errors.New("?")), unknown, 5, unknown},
		"time-out answer":   {answer(408, &smithy.GenericAPIError{Code: "RequestTimeout"}), unknown, 5, unknown},
		"answer cut off":    {answer(400, &smithy.DeserializationError{Err: net.ErrClosed}), unknown, 5, unknown},
		"no answer":         {errLost, unknown, 5, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			sent := 0
			commit := func(lostFirst bool) string {
				sent = 0
				s := dynamostore.New(faulty{newFake(), func(func() error) error {
					if sent++; lostFirst && sent == 1 {
						return errLost
					}
					return c.err
				}}, "t", hurried(5))
				writes := []store.Write{store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: "a"}}}}
				if name != "condition of one" && name != "conflict of one" {
					writes = append(writes, store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: "b"}}})
				}
				return kind(s.Commit(context.Background(), writes...))
			}
			if got := commit(false); got != c.first || sent != c.sent {
				t.Errorf("%s after %d, want %s after %d", got, sent, c.first, c.sent)
			}
			if got := commit(true); got != c.unsure {
				t.Errorf("after a lost reply %s, want %s", got, c.unsure)
			}
		})
	}
}

func kind(err error) string {
	var dynamo interface{ HTTPStatusCode() int }
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, store.ErrBusy):
		return "busy"
	case store.IsConflict(err):
		return "conflict"
	case len(err.Error()) > 20 && err.Error()[:22] == "dynamostore: effect of":
		return "unknown"
	case errors.As(err, &dynamo):
		return "refused"
	}
	return err.Error()
}

// TestLostReply: whatever is lost, a Take takes once and a Put that won is not called a conflict.
func TestLostReply(t *testing.T) {
	ctx, key := context.Background(), store.Key{PK: "p", SK: "a"}
	for name, write := range map[string]store.Write{
		"take": store.Take{Key: key, Amount: 4},
		"put":  store.Put{Record: store.Record{Key: key, Version: 1, Free: 6}},
	} {
		for _, others := range []int{0, 1, 7, 20} {
			for _, several := range []bool{false, true} {
				if others == 20 && !several {
					continue // more than an item remembers
				}
				t.Run(fmt.Sprintf("%s others=%d several=%t", name, others, several), func(t *testing.T) {
					f := newFake()
					direct := dynamostore.New(f, "t", hurried(1))
					if err := direct.Commit(ctx, store.Put{Record: store.Record{Key: key, Free: 10}}); err != nil {
						t.Fatal(err)
					}
					sent := 0
					options := hurried(5)
					options.Sleep = func(context.Context, time.Duration) error {
						for i := range others {
							raise(t, direct, key, i%2 == 0)
						}
						return nil
					}
					s := dynamostore.New(faulty{f, func(send func() error) error {
						err := send()
						if sent++; sent == 1 {
							return errLost
						}
						return err
					}}, "t", options)
					writes := []store.Write{write}
					if several {
						writes = append(writes, store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: "journal"}}})
					}
					if err := s.Commit(ctx, writes...); err != nil {
						t.Fatal(err)
					}
					if r, _ := s.Get(ctx, key); r.Free != 6+int64(others) || sent != 2 {
						t.Errorf("free %d after %d tries, want %d after 2", r.Free, sent, 6+others)
					}
				})
			}
		}
	}
}

// raise adds one to a balance, by a Put or by a Take.
func raise(t *testing.T, s store.Store, key store.Key, put bool) {
	t.Helper()
	r, err := s.Get(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	r.Free++
	var w store.Write = store.Put{Record: r}
	if !put {
		w = store.Take{Key: key, Amount: -1}
	}
	if err := s.Commit(context.Background(), w); err != nil {
		t.Fatal(err)
	}
}

func TestIndexEntriesThatLag(t *testing.T) {
	ctx, f := context.Background(), newFake()
	s := dynamostore.New(f, "t", hurried(3))
	entry := func(sk, due string) item {
		return item{
			"pk": &types.AttributeValueMemberS{Value: "p"}, "sk": &types.AttributeValueMemberS{Value: sk},
			"work-pk": &types.AttributeValueMemberS{Value: "w"}, "work-sk": &types.AttributeValueMemberS{Value: due},
		}
	}
	err := s.Commit(ctx, store.Put{Record: store.Record{
		Key: store.Key{PK: "p", SK: "a"}, Index: store.Places{Work: store.Key{PK: "w", SK: "2"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	f.stale = []item{entry("a", "1"), entry("a", "3"), entry("gone", "1")}
	page, err := s.Query(ctx, store.Query{Index: store.Work, PK: "w"})
	if err != nil || len(page.Records) != 1 || page.Records[0].Index.Work.SK != "2" {
		t.Errorf("found %+v, %v", page.Records, err)
	}
	page, err = s.Query(ctx, store.Query{Index: store.Work, PK: "w", KeysOnly: true})
	if err != nil || len(page.Records) != 4 {
		t.Errorf("keys %+v, %v", page.Records, err)
	}
}

func TestUnreadKeysAreAskedForAgain(t *testing.T) {
	ctx, f := context.Background(), newFake()
	s := dynamostore.New(f, "t", hurried(3))
	for i := range 20 {
		sk := fmt.Sprintf("%02d", i)
		err := s.Commit(ctx, store.Put{Record: store.Record{
			Key: store.Key{PK: "p", SK: sk}, Index: store.Places{Work: store.Key{PK: "w", SK: sk}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	f.unread = func(asked int) int { return asked - 1 } // one at a time is progress
	if page, err := s.Query(ctx, store.Query{Index: store.Work, PK: "w"}); err != nil || len(page.Records) != 20 {
		t.Errorf("%d records, %v", len(page.Records), err)
	}
	f.reads, f.unread = 0, func(asked int) int { return asked }
	if _, err := s.Query(ctx, store.Query{Index: store.Work, PK: "w"}); !errors.Is(err, store.ErrBusy) || f.reads != 3 {
		t.Errorf("%v after %d reads, want busy after 3", err, f.reads)
	}
}

// TestClientDoesNotRetryWrites: its retries would hide that an earlier try may have landed.
func TestClientDoesNotRetryWrites(t *testing.T) {
	f := newFake()
	s := dynamostore.New(f, "t", dynamostore.Options{})
	a, b := store.Record{Key: store.Key{PK: "p", SK: "a"}}, store.Record{Key: store.Key{PK: "p", SK: "b"}}
	for _, writes := range [][]store.Write{{store.Put{Record: a}}, {store.Take{Key: a.Key}, store.Put{Record: b}}} {
		f.retryer = nil
		if err := s.Commit(context.Background(), writes...); err != nil {
			t.Fatal(err)
		}
		if f.retryer == nil || f.retryer.MaxAttempts() != 1 {
			t.Errorf("%d writes: the client may try again by itself", len(writes))
		}
	}
}

func TestCommitIDs(t *testing.T) {
	ctx, f := context.Background(), newFake()
	s := dynamostore.New(f, "t", dynamostore.Options{})
	for i := range 100 {
		if err := s.Commit(ctx, store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: fmt.Sprint(i)}}}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, it := range f.items {
		id := textOf(it, "c0")
		seen[id] = true
		if len(id) != 16 {
			t.Fatalf("id %q; store.Size counts sixteen characters", id)
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d ids for 100 commits", len(seen))
	}
}
