// Command event-outbox listens to the table's stream and keeps what merchants are to be told.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/dynamostream"
	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/bundle/telling"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
)

func main() {
	h := host.Open(config.Needs{Sends: []job.Kind{job.Deliver, job.Notify}})
	ports := telling.Ports{Set: h.Ports()}
	ports.Sender = sqsqueue.Open(h.AWS, h.Config.Queues)
	lambda.Start(dynamostream.Batch(telling.Teller(ports), h.Log))
}
