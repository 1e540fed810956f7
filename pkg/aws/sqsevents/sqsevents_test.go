package sqsevents_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestBatch: the answer's JSON is what Lambda reads, and an absent or null list would mean success of all.
func TestBatch(t *testing.T) {
	body := func(sk string) string {
		return string(job.Encode(job.Job{Kind: job.Apply, Key: store.Key{PK: "t", SK: sk}}))
	}
	handler := job.HandlerFunc(func(_ context.Context, j job.Job) error {
		switch j.Key.SK {
		case "bad":
			return errors.New("away")
		case "worse":
			panic("nobody foresaw this")
		}
		return nil
	})
	for name, c := range map[string]struct {
		bodies []string
		want   string
	}{
		"empty":      {nil, `{"batchItemFailures":[]}`},
		"all done":   {[]string{body("a"), body("b")}, `{"batchItemFailures":[]}`},
		"one of two": {[]string{body("a"), body("bad")}, `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`},
		"panic":      {[]string{body("worse"), body("a")}, `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`},
		"unreadable": {[]string{"hello", body("a"), ""}, `{"batchItemFailures":[{"itemIdentifier":"m0"},{"itemIdentifier":"m2"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			var event events.SQSEvent
			for i, b := range c.bodies {
				event.Records = append(event.Records, events.SQSMessage{MessageId: "m" + string(rune('0'+i)), Body: b})
			}
			answer, err := sqsevents.Batch(handler, slog.New(slog.DiscardHandler))(context.Background(), event)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(answer); string(got) != c.want {
				t.Errorf("answer %s, want %s", got, c.want)
			}
		})
	}
}
