package recon

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/vuelto/vuelto/pkg/sheet"
)

// ErrBomb says a compressed file swells beyond what settlement files do.
var ErrBomb = errors.New("expands to more than a hundred times its size")

// ErrArchive says a zip does not hold exactly one file, or holds an archive.
var ErrArchive = errors.New("a zip is to hold exactly one CSV file")

const (
	mostExpansion = 100
	// harmless is how much a compressed file may expand to in any case, in bytes.
	harmlessSize = 1 << 20
)

// source is one input, open for reading from its start to its end, once.
type source struct {
	name string // base name, as breaks show it
	text io.Reader
	file *os.File
	sum  hash.Hash // of the file's bytes as they are on the disk
	rest io.Reader // the file's own bytes, for what unpacking leaves unread
	bare bool      // the text is the file itself: any part of it can be read again
}

// openSource opens a plain, gzip or zip file, or a workbook; which of them it is, its first bytes say. Its digest is known afterwards only
// if it is summed. Errors: ErrArchive, and those of the file system.
func openSource(path string, summed bool) (*source, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &source{name: filepath.Base(path), file: file, sum: noSum{}}
	if summed {
		s.sum = sha256.New()
	}
	if err := s.unpack(); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	return s, nil
}

func (s *source) unpack() error {
	var magic [4]byte
	n, err := s.file.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(magic[:n], []byte("\x1f\x8b")):
		counted := &counter{in: io.TeeReader(s.file, s.sum)}
		text, err := gzip.NewReader(counted)
		if err != nil {
			return err
		}
		s.text, s.rest = &guard{in: text, size: func() int64 { return counted.n }}, counted
	case bytes.HasPrefix(magic[:n], []byte("PK\x03\x04")), bytes.HasPrefix(magic[:n], []byte("PK\x05\x06")):
		return s.unzip()
	default:
		s.text, s.bare = io.TeeReader(s.file, s.sum), true
	}
	return nil
}

func (s *source) unzip() error {
	size, err := io.Copy(s.sum, s.file)
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(s.file, size)
	if err != nil {
		return err
	}
	if sheet.Is(archive) {
		s.text, err = openWorkbook(archive)
		return err
	}
	var only *zip.File
	for _, f := range archive.File {
		if f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") {
			continue
		}
		if only != nil {
			return ErrArchive
		}
		only = f
	}
	if only == nil || isArchive(only.Name) {
		return ErrArchive
	}
	text, err := only.Open()
	if err != nil {
		return err
	}
	s.text = &guard{in: text, size: func() int64 { return size }}
	return nil
}

func isArchive(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".zip", ".gz", ".tgz", ".7z", ".rar", ".xz", ".zst", ".bz2":
		return true
	}
	return false
}

// digest is the SHA-256 of the file as it is, in hex. The source is to be read to its end before.
func (s *source) digest() (string, error) {
	if s.rest != nil {
		if _, err := io.Copy(io.Discard, s.rest); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(s.sum.Sum(nil)), nil
}

func (s *source) close() { _ = s.file.Close() }

// noSum is the digest that nobody asked for.
type noSum struct{ hash.Hash }

func (noSum) Write(p []byte) (int, error) { return len(p), nil }

// counter counts what goes through.
type counter struct {
	in io.Reader
	n  int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}

// guard stops a stream that expands too much. It believes no declared size.
type guard struct {
	in   io.Reader
	size func() int64 // packed bytes so far
	out  int64
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.in.Read(p)
	if g.out += int64(n); g.out > harmlessSize && g.out > mostExpansion*g.size() {
		return 0, ErrBomb
	}
	return n, err
}
