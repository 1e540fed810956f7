package recon

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// HeaderError says that a file does not start with the columns it is to have.
type HeaderError struct{ File, Reason string }

func (e *HeaderError) Error() string { return e.File + ": " + e.Reason }

// mostColumns is how many a reading may want.
const mostColumns = 16

// header tells where each wanted column stands.
type header struct {
	count int   // of columns in the file
	order []int // per column of the file: which wanted one it is; -1 if none
	// at is where a wanted column stands; -1 if it is absent. It is an array so that reading it costs no second look.
	at     [mostColumns]int
	others []int  // columns nobody asked for, by name
	names  string // of these, so that rows of files with different ones are never alike
}

// readHeader finds wanted columns by name, in any order. optional names may be absent.
func readHeader(file string, record []byte, wanted, optional []string) (header, error) {
	if text := encoding(record); text != "" {
		return header{}, &HeaderError{file, text}
	}
	var line fields
	if broken := line.split(trim(bytes.TrimPrefix(record, []byte("\ufeff")))); broken != "" {
		return header{}, &HeaderError{file, "the header: " + broken.Error()}
	}
	names := make([]string, line.count())
	for i := range names {
		names[i] = strings.TrimSpace(string(line.cell(i)))
	}
	h := header{count: len(names)}
	seen := map[string]int{}
	for i, name := range names {
		if _, twice := seen[name]; twice && slices.Contains(wanted, name) {
			return header{}, &HeaderError{file, fmt.Sprintf("column %q stands twice", name)}
		}
		seen[name] = i
	}
	var missing []string
	for i, name := range wanted {
		at, there := seen[name]
		if h.at[i] = at; !there {
			h.at[i] = -1
			if !slices.Contains(optional, name) {
				missing = append(missing, fmt.Sprintf("%q", name))
			}
		}
	}
	if len(missing) > 0 {
		return header{}, &HeaderError{file, "missing column " + strings.Join(missing, ", ")}
	}
	for i := range names {
		h.order = append(h.order, slices.Index(h.at[:len(wanted)], i))
		if h.order[i] < 0 {
			h.others = append(h.others, i)
		}
	}
	slices.SortFunc(h.others, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	for _, i := range h.others {
		h.names += names[i] + "\x1f"
	}
	return h, nil
}

// encoding names the reason why a first line cannot be the header of a CSV file in UTF-8.
func encoding(record []byte) string {
	switch {
	case len(record) == 0:
		return "the file is empty"
	case bytes.HasPrefix(record, []byte("\xff\xfe")), bytes.HasPrefix(record, []byte("\xfe\xff")):
		return "the file is UTF-16: save it as UTF-8"
	case bytes.IndexByte(record, 0) >= 0:
		return "the file is no text"
	}
	return ""
}
