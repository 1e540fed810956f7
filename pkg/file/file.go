// Package file is the contract of write-once files: settlement files as they came, reports, payloads too large for the
// store.
package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"
	"unicode/utf8"
)

// Store keeps files under names such as settlement/efecty/2026-11-22/part-1.csv.
type Store interface {
	// Put writes a file. The same content again is fine, so that a writer may be repeated. Errors: ErrExists when the
	// name holds another content, ErrInvalid; any other leaves the effect unknown.
	Put(ctx context.Context, name string, body []byte) error
	// Get reads a whole file. Errors: ErrNotFound, ErrInvalid, ErrTooLarge.
	Get(ctx context.Context, name string) ([]byte, error)
}

// Vault is a Store some of whose files nobody can remove or write over before their time.
type Vault interface {
	// Lock is Put of a file that nobody, the account's owner included, can remove before an instant. A repeat neither shortens nor
	// prolongs it. Errors: as Put.
	Lock(ctx context.Context, name string, body []byte, until time.Time) error
	Store
}

// Inbox is where somebody else puts files, of a size that nobody knows before: they are read as they come.
type Inbox interface {
	// Open reads a file from its beginning, and tells what marks its content and when it was put there, to the second; zero where no
	// name is ever written over. Whoever opens it closes it. Errors: ErrNotFound, ErrInvalid, ErrTooLarge, before a byte is read.
	Open(ctx context.Context, name string) (body io.ReadCloser, mark string, at time.Time, err error)
	// Copy keeps a file that was opened under a name of its own, which is made of the content. The same again is fine. Errors:
	// ErrChanged, ErrInvalid; any other leaves the effect unknown.
	Copy(ctx context.Context, name, mark, to string) error
}

var (
	// ErrChanged says that a file is no longer the one that was opened.
	ErrChanged = errors.New("file: changed meanwhile")
	// ErrNotFound says there is no file of the name.
	ErrNotFound = errors.New("file: not found")
	// ErrExists says the name is taken by other content.
	ErrExists = errors.New("file: exists")
	// ErrTooLarge says that the file has more than Most bytes: somebody else put it there, and no function has room for it.
	ErrTooLarge = errors.New("file: too large to be read")
	// ErrInvalid says the name cannot be one: a bug of the caller.
	ErrInvalid = errors.New("file: invalid name")
)

// Most is how many bytes of one file Get reads. Whoever needs more has to split it.
const Most = 128 << 20

// maxName is the limit of S3, in bytes.
const maxName = 1024

// Check is what every implementation asks of a name: relative, clean (no "..", no empty part), UTF-8 without control
// characters, at most 1024 bytes. Error: ErrInvalid.
func Check(name string) error {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || path.Clean("/"+name) != "/"+name {
		return fmt.Errorf("%w: %q", ErrInvalid, name)
	}
	for _, r := range name {
		if r < ' ' || r == 0x7f {
			return fmt.Errorf("%w: %q", ErrInvalid, name)
		}
	}
	return nil
}
