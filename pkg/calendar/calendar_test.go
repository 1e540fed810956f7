package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"pgregory.net/rapid"
)

// The published lists of three years, checked by hand against the laws the rules cite.
func TestHolidaysAreThePublishedOnes(t *testing.T) {
	cases := []struct {
		country calendar.Country
		year    int
		days    string
	}{
		{calendar.Colombia(), 2025, "01-01 01-06 03-24 04-17 04-18 05-01 06-02 06-23 06-30 07-20 08-07 08-18 10-13 11-03 11-17 12-08 12-25"},
		{calendar.Colombia(), 2026, "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-13 07-20 08-07 08-17 10-12 11-02 11-16 12-08 12-25"},
		{calendar.Colombia(), 2027, "01-01 01-11 03-22 03-25 03-26 05-01 05-10 05-31 06-07 07-05 07-12 07-20 08-07 08-16 10-18 11-01 11-15 12-08 12-25"},
		{calendar.Peru(), 2025, "01-01 04-17 04-18 05-01 06-07 06-29 07-23 07-28 07-29 08-06 08-30 10-08 11-01 12-08 12-09 12-25"},
		{calendar.Peru(), 2026, "01-01 04-02 04-03 05-01 06-07 06-29 07-23 07-28 07-29 08-06 08-30 10-08 11-01 12-08 12-09 12-25"},
		{calendar.Peru(), 2027, "01-01 03-25 03-26 05-01 06-07 06-29 07-23 07-28 07-29 08-06 08-30 10-08 11-01 12-08 12-09 12-25"},
		{calendar.Peru(), 2021, "01-01 04-01 04-02 05-01 06-29 07-28 07-29 08-30 10-08 11-01 12-08 12-25"},
	}
	for _, c := range cases {
		var got []string
		for _, d := range c.country.Holidays(c.year) {
			got = append(got, d.String()[5:])
		}
		if strings.Join(got, " ") != c.days {
			t.Errorf("%s %d\n got %s\nwant %s", c.country.Code(), c.year, strings.Join(got, " "), c.days)
		}
	}
}

func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBusinessDaysStepOverWeekendsAndHolidays(t *testing.T) {
	cases := []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-20", 1, "2026-11-23"}, // Friday
		{"2026-11-21", 1, "2026-11-23"}, // Saturday is not rolled first
		{"2026-11-13", 1, "2026-11-17"}, // Monday 16 November is a holiday
		{"2026-11-13", 0, "2026-11-13"},
		{"2026-12-31", 1, "2027-01-04"},
		{"2026-11-23", -1, "2026-11-20"},
	}
	for _, c := range cases {
		if got := calendar.Colombia().AddBusinessDays(day(t, c.from), c.n).String(); got != c.want {
			t.Errorf("%s %+d: %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestSteppingLandsOnBusinessDaysAndCountsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom([]calendar.Country{calendar.Colombia(), calendar.Peru()}).Draw(t, "country")
		from := calendar.Date{Year: 2020, Month: time.January, Day: 1}.AddDays(rapid.IntRange(0, 7000).Draw(t, "day"))
		n := rapid.IntRange(1, 14).Draw(t, "n")
		to := country.AddBusinessDays(from, n)
		if !country.IsBusinessDay(to) {
			t.Fatalf("%s %+d is %s, no business day", from, n, to)
		}
		if got := country.BusinessDaysBetween(from, to); got != n {
			t.Fatalf("%d business days from %s to %s, want %d", got, from, to, n)
		}
		if back := country.AddBusinessDays(to, -n); from.Before(back) && country.IsBusinessDay(from) {
			t.Fatalf("back from %s is %s, after %s", to, back, from)
		}
	})
}

func TestCorrectionsByHandCount(t *testing.T) {
	strike := day(t, "2026-11-23")
	peru := calendar.Peru().With([]calendar.Date{strike}, []calendar.Date{day(t, "2026-12-08")})
	if peru.IsBusinessDay(strike) || !peru.IsBusinessDay(day(t, "2026-12-08")) || len(peru.Holidays(2026)) != 16 {
		t.Error("an added or removed holiday has no effect")
	}
	if !calendar.Peru().IsBusinessDay(strike) {
		t.Error("the correction leaked into the country itself")
	}
}

func TestLocalDayOfAnInstant(t *testing.T) {
	midnight := time.Date(2026, 11, 21, 4, 59, 59, 0, time.UTC)
	if got := calendar.On(midnight, calendar.Peru().Zone()).String(); got != "2026-11-20" {
		t.Errorf("one second before local midnight is %s", got)
	}
	if got := calendar.On(midnight.Add(time.Second), calendar.Peru().Zone()).String(); got != "2026-11-21" {
		t.Errorf("local midnight is %s", got)
	}
}
