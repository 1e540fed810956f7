//go:build sns

package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

type texter struct{ *sns.Client }

func (t texter) call(ctx context.Context) error {
	_, err := t.Publish(ctx, &sns.PublishInput{})
	return err
}

func init() {
	opened = append(opened, func(c aws.Config) client { return texter{sns.NewFromConfig(c)} })
}
