// Command bare links and makes the clients of AWS that a function has (DynamoDB always; SQS, S3, SES and SNS by build tag), and does
// nothing with them: what is above it in a cold start is ours.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// client makes the calls that functions make of one service.
type client interface{ call(context.Context) error }

// opened are the further clients, by build tag.
var opened []func(aws.Config) client

func main() {
	config := aws.Config{
		Region: os.Getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}, nil
		}),
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
	}
	clients := []client{table{dynamodb.NewFromConfig(config)}}
	for _, open := range opened {
		clients = append(clients, open(config))
	}
	lambda.Start(func(ctx context.Context, _ any) (string, error) {
		if os.Getenv("BARE_CALLS") != "" { // never: what a function calls is linked, not called
			for _, c := range clients {
				if err := c.call(ctx); err != nil {
					return "", err
				}
			}
		}
		return "bare", nil
	})
}

type table struct{ *dynamodb.Client }

func (t table) call(ctx context.Context) error {
	if _, err := t.GetItem(ctx, &dynamodb.GetItemInput{}); err != nil {
		return err
	}
	if _, err := t.Query(ctx, &dynamodb.QueryInput{}); err != nil {
		return err
	}
	if _, err := t.UpdateItem(ctx, &dynamodb.UpdateItemInput{}); err != nil {
		return err
	}
	_, err := t.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{})
	return err
}
