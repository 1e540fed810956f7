// Package snstext sends SMS through SNS.
package snstext

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/notice"
)

// Client is what of the SNS client sending takes.
type Client interface {
	Publish(context.Context, *sns.PublishInput, ...func(*sns.Options)) (*sns.PublishOutput, error)
}

// Texter is a notice.Texter.
type Texter struct{ client Client }

// New sends through a client.
func New(client Client) Texter { return Texter{client} }

// Open makes a Texter from the environment; nil if SMS is off.
func Open(env awsenv.Env, sms string) notice.Texter {
	if sms == notice.Off {
		return nil
	}
	return New(sns.NewFromConfig(env.Config(awsenv.SNS)))
}

// Text implements notice.Texter. A number that SNS cannot read, or whose owner wants no messages, stays so.
func (t Texter) Text(ctx context.Context, to, text string) error {
	_, err := t.client.Publish(ctx, &sns.PublishInput{PhoneNumber: aws.String(to), Message: aws.String(text),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"AWS.SNS.SMS.SMSType": {DataType: aws.String("String"), StringValue: aws.String("Transactional")}}})
	var invalid *types.InvalidParameterException
	var out *types.OptedOutException
	if errors.As(err, &invalid) || errors.As(err, &out) {
		return fmt.Errorf("snstext: %w", notice.ErrRefused)
	}
	return err
}
