package dynamostream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/vuelto/vuelto/pkg/aws/dynamostream"
	"github.com/vuelto/vuelto/pkg/store"
)

// ear takes what it is told until it must not.
type ear struct {
	heard []store.Change
	fails map[string]bool
}

func (e *ear) Changed(_ context.Context, c store.Change) error {
	switch {
	case c.Key().SK == "panic":
		panic("a record nobody foresaw")
	case e.fails[c.Key().SK]:
		return errors.New("away")
	}
	e.heard = append(e.heard, c)
	return nil
}

func record(sk string, n int) string {
	return fmt.Sprintf(`{"eventID":"e%d","dynamodb":{"SequenceNumber":"%d","Keys":{"pk":{"S":"t#1"},"sk":{"S":%q}},
		"OldImage":{"pk":{"S":"t#1"},"sk":{"S":%q},"v":{"N":"1"},"b":{"B":"b2xk"},"f":{"N":"0"}},
		"NewImage":{"pk":{"S":"t#1"},"sk":{"S":%q},"v":{"N":"2"},"b":{"B":"bmV3"},"f":{"N":"7"},"t":{"SS":["b","a"]},"work-pk":{"S":"w"},"work-sk":{"S":"1"}}}}`, n, n, sk, sk, sk)
}

func TestBatch(t *testing.T) {
	for name, c := range map[string]struct {
		records []string
		heard   int
		want    string
	}{
		"empty":      {nil, 0, `{"batchItemFailures":[]}`},
		"all":        {[]string{record("a", 1), record("b", 2)}, 2, `{"batchItemFailures":[]}`},
		"from there": {[]string{record("a", 1), record("bad", 2), record("c", 3)}, 1, `{"batchItemFailures":[{"itemIdentifier":"2"}]}`},
		"panic":      {[]string{record("panic", 1), record("b", 2)}, 0, `{"batchItemFailures":[{"itemIdentifier":"1"}]}`},
		"no image":   {[]string{record("a", 1), `{"eventID":"x","dynamodb":{"SequenceNumber":"2"}}`}, 1, `{"batchItemFailures":[{"itemIdentifier":"2"}]}`},
		"no number":  {[]string{`{"eventID":"x","dynamodb":{"SequenceNumber":"9","NewImage":{"pk":{"S":"t"},"sk":{"S":"s"},"v":{"N":"x"}}}}`}, 0, `{"batchItemFailures":[{"itemIdentifier":"9"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			var event events.DynamoDBEvent
			for _, text := range c.records {
				var r events.DynamoDBEventRecord
				if err := json.Unmarshal([]byte(text), &r); err != nil {
					t.Fatal(err)
				}
				event.Records = append(event.Records, r)
			}
			e := &ear{fails: map[string]bool{"bad": true}}
			answer, err := dynamostream.Batch(e, slog.New(slog.DiscardHandler))(context.Background(), event)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(answer); string(got) != c.want || len(e.heard) != c.heard {
				t.Errorf("heard %d, answered %s; want %d, %s", len(e.heard), got, c.heard, c.want)
			}
			for _, h := range e.heard {
				if h.Old.Version != 1 || string(h.Old.Body) != "old" || h.New.Version != 2 || string(h.New.Body) != "new" || h.New.Free != 7 ||
					fmt.Sprint(h.New.Tags) != "[a b]" || h.New.Index.Work != (store.Key{PK: "w", SK: "1"}) {
					t.Errorf("heard %+v", h)
				}
			}
		})
	}
}
