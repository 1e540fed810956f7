// Package filetest is the contract of file.Store as a suite: one clause for each sentence, and a failing clause prints
// its sentence.
package filetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vuelto/vuelto/pkg/file"
)

// Run checks every clause on a store of its own.
func Run(t *testing.T, open func(*testing.T) file.Store) {
	for _, c := range clauses {
		t.Run(c.name, func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the rule: %s", c.sentence)
				}
			})
			c.check(&lab{t, open(t), fmt.Sprintf("filetest-%d/", labs.Add(1))})
		})
	}
}

var labs atomic.Int64

type lab struct {
	testing.TB
	store  file.Store
	folder string // of this clause alone: stores may share their files
}

func (l *lab) put(name, body string) error {
	return l.store.Put(context.Background(), l.folder+name, []byte(body))
}

func (l *lab) must(name, body string) {
	l.Helper()
	if err := l.put(name, body); err != nil {
		l.Fatalf("put %s: %v", name, err)
	}
}

func (l *lab) holds(name, want string) {
	l.Helper()
	got, err := l.store.Get(context.Background(), l.folder+name)
	if err != nil || string(got) != want {
		l.Fatalf("get %s: %d bytes, %v; want %d", name, len(got), err, len(want))
	}
}

var clauses = []struct {
	name     string
	sentence string
	check    func(*lab)
}{
	{"round-trip", "Get returns the very bytes that were put.", func(l *lab) {
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		for i, body := range []string{"", "a", "a\r\nb\n", string(all), strings.Repeat("x", 1<<20)} {
			name := fmt.Sprintf("day/file %d ñ+&.csv", i)
			l.must(name, body)
			l.holds(name, body)
		}
	}},
	{"not-found", "Get of a name without a file is ErrNotFound.", func(l *lab) {
		l.must("a/b", "x")
		for _, name := range []string{"a", "a/c", "b"} {
			if _, err := l.store.Get(context.Background(), l.folder+name); !errors.Is(err, file.ErrNotFound) {
				l.Errorf("get %s: %v", name, err)
			}
		}
	}},
	{"again", "The same content again is fine.", func(l *lab) {
		l.must("a", "x")
		l.must("a", "x")
		l.holds("a", "x")
	}},
	{"write-once", "Other content under a taken name is ErrExists and changes nothing.", func(l *lab) {
		l.must("a", "x")
		for _, other := range []string{"y", "", "xx"} {
			if err := l.put("a", other); !errors.Is(err, file.ErrExists) {
				l.Errorf("put: %v", err)
			}
		}
		l.holds("a", "x")
	}},
	{"race", "Of parallel Puts of different contents under one name exactly one succeeds.", func(l *lab) {
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if err := l.put("a", fmt.Sprint(i)); err == nil {
					won.Add(1)
				} else if !errors.Is(err, file.ErrExists) {
					l.Errorf("put: %v", err)
				}
			}()
		}
		wg.Wait()
		if won.Load() != 1 {
			l.Fatalf("%d won", won.Load())
		}
	}},
	{"invalid", "A name is relative, clean, UTF-8 and at most 1024 bytes.", func(l *lab) {
		for _, name := range []string{
			"", "/a", "a/", "a//b", "../a", "a/../b", "./a", ".", "a\x00b", "a\nb", "\xff", strings.Repeat("a", 1025),
		} {
			put := l.store.Put(context.Background(), name, []byte("x"))
			_, get := l.store.Get(context.Background(), name)
			if !errors.Is(put, file.ErrInvalid) || !errors.Is(get, file.ErrInvalid) {
				l.Errorf("%q: put %v, get %v", name, put, get)
			}
		}
	}},
	{"no-alias", "Changing what was given to the store, or came from it, changes nothing in it.", func(l *lab) {
		given := []byte("abc")
		if err := l.store.Put(context.Background(), l.folder+"a", given); err != nil {
			l.Fatal(err)
		}
		given[0] = 'X'
		got, err := l.store.Get(context.Background(), l.folder+"a")
		if err != nil || !bytes.Equal(got, []byte("abc")) {
			l.Fatalf("get: %q, %v", got, err)
		}
		got[0] = 'Y'
		l.holds("a", "abc")
	}},
	{"inbox", "What is opened is read from its beginning, and kept under another name as it was read; a file that is another one meanwhile is not.", func(l *lab) {
		inbox, ok := l.store.(file.Inbox)
		if !ok {
			return
		}
		ctx := context.Background()
		if _, _, _, err := inbox.Open(ctx, l.folder+"none"); !errors.Is(err, file.ErrNotFound) {
			l.Errorf("open: %v", err)
		}
		if _, _, _, err := inbox.Open(ctx, "/a"); !errors.Is(err, file.ErrInvalid) {
			l.Errorf("open: %v", err)
		}
		l.must("in/día 1+&.csv", "a\nb\n")
		body, mark, _, err := inbox.Open(ctx, l.folder+"in/día 1+&.csv")
		if err != nil {
			l.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if err = errors.Join(err, body.Close()); err != nil || string(text) != "a\nb\n" {
			l.Fatalf("%q, %v", text, err)
		}
		for range 2 {
			if err := inbox.Copy(ctx, l.folder+"in/día 1+&.csv", mark, l.folder+"kept/día 1+&.csv"); err != nil {
				l.Fatal(err)
			}
			l.holds("kept/día 1+&.csv", "a\nb\n")
		}
		l.must("other", "c")
		if err := inbox.Copy(ctx, l.folder+"other", mark, l.folder+"kept/other"); !errors.Is(err, file.ErrChanged) {
			l.Errorf("copy of what was not opened: %v", err)
		}
		if _, err := l.store.Get(ctx, l.folder+"kept/other"); !errors.Is(err, file.ErrNotFound) {
			l.Errorf("it was kept: %v", err)
		}
	}},
	{"cancelled", "A context that has ended is an error and nothing is written.", func(l *lab) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if l.store.Put(ctx, l.folder+"a", []byte("x")) == nil {
			l.Error("put succeeded")
		}
		if _, err := l.store.Get(context.Background(), l.folder+"a"); !errors.Is(err, file.ErrNotFound) {
			l.Errorf("get: %v", err)
		}
	}},
}
