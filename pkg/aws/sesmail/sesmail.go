// Package sesmail sends e-mails through SES.
package sesmail

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/notice"
)

// Client is what of the SES client sending takes.
type Client interface {
	SendEmail(context.Context, *sesv2.SendEmailInput, ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error)
}

// Mailer is a notice.Mailer with one sender.
type Mailer struct {
	client Client
	from   string
	set    string
}

// New sends from an address that SES has verified, under a configuration set, which says where it tells that a mail came back;
// empty = none.
func New(client Client, from, set string) Mailer { return Mailer{client, from, set} }

// Open makes a Mailer from the environment; nil if there is no sender.
func Open(env awsenv.Env, from, set string) notice.Mailer {
	if from == notice.Off {
		return nil
	}
	return New(sesv2.NewFromConfig(env.Config(awsenv.SES)), from, set)
}

// Mail implements notice.Mailer. What SES rejects by the message or the address it will reject again.
func (m Mailer) Mail(ctx context.Context, mail notice.Mail) error {
	text := func(s string) *types.Content {
		return &types.Content{Data: aws.String(s), Charset: aws.String("UTF-8")}
	}
	body := &types.Body{Text: text(mail.Text)}
	if mail.HTML != "" {
		body.Html = text(mail.HTML)
	}
	in := &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(m.from),
		Destination:      &types.Destination{ToAddresses: []string{mail.To}},
		Content: &types.EmailContent{Simple: &types.Message{Subject: text(mail.Subject),
			Body: body, Attachments: attached(mail.Files)}},
	}
	if m.set != "" {
		in.ConfigurationSetName = aws.String(m.set)
		in.EmailTags = tags(mail)
	}
	_, err := m.client.SendEmail(ctx, in)
	var rejected *types.MessageRejected
	var bad *types.BadRequestException
	if errors.As(err, &rejected) || errors.As(err, &bad) {
		return fmt.Errorf("sesmail: %w", notice.ErrRefused)
	}
	return err
}

// Tags that SES says again of a mail that comes back.
const (
	TagTenant = "vuelto-tenant"
	TagEvent  = "vuelto-event"
)

func tags(mail notice.Mail) (all []types.MessageTag) {
	if mail.Event == "" {
		return nil
	}
	return []types.MessageTag{{Name: aws.String(TagTenant), Value: aws.String(mail.Tenant)}, {Name: aws.String(TagEvent), Value: aws.String(mail.Event)}}
}

func attached(files []notice.Attachment) []types.Attachment {
	var all []types.Attachment
	for _, f := range files {
		all = append(all, types.Attachment{FileName: aws.String(f.Name), ContentType: aws.String(f.Type), RawContent: f.Body,
			ContentDisposition: types.AttachmentContentDispositionAttachment, ContentTransferEncoding: types.AttachmentContentTransferEncodingBase64})
	}
	return all
}
