package s3file

import (
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
)

// Open makes a Store from the environment. Emulators know buckets by path only.
func Open(env awsenv.Env, bucket string) Store {
	return New(s3.NewFromConfig(env.Config(awsenv.S3), func(o *s3.Options) { o.UsePathStyle = env.Local(awsenv.S3) }), bucket)
}
