package calendar

import (
	"fmt"
	"sync"
	"time"
)

// Country knows the zone and the public holidays of one country.
type Country struct {
	code string
	zone *time.Location
	// rules lists the holidays of a year, in any order, doubles allowed.
	rules func(year int) []Date
	// extra and removed are dated corrections: a decree that came after this code.
	extra, removed map[Date]bool
}

// Both countries keep UTC-5 all year. Fixed zones, so that nothing depends on a zone database being installed.
const fiveHoursWest = -5 * 60 * 60

// Colombia is where Efecty's cash changes hands.
func Colombia() Country {
	return Country{code: "CO", zone: time.FixedZone("America/Bogota", fiveHoursWest), rules: colombian}
}

// Peru is where PagoEfectivo's cash changes hands.
func Peru() Country {
	return Country{code: "PE", zone: time.FixedZone("America/Lima", fiveHoursWest), rules: peruvian}
}

// ByNetwork is the country of a network. Error: no such network.
func ByNetwork(network string) (Country, error) {
	switch network {
	case "efecty":
		return Colombia(), nil
	case "pagoefectivo":
		return Peru(), nil
	}
	return Country{}, fmt.Errorf("calendar: no network %q", network)
}

// ByCode is the country of an ISO 3166 code. Error: no such country.
func ByCode(code string) (Country, error) {
	for _, c := range []Country{Colombia(), Peru()} {
		if c.code == code {
			return c, nil
		}
	}
	return Country{}, fmt.Errorf("calendar: no country %q", code)
}

// Code is the ISO 3166 code.
func (c Country) Code() string { return c.code }

// Zone is the country's local time.
func (c Country) Zone() *time.Location { return c.zone }

// With gives the same country with holidays added and removed by hand.
func (c Country) With(extra, removed []Date) Country {
	c.extra, c.removed = set(c.extra, extra), set(c.removed, removed)
	return c
}

func set(old map[Date]bool, more []Date) map[Date]bool {
	merged := make(map[Date]bool, len(old)+len(more))
	for d := range old {
		merged[d] = true
	}
	for _, d := range more {
		merged[d] = true
	}
	return merged
}

// IsBusinessDay says whether banks and networks work on a day: no weekend, no holiday.
func (c Country) IsBusinessDay(d Date) bool {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	return !c.IsHoliday(d)
}

// IsHoliday says whether a day is a public holiday, weekends aside.
func (c Country) IsHoliday(d Date) bool {
	if c.removed[d] {
		return false
	}
	if c.extra[d] {
		return true
	}
	return c.year(d.Year)[d]
}

// years keeps what a country's rules make of a year: the dues of every refund and of every row ask for it.
var years sync.Map

type yearOf struct {
	country string
	year    int
}

func (c Country) year(n int) map[Date]bool {
	key := yearOf{c.code, n}
	if kept, ok := years.Load(key); ok {
		return kept.(map[Date]bool)
	}
	days := set(nil, c.rules(n))
	years.Store(key, days)
	return days
}

// AddBusinessDays is T+n: it steps to the next business day n times. The start itself is never rolled first, so that
// T+0 is the start and T+1 of a Saturday is Monday. A negative n steps back.
func (c Country) AddBusinessDays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for ; n > 0; n-- {
		d = d.AddDays(step)
		for !c.IsBusinessDay(d) {
			d = d.AddDays(step)
		}
	}
	return d
}

// BusinessDaysBetween counts the business days after from, up to and including to; negative if to comes first.
func (c Country) BusinessDaysBetween(from, to Date) int {
	if to.Before(from) {
		return -c.BusinessDaysBetween(to, from)
	}
	n := 0
	for d := from.AddDays(1); !to.Before(d); d = d.AddDays(1) {
		if c.IsBusinessDay(d) {
			n++
		}
	}
	return n
}
