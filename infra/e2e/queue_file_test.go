//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/file/filetest"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, env awsenv.Env) {
		client := s3.NewFromConfig(env.Config(awsenv.S3), func(o *s3.Options) { o.UsePathStyle = env.Local(awsenv.S3) })
		if _, err := client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: aws.String("files")}); err != nil {
			t.Fatal(err)
		}
		s := s3file.New(client, "files")
		if err := s.Put(t.Context(), "a", []byte("x")); err != nil {
			t.Fatal(err)
		}
		copies := s.Copy(t.Context(), "a", "another", "b")
		if moto := t.Name() == "TestFiles/moto"; moto != (copies == nil) {
			t.Errorf("a copy of what was not opened: %v; README.md says that moto alone makes one", copies)
		} else if moto {
			filetest.Run(t, func(*testing.T) file.Store { return struct{ file.Store }{s} })
			return
		}
		filetest.Run(t, func(*testing.T) file.Store { return s })
	})
}

// bench is a queue with a dead-letter queue behind it, as the template makes them.
type bench struct {
	*testing.T
	client   *sqs.Client
	url, dlq string
}

func queues(t *testing.T, env awsenv.Env, name string) bench {
	t.Helper()
	b := bench{T: t, client: sqs.NewFromConfig(env.Config(awsenv.SQS))}
	b.dlq = b.create(name+"-dead", nil)
	arn, err := b.client.GetQueueAttributes(context.Background(), &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(b.dlq), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.url = b.create(name, map[string]string{
		"VisibilityTimeout": "1",
		"RedrivePolicy":     fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":5}`, arn.Attributes["QueueArn"]),
	})
	return b
}

func (b bench) create(name string, attributes map[string]string) string {
	b.Helper()
	out, err := b.client.CreateQueue(context.Background(), &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes})
	if err != nil {
		b.Fatal(err)
	}
	return aws.ToString(out.QueueUrl)
}

func (b bench) receive(url string) []types.Message {
	b.Helper()
	out, err := b.client.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(url), MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
	})
	if err != nil {
		b.Fatal(err)
	}
	return out.Messages
}

// lambda does what Lambda does with one batch: it deletes what did not fail.
func (b bench) lambda(handler func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) {
	b.Helper()
	var event events.SQSEvent
	messages := b.receive(b.url)
	for _, m := range messages {
		event.Records = append(event.Records, events.SQSMessage{MessageId: aws.ToString(m.MessageId), Body: aws.ToString(m.Body)})
	}
	answer, err := handler(context.Background(), event)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range messages {
		failed := slices.Contains(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: aws.ToString(m.MessageId)})
		if failed {
			continue
		}
		if _, err := b.client.DeleteMessage(context.Background(), &sqs.DeleteMessageInput{
			QueueUrl: aws.String(b.url), ReceiptHandle: m.ReceiptHandle,
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPoisonAmongTen: nine records are done once, the poison ends in the dead-letter queue.
func TestPoisonAmongTen(t *testing.T) {
	each(t, func(t *testing.T, env awsenv.Env) {
		b := queues(t, env, "poison")
		s := sqsqueue.NewSender(b.client, map[job.Kind]string{job.Submit: b.url})
		for i := range 10 {
			j := job.Job{Kind: job.Submit, Key: store.Key{PK: "t#ñ", SK: fmt.Sprint(i)}}
			if err := s.Send(context.Background(), j, 0); err != nil {
				t.Fatal(err)
			}
		}
		done := map[string]int{}
		handler := sqsevents.Batch(job.HandlerFunc(func(_ context.Context, j job.Job) error {
			switch {
			case j.Key.PK != "t#ñ":
				return errors.New("the key changed on its way")
			case j.Key.SK == "7":
				panic("poison")
			}
			done[j.Key.SK]++
			return nil
		}), slog.New(slog.DiscardHandler))
		var dead []types.Message
		for deadline := time.Now().Add(30 * time.Second); len(dead) == 0 && time.Now().Before(deadline); {
			b.lambda(handler)
			dead = b.receive(b.dlq)
		}
		if len(dead) != 1 {
			t.Fatalf("%d messages in the dead-letter queue", len(dead))
		}
		if j, err := job.Decode([]byte(aws.ToString(dead[0].Body))); err != nil || j.Key.SK != "7" {
			t.Errorf("dead: %+v, %v", j, err)
		}
		for i := range 10 {
			want := 1
			if i == 7 {
				want = 0
			}
			if done[fmt.Sprint(i)] != want {
				t.Errorf("record %d done %d times, want %d", i, done[fmt.Sprint(i)], want)
			}
		}
	})
}

func TestDelayIsKept(t *testing.T) {
	each(t, func(t *testing.T, env awsenv.Env) {
		b := queues(t, env, "delay")
		s := sqsqueue.NewSender(b.client, map[job.Kind]string{job.Poll: b.url})
		sent := time.Now()
		if err := s.Send(context.Background(), job.Job{Kind: job.Poll, Key: store.Key{PK: "t", SK: "a"}}, 1500*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		for deadline := sent.Add(20 * time.Second); ; {
			if got := b.receive(b.url); len(got) == 1 {
				if waited := time.Since(sent); waited < 1500*time.Millisecond {
					t.Fatalf("received after %s", waited)
				}
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("never received")
			}
		}
	})
}
