// Package sqsevents does the jobs that Lambda brings from SQS. It is apart from what sends them: a function that sends none
// does not pay for a client of SQS at each cold start.
package sqsevents

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"github.com/vuelto/vuelto/pkg/job"
)

// Batch is a Lambda handler: it does each record's job and reports those to deliver again. The event source needs
// ReportBatchItemFailures, else Lambda takes the answer for success of all.
func Batch(h job.Handler, log *slog.Logger) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		messages := make([]job.Message, 0, len(event.Records))
		for _, r := range event.Records {
			messages = append(messages, job.Message{ID: r.MessageId, Body: []byte(r.Body)})
		}
		answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, id := range job.Batch(ctx, h, messages, log) {
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id})
		}
		return answer, nil
	}
}
