// Command settlement-ingest pulls settlement files and archives them.
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
	h := host.Open(config.Needs{Sends: []job.Kind{job.Reconcile}, Files: true})
	ports := h.Ports()
	ports.Sender = sqsqueue.Open(h.AWS, h.Config.Queues)
	files := s3file.Open(h.AWS, h.Config.Bucket)
	ports.Files, ports.Inbox = files, files
	lambda.Start(sqsevents.Batch(bundle.New(ports, all.Registry()).Ingester(), h.Log))
}
