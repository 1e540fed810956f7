package sesmail_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/vuelto/vuelto/pkg/aws/sesmail"
	"github.com/vuelto/vuelto/pkg/notice"
)

// ses keeps what it was asked to send.
type ses struct {
	in  *sesv2.SendEmailInput
	err error
}

func (s *ses) SendEmail(_ context.Context, in *sesv2.SendEmailInput, _ ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error) {
	s.in = in
	return nil, s.err
}

// TestAMailNamesItsNotice, so that SES can say which one came back; what nobody asks for is not named, nor is without a set.
func TestAMailNamesItsNotice(t *testing.T) {
	s := &ses{}
	mail := notice.Mail{To: "ana@example.pe", Subject: "Ñandú", Text: "Hola", Tenant: "demo", Event: "evt_1"}
	if err := sesmail.New(s, "us@example.pe", "set").Mail(context.Background(), mail); err != nil {
		t.Fatal(err)
	}
	tags := map[string]string{}
	for _, tag := range s.in.EmailTags {
		tags[*tag.Name] = *tag.Value
	}
	if aws.ToString(s.in.ConfigurationSetName) != "set" || len(tags) != 2 || tags[sesmail.TagTenant] != "demo" || tags[sesmail.TagEvent] != "evt_1" {
		t.Errorf("%v %v", s.in.ConfigurationSetName, tags)
	}
	file := notice.Attachment{Name: "informe-día-报表.xlsx", Type: "application/x", Body: []byte("a\r\nb\x00" + string(make([]byte, 2000)))}
	if err := sesmail.New(s, "us@example.pe", "").Mail(context.Background(), notice.Mail{To: "f@example.pe", HTML: "<p>", Files: []notice.Attachment{file}}); err != nil {
		t.Fatal(err)
	}
	got := s.in.Content.Simple.Attachments
	if s.in.ConfigurationSetName != nil || s.in.EmailTags != nil || len(got) != 1 || *got[0].FileName != file.Name || !bytes.Equal(got[0].RawContent, file.Body) ||
		got[0].ContentTransferEncoding != types.AttachmentContentTransferEncodingBase64 {
		t.Errorf("%+v", s.in)
	}
}

// TestRefusedForGood is what SES says of the message or the address; all else may pass.
func TestRefusedForGood(t *testing.T) {
	for err, want := range map[error]bool{&types.MessageRejected{}: true, &types.BadRequestException{}: true, &types.TooManyRequestsException{}: false,
		&types.SendingPausedException{}: false, errors.New("reset"): false} {
		got := sesmail.New(&ses{err: err}, "us@example.pe", "").Mail(context.Background(), notice.Mail{To: "x@example.pe"})
		if got == nil || errors.Is(got, notice.ErrRefused) != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}
