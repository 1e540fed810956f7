// Command buyer-notice tells buyers of their money, by e-mail and SMS.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sesmail"
	"github.com/vuelto/vuelto/pkg/aws/snstext"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/bundle/telling"
	"github.com/vuelto/vuelto/pkg/config"
)

func main() {
	h := host.Open(config.Needs{Notices: true})
	ports := telling.Ports{Set: h.Ports(), Site: h.Config.Site}
	ports.Mailer = sesmail.Open(h.AWS, h.Config.MailFrom, h.Config.MailSet)
	ports.Texter = snstext.Open(h.AWS, h.Config.SMS)
	lambda.Start(sqsevents.Batch(telling.Notifier(ports), h.Log))
}
