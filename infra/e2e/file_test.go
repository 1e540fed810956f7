//go:build e2e

package e2e_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/file/filetest"
)

func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, env awsenv.Env) {
		client := s3.NewFromConfig(env.Config(awsenv.S3), func(o *s3.Options) { o.UsePathStyle = env.Local(awsenv.S3) })
		if _, err := client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: aws.String("files")}); err != nil {
			t.Fatal(err)
		}
		s := s3file.New(client, "files")
		if err := s.Put(t.Context(), "a", []byte("x")); err != nil {
			t.Fatal(err)
		}
		copies := s.Copy(t.Context(), "a", "another", "b")
		if moto := t.Name() == "TestFiles/moto"; moto != (copies == nil) {
			t.Errorf("a copy of what was not opened: %v; README.md says that moto alone makes one", copies)
		} else if moto {
			filetest.Run(t, func(*testing.T) file.Store { return struct{ file.Store }{s} })
			return
		}
		filetest.Run(t, func(*testing.T) file.Store { return s })
	})
}
