package dynamostore

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
)

// Open makes a Store from the environment.
func Open(env awsenv.Env, table string) *Store {
	return New(dynamodb.NewFromConfig(env.Config(awsenv.DynamoDB)), table, Options{})
}
