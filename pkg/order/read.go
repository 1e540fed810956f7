package order

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
)

var (
	// ErrLine says that a line of an export cannot be read.
	ErrLine = errors.New("order: not readable")
	// ErrShape says that no such export is known.
	ErrShape = errors.New("order: no such shape")
)

// MaxLines bounds a file; maxFaults what it is told to have wrong.
const MaxLines, maxFaults = 20_000, 100

// Export is a shop's file and what it does not say itself.
type Export struct {
	Shape    string
	Shop     string
	Currency money.Currency // of every order; empty = the file has a column
	Zone     *time.Location // of dates that carry no offset
	Text     []byte
}

// Read reads a shop's export: CSV in UTF-8 with a header in any order. Other columns are ignored. Every faulty line is named; with a
// fault there are no orders. Errors: ErrShape, ErrLine, joined.
func Read(x Export) ([]Order, error) {
	s, ok := shapeOf(x.Shape)
	if !ok {
		return nil, fmt.Errorf("%w: %.40q", ErrShape, x.Shape)
	}
	needs := [][]string{s.columns["name"], s.columns["placed"], s.columns["status"], s.columns["total"]}
	if x.Currency == "" {
		if s.columns["currency"] == nil {
			return nil, fmt.Errorf("%w: line 1: the export has no currency: name it beside the file", ErrLine)
		}
		needs = append(needs, s.columns["currency"])
	}
	var list []Order
	seen, at := map[string]int{}, map[string]int{} // the line of an order, and its place in the list
	err := lines(x.Text, needs, func(line int, cell func(...string) string) error {
		of := func(field string) string { return cell(s.columns[field]...) }
		if s.items && of("status") == "" && seen[strings.TrimPrefix(of("name"), "#")] > 0 {
			return nil // a further item
		}
		o, err := s.order(x, of)
		if err != nil {
			return err
		}
		if seen[o.Name] > 0 {
			if s.items && list[at[o.Name]].same(o) {
				return nil // a further item, with what is the order's again
			}
			return fmt.Errorf("order %.40q stands in line %d too", o.Name, seen[o.Name])
		}
		seen[o.Name], at[o.Name] = line, len(list)
		list = append(list, o)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// same says that two lines say the same of an order; of several coupons each line may name another.
func (o Order) same(other Order) bool {
	o.Coupon, other.Coupon = "", ""
	return slices.Equal(o.Also, other.Also) && fmt.Sprint(o) == fmt.Sprint(other)
}

// order makes an order of a line's fields.
func (s shape) order(x Export, of func(string) string) (Order, error) {
	name := strings.TrimPrefix(of("name"), "#")
	o := Order{Shop: x.Shop, Name: name, Currency: x.Currency, Coupon: of("coupon"), Method: of("method")}
	if name == "" || len(name) > 100 || len(o.Coupon) > 200 || len(o.Method) > 100 {
		return o, errors.New("the order's name is empty, or it, its coupon or its method is too long")
	}
	for _, other := range []string{of("name"), of("also")} {
		if other != "" && other != name && len(other) <= 100 {
			o.Also = append(o.Also, other)
		}
	}
	word := strings.TrimPrefix(strings.ToLower(of("status")), "wc-")
	if o.State = s.states[word]; o.State == "" {
		return o, fmt.Errorf("status %.30q is not known", of("status"))
	}
	if o.Currency == "" {
		o.Currency = money.Currency(of("currency"))
	}
	exponent, err := o.Currency.Exponent()
	if err != nil {
		return o, fmt.Errorf("currency %.8q is not known", o.Currency)
	}
	if o.Day, err = s.day(of("placed"), x.Zone); err != nil {
		return o, err
	}
	for _, a := range []struct {
		field string
		into  *int64
		none  int64
	}{{"total", &o.Total, unsaid}, {"discount", &o.Discount, 0}, {"due", &o.Due, unsaid}, {"back", &o.Back, unsaid}} {
		if *a.into, err = amount(of(a.field), exponent, a.none); err != nil {
			return o, fmt.Errorf("%s: %w", a.field, err)
		}
	}
	if o.Total == unsaid {
		return o, errors.New("total is empty")
	}
	if s.columns["subtotal"] != nil {
		before, err := amount(of("subtotal"), exponent, 0)
		if err != nil {
			return o, fmt.Errorf("subtotal: %w", err)
		}
		shipping, err := amount(of("shipping"), exponent, 0)
		if err != nil {
			return o, fmt.Errorf("shipping: %w", err)
		}
		o.Discount = max(before+shipping-o.Total, 0)
	}
	if o.Back == 0 && (o.State == Refunded || o.State == PartlyRefunded) {
		o.Back = unsaid // a column that is kept at nothing says nothing
	}
	return o, nil
}

// day is the local day of a date in one of the shape's layouts.
func (s shape) day(text string, zone *time.Location) (calendar.Date, error) {
	if zone == nil || s.zoned {
		zone = calendar.Colombia().Zone()
	}
	for _, layout := range s.layouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			day := local(t)
			if layout == "2006-01-02" {
				day = calendar.On(t, zone) // a day without an hour is that day
			}
			if !day.Ours() {
				return day, fmt.Errorf("date %.40q: %w", text, calendar.ErrCalendar)
			}
			return day, nil
		}
	}
	return calendar.Date{}, fmt.Errorf("date %.40q is not as %q", text, s.layouts[0])
}

// amount reads a decimal that may have more decimals than the currency, as long as they are zeros. Empty is none.
func amount(text string, exponent int, none int64) (int64, error) {
	if text == "" {
		return none, nil
	}
	minor, err := money.ParseMinor(text, exponent)
	if err != nil || minor < 0 {
		return 0, fmt.Errorf("%.30q is no amount such as 11710.00", text)
	}
	return minor, nil
}

// ReadReceipts reads what other channels collected and gave back: CSV in UTF-8 with date (YYYY-MM-DD), channel, amount (decimal, − was
// given back), currency, and, where the channel says, order_reference and id. Lines without an id are told apart by content
// and by how often it stands before. Error: ErrLine, joined.
func ReadReceipts(tenant string, text []byte) ([]Receipt, error) {
	var list []Receipt
	seen, ids := map[string]int{}, map[string]bool{}
	err := lines(text, [][]string{{"date"}, {"channel"}, {"amount"}, {"currency"}}, func(_ int, cell func(...string) string) error {
		r := Receipt{Channel: cell("channel"), Order: strings.TrimPrefix(cell("order_reference"), "#"), Currency: money.Currency(cell("currency"))}
		exponent, err := r.Currency.Exponent()
		if err != nil {
			return fmt.Errorf("currency %.8q is not known", r.Currency)
		}
		if r.Day, err = calendar.InFile(cell("date")); errors.Is(err, calendar.ErrCalendar) {
			return fmt.Errorf("date %.20q: %w", cell("date"), err)
		} else if err != nil {
			return fmt.Errorf("date %.20q is not a day as YYYY-MM-DD", cell("date"))
		}
		if r.Minor, err = money.ParseMinor(cell("amount"), exponent); err != nil || r.Minor == 0 {
			return fmt.Errorf("amount %.30q is no decimal such as 11710.00, or nothing", cell("amount"))
		}
		if r.Channel == "" || len(r.Channel) > 40 || len(r.Order) > 100 {
			return errors.New("the channel is empty, or it or the order is too long")
		}
		about := []string{"receipt", tenant, r.Channel, "id", cell("id")}
		if cell("id") == "" {
			what := []string{r.Day.String(), strconv.FormatInt(r.Minor, 10), string(r.Currency), r.Order}
			key := r.Channel + "\x00" + strings.Join(what, "\x00")
			seen[key]++
			about = append(append(about[:3:3], "line", strconv.Itoa(seen[key])), what...)
		}
		r.ID = identity.Derive("rcp_", about...)
		if ids[r.ID] {
			return errors.New("the id stands twice")
		}
		ids[r.ID] = true
		list = append(list, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// lines hands over the lines below a header that has one name of each of needs. Error: ErrLine, joined, one for each faulty line.
func lines(text []byte, needs [][]string, each func(line int, cell func(...string) string) error) error {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		return fmt.Errorf("%w: the file is not UTF-8", ErrLine)
	}
	r := csv.NewReader(bytes.NewReader(text))
	at, err := header(r, needs)
	if err != nil {
		return err
	}
	var faults []error
	read := 0
	for len(faults) < maxFaults {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%w: %v", ErrLine, err))
			if !errors.Is(err, csv.ErrFieldCount) {
				break // what follows a broken quotation cannot be told from it
			}
			continue
		}
		if read++; read > MaxLines {
			faults = append(faults, fmt.Errorf("%w: more than %d lines", ErrLine, MaxLines))
			break
		}
		line, _ := r.FieldPos(0)
		if err := each(line, func(names ...string) string { return cellOf(cells, at, names) }); err != nil {
			faults = append(faults, fmt.Errorf("%w: line %d: %v", ErrLine, line, err))
		}
	}
	if read+len(faults) == 0 {
		faults = append(faults, fmt.Errorf("%w: no line but the header", ErrLine))
	}
	return errors.Join(faults...)
}

// header finds where each column stands.
func header(r *csv.Reader, needs [][]string) (map[string]int, error) {
	names, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: line 1: no header", ErrLine)
	}
	at := map[string]int{}
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := at[name]; twice && slices.ContainsFunc(needs, func(any []string) bool { return slices.Contains(any, name) }) {
			return nil, fmt.Errorf("%w: line 1: column %.30q stands twice", ErrLine, name)
		}
		at[name] = i
	}
	for _, any := range needs {
		if !slices.ContainsFunc(any, func(name string) bool { _, ok := at[name]; return ok }) {
			return nil, fmt.Errorf("%w: line 1: missing column %q", ErrLine, strings.Join(any, " or "))
		}
	}
	return at, nil
}

func cellOf(cells []string, at map[string]int, names []string) string {
	for _, name := range names {
		if i, ok := at[name]; ok {
			return strings.TrimSpace(cells[i])
		}
	}
	return ""
}
