// Package sqsqueue sends jobs through SQS.
package sqsqueue

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/vuelto/vuelto/pkg/job"
)

// maxDelay is the longest delay SQS knows.
const maxDelay = 15 * time.Minute

// Client is what of the SQS client sending takes.
type Client interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// Sender is a job.Sender over one queue for each kind of job.
type Sender struct {
	client Client
	queues map[job.Kind]string
}

// NewSender sends each kind of job to the queue of that URL.
func NewSender(client Client, queues map[job.Kind]string) Sender { return Sender{client, queues} }

// Send implements job.Sender. A delay is rounded up to whole seconds. An error leaves open whether the job was sent.
func (s Sender) Send(ctx context.Context, j job.Job, delay time.Duration) error {
	url, ok := s.queues[j.Kind]
	if !ok {
		return fmt.Errorf("sqsqueue: no queue for %q", j.Kind)
	}
	if delay < 0 || delay > maxDelay {
		return fmt.Errorf("sqsqueue: delay %s of %s", delay, j.Key)
	}
	seconds := int32((delay + time.Second - 1) / time.Second)
	_, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: aws.String(url), MessageBody: aws.String(string(job.Encode(j))), DelaySeconds: seconds,
	})
	if err != nil {
		return fmt.Errorf("sqsqueue: send %s %s: %w", j.Kind, j.Key, err)
	}
	return nil
}
