// Command batch-run works off batches of refunds and payouts.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider/all"
)

func main() {
	h := host.Open(config.Needs{Sends: []job.Kind{job.Submit, job.Rows}, Files: true})
	ports := h.Ports()
	ports.Sender = sqsqueue.Open(h.AWS, h.Config.Queues)
	ports.Files = s3file.Open(h.AWS, h.Config.Bucket)
	lambda.Start(sqsevents.Batch(bundle.New(ports, all.Registry()).Runner(), h.Log))
}
