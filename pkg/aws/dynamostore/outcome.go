package dynamostore

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/vuelto/vuelto/pkg/store"
)

// outcome is what one try of a commit proves.
type outcome int

const (
	landed  outcome = iota // it is written, now or by an earlier try
	lost                   // a condition did not hold; nothing is written by this or an earlier try
	busy                   // others were in the way; this try wrote nothing
	refused                // DynamoDB will not have it; this try wrote nothing
	unknown                // it may be written, now or in a moment
)

// Codes of a cancelled transaction's reasons, one for each of its writes. All others are contention of some kind.
const (
	codeNone      = "None"
	codeCondition = "ConditionalCheckFailed"
	codeInvalid   = "ValidationError"
	codeOversize  = "ItemCollectionSizeLimitExceeded"
)

// judge reads the error of one try.
func judge(err error, writes []store.Write, id string) (outcome, error) {
	if err == nil {
		return landed, nil
	}
	var condition *types.ConditionalCheckFailedException
	if errors.As(err, &condition) {
		return judgeItems(writes, []item{condition.Item}, []bool{true}, id)
	}
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		result, conflict := judgeReasons(cancelled.CancellationReasons, writes, id)
		return result, cmp.Or(conflict, err)
	}
	var conflict *types.TransactionConflictException
	if errors.As(err, &conflict) {
		return busy, err
	}
	var running *types.TransactionInProgressException
	if errors.As(err, &running) {
		return unknown, err // our own earlier try is still at it
	}
	if throttled(err) {
		return busy, err
	}
	// A status alone proves nothing: the body that was cut off may have said that a condition failed because our own
	// earlier try landed.
	var said smithy.APIError
	status := statusOf(err)
	if errors.As(err, &said) && status >= 400 && status < 500 && status != http.StatusRequestTimeout {
		return refused, err
	}
	return unknown, err
}

// statusOf is the HTTP status of the answer an error was read from; 0 if there was none.
func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

func throttled(err error) bool {
	for _, check := range retry.DefaultThrottles {
		if check.IsErrorThrottle(err) == aws.TrueTernary {
			return true
		}
	}
	return false
}

// judgeReasons reads why a transaction was cancelled. Its error is nil unless conditions alone were the cause.
// Contention beside a failed condition counts as contention: the next try names every loser.
func judgeReasons(reasons []types.CancellationReason, writes []store.Write, id string) (outcome, error) {
	items, failed := make([]item, len(writes)), make([]bool, len(writes))
	result := lost
	if len(reasons) != len(writes) {
		return busy, nil
	}
	for i, reason := range reasons {
		switch aws.ToString(reason.Code) {
		case "", codeNone:
		case codeCondition:
			items[i], failed[i] = reason.Item, true
			if wroteIt(reason.Item, id) {
				return landed, nil
			}
		case codeInvalid, codeOversize:
			result = refused
		default:
			result = max(result, busy)
		}
	}
	if result != lost {
		return result, nil
	}
	return judgeItems(writes, items, failed, id)
}

// judgeItems names the losers by the items they found.
func judgeItems(writes []store.Write, items []item, failed []bool, id string) (outcome, error) {
	var losers []store.Loser
	for i, w := range writes {
		if !failed[i] {
			continue
		}
		if wroteIt(items[i], id) {
			return landed, nil
		}
		reason, err := whyLost(w, items[i])
		if err != nil {
			return lost, err
		}
		losers = append(losers, store.Loser{Key: store.KeyOf(w), Reason: reason})
	}
	if losers == nil {
		return busy, nil // cancelled, but no write says why
	}
	return lost, &store.ConflictError{Losers: losers}
}

func whyLost(w store.Write, found item) (store.Reason, error) {
	switch w := w.(type) {
	case store.Put:
		if w.Record.Version == 0 {
			return store.Exists, nil
		}
		return store.Version, nil
	case store.Take:
		if len(found) == 0 {
			return store.Absent, nil
		}
		if w.Amount < 0 {
			return "", fmt.Errorf("%w: the balance of %s would overflow", store.ErrInvalid, w.Key)
		}
	}
	return store.Short, nil
}
