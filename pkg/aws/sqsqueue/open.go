package sqsqueue

import (
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/job"
)

// Open makes a Sender from the environment.
func Open(env awsenv.Env, queues map[job.Kind]string) Sender {
	return NewSender(sqs.NewFromConfig(env.Config(awsenv.SQS)), queues)
}
