// Command sandbox-callbacks lets the played providers' time pass and carries their callbacks to the stack.
package main

import (
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/aws/sqsqueue"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/sandbox"
)

func main() {
	h := host.Open(config.Needs{Played: true, Sends: []job.Kind{job.Play}})
	ports, sender := h.Ports(), sqsqueue.Open(h.AWS, h.Config.Queues)
	stage := sandbox.New(sandbox.Ports{Store: ports.Store, Sender: sender, Now: time.Now, Log: h.Log})
	lambda.Start(sqsevents.Batch(&sandbox.Carrier{Stage: stage, Wire: ports.Doer, Clock: ports.Clock}, h.Log))
}
