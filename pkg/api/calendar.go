package api

import (
	"errors"
	"net/http"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// early is how many days before a due day that moves a movement may have settled: its day shows the due day, too.
const early = 14

// importCalendar takes days that count otherwise than a country's built-in table has them, all of them or none: every faulty line is named. A day that
// is known otherwise is refused, unless ?correct=true says that it is meant. Open days whose due days may move are compared again.
func (s *Server) importCalendar(r *http.Request, c request.Caller) (any, error) {
	country, err := countryOf(r)
	if err != nil {
		return nil, err
	}
	_, text, err := fileOf(r)
	if err != nil {
		return nil, err
	}
	days, err := calendar.ReadOverrides(text)
	if err != nil {
		return nil, invalidFile(err)
	}
	correct := r.URL.Query().Get("correct") == "true"
	book, written := settlement.CalendarBook{Store: s.Store}, 0
	first, err := book.Changes(r.Context(), c.Merchant.ID, country, days, correct)
	if err == nil && !first.IsZero() {
		err = s.Uploader.Recompare(r.Context(), c.Merchant.ID, "", first.AddDays(-early), func() (err error) {
			written, err = book.Import(r.Context(), c.Merchant.ID, country, days, c.Key.Person, calendar.Millis(s.Now()), correct)
			return err
		})
	}
	if errors.Is(err, calendar.ErrOverrides) {
		err = invalidFile(err)
	}
	if err != nil {
		return nil, err
	}
	return importAnswer{Written: written, Known: len(days) - written}, nil
}

// countryOf is the country that a request names.
func countryOf(r *http.Request) (calendar.Country, error) {
	country, err := calendar.ByCode(r.URL.Query().Get("country"))
	var f faults
	f.check(err == nil, "field_invalid", "/country", "must be CO or PE")
	return country, f.err()
}

type dayAnswer struct {
	Country    string    `json:"country"`
	Date       string    `json:"date"`
	Working    bool      `json:"working"`
	Source     string    `json:"source"`
	ImportedBy string    `json:"imported_by"`
	ImportedAt string    `json:"imported_at"`
	Before     []pastDay `json:"before,omitempty"` // what stood there before it was corrected
}

type pastDay struct {
	Working    bool   `json:"working"`
	Source     string `json:"source"`
	ImportedBy string `json:"imported_by"`
	ImportedAt string `json:"imported_at"`
}

// listCalendar gives the days of a country's table, or of each country's, oldest first.
func (s *Server) listCalendar(r *http.Request, c request.Caller) (any, error) {
	countries := []calendar.Country{calendar.Colombia(), calendar.Peru()}
	if r.URL.Query().Get("country") != "" {
		country, err := countryOf(r)
		if err != nil {
			return nil, err
		}
		countries = []calendar.Country{country}
	}
	out := page{Data: []any{}}
	for _, country := range countries {
		days, err := settlement.CalendarBook{Store: s.Store}.List(r.Context(), c.Merchant.ID, country)
		if err != nil {
			return nil, err
		}
		for _, d := range days {
			out.Data = append(out.Data, renderDay(country, d))
		}
	}
	return out, nil
}

func renderDay(country calendar.Country, d settlement.DatedDay) dayAnswer {
	a := dayAnswer{Country: country.Code(), Date: d.Date.String(), Working: d.Working, Source: d.Source, ImportedBy: d.By, ImportedAt: stamp(calendar.Instant(d.At))}
	for _, w := range d.Was {
		a.Before = append(a.Before, pastDay{w.Working, w.Source, w.By, stamp(calendar.Instant(w.At))})
	}
	return a
}
