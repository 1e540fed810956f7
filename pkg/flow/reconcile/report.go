package reconcile

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// breakAnswer is one break as the API shows it. Amounts are minor units.
type breakAnswer struct {
	ID            string `json:"id"`
	Class         string `json:"class"`
	Also          string `json:"also"`
	Status        string `json:"status"`
	Kind          string `json:"kind"`
	Entry         string `json:"entry"`
	Reference     string `json:"reference"`
	TransactionID string `json:"transaction_id"`
	File          string `json:"file"`
	Line          int    `json:"line"`
	Expected      int64  `json:"expected"`
	Actual        int64  `json:"actual"`
	Difference    int64  `json:"difference"`
	Currency      string `json:"currency"`
	BusinessDay   string `json:"business_day"`
	DueDay        string `json:"due_day"`
	Explanation   string `json:"explanation"`
}

func describe(rec reconciliation.Reconciliation, result settlement.Result) []breakAnswer {
	list := make([]breakAnswer, 0, len(result.Breaks))
	for _, b := range result.Breaks {
		list = append(list, breakAnswer{
			ID:    identity.Derive("brk_", rec.ID, string(b.Class), b.File, strconv.Itoa(b.Line), b.ID),
			Class: string(b.Class), Also: also(b), Status: "open", Kind: string(b.Kind), Entry: b.ID, Reference: b.Reference,
			TransactionID: b.TransactionID, File: b.File, Line: b.Line, Expected: b.Expected, Actual: b.Actual,
			Difference: b.Difference, Currency: string(b.Currency), BusinessDay: b.BusinessDay.String(), DueDay: b.DueDay.String(),
			Explanation: settlement.Explain(b, settlement.English),
		})
	}
	return list
}

func also(b settlement.Break) string {
	names := make([]string, len(b.Also))
	for i, c := range b.Also {
		names[i] = string(c)
	}
	return strings.Join(names, "+")
}

// reportCSV is the day for people: every break, amounts in major units, cells that a spreadsheet would run neutralised.
func reportCSV(rec reconciliation.Reconciliation, result settlement.Result) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	header := []string{"class", "also", "kind", "id", "reference", "transaction_id", "file", "line", "expected", "actual",
		"difference", "currency", "business_day", "due_day", "explanation"}
	if err := w.Write(header); err != nil {
		return nil, err
	}
	for _, x := range describe(rec, result) {
		row := []string{x.Class, x.Also, x.Kind, x.Entry, x.Reference, x.TransactionID, x.File, strconv.Itoa(x.Line),
			money.FormatMinor(x.Expected, 2), money.FormatMinor(x.Actual, 2), money.FormatMinor(x.Difference, 2), x.Currency,
			x.BusinessDay, x.DueDay, x.Explanation}
		for i, cell := range row {
			if i < 8 || i > 10 {
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

// harmless puts an apostrophe before what a spreadsheet would take for a formula, full-width forms included.
func harmless(cell string) string {
	switch first, _ := utf8.DecodeRuneInString(cell); first {
	case '=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠':
		return "'" + cell
	}
	return cell
}
