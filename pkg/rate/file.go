package rate

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// MaxRows bounds a file of rates: some thirteen years of days for two pairs.
const MaxRows = 10_000

// LineError is what is wrong with a line of a file.
type LineError struct {
	Line int // 1-based and physical
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// Read reads rates from CSV in UTF-8 with a header in any order: date (YYYY-MM-DD), source (TRM, SBS, CFETS), pair
// (USD/COP is pesos for a dollar), and either rate, or buy and sell, of which the mid is taken. Other columns are ignored.
// Every faulty line is named; with a fault there are no rates. Errors: *LineError, joined.
func Read(text []byte) ([]Rate, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		return nil, &LineError{1, fmt.Errorf("%w: the file is not UTF-8", ErrRate)}
	}
	r := csv.NewReader(bytes.NewReader(text))
	header, err := r.Read()
	if err != nil {
		return nil, &LineError{1, fmt.Errorf("%w: no header", ErrRate)}
	}
	at, err := columnsOf(header)
	if err != nil {
		return nil, &LineError{1, err}
	}
	var rates []Rate
	var faults []error
	for len(rates) <= MaxRows && len(faults) < maxFaults {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if fault := unread(err); fault != nil {
			faults = append(faults, fault)
			if !errors.Is(err, csv.ErrFieldCount) {
				break // what follows a broken quotation cannot be told from it
			}
			continue
		}
		line, _ := r.FieldPos(0)
		rate, err := at.read(cells)
		if err != nil {
			faults = append(faults, &LineError{line, err})
			continue
		}
		rates = append(rates, rate)
	}
	if len(rates) > MaxRows {
		faults = append(faults, fmt.Errorf("%w: more than %d lines", ErrRate, MaxRows))
	}
	if len(rates) == 0 && len(faults) == 0 {
		faults = append(faults, &LineError{1, fmt.Errorf("%w: no line but the header", ErrRate)})
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return rates, nil
}

// maxFaults bounds what a file is told to have wrong.
const maxFaults = 100

func unread(err error) error {
	var parse *csv.ParseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &parse):
		return &LineError{parse.Line, fmt.Errorf("%w: %v", ErrRate, parse.Err)}
	}
	return fmt.Errorf("%w: %v", ErrRate, err)
}

// columns are the places of a file's columns; -1 for one that is not there.
type columns struct{ date, source, pair, rate, buy, sell int }

func columnsOf(header []string) (columns, error) {
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
	}
	at := func(name string) int { return slices.Index(header, name) }
	c := columns{at("date"), at("source"), at("pair"), at("rate"), at("buy"), at("sell")}
	if c.date < 0 || c.source < 0 || c.pair < 0 || (c.rate < 0 && (c.buy < 0 || c.sell < 0)) {
		return c, fmt.Errorf("%w: the header needs date, source, pair, and rate or buy and sell", ErrRate)
	}
	return c, nil
}

func (c columns) read(cells []string) (Rate, error) {
	day, err := calendar.InFile(strings.TrimSpace(cells[c.date]))
	if errors.Is(err, calendar.ErrCalendar) {
		return Rate{}, fmt.Errorf("%w: date %.20q: %v", ErrRate, cells[c.date], err)
	}
	if err != nil {
		return Rate{}, fmt.Errorf("%w: %.20q is not a day as YYYY-MM-DD", ErrRate, cells[c.date])
	}
	base, quote, _ := strings.Cut(strings.TrimSpace(cells[c.pair]), "/")
	source := Source(strings.TrimSpace(cells[c.source]))
	cell := func(i int) string {
		if i < 0 {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	if value := cell(c.rate); value != "" || c.buy < 0 {
		return New(source, day, money.Currency(base), money.Currency(quote), value)
	}
	return Mid(source, day, money.Currency(base), money.Currency(quote), cell(c.buy), cell(c.sell))
}
