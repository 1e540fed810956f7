// Package sheet reads and writes spreadsheet files (XLSX, ECMA-376 part 1). Reading gives rows as a stream: one sheet, the
// values as they were stored, no formulas, no formatting. It is small on purpose: what a settlement report needs, and nothing
// that swells.
//
// Files come from outside. A part that swells out of proportion, a document type, more cells than a sheet can have and a
// reference to nothing are errors; nothing is ever fetched, and no part but those named by the workbook is opened.
package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// ErrWorkbook says a file is no spreadsheet that can be read, or not within the limits of one.
var ErrWorkbook = errors.New("sheet: workbook")

// Limits of a workbook.
const (
	mostParts   = 2000
	mostRatio   = 200       // of a part to its packed form: XML of many like cells packs well
	slack       = 256 << 10 // the ratio says nothing about the first bytes
	mostPart    = 640 << 20 // bytes of a part
	mostShared  = 64 << 20  // bytes of shared texts, which are kept in memory
	mostColumns = 16384     // Excel's own
	mostRow     = 1 << 20   // likewise
	mostCell    = 32767     // characters, likewise
)

const workbookPart = "xl/workbook.xml"

// Is says whether an archive is a workbook.
func Is(archive *zip.Reader) bool {
	for _, f := range archive.File {
		if f.Name == workbookPart {
			return true
		}
	}
	return false
}

// Reader gives the rows of one sheet.
type Reader struct {
	in     *xml.Decoder
	close  io.Closer
	texts  []string
	dates  []bool // by cell style
	epoch  epoch
	row    int
	broken error
}

// Open finds a sheet by its name; empty is the first one. Error: ErrWorkbook; of a name that is not there it lists those
// that are.
func Open(archive *zip.Reader, name string) (*Reader, error) {
	if len(archive.File) > mostParts {
		return nil, fmt.Errorf("%w: more than %d parts", ErrWorkbook, mostParts)
	}
	b := book{parts: map[string]*zip.File{}}
	for _, f := range archive.File {
		if b.parts[f.Name] != nil {
			return nil, fmt.Errorf("%w: two parts of one name", ErrWorkbook)
		}
		b.parts[f.Name] = f
	}
	target, err := b.find(name)
	if err != nil {
		return nil, err
	}
	r := &Reader{epoch: b.epoch}
	if r.texts, err = b.sharedTexts(); err != nil {
		return nil, err
	}
	if r.dates, err = b.dateStyles(); err != nil {
		return nil, err
	}
	if r.in, r.close, err = b.open(target); err != nil {
		return nil, err
	}
	return r, nil
}

// Close gives back what the reader holds.
func (r *Reader) Close() error { return r.close.Close() }

// book is the archive with what its workbook says.
type book struct {
	parts map[string]*zip.File
	epoch epoch
}

// open gives the tokens of a part.
func (b *book) open(name string) (*xml.Decoder, io.Closer, error) {
	f := b.parts[name]
	if f == nil {
		return nil, nil, fmt.Errorf("%w: no part %q", ErrWorkbook, name)
	}
	in, err := f.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrWorkbook, err)
	}
	return xml.NewDecoder(&bounded{in: in, packed: int64(f.CompressedSize64)}), in, nil
}

// each calls f with every element that starts in a part; f may read on within it. A part that is not there has none.
func (b *book) each(name string, f func(*xml.Decoder, xml.StartElement) error) error {
	if b.parts[name] == nil {
		return nil
	}
	in, closer, err := b.open(name)
	if err != nil {
		return err
	}
	defer func() { _ = closer.Close() }()
	for {
		token, err := next(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok {
			if err := f(in, start); err != nil {
				return err
			}
		}
	}
}

// next is the next token. A document type is refused: that is where entities are declared. Errors: ErrWorkbook, io.EOF.
func next(in *xml.Decoder) (xml.Token, error) {
	token, err := in.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWorkbook, err)
	}
	if _, ok := token.(xml.Directive); ok {
		return nil, fmt.Errorf("%w: a document type", ErrWorkbook)
	}
	return token, nil
}

// attr is an attribute of an element, in whatever name space; empty if it has none.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// find is the part of a sheet.
func (b *book) find(name string) (string, error) {
	targets := map[string]string{}
	err := b.each("xl/_rels/workbook.xml.rels", func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "Relationship" && attr(e, "TargetMode") != "External" {
			targets[attr(e, "Id")] = attr(e, "Target")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	var names []string
	id := ""
	err = b.each(workbookPart, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if v := attr(e, "date1904"); v == "1" || v == "true" {
				b.epoch = 1904
			}
		case "sheet":
			if sheet := attr(e, "name"); len(names) < mostParts && (sheet == name || (name == "" && len(names) == 0)) {
				id = relation(e)
			}
			names = append(names, attr(e, "name"))
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	target := targets[id]
	if id == "" || target == "" {
		return "", fmt.Errorf("%w: no sheet %q; there are %s", ErrWorkbook, name, strings.Join(names, ", "))
	}
	if rooted, ok := strings.CutPrefix(target, "/"); ok {
		return path.Clean(rooted), nil
	}
	return path.Join("xl", target), nil
}

// relation is the id by which a sheet points to its part: it stands in a name space of its own, beside sheetId.
func relation(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// bounded ends a part that has swollen beyond measure.
type bounded struct {
	in     io.Reader
	packed int64
	n      int64
}

// Read is io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	b.n += int64(n)
	if b.n > slack+mostRatio*b.packed || b.n > mostPart {
		return 0, fmt.Errorf("%w: a part swells beyond measure", ErrWorkbook)
	}
	return n, err
}
