package recon

import (
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Calendar is by which tables due days were counted.
type Calendar struct {
	Country   string              `json:"country"` // whose built-in table counts where no override does
	Overrides []calendar.Override `json:"overrides"`
	Moved     []Moved             `json:"moved"`
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
