//go:build ses

package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
)

type mailer struct{ *sesv2.Client }

func (m mailer) call(ctx context.Context) error {
	_, err := m.SendEmail(ctx, &sesv2.SendEmailInput{})
	return err
}

func init() {
	opened = append(opened, func(c aws.Config) client { return mailer{sesv2.NewFromConfig(c)} })
}
