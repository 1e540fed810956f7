package csvsettlement

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/vuelto/vuelto/pkg/sheet"
)

// Limits of a packed file: what swells more than a hundredfold is no report.
const (
	mostRatio = 100
	slack     = 64 << 10 // the ratio says nothing about the first few kilobytes
	mostText  = 10 * Largest
)

// ErrPacked says a packed file is broken, holds not exactly one report, or swells beyond measure.
var ErrPacked = errors.New("csvsettlement: packed file")

// unpack gives the text of a report that came as it is, in a gzip or as the only file of a ZIP; or the archive of one that
// came as a workbook. Which one its first bytes tell. Nothing is unpacked twice. Errors: ErrPacked, now or while reading.
func unpack(file io.Reader) (io.Reader, *zip.Reader, error) {
	packed := &counted{in: file}
	in := bufio.NewReader(packed)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(head, gzipMark()):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrPacked, err)
		}
		text, err := flat(&bounded{in: z, packed: func() int64 { return packed.n }})
		return text, nil, err
	case bytes.HasPrefix(head, zipMark()):
		return fromZIP(in)
	}
	return in, nil, nil
}

func gzipMark() []byte { return []byte{0x1f, 0x8b} }
func zipMark() []byte  { return []byte("PK\x03\x04") }

// flat refuses an archive inside an archive.
func flat(in io.Reader) (io.Reader, error) {
	b := bufio.NewReader(in)
	head, err := b.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(head, gzipMark()) || bytes.HasPrefix(head, zipMark()) {
		return nil, fmt.Errorf("%w: an archive inside an archive", ErrPacked)
	}
	return b, nil
}

// fromZIP needs the whole archive in memory, because its directory is at the end; Largest bounds it.
func fromZIP(in io.Reader) (io.Reader, *zip.Reader, error) {
	raw, err := io.ReadAll(io.LimitReader(in, Largest+1))
	if err != nil {
		return nil, nil, err
	}
	if len(raw) > Largest {
		return nil, nil, fmt.Errorf("%w: larger than %d bytes", ErrPacked, Largest)
	}
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrPacked, err)
	}
	if sheet.Is(archive) {
		return nil, archive, nil
	}
	var report *zip.File
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") || strings.HasPrefix(f.Name, "__MACOSX/") {
			continue
		}
		if report != nil {
			return nil, nil, fmt.Errorf("%w: more than one file", ErrPacked)
		}
		report = f
	}
	if report == nil {
		return nil, nil, fmt.Errorf("%w: empty", ErrPacked)
	}
	text, err := report.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrPacked, err)
	}
	flattened, err := flat(&bounded{in: text, packed: func() int64 { return int64(len(raw)) }})
	return flattened, nil, err
}

// counted counts what was read.
type counted struct {
	in io.Reader
	n  int64
}

// Read is io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}

// bounded ends a text that has swollen beyond measure.
type bounded struct {
	in     io.Reader
	packed func() int64
	n      int64
}

// Read is io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	b.n += int64(n)
	if b.n > slack+mostRatio*b.packed() || b.n > mostText {
		return 0, fmt.Errorf("%w: swells more than a hundredfold", ErrPacked)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrPacked, err)
	}
	return n, err
}
