package calendar_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	countries := map[string]calendar.Country{"CO": calendar.Colombia(), "PE": calendar.Peru()}
	yearOf := func(in map[string]string) int {
		n, _ := strconv.Atoi(in["year"])
		return n
	}
	vector.Run(t, map[string]vector.Rule{
		"holidays": func(in map[string]string) string {
			var got []string
			for _, d := range countries[in["country"]].Holidays(yearOf(in)) {
				got = append(got, d.String()[5:])
			}
			return strings.Join(got, " ")
		},
		"Easter": func(in map[string]string) string { return calendar.Easter(yearOf(in)).String()[5:] },
	})
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
