// Command event-delivery tells merchants' endpoints about events.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/egress"
	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/bundle/telling"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
)

func main() {
	h := host.Open(config.Needs{Sends: []job.Kind{job.Deliver}})
	ports := telling.Ports{Set: h.Ports()}
	ports.Sender = sqsqueue.Open(h.AWS, h.Config.Queues)
	ports.Outward = egress.New(egress.Public(), nil)
	lambda.Start(sqsevents.Batch(telling.Deliverer(ports), h.Log))
}
