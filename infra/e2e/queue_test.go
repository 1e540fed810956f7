//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/job/queuetest"
)

// TestQueue asks of the emulators what memqueue's own test asks of memqueue. The clauses named here are differences that
// README.md lists: one that an emulator comes to keep fails as well.
func TestQueue(t *testing.T) {
	differs := map[string][]string{
		"ministack": {"long delay", "negative delay", "settled twice", "old receipt", "not in flight"},
		"moto":      {"negative delay", "empty", "characters", "not in flight"},
	}
	for _, e := range emulators() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel() // they mostly wait
			client := sqs.NewFromConfig(start(t, e).Config(awsenv.SQS))
			noMoveTask(t, client)
			var opened atomic.Int64
			queuetest.Run(t, queuetest.Bench{
				Open: func(t testing.TB, o queuetest.Options) queuetest.Queue {
					return openQueue(t, client, fmt.Sprintf("q%d", opened.Add(1)), o)
				},
				Now: time.Now, Pass: time.Sleep, Late: 20 * time.Second, Differs: differs[e.name], Parallel: true, Tries: 3,
			})
		})
	}
}

// noMoveTask fails once an emulator has what the console's redrive is made of: redrive is to use it then.
func noMoveTask(t *testing.T, client *sqs.Client) {
	dead := queueARN(t, client, createQueue(t, client, "moved", nil))
	_, err := client.StartMessageMoveTask(context.Background(), &sqs.StartMessageMoveTaskInput{SourceArn: aws.String(dead)},
		func(o *sqs.Options) { o.RetryMaxAttempts = 1 })
	if missing := new(types.ResourceNotFoundException); err == nil || errors.As(err, &missing) {
		t.Errorf("there is a StartMessageMoveTask: %v; README.md says there is none", err)
	}
}

// openQueue makes a queue with a dead-letter queue behind it, as the template does.
func openQueue(t testing.TB, client *sqs.Client, name string, o queuetest.Options) queuetest.Queue {
	t.Helper()
	live, dead := sqsFeed{client: client}, sqsFeed{client: client}
	dead.url = createQueue(t, client, name+"-dead", nil)
	arn := queueARN(t, client, dead.url)
	attributes := map[string]string{}
	if o.Visibility > 0 {
		attributes["VisibilityTimeout"] = fmt.Sprint(int(o.Visibility.Seconds()))
	}
	if o.Retention > 0 {
		attributes["MessageRetentionPeriod"] = fmt.Sprint(int(o.Retention.Seconds()))
	}
	if o.MaxReceives > 0 {
		attributes["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, arn, o.MaxReceives)
	}
	live.url = createQueue(t, client, name, attributes)
	urls := map[job.Kind]string{}
	for _, kind := range job.Kinds() {
		if kind != queuetest.Foreign {
			urls[kind] = live.url
		}
	}
	return queuetest.Queue{Sender: sqsqueue.NewSender(client, urls), Feed: live, Dead: dead, Raw: live.send, Batch: lambdaBatch,
		Redrive: func() error { return redrive(dead, live) }}
}

func createQueue(t testing.TB, client *sqs.Client, name string, attributes map[string]string) string {
	t.Helper()
	out, err := client.CreateQueue(context.Background(), &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.QueueUrl)
}

func queueARN(t testing.TB, client *sqs.Client, url string) string {
	t.Helper()
	out, err := client.GetQueueAttributes(context.Background(), &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(url), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes["QueueArn"]
}

// lambdaBatch is how a function works on a batch.
func lambdaBatch(h job.Handler, batch []queuetest.Message) []string {
	var event events.SQSEvent
	for _, m := range batch {
		event.Records = append(event.Records, events.SQSMessage{MessageId: m.ID, Body: string(m.Body)})
	}
	answer, err := sqsevents.Batch(h, slog.New(slog.DiscardHandler))(context.Background(), event)
	if err != nil {
		panic(err) // it never fails as a whole
	}
	var failed []string
	for _, f := range answer.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

// redrive is what StartMessageMoveTask does inside SQS.
func redrive(dead, live sqsFeed) error {
	for {
		got, err := dead.Receive(10)
		if err != nil || len(got) == 0 {
			return err
		}
		for _, m := range got {
			if err := live.send(string(m.Body), 0); err != nil {
				return err
			}
		}
		if err := dead.Settle(got, nil); err != nil {
			return err
		}
	}
}

// sqsFeed does to one queue what Lambda does.
type sqsFeed struct {
	client *sqs.Client
	url    string
}

func (f sqsFeed) send(body string, delay time.Duration) error {
	_, err := f.client.SendMessage(context.Background(), &sqs.SendMessageInput{
		QueueUrl: aws.String(f.url), MessageBody: aws.String(body), DelaySeconds: int32(delay / time.Second),
	})
	return err
}

func (f sqsFeed) Receive(most int) ([]queuetest.Message, error) {
	const count, sent = types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp
	out, err := f.client.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(f.url), MaxNumberOfMessages: int32(most),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{count, sent},
	})
	if err != nil {
		return nil, err
	}
	var got []queuetest.Message
	for _, m := range out.Messages {
		receives, err := strconv.Atoi(m.Attributes[string(count)])
		if err != nil {
			return nil, err
		}
		ms, err := strconv.ParseInt(m.Attributes[string(sent)], 10, 64)
		if err != nil {
			return nil, err
		}
		got = append(got, queuetest.Message{Message: job.Message{ID: aws.ToString(m.MessageId), Body: []byte(aws.ToString(m.Body))},
			Receipt: aws.ToString(m.ReceiptHandle), Receives: receives, Sent: time.UnixMilli(ms)})
	}
	return got, nil
}

func (f sqsFeed) Settle(batch []queuetest.Message, failed []string) error {
	for _, m := range batch {
		if slices.Contains(failed, m.ID) {
			continue
		}
		if _, err := f.client.DeleteMessage(context.Background(), &sqs.DeleteMessageInput{
			QueueUrl: aws.String(f.url), ReceiptHandle: aws.String(m.Receipt.(string)),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (f sqsFeed) Hide(m queuetest.Message, d time.Duration) error {
	_, err := f.client.ChangeMessageVisibility(context.Background(), &sqs.ChangeMessageVisibilityInput{
		QueueUrl: aws.String(f.url), ReceiptHandle: aws.String(m.Receipt.(string)), VisibilityTimeout: int32(d / time.Second),
	})
	return err
}
