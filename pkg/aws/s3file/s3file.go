// Package s3file keeps files in a bucket of S3.
package s3file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/vuelto/vuelto/pkg/file"
)

// Client is what of the S3 client files take.
type Client interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// Store is a file.Store.
type Store struct {
	client Client
	bucket string
}

// New is a store over a bucket that nobody else writes.
func New(client Client, bucket string) Store { return Store{client, bucket} }

// tries is how often a Put asks who won when S3 saw two writers at once.
const tries = 4

// Put implements file.Store. The condition is in the write: whoever comes second compares.
func (s Store) Put(ctx context.Context, name string, body []byte) error {
	return s.put(ctx, body, &s3.PutObjectInput{Bucket: aws.String(s.bucket), Key: aws.String(name), IfNoneMatch: aws.String("*")})
}

// Vault is a Store over a bucket with Object Lock.
type Vault struct{ Store }

// Lock implements file.Vault by Object Lock in its stricter mode: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
func (v Vault) Lock(ctx context.Context, name string, body []byte, until time.Time) error {
	return v.put(ctx, body, &s3.PutObjectInput{Bucket: aws.String(v.bucket), Key: aws.String(name), IfNoneMatch: aws.String("*"),
		ObjectLockMode: types.ObjectLockModeCompliance, ObjectLockRetainUntilDate: aws.Time(until)})
}

func (s Store) put(ctx context.Context, body []byte, in *s3.PutObjectInput) error {
	name := *in.Key
	if err := file.Check(name); err != nil {
		return err
	}
	for try := 1; ; try++ {
		in.Body = bytes.NewReader(body)
		_, err := s.client.PutObject(ctx, in)
		if err == nil {
			return nil
		}
		switch status := statusOf(err); {
		case status == http.StatusPreconditionFailed:
			return s.compare(ctx, name, body)
		case status != http.StatusConflict || try == tries:
			return fmt.Errorf("s3file: put %s: %w", name, err)
		}
	}
}

// compare is how a repeated Put, also one whose first reply was lost, succeeds.
func (s Store) compare(ctx context.Context, name string, body []byte) error {
	held, err := s.Get(ctx, name)
	if err != nil {
		return err
	}
	if !bytes.Equal(held, body) {
		return fmt.Errorf("%w: %s", file.ErrExists, name)
	}
	return nil
}

// Get implements file.Store.
func (s Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := file.Check(name); err != nil {
		return nil, err
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(s.bucket), Key: aws.String(name)})
	var absent *types.NoSuchKey
	if errors.As(err, &absent) {
		return nil, fmt.Errorf("%w: %s", file.ErrNotFound, name)
	}
	if err != nil {
		return nil, fmt.Errorf("s3file: get %s: %w", name, err)
	}
	size := aws.ToInt64(out.ContentLength)
	var text bytes.Buffer
	if size <= file.Most { // else not a byte of it is read
		text.Grow(int(size) + bytes.MinRead)
		_, err = text.ReadFrom(io.LimitReader(out.Body, file.Most+1))
	}
	if err := errors.Join(err, out.Body.Close()); err != nil {
		return nil, fmt.Errorf("s3file: read %s: %w", name, err)
	}
	if size = max(size, int64(text.Len())); size > file.Most {
		return nil, fmt.Errorf("%w: %s has %d bytes or more, at most %d", file.ErrTooLarge, name, size, file.Most)
	}
	return text.Bytes(), nil
}

// statusOf is the HTTP status of the answer an error was read from; 0 if there was none.
func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}
