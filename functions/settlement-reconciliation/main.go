// Command settlement-reconciliation compares a settlement day with the books.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/provider/all"
)

func main() {
	h := host.Open(config.Needs{Files: true})
	ports := h.Ports()
	ports.Files = s3file.Open(h.AWS, h.Config.Bucket)
	lambda.Start(sqsevents.Batch(bundle.New(ports, all.Registry()).Reconciler(), h.Log))
}
