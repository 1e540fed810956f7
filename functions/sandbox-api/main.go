// Command sandbox-api plays every provider beside a test stack.
package main

import (
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/apigw"
	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/sandbox"
)

func main() {
	h := host.Open(config.Needs{Played: true, Sends: []job.Kind{job.Play}})
	sender := sqsqueue.Open(h.AWS, h.Config.Queues)
	lambda.Start(apigw.Wrap(sandbox.New(sandbox.Ports{Store: h.Ports().Store, Sender: sender, Now: time.Now, Log: h.Log})))
}
