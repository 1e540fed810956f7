// Package dynamostream hands what Lambda brings from the table's stream to a listener.
package dynamostream

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/store"
)

// Batch is a Lambda handler: it tells the listener each change in turn and reports the first that it did not take; Lambda
// brings that one and all after it again. The event source needs ReportBatchItemFailures, else Lambda takes the answer for
// success of all.
func Batch(l store.Listener, log *slog.Logger) func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	return func(ctx context.Context, event events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		answer := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
		changes := make([]store.Change, 0, len(event.Records))
		for _, r := range event.Records {
			c, err := change(r)
			if err != nil {
				log.ErrorContext(ctx, "unreadable change", "message_id", r.EventID, "error", err)
				break
			}
			changes = append(changes, c)
		}
		if done := store.Hear(ctx, l, changes, log); done < len(event.Records) {
			answer.BatchItemFailures = append(answer.BatchItemFailures,
				events.DynamoDBBatchItemFailure{ItemIdentifier: event.Records[done].Change.SequenceNumber})
		}
		return answer, nil
	}
}

// change reads both images: the stream must be one of NEW_AND_OLD_IMAGES.
func change(r events.DynamoDBEventRecord) (c store.Change, err error) {
	if c.Old, err = image(r.Change.OldImage); err != nil {
		return c, err
	}
	if c.New, err = image(r.Change.NewImage); err != nil {
		return c, err
	}
	if c.Old.Version == 0 && c.New.Version == 0 {
		return c, fmt.Errorf("dynamostream: record %s has no image", r.EventID)
	}
	return c, nil
}

func image(attributes map[string]events.DynamoDBAttributeValue) (store.Record, error) {
	it := make(map[string]types.AttributeValue, len(attributes))
	for name, v := range attributes { // any order: each attribute has a name of its own
		switch v.DataType() {
		case events.DataTypeString:
			it[name] = &types.AttributeValueMemberS{Value: v.String()}
		case events.DataTypeNumber:
			it[name] = &types.AttributeValueMemberN{Value: v.Number()}
		case events.DataTypeBinary:
			it[name] = &types.AttributeValueMemberB{Value: v.Binary()}
		case events.DataTypeStringSet:
			it[name] = &types.AttributeValueMemberSS{Value: v.StringSet()}
		}
	}
	return dynamostore.Decode(it)
}
