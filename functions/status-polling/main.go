// Command status-polling finds what is due and asks providers how things stand.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider/all"
)

func main() {
	h := host.Open(config.Needs{Sends: []job.Kind{job.Submit, job.Poll, job.Apply, job.Reconcile, job.Rows, job.Deliver, job.Notify, job.Report}})
	ports := h.Ports()
	ports.Sender = sqsqueue.Open(h.AWS, h.Config.Queues)
	lambda.Start(sqsevents.Batch(bundle.New(ports, all.Registry()).Polling(), h.Log))
}
