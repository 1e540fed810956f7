package dynamostore

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
)

// Open makes a Store from the environment.
func Open(env awsenv.Env, table string) *Store {
	return New(dynamodb.NewFromConfig(env.Config(awsenv.DynamoDB), func(o *dynamodb.Options) {
		o.Retryer = onlyFaults{o.Retryer}
	}), table, Options{})
}

// onlyFaults leaves throttling to the caller (store.Patient). Were the client to repeat it too, tries would multiply: a call
// of a table that refuses everything took longer than a function may.
type onlyFaults struct{ aws.Retryer }

// IsErrorRetryable implements aws.Retryer.
func (r onlyFaults) IsErrorRetryable(err error) bool {
	return !throttled(err) && r.Retryer.IsErrorRetryable(err)
}
