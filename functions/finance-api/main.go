// Command finance-api tells what settlement files came to, and takes what people decide about it.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/apigw"
	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/bundle/finance"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
)

func main() {
	h := host.Open(config.Needs{Sends: []job.Kind{job.Reconcile}, Files: true})
	ports := h.Ports()
	ports.Sender = sqsqueue.Open(h.AWS, h.Config.Queues)
	ports.Files = s3file.Open(h.AWS, h.Config.Bucket)
	lambda.Start(apigw.Wrap(finance.API(ports)))
}
