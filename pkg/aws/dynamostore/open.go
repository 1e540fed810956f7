package dynamostore

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/store"
)

// Open makes a Store from the environment.
func Open(env awsenv.Env, table string) *Store {
	return New(dynamodb.NewFromConfig(env.Config(awsenv.DynamoDB), func(o *dynamodb.Options) {
		o.Retryer = onlyFaults{o.Retryer}
		o.HTTPClient = &dated{o.HTTPClient}
	}), table, Options{})
}

// onlyFaults leaves throttling to the caller (store.Patient). Were the client to repeat it too, tries would multiply: a call
// of a table that refuses everything took longer than a function may.
type onlyFaults struct{ aws.Retryer }

// IsErrorRetryable implements aws.Retryer.
func (r onlyFaults) IsErrorRetryable(err error) bool {
	return !throttled(err) && r.Retryer.IsErrorRetryable(err)
}

// dated notes the Date of every answer: DynamoDB's own clock. The client would only correct its signatures by it, and go on
// with a clock that is wrong.
type dated struct{ dynamodb.HTTPClient }

// Do implements dynamodb.HTTPClient.
func (d *dated) Do(req *http.Request) (*http.Response, error) {
	resp, err := d.HTTPClient.Do(req)
	if err == nil {
		at, _ := http.ParseTime(resp.Header.Get("Date")) // zero says nothing
		store.Answered(req.Context(), at)
	}
	return resp, err
}
