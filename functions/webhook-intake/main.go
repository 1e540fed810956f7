// Command webhook-intake receives what providers post: it verifies, keeps the raw bytes, asks for them to be applied, and
// answers.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/apigw"
	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/bundle/hearing"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider/all"
)

func main() {
	h := host.Open(config.Needs{Sends: []job.Kind{job.Apply}})
	ports := h.Ports()
	ports.Sender = sqsqueue.Open(h.AWS, h.Config.Queues)
	lambda.Start(apigw.Wrap(hearing.Intake(bundle.New(ports, all.Registry()))))
}
