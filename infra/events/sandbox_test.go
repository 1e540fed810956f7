package events_test

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/vuelto/vuelto/pkg/aws/apigw"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/sandbox"
)

// sandboxKey is the one in the events.
const sandboxKey = sandbox.KeyPrefix + "of_the_events"

// beside plays the events of the sandbox beside a stack, on a table of its own.
func (s *stage) beside() {
	s.Helper()
	const site = "https://a1b2c3d4e5.execute-api.sa-east-1.amazonaws.com"
	ctx := context.Background()
	stage := sandbox.New(sandbox.Ports{Store: memstore.New(memstore.Options{}), Sender: s, Now: time.Now, Log: s.log})
	if err := stage.Open(ctx, site, sandboxKey, sandbox.Accounts("demo", site, sandboxKey, "x7")); err != nil {
		s.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		status int
		text   string
	}{
		{"sandbox-api/live-key", 401, `"code":"live_key_refused"`},
		{"sandbox-api/arm-fault", 200, `"armed":{"timeout_after_commit":1}`},
		{"sandbox-api/ledger", 200, `"entries":[]`},
	} {
		var e events.APIGatewayV2HTTPRequest
		s.event(c.name, &e)
		answer, err := apigw.Wrap(stage)(ctx, e)
		if err != nil || answer.StatusCode != c.status || !strings.Contains(answer.Body, c.text) {
			s.Fatalf("%s: %d %s (%v), want %d with %s", c.name, answer.StatusCode, answer.Body, err, c.status, c.text)
		}
	}
	var e events.SQSEvent
	s.event("sandbox-callbacks/minute", &e)
	carrier := &sandbox.Carrier{Stage: stage, Clock: s.world}
	if answer, err := sqsevents.Batch(carrier, s.log)(ctx, e); err != nil || len(answer.BatchItemFailures) != 0 {
		s.Fatalf("sandbox-callbacks/minute: %v (%v)", answer, err)
	}
}
