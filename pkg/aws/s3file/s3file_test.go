package s3file_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/vuelto/vuelto/pkg/aws/s3file"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/file/filetest"
)

// bucket is as much of S3 as s3file asks for.
type bucket struct {
	mu        sync.Mutex
	objects   map[string][]byte
	conflicts int // how many Puts are told that another is at it
	puts      int
	locks     []*s3.PutObjectInput
}

func newBucket() *bucket { return &bucket{objects: map[string][]byte{}} }

// status is an error as the client makes it of an answer.
func status(code int) error {
	return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: code}}, Err: errors.New(http.StatusText(code)),
	}}
}

func (b *bucket) PutObject(ctx context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.puts++
	if b.puts <= b.conflicts {
		return nil, status(http.StatusConflict)
	}
	if _, held := b.objects[*in.Key]; held && aws.ToString(in.IfNoneMatch) == "*" {
		return nil, status(http.StatusPreconditionFailed)
	}
	b.objects[*in.Key] = body
	if in.ObjectLockMode != "" {
		b.locks = append(b.locks, in)
	}
	return &s3.PutObjectOutput{}, nil
}

// cut is a body whose connection breaks off.
type cut struct{ io.Reader }

func (c cut) Close() error { return nil }

func (c cut) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// broken is a body that nobody may read, zeros one that does not end.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("read") }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func (b *bucket) CopyObject(ctx context.Context, in *s3.CopyObjectInput, _ ...func(*s3.Options)) (*s3.CopyObjectOutput, error) {
	from, err := url.PathUnescape(*in.CopySource)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	body, ok := b.objects[strings.TrimPrefix(from, *in.Bucket+"/")]
	if !ok {
		return nil, status(http.StatusNotFound)
	}
	if tag(body) != *in.CopySourceIfMatch {
		return nil, status(http.StatusPreconditionFailed)
	}
	b.objects[*in.Key] = body
	return &s3.CopyObjectOutput{}, nil
}

func tag(body []byte) string { return fmt.Sprintf("%x", md5.Sum(body)) }

func (b *bucket) GetObject(ctx context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	body, ok := b.objects[*in.Key]
	if !ok {
		return nil, &types.NoSuchKey{}
	}
	switch *in.Key {
	case "huge": // its length alone is told
		return &s3.GetObjectOutput{Body: io.NopCloser(broken{}), ContentLength: aws.Int64(file.Most + 1)}, nil
	case "endless": // not even that
		return &s3.GetObjectOutput{Body: io.NopCloser(zeros{})}, nil
	}
	if *in.Key == "cut" {
		return &s3.GetObjectOutput{Body: cut{bytes.NewReader(body)}}, nil
	}
	return &s3.GetObjectOutput{Body: io.NopCloser(bytes.NewReader(bytes.Clone(body))), ETag: aws.String(tag(body)), LastModified: aws.Time(monday)}, nil
}

// monday is when every object of the bucket was put there.
var monday = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

func TestStore(t *testing.T) {
	filetest.Run(t, func(*testing.T) file.Store { return s3file.New(newBucket(), "b") })
}

// TestALockedFile: under the mode that no one can lift, until the very instant.
func TestALockedFile(t *testing.T) {
	ctx, b, until := context.Background(), newBucket(), time.Date(2036, 11, 21, 5, 0, 0, 0, time.UTC)
	v := s3file.Vault{Store: s3file.New(b, "b")}
	for range 2 {
		if err := v.Lock(ctx, "receipts/a", []byte("x"), until); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Lock(ctx, "receipts/a", []byte("y"), until); !errors.Is(err, file.ErrExists) {
		t.Error(err)
	}
	if err := v.Put(ctx, "other", nil); err != nil {
		t.Fatal(err)
	}
	if len(b.locks) != 1 || b.locks[0].ObjectLockMode != types.ObjectLockModeCompliance || !b.locks[0].ObjectLockRetainUntilDate.Equal(until) {
		t.Errorf("%+v", b.locks)
	}
}

func TestWritersAtTheSameTime(t *testing.T) {
	ctx, b := context.Background(), newBucket()
	b.conflicts = 3
	if err := s3file.New(b, "b").Put(ctx, "a", []byte("x")); err != nil || b.puts != 4 {
		t.Errorf("%v after %d puts", err, b.puts)
	}
	b.puts, b.conflicts = 0, 100
	if err := s3file.New(b, "b").Put(ctx, "b", []byte("x")); err == nil || errors.Is(err, file.ErrExists) || b.puts != 4 {
		t.Errorf("%v after %d puts", err, b.puts)
	}
}

// TestHalfAFileIsAnError: half a settlement file would look like a short day.
func TestHalfAFileIsAnError(t *testing.T) {
	ctx, s := context.Background(), s3file.New(newBucket(), "b")
	if err := s.Put(ctx, "cut", []byte("half of it")); err != nil {
		t.Fatal(err)
	}
	if body, err := s.Get(ctx, "cut"); err == nil || body != nil {
		t.Errorf("%q, %v", body, err)
	}
}

// TestWhenAFileWasPutThere: the same bytes put there anew are told from those that lay there before.
func TestWhenAFileWasPutThere(t *testing.T) {
	b := newBucket()
	b.objects["inbox/f.csv"] = []byte("a")
	_, _, at, err := s3file.New(b, "b").Open(t.Context(), "inbox/f.csv")
	if err != nil || !at.Equal(monday) {
		t.Errorf("%v, %v", at, err)
	}
}

// TestAFileThatIsTooLarge is refused by its length; if that is not told, as soon as it is reached.
func TestAFileThatIsTooLarge(t *testing.T) {
	ctx, b := context.Background(), newBucket()
	s := s3file.New(b, "b")
	for _, name := range []string{"huge", "endless"} {
		b.objects[name] = nil
		if body, _, _, err := s.Open(ctx, name); name == "huge" && (!errors.Is(err, file.ErrTooLarge) || body != nil) {
			t.Errorf("open %s: %v", name, err)
		}
		if body, err := s.Get(ctx, name); !errors.Is(err, file.ErrTooLarge) || body != nil {
			t.Errorf("%s: %d bytes, %v", name, len(body), err)
		}
	}
}
