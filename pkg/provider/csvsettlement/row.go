package csvsettlement

import (
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// columns knows where each generic column stands.
type columns struct {
	layout Layout
	count  int
	at     map[string]int
}

func (layout Layout) columns(header string) (columns, error) {
	names, err := layout.fields(header)
	if err != nil {
		return columns{}, fmt.Errorf("%w: cannot be split", ErrHeader)
	}
	c := columns{layout: layout, count: len(names), at: map[string]int{}}
	for _, generic := range []string{transactionID, reference, kind, amount, fee, tax, net, currency, date, status} {
		name := generic
		if theirs, ok := layout.Names[generic]; ok {
			name = theirs
		}
		found := -1
		for i, n := range names {
			if strings.TrimSpace(n) == name {
				found = i
			}
		}
		if found < 0 && generic != tax {
			return columns{}, fmt.Errorf("%w: column %q is missing", ErrHeader, name)
		}
		if found >= 0 {
			c.at[generic] = found
		}
	}
	return c, nil
}

// row understands one record.
func (c columns) row(raw string) settlement.Row {
	fields, err := c.layout.fields(raw)
	if err != nil {
		return settlement.Row{Unreadable: "the fields cannot be split"}
	}
	if len(fields) != c.count {
		return settlement.Row{Unreadable: fmt.Sprintf("%d fields instead of %d", len(fields), c.count)}
	}
	get := func(name string) string { return fields[c.at[name]] }
	row := settlement.Row{TransactionID: get(transactionID), Reference: get(reference),
		Type: settlement.Type(get(kind)), Currency: money.Currency(get(currency)), Status: get(status)}
	if row.Unreadable = words(row); row.Unreadable != "" {
		return row
	}
	for _, cell := range []struct {
		name string
		into *int64
	}{{amount, &row.Amount}, {fee, &row.Fee}, {tax, &row.Tax}, {net, &row.Net}} {
		if _, there := c.at[cell.name]; !there {
			continue
		}
		if *cell.into, err = money.ParseMinor(get(cell.name), exponent(row.Currency)); err != nil {
			row.Unreadable = cell.name + " is not a decimal"
			return row
		}
	}
	layout := c.layout.Dates
	if layout == "" {
		layout = time.DateTime
	}
	at, err := time.ParseInLocation(layout, get(date), c.layout.Zone)
	if err != nil {
		row.Unreadable = "Date is not a date"
		return row
	}
	row.At = at.UTC()
	return row
}

// words checks the columns that hold one word of a list.
func words(row settlement.Row) string {
	switch row.Type {
	case settlement.Payment, settlement.Refund, settlement.Payout, settlement.Reversal:
	default:
		return "Type is none of PAYMENT, REFUND, PAYOUT, REVERSAL"
	}
	switch row.Status {
	case "SETTLED", "REJECTED", "FAILED":
	default:
		return "Status is none of SETTLED, REJECTED, FAILED"
	}
	if len(row.Currency) != 3 || strings.Trim(string(row.Currency), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "Currency is not three capital letters"
	}
	return ""
}

// exponent of a currency that our books may not know: reports print two decimals then.
func exponent(c money.Currency) int {
	if e, err := c.Exponent(); err == nil {
		return e
	}
	return 2
}
