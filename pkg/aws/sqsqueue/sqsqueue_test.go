package sqsqueue_test

import (
	"context"
	"errors"
	"testing"
	"time"

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
