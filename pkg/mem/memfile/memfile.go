// Package memfile keeps files in memory: the twin of s3file.
package memfile

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/file"
)

// Store is a file.Store in memory. Its methods may be called at the same time.
type Store struct {
	// Most bytes of a file are read by Get; 0 = file.Most.
	Most int

	mu    sync.Mutex
	files map[string][]byte
	until map[string]time.Time // of what is locked
}

// New is an empty store.
func New() *Store { return &Store{files: map[string][]byte{}, until: map[string]time.Time{}} }

// Lock implements file.Vault.
func (s *Store) Lock(ctx context.Context, name string, body []byte, until time.Time) error {
	if err := s.Put(ctx, name, body); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until[name].IsZero() {
		s.until[name] = until
	}
	return nil
}

// Until is how long a file is locked; zero if it is not.
func (s *Store) Until(name string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until[name]
}

// Put implements file.Store.
func (s *Store) Put(ctx context.Context, name string, body []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := file.Check(name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if held, ok := s.files[name]; ok {
		if bytes.Equal(held, body) {
			return nil
		}
		return fmt.Errorf("%w: %s", file.ErrExists, name)
	}
	s.files[name] = slices.Clone(body)
	return nil
}

// Get implements file.Store.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := file.Check(name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body, ok := s.files[name]
	if !ok {
		return nil, fmt.Errorf("%w: %s", file.ErrNotFound, name)
	}
	if most := cmp.Or(s.Most, file.Most); len(body) > most {
		return nil, fmt.Errorf("%w: %s has %d bytes, at most %d", file.ErrTooLarge, name, len(body), most)
	}
	return slices.Clone(body), nil
}

// Open implements file.Inbox.
func (s *Store) Open(ctx context.Context, name string) (io.ReadCloser, string, time.Time, error) {
	if err := cmp.Or(ctx.Err(), file.Check(name)); err != nil {
		return nil, "", time.Time{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body, ok := s.files[name]
	if !ok {
		return nil, "", time.Time{}, fmt.Errorf("%w: %s", file.ErrNotFound, name)
	}
	if most := cmp.Or(s.Most, file.Most); len(body) > most {
		return nil, "", time.Time{}, fmt.Errorf("%w: %s has %d bytes, at most %d", file.ErrTooLarge, name, len(body), most)
	}
	return io.NopCloser(bytes.NewReader(body)), markOf(body), time.Time{}, nil // no file is written over
}

// Copy implements file.Inbox.
func (s *Store) Copy(ctx context.Context, name, mark, to string) error {
	if err := file.Check(name); err != nil {
		return err
	}
	s.mu.Lock()
	body, ok := s.files[name]
	s.mu.Unlock()
	if !ok || markOf(body) != mark {
		return fmt.Errorf("%w: %s", file.ErrChanged, name)
	}
	return s.Put(ctx, to, body)
}

func markOf(body []byte) string { return fmt.Sprintf("%x", sha256.Sum256(body)) }

// Names lists every file, sorted: for the sandbox and for tests.
func (s *Store) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.files))
}
