package csvsettlement

import (
	"io"
	"strings"

	"github.com/vuelto/vuelto/pkg/settlement"
)

// Preview is how a file would be understood: for the person who describes a report and wants to see it before a day is
// reconciled by it. Nothing is stored.
type Preview struct {
	Header   []string    // the report's columns
	Columns  [][2]string // generic name and the report's, for those that were found
	Rows     []settlement.Row
	Readable int // of the rows shown
}

// DryRun reads the first rows of a file by a layout. Errors: ErrHeader, ErrPacked, or the file cannot be read on; what was
// understood so far comes along.
func DryRun(file io.Reader, layout Layout, most int) (Preview, error) {
	var p Preview
	l, c, err := layout.start(file)
	if err != nil {
		return p, err
	}
	p.Header = c.names
	for _, generic := range generics() {
		var theirs []string
		for _, at := range c.at[generic] {
			theirs = append(theirs, strings.TrimSpace(c.names[at]))
		}
		if len(theirs) > 0 {
			p.Columns = append(p.Columns, [2]string{generic, strings.Join(theirs, " + ")})
		}
	}
	for row, err := range rows(l, c) {
		if err != nil {
			return p, err
		}
		if len(p.Rows) == most {
			break
		}
		p.Rows = append(p.Rows, row)
		if row.Unreadable == "" {
			p.Readable++
		}
	}
	return p, nil
}
