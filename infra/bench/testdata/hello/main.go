// Command hello is the least that Lambda's library for Go can be.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context, any) (string, error) { return "hello", nil })
}
