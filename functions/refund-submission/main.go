// Command refund-submission hands queued refunds and payouts to their provider.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/provider/all"
)

func main() {
	h := host.Open(config.Needs{})
	lambda.Start(sqsevents.Batch(bundle.New(h.Ports(), all.Registry()).Submitter(), h.Log))
}
