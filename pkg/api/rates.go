package api

import (
	"errors"
	"net/http"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
)

// importRates takes a file of exchange rates, all of it or none: every faulty line is named. A rate that is known with another
// value is refused, unless ?correct=true says that it is meant. Open days from the first rate that is new on are compared again.
func (s *Server) importRates(r *http.Request, c request.Caller) (any, error) {
	_, text, err := fileOf(r)
	if err != nil {
		return nil, err
	}
	rates, err := rate.Read(text)
	if err != nil {
		return nil, invalidFile(err)
	}
	correct := r.URL.Query().Get("correct") == "true"
	book, written := rate.Book{Store: s.Store}, 0
	first, err := book.Changes(r.Context(), c.Merchant.ID, rates, correct)
	if err == nil && !first.IsZero() {
		err = s.Uploader.Recompare(r.Context(), c.Merchant.ID, "", first, func() (err error) {
			written, err = book.Import(r.Context(), c.Merchant.ID, rates, c.Key.Person, s.Now(), correct)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	return importAnswer{Written: written, Known: len(rates) - written}, nil
}

// invalidFile lists what is wrong with a file, line by line.
func invalidFile(err error) error {
	var many interface{ Unwrap() []error }
	all := []error{err}
	if errors.As(err, &many) {
		all = many.Unwrap()
	}
	var f faults
	for _, e := range all {
		f.check(false, "file_invalid", "", e.Error())
	}
	return f.err()
}

type rateAnswer struct {
	Date       string     `json:"date"`
	Source     string     `json:"source"`
	Pair       string     `json:"pair"`
	Rate       string     `json:"rate"`
	Inverse    string     `json:"inverse"`
	ImportedBy string     `json:"imported_by"`
	ImportedAt string     `json:"imported_at"`
	Before     []pastRate `json:"before,omitempty"` // what stood there before it was corrected
}

type pastRate struct {
	Rate       string `json:"rate"`
	ImportedBy string `json:"imported_by"`
	ImportedAt string `json:"imported_at"`
}

// listRates gives the rates of a source from one day to another, at most a year, oldest first.
func (s *Server) listRates(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	var f faults
	source := rate.Source(query.Get("source"))
	if source == "" {
		source = rate.TRM
	}
	quote := source.Quotes()
	f.check(quote != "", "field_invalid", "/source", "must be TRM, SBS or CFETS; TRM if it is left out")
	base := money.Currency(query.Get("base"))
	if base == "" {
		base = money.USD
	}
	f.check(base.Known(), "field_invalid", "/base", "must be a currency; USD if it is left out")
	to, err := calendar.Parse(query.Get("to"))
	f.check(err == nil || query.Get("to") == "", "field_invalid", "/to", "is a day as YYYY-MM-DD")
	if to.IsZero() {
		to = calendar.On(s.Now(), calendar.Colombia().Zone())
	}
	from, err := calendar.Parse(query.Get("from"))
	f.check(err == nil || query.Get("from") == "", "field_invalid", "/from", "is a day as YYYY-MM-DD")
	if from.IsZero() {
		from = to.AddDays(-30)
	}
	f.check(!from.Before(to.AddDays(-366)) && !to.Before(from), "field_invalid", "/from", "must be at most a year before /to")
	if err := f.err(); err != nil {
		return nil, err
	}
	entries, err := (rate.Book{Store: s.Store}).List(r.Context(), c.Merchant.ID, source, base, quote, from, to)
	if err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	for _, e := range entries {
		a := rateAnswer{Date: e.Rate.Day.String(), Source: string(source), Pair: e.Rate.Pair(), Rate: e.Rate.Value(), Inverse: e.Rate.Inverse(),
			ImportedBy: e.By, ImportedAt: stamp(calendar.Instant(e.At))}
		for _, w := range e.Was {
			a.Before = append(a.Before, pastRate{w.Value, w.By, stamp(calendar.Instant(w.At))})
		}
		out.Data = append(out.Data, a)
	}
	return out, nil
}
