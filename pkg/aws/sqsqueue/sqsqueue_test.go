package sqsqueue_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// outbox is a client that keeps what it is given.
type outbox struct {
	sent []*sqs.SendMessageInput
	err  error
}

func (o *outbox) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	o.sent = append(o.sent, in)
	return &sqs.SendMessageOutput{}, o.err
}

func TestSend(t *testing.T) {
	box := &outbox{}
	s := sqsqueue.NewSender(box, map[job.Kind]string{job.Submit: "https://queue/submit", job.Poll: "https://queue/poll"})
	j := job.Job{Kind: job.Poll, Key: store.Key{PK: "t#pay", SK: "pay_1"}}
	if err := s.Send(context.Background(), j, 1500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	in := box.sent[0]
	if aws.ToString(in.QueueUrl) != "https://queue/poll" || in.DelaySeconds != 2 {
		t.Errorf("sent %+v", in)
	}
	if got, err := job.Decode([]byte(aws.ToString(in.MessageBody))); got != j || err != nil {
		t.Errorf("body %s: %v", aws.ToString(in.MessageBody), err)
	}
}

func TestSendRefuses(t *testing.T) {
	box := &outbox{}
	s := sqsqueue.NewSender(box, map[job.Kind]string{job.Submit: "https://queue/submit"})
	for name, err := range map[string]error{
		"kind without queue": s.Send(context.Background(), job.Job{Kind: job.Poll}, 0),
		"long delay":         s.Send(context.Background(), job.Job{Kind: job.Submit}, 15*time.Minute+1),
		"negative delay":     s.Send(context.Background(), job.Job{Kind: job.Submit}, -1),
	} {
		if err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	if len(box.sent) != 0 {
		t.Errorf("%d sent", len(box.sent))
	}
	box.err = errors.New("away")
	if err := s.Send(context.Background(), job.Job{Kind: job.Submit}, 0); !errors.Is(err, box.err) {
		t.Errorf("error %v", err)
	}
}

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
			answer, err := sqsqueue.Batch(handler, slog.New(slog.DiscardHandler))(context.Background(), event)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(answer); string(got) != c.want {
				t.Errorf("answer %s, want %s", got, c.want)
			}
		})
	}
}
