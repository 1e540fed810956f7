// Command finance-report mails each settlement day to a merchant's finance.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/aws/sesmail"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/bundle/reporting"
	"github.com/vuelto/vuelto/pkg/config"
)

func main() {
	h := host.Open(config.Needs{Files: true, Mails: true})
	ports := reporting.Ports{Set: h.Ports(), Mailer: sesmail.Open(h.AWS, h.Config.MailFrom, "")}
	ports.Files = s3file.Open(h.AWS, h.Config.Bucket)
	lambda.Start(sqsevents.Batch(reporting.Reporter(ports), h.Log))
}
