package calendar

import (
	"slices"
	"time"
)

// Holidays lists the public holidays of a year, in order, each day once.
func (c Country) Holidays(year int) []Date {
	var days []Date
	for _, d := range c.rules(year) {
		if !c.removed[d] {
			days = append(days, d)
		}
	}
	for d := range c.extra {
		if d.Year == year && !c.removed[d] {
			days = append(days, d)
		}
	}
	slices.SortFunc(days, Date.Compare)
	return slices.Compact(days)
}

// colombian: Ley 51 of 1983 moves ten feasts to the following Monday unless they fall on one; Ley 2578 of 2026 adds
// 9 July, moved alike, from 2026.
func colombian(year int) []Date {
	easter := Easter(year)
	days := []Date{
		{year, time.January, 1}, easter.AddDays(-3), easter.AddDays(-2), {year, time.May, 1}, {year, time.July, 20},
		{year, time.August, 7}, {year, time.December, 8}, {year, time.December, 25},
	}
	moved := []Date{
		{year, time.January, 6}, {year, time.March, 19}, easter.AddDays(39), easter.AddDays(60), easter.AddDays(68),
		{year, time.June, 29}, {year, time.August, 15}, {year, time.October, 12}, {year, time.November, 1},
		{year, time.November, 11},
	}
	if year >= 2026 {
		moved = append(moved, Date{year, time.July, 9})
	}
	for _, d := range moved {
		days = append(days, toMonday(d))
	}
	return days
}

// peruvian holidays stay where they fall. Laws added some: 6 August and 9 December from 2022, 23 July from 2023 (Ley
// 31822), 7 June from 2024 (Ley 31788).
func peruvian(year int) []Date {
	easter := Easter(year)
	days := []Date{
		{year, time.January, 1}, easter.AddDays(-3), easter.AddDays(-2), {year, time.May, 1}, {year, time.June, 29},
		{year, time.July, 28}, {year, time.July, 29}, {year, time.August, 30}, {year, time.October, 8},
		{year, time.November, 1}, {year, time.December, 8}, {year, time.December, 25},
	}
	if year >= 2022 {
		days = append(days, Date{year, time.August, 6}, Date{year, time.December, 9})
	}
	if year >= 2023 {
		days = append(days, Date{year, time.July, 23})
	}
	if year >= 2024 {
		days = append(days, Date{year, time.June, 7})
	}
	return days
}

func toMonday(d Date) Date {
	return d.AddDays((int(time.Monday) - int(d.Weekday()) + 7) % 7)
}

// Easter is Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher.
func Easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return Date{year, time.Month(month), day}
}
