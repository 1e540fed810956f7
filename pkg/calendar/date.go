// Package calendar knows local days: zones, holidays and business days of the countries the networks serve.
package calendar

import (
	"errors"
	"fmt"
	"time"
)

// Date is a day on a wall calendar, without a zone. The zero value is "no day".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// On is the local day of an instant in a zone.
func On(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{y, m, d}
}

// Parse reads "2026-11-20".
func Parse(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("calendar: %q is not a day as YYYY-MM-DD", text)
	}
	return On(t, time.UTC), nil
}

// ErrCalendar says that a year is one of another calendar.
var ErrCalendar = errors.New("a year before 2000 or after 2200 is one of another calendar")

// InFile reads a day that somebody's file says. A year far from ours is one of another calendar: 2569 of the Buddhist, 1448 of the Islamic, 1405 of the
// Persian, 115 of the Minguo, 5787 of the Hebrew. The Ethiopian is seven or eight years behind and cannot be told from ours here; settlement rows are held
// against their day (settlement.Far). Error: ErrCalendar, or that of Parse.
func InFile(text string) (Date, error) {
	d, err := Parse(text)
	if err == nil && !d.Ours() {
		err = ErrCalendar
	}
	return d, err
}

// Ours says whether the year can be one of what merchants, shops and banks do.
func (d Date) Ours() bool { return d.Year >= 2000 && d.Year <= 2200 }

// String prints "2026-11-20"; empty for the zero value.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	if d.Year < 0 || d.Year > 9999 {
		return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
	}
	y, m := d.Year, int(d.Month) // written by hand: every break of a report has two
	return string([]byte{digit(y / 1000), digit(y / 100), digit(y / 10), digit(y), '-', digit(m / 10), digit(m), '-', digit(d.Day / 10), digit(d.Day)})
}

func digit(n int) byte { return '0' + byte(n%10) }

// IsZero says "no day".
func (d Date) IsZero() bool { return d == Date{} }

// Start is the first instant of the day in a zone.
func (d Date) Start(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// AddDays steps n calendar days, back if negative.
func (d Date) AddDays(n int) Date { return On(d.Start(time.UTC).AddDate(0, 0, n), time.UTC) }

// Weekday of the day.
func (d Date) Weekday() time.Weekday { return d.Start(time.UTC).Weekday() }

// Compare is -1, 0 or +1.
func (d Date) Compare(e Date) int { return d.Start(time.UTC).Compare(e.Start(time.UTC)) }

// Before says whether d comes before e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// MarshalText writes YYYY-MM-DD, empty for the zero value.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
