// Package s3file keeps files in a bucket of S3.
package s3file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
	CopyObject(context.Context, *s3.CopyObjectInput, ...func(*s3.Options)) (*s3.CopyObjectOutput, error)
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
	out, err := s.get(ctx, name)
	if err != nil {
		return nil, err
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

func (s Store) get(ctx context.Context, name string) (*s3.GetObjectOutput, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(s.bucket), Key: aws.String(name)})
	var absent *types.NoSuchKey
	if errors.As(err, &absent) {
		return nil, fmt.Errorf("%w: %s", file.ErrNotFound, name)
	}
	if err != nil {
		return nil, fmt.Errorf("s3file: get %s: %w", name, err)
	}
	return out, nil
}

// Open implements file.Inbox. The mark is the object's entity tag.
func (s Store) Open(ctx context.Context, name string) (io.ReadCloser, string, time.Time, error) {
	if err := file.Check(name); err != nil {
		return nil, "", time.Time{}, err
	}
	out, err := s.get(ctx, name)
	if err != nil {
		return nil, "", time.Time{}, err
	}
	if size := aws.ToInt64(out.ContentLength); size > file.Most {
		return nil, "", time.Time{}, errors.Join(fmt.Errorf("%w: %s has %d bytes, at most %d", file.ErrTooLarge, name, size, file.Most), out.Body.Close())
	}
	return out.Body, aws.ToString(out.ETag), aws.ToTime(out.LastModified), nil
}

// Copy implements file.Inbox: S3 copies by itself, on the condition that the tag is still the one that was opened.
func (s Store) Copy(ctx context.Context, name, mark, to string) error {
	if err := errors.Join(file.Check(name), file.Check(to)); err != nil {
		return err
	}
	_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String(s.bucket), Key: aws.String(to),
		CopySource: aws.String((&url.URL{Path: s.bucket + "/" + name}).EscapedPath()), CopySourceIfMatch: aws.String(mark),
		TaggingDirective: types.TaggingDirectiveReplace}) // by none: whoever dropped it may have put tags there that this role cannot read
	if statusOf(err) == http.StatusPreconditionFailed {
		return fmt.Errorf("%w: %s", file.ErrChanged, name)
	}
	if err != nil {
		return fmt.Errorf("s3file: copy %s: %w", name, err)
	}
	return nil
}

// statusOf is the HTTP status of the answer an error was read from; 0 if there was none.
func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}
