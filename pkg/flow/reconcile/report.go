package reconcile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/sheet"
)

// reports keeps the day for people, in each language as CSV and as a spreadsheet.
func (r *Reconciler) reports(ctx context.Context, rec *reconciliation.Reconciliation, result settlement.Result, list []discrepancy.Discrepancy) error {
	rec.Reports = map[string]string{}
	for _, l := range settlement.Languages() {
		text, err := reportCSV(list, l)
		if err != nil {
			return err
		}
		book, err := reportXLSX(*rec, result, list, l)
		if err != nil {
			return err
		}
		if rec.Reports[string(l)+".csv"], err = r.keep(ctx, *rec, "report."+string(l)+".csv", text); err != nil {
			return err
		}
		if rec.Reports[string(l)+".xlsx"], err = r.keep(ctx, *rec, "report."+string(l)+".xlsx", book); err != nil {
			return err
		}
	}
	rec.Report = rec.Reports["en.csv"]
	return nil
}

func (r *Reconciler) keep(ctx context.Context, rec reconciliation.Reconciliation, name string, body []byte) (string, error) {
	sum := sha256.Sum256(body)
	where := fmt.Sprintf("reconciliation/%s/%s/%s-%s", rec.Tenant, rec.ID, hex.EncodeToString(sum[:8]), name)
	return where, r.Files.Put(ctx, where, body)
}

func columns() []string {
	return []string{"class", "also", "kind", "id", "reference", "transaction_id", "file", "line", "expected", "actual",
		"difference", "currency", "business_day", "due_day", "explanation"}
}

// texts are a break's columns in order; the numbers are line, expected, actual and difference.
func texts(d discrepancy.Discrepancy, l settlement.Language) []string {
	return []string{string(d.Class), d.AlsoText(), string(d.Kind), d.Break.ID, d.Reference, d.TransactionID, d.File, strconv.Itoa(d.Line),
		major(d.Expected, d.ExpectedIn()), major(d.Actual, d.Currency), major(d.Difference, d.Currency), string(d.Currency),
		d.BusinessDay.String(), d.DueDay.String(), settlement.Explain(d.Break, l)}
}

// The columns that are numbers.
const firstNumber, lastNumber = 7, 10

// major prints minor units of a currency; files may name one that the books do not know, and print two decimals then.
func major(minor int64, c money.Currency) string {
	exponent, err := c.Exponent()
	if err != nil {
		exponent = 2
	}
	return money.FormatMinor(minor, exponent)
}

// reportCSV is every break, amounts in major units, cells that a spreadsheet would run neutralised.
func reportCSV(list []discrepancy.Discrepancy, l settlement.Language) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(columns()); err != nil {
		return nil, err
	}
	for _, d := range list {
		row := texts(d, l)
		for i, cell := range row {
			if i < firstNumber || i > lastNumber {
				row[i] = harmless(cell)
			}
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// reportXLSX is the day as a spreadsheet: totals, these in other currencies, then breaks. A sheet that is full goes on in the next.
func reportXLSX(rec reconciliation.Reconciliation, result settlement.Result, list []discrepancy.Discrepancy, l settlement.Language) ([]byte, error) {
	var out bytes.Buffer
	b := sheet.New(&out)
	b.Sheet(rec.Date.String(), settlement.Titles(l, "currency", "gross", "fee", "tax", "net", "expected", "difference", "rows", "entries", "matched", "pending", "breaks")...)
	for i, c := range slices.Sorted(maps.Keys(result.Totals)) {
		t := result.Totals[c]
		row := []sheet.Cell{sheet.Label(string(c))}
		for _, minor := range []int64{t.Gross, t.Fee, t.Tax, t.Net, t.Expected, t.Difference} {
			row = append(row, sheet.Decimal(major(minor, c)))
		}
		if i == 0 { // counts are of the day, not of a currency
			row = append(row, sheet.Int(result.Rows), sheet.Int(result.Entries), sheet.Int(result.Matched), sheet.Int(result.Pending), sheet.Int(len(list)))
		}
		b.Row(row...)
	}
	shownSheet(b, rec, l)
	for n, d := range list {
		if n%(sheet.MaxRows-1) == 0 {
			b.Sheet(strings.TrimSuffix(fmt.Sprint(settlement.Titles(l, "breaks")[0], " ", n/(sheet.MaxRows-1)+1), " 1"), settlement.Titles(l, columns()...)...)
		}
		row := make([]sheet.Cell, 0, len(columns()))
		for i, cell := range texts(d, l) {
			if i >= firstNumber && i <= lastNumber {
				row = append(row, sheet.Decimal(cell))
			} else {
				row = append(row, sheet.Label(cell))
			}
		}
		b.Row(row...)
	}
	err := b.Close()
	return out.Bytes(), err
}

// harmless puts an apostrophe before what a spreadsheet would take for a formula, full-width forms included.
func harmless(cell string) string {
	switch first, _ := utf8.DecodeRuneInString(cell); first {
	case '=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠':
		return "'" + cell
	}
	return cell
}
