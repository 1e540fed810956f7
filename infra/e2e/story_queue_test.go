//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/vuelto/vuelto/pkg/sim"
)

// deliveries is how often SQS delivers each message of the story: the standard queues promise at least once.
const deliveries = 3

// hidden is how long a received message is invisible here. Under load the emulator ends connections after it has handed
// messages out; nobody has those, and the template's visibility time-outs are minutes, longer than the story waits.
const hidden = 10 * time.Second

// queue is one of the template's queues in the emulator, with the event source mapping that feeds its function.
type queue struct {
	*stack
	client   *sqs.Client
	spec     sim.QueueSpec
	url, dlq string

	stop   context.CancelFunc
	ended  sync.WaitGroup
	failed atomic.Int64

	mu   sync.Mutex
	seen []string // bodies, each message once
}

func newQueue(s *stack, client *sqs.Client, spec sim.QueueSpec) *queue {
	s.Helper()
	q := &queue{stack: s, client: client, spec: spec}
	q.dlq = q.create(spec.DeadLetter, nil)
	arn, err := client.GetQueueAttributes(context.Background(), &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(q.dlq), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	})
	if err != nil {
		s.Fatal(err)
	}
	q.url = q.create(spec.Name, map[string]string{
		"VisibilityTimeout": fmt.Sprint(int(spec.Visibility.Seconds())),
		"RedrivePolicy":     fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, arn.Attributes["QueueArn"], spec.MaxReceives),
	})
	return q
}

func (q *queue) create(name string, attributes map[string]string) string {
	q.Helper()
	out, err := q.client.CreateQueue(context.Background(), &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes})
	if err != nil {
		q.Fatal(err)
	}
	return aws.ToString(out.QueueUrl)
}

// start feeds the function until pause.
func (q *queue) start() {
	ctx, cancel := context.WithCancel(context.Background())
	q.stop = cancel
	q.ended.Go(func() {
		for ctx.Err() == nil {
			messages, err := q.receive(ctx, q.url, int32(q.spec.BatchSize))
			if err == nil && len(messages) > 0 {
				err = q.work(messages)
			}
			if err != nil && ctx.Err() == nil {
				q.Errorf("%s: %v", q.spec.Name, err)
				return
			}
		}
	})
	q.Cleanup(q.pause)
}

func (q *queue) pause() {
	q.stop()
	q.ended.Wait()
}

func (q *queue) receive(ctx context.Context, url string, most int32) ([]types.Message, error) {
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(url), MaxNumberOfMessages: most, WaitTimeSeconds: 1, VisibilityTimeout: int32(hidden.Seconds()),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// work does what Lambda does with a batch: it deletes what did not fail. What has not been delivered often enough is left
// as if the delete had been lost; what failed comes again at once and not, as on AWS, after the visibility time-out.
func (q *queue) work(messages []types.Message) error {
	var event events.SQSEvent
	for _, m := range messages {
		event.Records = append(event.Records, events.SQSMessage{MessageId: aws.ToString(m.MessageId), Body: aws.ToString(m.Body),
			ReceiptHandle: aws.ToString(m.ReceiptHandle), Attributes: m.Attributes, EventSource: "aws:sqs"})
	}
	var answer events.SQSEventResponse
	if err := q.invoke(q.spec.Function, event, &answer); err != nil {
		return err
	}
	for _, m := range messages {
		count, err := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
		if err != nil {
			return err
		}
		if count == 1 {
			q.mu.Lock()
			q.seen = append(q.seen, aws.ToString(m.Body))
			q.mu.Unlock()
		}
		failed := slices.Contains(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: aws.ToString(m.MessageId)})
		if failed {
			q.failed.Add(1)
		}
		if failed || count < deliveries {
			err = q.again(m)
		} else {
			err = q.drop(q.url, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (q *queue) again(m types.Message) error {
	_, err := q.client.ChangeMessageVisibility(context.Background(), &sqs.ChangeMessageVisibilityInput{
		QueueUrl: aws.String(q.url), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0,
	})
	return err
}

func (q *queue) drop(url string, m types.Message) error {
	_, err := q.client.DeleteMessage(context.Background(), &sqs.DeleteMessageInput{QueueUrl: aws.String(url), ReceiptHandle: m.ReceiptHandle})
	return err
}

func (q *queue) send(body string) {
	q.Helper()
	if _, err := q.client.SendMessage(context.Background(), &sqs.SendMessageInput{QueueUrl: aws.String(q.url), MessageBody: aws.String(body)}); err != nil {
		q.Fatal(err)
	}
}

// left is how many messages a queue holds, visible or not.
func (q *queue) left(url string) int {
	q.Helper()
	names := []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible, types.QueueAttributeNameApproximateNumberOfMessagesDelayed}
	out, err := q.client.GetQueueAttributes(context.Background(), &sqs.GetQueueAttributesInput{QueueUrl: aws.String(url), AttributeNames: names})
	if err != nil {
		q.Fatal(err)
	}
	sum := 0
	for _, name := range names {
		n, _ := strconv.Atoi(out.Attributes[string(name)]) // absent is zero
		sum += n
	}
	return sum
}

// die sends every message that was ever delivered once more and lets its deliveries time out until SQS gives up on it.
func (q *queue) die() int {
	q.Helper()
	for _, body := range q.seen {
		q.send(body)
	}
	for deadline := time.Now().Add(2 * time.Minute); q.left(q.dlq) < len(q.seen); {
		messages, err := q.receive(context.Background(), q.url, 10)
		if err != nil {
			q.Fatal(err)
		}
		for _, m := range messages {
			if err := q.again(m); err != nil {
				q.Fatal(err)
			}
		}
		if time.Now().After(deadline) {
			q.Fatalf("%s: %d of %d messages are dead", q.spec.Name, q.left(q.dlq), len(q.seen))
		}
	}
	return len(q.seen)
}

// redrive puts the dead letters back on the queue.
func (q *queue) redrive() {
	q.Helper()
	for q.left(q.dlq) > 0 {
		messages, err := q.receive(context.Background(), q.dlq, 10)
		if err != nil {
			q.Fatal(err)
		}
		for _, m := range messages {
			q.send(aws.ToString(m.Body))
			if err := q.drop(q.dlq, m); err != nil {
				q.Fatal(err)
			}
		}
	}
}
