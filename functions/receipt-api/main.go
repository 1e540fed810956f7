// Command receipt-api gives out receipts and evidence of how refunds and payouts ended.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/apigw"
	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/bundle/issuing"
	"github.com/vuelto/vuelto/pkg/config"
)

func main() {
	h := host.Open(config.Needs{Files: true, Settled: true})
	ports := h.Ports()
	ports.Files = s3file.Open(h.AWS, h.Config.Settled)
	lambda.Start(apigw.Wrap(issuing.ReceiptAPI(issuing.Ports{Set: ports, Vault: s3file.Vault{Store: s3file.Open(h.AWS, h.Config.Bucket)}})))
}
