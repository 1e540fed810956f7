package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Expression is a schedule of EventBridge Scheduler, of the two shapes the template uses: rate(1 minute), and
// cron(minutes hours day-of-month month day-of-week year) with lists, ranges and steps of minutes, hours and week days.
type Expression struct {
	text, place string // as they were parsed
	every       time.Duration
	zone        *time.Location
	minutes     [60]bool
	hours       [24]bool
	days        [7]bool
}

// ParseExpression reads an expression; an empty zone is UTC. Error: a shape that is not read here.
func ParseExpression(text, zone string) (Expression, error) {
	e := Expression{text: text, place: zone, zone: time.UTC}
	switch zone {
	case "", "UTC":
	case "America/Bogota":
		e.zone = calendar.Colombia().Zone()
	case "America/Lima":
		e.zone = calendar.Peru().Zone()
	default:
		return e, fmt.Errorf("schedule zone %q is not of a network's country", zone)
	}
	if body, ok := inside(text, "rate"); ok {
		return e, e.rate(body)
	}
	body, ok := inside(text, "cron")
	fields := strings.Fields(body)
	if !ok || len(fields) != 6 {
		return e, fmt.Errorf("schedule %q is neither rate(…) nor cron(…) with six fields", text)
	}
	if fields[2] != "?" && fields[2] != "*" || fields[3] != "*" || fields[5] != "*" {
		return e, fmt.Errorf("schedule %q: only minutes, hours and week days are read", text)
	}
	for _, part := range []struct {
		field string
		set   []bool
		names []string
	}{{fields[0], e.minutes[:], nil}, {fields[1], e.hours[:], nil}, {fields[4], e.days[:], weekdays()}} {
		if err := fill(part.field, part.set, part.names); err != nil {
			return e, fmt.Errorf("schedule %q: %w", text, err)
		}
	}
	return e, nil
}

func weekdays() []string { return []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"} }

func inside(text, name string) (string, bool) {
	body, ok := strings.CutPrefix(text, name+"(")
	return strings.TrimSuffix(body, ")"), ok && strings.HasSuffix(body, ")")
}

func (e *Expression) rate(body string) error {
	value, unit, _ := strings.Cut(body, " ")
	n, err := strconv.Atoi(value)
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	e.every = units[strings.TrimSuffix(unit, "s")] * time.Duration(n)
	if err != nil || e.every <= 0 {
		return fmt.Errorf("rate(%s) is not a positive number of minutes, hours or days", body)
	}
	return nil
}

// fill reads one field: *, ?, a, a-b, a,b, */n.
func fill(field string, set []bool, names []string) error {
	for _, part := range strings.Split(field, ",") {
		span, step, stepped := strings.Cut(part, "/")
		low, high, by := 0, len(set)-1, 1
		var err error
		if span != "*" && span != "?" {
			first, last, ranged := strings.Cut(span, "-")
			if low, err = place(first, names); err != nil {
				return err
			}
			high = low
			if ranged {
				if high, err = place(last, names); err != nil {
					return err
				}
			}
		}
		if stepped {
			if by, err = strconv.Atoi(step); err != nil || by < 1 {
				return fmt.Errorf("step %q", step)
			}
		}
		if low > high || high >= len(set) {
			return fmt.Errorf("range %q", part)
		}
		for i := low; i <= high; i += by {
			set[i] = true
		}
	}
	return nil
}

// place is a number, or a day's name. Days count from 1 = Sunday in AWS, from 0 here.
func place(text string, names []string) (int, error) {
	for i, n := range names {
		if n == text {
			return i, nil
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no number", text)
	}
	if names != nil {
		n--
	}
	return n, nil
}

// Next is the first instant after t.
func (e Expression) Next(t time.Time) time.Time {
	if e.every > 0 {
		return t.Truncate(e.every).Add(e.every)
	}
	local := t.In(e.zone).Truncate(time.Minute).Add(time.Minute)
	for !e.days[local.Weekday()] || !e.hours[local.Hour()] || !e.minutes[local.Minute()] {
		switch {
		case !e.days[local.Weekday()]:
			local = time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, e.zone)
		case !e.hours[local.Hour()]:
			local = local.Truncate(time.Hour).Add(time.Hour)
		default:
			local = local.Add(time.Minute)
		}
	}
	return local.UTC()
}
