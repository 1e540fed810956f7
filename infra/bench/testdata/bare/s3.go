//go:build s3

package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

type bucket struct{ *s3.Client }

func (b bucket) call(ctx context.Context) error {
	if _, err := b.GetObject(ctx, &s3.GetObjectInput{}); err != nil {
		return err
	}
	_, err := b.PutObject(ctx, &s3.PutObjectInput{})
	return err
}

func init() {
	opened = append(opened, func(c aws.Config) client { return bucket{s3.NewFromConfig(c)} })
}
