//go:build sqs

package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

type queue struct{ *sqs.Client }

func (q queue) call(ctx context.Context) error {
	_, err := q.SendMessage(ctx, &sqs.SendMessageInput{})
	return err
}

func init() {
	opened = append(opened, func(c aws.Config) client { return queue{sqs.NewFromConfig(c)} })
}
