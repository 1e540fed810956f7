package recon

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Override says of one day that it is a business day or none, whatever the built-in table says, and who says so.
type Override struct {
	Date    calendar.Date `json:"date"`
	Working bool          `json:"working"`
	Source  string        `json:"source"`
}

// maxOverrides bounds a table: forty years of a country's holidays.
const maxOverrides = 1000

// ErrCalendar says that a table of days cannot be read.
var ErrCalendar = errors.New("calendar")

// ReadOverrides reads CSV with date (YYYY-MM-DD), working (yes or no) and source, such as a decree. With a fault there are none. Error: ErrCalendar, with
// the line.
func ReadOverrides(text []byte) ([]Override, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: line 1: no header", ErrCalendar)
	}
	date, working, source := slices.Index(header, "date"), slices.Index(header, "working"), slices.Index(header, "source")
	if date < 0 || working < 0 || source < 0 {
		return nil, fmt.Errorf("%w: line 1: the header needs date, working and source", ErrCalendar)
	}
	var list []Override
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCalendar, err)
		}
		line, _ := r.FieldPos(0)
		day, err := calendar.InFile(cells[date])
		o := Override{day, cells[working] == "yes", strings.TrimSpace(cells[source])}
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: line %d: date %.20q: %w", ErrCalendar, line, cells[date], err)
		case cells[working] != "yes" && cells[working] != "no":
			return nil, fmt.Errorf("%w: line %d: working is %.20q, not yes or no", ErrCalendar, line, cells[working])
		case o.Source == "" || len(o.Source) > 200:
			return nil, fmt.Errorf("%w: line %d: the source is empty or too long", ErrCalendar, line)
		case slices.ContainsFunc(list, func(p Override) bool { return p.Date == day }):
			return nil, fmt.Errorf("%w: line %d: %s stands twice", ErrCalendar, line, day)
		case len(list) == maxOverrides:
			return nil, fmt.Errorf("%w: line %d: more than %d days", ErrCalendar, line, maxOverrides)
		}
		list = append(list, o)
	}
}

// overridden are rules by which the days of a table count instead of the built-in ones.
func overridden(rules settlement.Rules, list []Override) settlement.Rules {
	var extra, removed []calendar.Date
	for _, o := range list {
		if o.Working {
			removed = append(removed, o.Date)
		} else {
			extra = append(extra, o.Date)
		}
	}
	rules.Country = rules.Country.With(extra, removed)
	return rules
}

// Calendar is by which tables due days were counted.
type Calendar struct {
	Country   string     `json:"country"` // whose built-in table counts where no override does
	Overrides []Override `json:"overrides"`
	Moved     []Moved    `json:"moved"`
}

// Moved is a day of the books whose due day is another than by the built-in table, and which overrides are the cause.
type Moved struct {
	Day     calendar.Date `json:"business_day"`
	Due     calendar.Date `json:"due_day"`
	BuiltIn calendar.Date `json:"built_in_due_day"`
	By      []string      `json:"by"` // "2026-11-20: decree 1"
}

// traced says which due days the overrides moved, of the days that the run has counted.
func (r *run) traced(joiners []*joiner) *Calendar {
	if len(r.Overrides) == 0 {
		return nil
	}
	c := &Calendar{Country: r.Rules.Country.Code(), Overrides: r.Overrides, Moved: []Moved{}}
	var days []int32
	for _, j := range joiners {
		for day := range j.dues.known {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	for _, local := range slices.Compact(days) {
		day := dateOf(local)
		m := Moved{Day: day, Due: r.Rules.Country.AddBusinessDays(day, r.Rules.SettlesIn), BuiltIn: r.builtIn.AddBusinessDays(day, r.Rules.SettlesIn)}
		if m.Due == m.BuiltIn {
			continue
		}
		for _, o := range r.Overrides {
			if day.Before(o.Date) && (!m.Due.Before(o.Date) || !m.BuiltIn.Before(o.Date)) {
				m.By = append(m.By, o.Date.String()+": "+o.Source)
			}
		}
		c.Moved = append(c.Moved, m)
	}
	return c
}
