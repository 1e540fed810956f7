package discrepancy

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/vuelto/vuelto/pkg/store"
	"slices"
	"strconv"
	"strings"
)

// PerPage is how many breaks one stored file holds, unless its sheet says another number: a page of the API is read from one or two of
// them, however many breaks a day has.
const PerPage = 500

// Sheet is the breaks of a run as files: pages in the order of file, line and id, and an index from ids to pages. JSON
// names are stored: append only.
type Sheet struct {
	Prefix string `json:"prefix"`         // of the files' names; made of their content
	Count  int    `json:"count"`          // of breaks
	Size   int    `json:"size,omitempty"` // breaks on one; 0 = PerPage
}

// Each is how many breaks a page has, but for the last.
func (s Sheet) Each() int { return cmp.Or(s.Size, PerPage) }

// Pages is how many there are.
func (s Sheet) Pages() int { return (s.Count + s.Each() - 1) / s.Each() }

func (s Sheet) page(n int) string { return s.Prefix + "-breaks-" + strconv.Itoa(n) + ".json" }

func (s Sheet) index() string { return s.Prefix + "-index.json" }

// Putter keeps a file. The same content again is fine.
type Putter interface {
	Put(ctx context.Context, name string, body []byte) error
}

// Getter reads a file.
type Getter interface {
	Get(ctx context.Context, name string) ([]byte, error)
}

// Write keeps the breaks of a run under names that start with where, so many on a page; 0 = PerPage.
func Write(ctx context.Context, files Putter, where string, size int, list []Discrepancy) (Sheet, error) {
	s := Sheet{Count: len(list), Size: size}
	var pages [][]byte
	index := make([]string, 0, len(list))
	sum := sha256.New()
	for at := 0; at < len(list); at += s.Each() {
		part := list[at:min(at+s.Each(), len(list))]
		body, err := json.Marshal(part)
		if err != nil {
			return Sheet{}, err
		}
		for _, d := range part {
			index = append(index, d.ID[len(prefix)+half:]+strconv.Itoa(len(pages)))
		}
		_, _ = sum.Write(body)
		pages = append(pages, body)
	}
	s.Prefix = where + hex.EncodeToString(sum.Sum(nil)[:8])
	for n, body := range pages {
		if err := files.Put(ctx, s.page(n), body); err != nil {
			return s, err
		}
	}
	if len(pages) < 2 {
		return s, nil // one page is its own index
	}
	slices.Sort(index)
	return s, files.Put(ctx, s.index(), []byte(strings.Join(index, "\n")))
}

// Page reads the n-th page, from 0.
func (s Sheet) Page(ctx context.Context, files Getter, n int) ([]Discrepancy, error) {
	if n < 0 || n >= s.Pages() {
		return nil, nil
	}
	body, err := files.Get(ctx, s.page(n))
	if err != nil {
		return nil, err
	}
	var list []Discrepancy
	if err := store.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("discrepancy: %s: %w", s.page(n), err)
	}
	return list, nil
}

// ErrNone says that the run has no such break: it may have gone with a corrected file.
var ErrNone = errors.New("discrepancy: no such break")

// Find reads one break. Error: ErrNone.
func (s Sheet) Find(ctx context.Context, files Getter, id string) (Discrepancy, error) {
	at := 0
	if s.Pages() > 1 {
		body, err := files.Get(ctx, s.index())
		if err != nil {
			return Discrepancy{}, err
		}
		if at, err = lookUp(body, id); err != nil {
			return Discrepancy{}, err
		}
	}
	page, err := s.Page(ctx, files, at)
	if err != nil {
		return Discrepancy{}, err
	}
	for _, d := range page {
		if d.ID == id {
			return d, nil
		}
	}
	return Discrepancy{}, fmt.Errorf("%w: %.40s", ErrNone, id)
}

func lookUp(index []byte, id string) (int, error) {
	if len(id) != len(prefix)+2*half {
		return 0, fmt.Errorf("%w: %.40s", ErrNone, id)
	}
	wanted := []byte(id[len(prefix)+half:])
	for line := range bytes.SplitSeq(index, []byte("\n")) {
		if number, ok := bytes.CutPrefix(line, wanted); ok {
			return strconv.Atoi(string(number))
		}
	}
	return 0, fmt.Errorf("%w: %.40s", ErrNone, id)
}
