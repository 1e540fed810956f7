package calendar

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Override says of one day that it is a business day or none, whatever the built-in table says, and who says so.
type Override struct {
	Date    Date   `json:"date"`
	Working bool   `json:"working"`
	Source  string `json:"source"` // such as a decree
}

// MaxOverrides bounds a table: forty years of a country's holidays.
const MaxOverrides = 1000

// maxFaults bounds what a table is told to have wrong.
const maxFaults = 100

// ErrOverrides says that a table of days cannot be read.
var ErrOverrides = errors.New("calendar")

// ReadOverrides reads CSV in UTF-8 with date (YYYY-MM-DD), working (yes or no) and source. Every faulty line is named; with a fault there are none.
// Errors: ErrOverrides with the line, joined.
func ReadOverrides(text []byte) ([]Override, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%w: line 1: the file is not UTF-8", ErrOverrides)
	}
	r := csv.NewReader(bytes.NewReader(text))
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: line 1: no header", ErrOverrides)
	}
	date, working, source := slices.Index(header, "date"), slices.Index(header, "working"), slices.Index(header, "source")
	if date < 0 || working < 0 || source < 0 {
		return nil, fmt.Errorf("%w: line 1: the header needs date, working and source", ErrOverrides)
	}
	var list []Override
	var faults []error
	seen := map[Date]bool{}
	for len(list) <= MaxOverrides && len(faults) < maxFaults {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%w: %w", ErrOverrides, err))
			if !errors.Is(err, csv.ErrFieldCount) {
				break // what follows a broken quotation cannot be told from it
			}
			continue
		}
		line, _ := r.FieldPos(0)
		o, err := override(cells[date], cells[working], cells[source])
		if err == nil && seen[o.Date] {
			err = fmt.Errorf("%s stands twice", o.Date)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%w: line %d: %w", ErrOverrides, line, err))
			continue
		}
		seen[o.Date] = true
		list = append(list, o)
	}
	if len(list) > MaxOverrides {
		faults = append(faults, fmt.Errorf("%w: more than %d days", ErrOverrides, MaxOverrides))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return list, nil
}

func override(date, working, source string) (Override, error) {
	day, err := InFile(date)
	o := Override{day, working == "yes", strings.TrimSpace(source)}
	switch {
	case err != nil:
		return o, fmt.Errorf("date %.20q: %w", date, err)
	case working != "yes" && working != "no":
		return o, fmt.Errorf("working is %.20q, not yes or no", working)
	case o.Source == "" || len(o.Source) > 200:
		return o, errors.New("the source is empty or too long")
	}
	return o, nil
}

// Overridden gives the same country, in which the days of a table count as they say.
func (c Country) Overridden(list []Override) Country {
	var extra, removed []Date
	for _, o := range list {
		if o.Working {
			removed = append(removed, o.Date)
		} else {
			extra = append(extra, o.Date)
		}
	}
	return c.With(extra, removed)
}
