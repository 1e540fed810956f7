// Command merchant-api answers merchant systems: payments, refunds, payouts, and what became of them.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/infra/openapi"
	"github.com/vuelto/vuelto/pkg/aws/apigw"
	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider/all"
)

func main() {
	h := host.Open(config.Needs{Sends: []job.Kind{job.Submit, job.Deliver}})
	ports := h.Ports()
	ports.OpenAPI = openapi.Document() // embedded where it is kept
	ports.Sender = sqsqueue.Open(h.AWS, h.Config.Queues)
	lambda.Start(apigw.Wrap(bundle.New(ports, all.Registry()).MerchantAPI()))
}
