package csvsettlement

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// columns knows where each generic column stands.
type columns struct {
	layout Layout
	names  []string
	at     map[string][]int // several where columns are added up
}

// generics lists the generic columns in the order of the report.
func generics() []string {
	return []string{transactionID, reference, kind, amount, fee, tax, net, currency, date, status}
}

func (layout Layout) columns(header string) (columns, error) {
	names, err := layout.fields(header)
	if err != nil {
		return columns{}, fmt.Errorf("%w: cannot be split", ErrHeader)
	}
	c := columns{layout: layout, names: names, at: map[string][]int{}}
	for _, generic := range generics() {
		name, theirs := layout.Names[generic]
		if !theirs {
			name = generic
		}
		parts := strings.Split(name, " + ")
		for _, part := range parts {
			found := position(names, part)
			if found < 0 && (theirs || !layout.optional(generic)) {
				return columns{}, fmt.Errorf("%w: column %q is missing", ErrHeader, part)
			}
			if found >= 0 {
				c.at[generic] = append(c.at[generic], found)
			}
		}
	}
	return c, nil
}

// position of a column; the last, if two have its name; -1 if none has.
func position(names []string, name string) int {
	found := -1
	for i, n := range names {
		if strings.TrimSpace(n) == strings.TrimSpace(name) {
			found = i
		}
	}
	return found
}

// get is a text cell; empty if the report has no such column.
func (c columns) get(fields []string, generic string) string {
	at := c.at[generic]
	if len(at) == 0 {
		return ""
	}
	if c.layout.mapped() {
		return strings.TrimSpace(fields[at[0]])
	}
	return fields[at[0]]
}

// row understands one record.
func (c columns) row(raw string) settlement.Row {
	if !utf8.ValidString(raw) {
		return settlement.Row{Unreadable: "the text is not in the encoding of this report"}
	}
	fields, err := c.layout.fields(raw)
	if err != nil {
		return settlement.Row{Unreadable: "the fields cannot be split"}
	}
	if len(fields) != len(c.names) {
		return settlement.Row{Unreadable: fmt.Sprintf("%d fields instead of %d", len(fields), len(c.names))}
	}
	row := settlement.Row{TransactionID: c.get(fields, transactionID), Reference: c.get(fields, reference),
		Currency: money.Currency(c.get(fields, currency))}
	if row.Currency == "" {
		row.Currency = c.layout.Currency
	}
	for _, step := range []func(*settlement.Row, []string) string{c.words, c.amounts, c.instant} {
		if row.Unreadable = step(&row, fields); row.Unreadable != "" {
			return row
		}
	}
	return row
}

// words understands the columns that hold one word of a list.
func (c columns) words(row *settlement.Row, fields []string) string {
	var ok bool
	if row.Type, ok = c.layout.typeOf(c.get(fields, kind)); !ok {
		return "Type is none of " + c.layout.types()
	}
	if row.Status, ok = c.layout.statusOf(c.get(fields, status), len(c.at[status]) > 0); !ok {
		return "Status is none of " + c.layout.statuses()
	}
	if len(row.Currency) != 3 || strings.Trim(string(row.Currency), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "Currency is not three capital letters"
	}
	return ""
}

// amounts understands the columns of money.
func (c columns) amounts(row *settlement.Row, fields []string) string {
	exp := exponent(row.Currency)
	for _, cell := range []struct {
		name string
		into *int64
		cost bool
	}{{amount, &row.Amount, false}, {fee, &row.Fee, true}, {tax, &row.Tax, true}, {net, &row.Net, false}} {
		for _, at := range c.at[cell.name] {
			if cell.cost && c.layout.mapped() && strings.TrimSpace(fields[at]) == "" {
				continue // described reports leave costs empty where there is none
			}
			minor, err := c.layout.minor(fields[at], exp)
			if err != nil {
				return cell.name + " is not a decimal"
			}
			*cell.into += minor
		}
		if cell.cost && c.layout.NegativeCosts {
			*cell.into = -*cell.into
		}
	}
	row.Amount = c.layout.direction(row.Type, row.Amount)
	if len(c.at[net]) == 0 {
		row.Net = row.Amount - row.Fee - row.Tax
	} else if c.layout.ByType && row.Amount < 0 && row.Net > 0 {
		row.Net = -row.Net
	}
	return ""
}

// A year beyond these is one of another calendar: 2569 of the Buddhist, 1405 of the Persian, 115 of the Minguo.
const firstYear, lastYear = 2000, 2200

func (c columns) instant(row *settlement.Row, fields []string) string {
	layout := c.layout.Dates
	if layout == "" {
		layout = time.DateTime
	}
	at, err := time.ParseInLocation(layout, c.get(fields, date), c.layout.Zone)
	if err != nil || at.Year() < firstYear || at.Year() > lastYear {
		return "Date is not a date"
	}
	row.At = at.UTC()
	return ""
}

// exponent of a currency that our books may not know: reports print two decimals then.
func exponent(c money.Currency) int {
	if e, err := c.Exponent(); err == nil {
		return e
	}
	return 2
}
