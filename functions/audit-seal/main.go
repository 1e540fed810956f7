// Command audit-seal closes each day's journals under a lock.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/bundle/sealing"
	"github.com/vuelto/vuelto/pkg/config"
)

func main() {
	h := host.Open(config.Needs{Files: true})
	ports := h.Ports()
	ports.Files = s3file.Open(h.AWS, h.Config.Bucket)
	lambda.Start(sqsevents.Batch(sealing.Sealer(ports), h.Log))
}
