package recon

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

const breaksHeader = "class,also,kind,id,reference,transaction_id,file,line,expected,actual,difference,currency,business_day,due_day,explanation\n"

const matchesHeader = "id,kind,reference,transaction_id,file,line,amount,fee,tax,net,currency,business_day,due_day\n"

// keepBreak puts a break among the lines of breaks.csv.
func (r *run) keepBreak(b *settlement.Break, to *sorted) error {
	also := make([]string, len(b.Also))
	for i, c := range b.Also {
		also[i] = string(c)
	}
	var c csvLine
	c.text(string(b.Class))
	c.text(strings.Join(also, "+"))
	c.text(string(b.Kind))
	c.text(b.ID)
	c.text(b.Reference)
	c.text(b.TransactionID)
	c.text(b.File)
	c.number(int64(b.Line), 0)
	c.number(b.Expected, 2)
	c.number(b.Actual, 2)
	c.number(b.Difference, 2)
	c.text(string(b.Currency))
	c.date(b.BusinessDay)
	c.date(b.DueDay)
	c.text(settlement.Explain(*b, r.Language))
	return to.add(r.ranks[b.File], uint32(b.Line), b.ID, c.end())
}

// keepMatch puts a match among the lines of matches.csv.
func (r *run) keepMatch(m *settlement.Match, to *sorted) error {
	zone := r.Rules.Country.Zone()
	var c csvLine
	c.text(m.Entry.ID)
	c.text(string(m.Entry.Kind))
	c.text(m.Entry.Reference)
	c.text(m.Row.TransactionID)
	c.text(m.Row.File)
	c.number(int64(m.Row.Line), 0)
	c.number(m.Row.Amount, 2)
	c.number(m.Row.Fee, 2)
	c.number(m.Row.Tax, 2)
	c.number(m.Row.Net, 2)
	c.text(string(m.Row.Currency))
	c.date(calendar.On(m.Row.At, zone))
	c.date(r.Rules.Due(m.Entry.OccurredAt))
	return to.add(r.ranks[m.Row.File], uint32(m.Row.Line), m.Entry.ID, c.end())
}

// csvLine is one line of an output.
type csvLine struct{ bytes []byte }

func (c *csvLine) comma() {
	if len(c.bytes) > 0 {
		c.bytes = append(c.bytes, ',')
	}
}

func (c *csvLine) number(minor int64, decimals int) {
	c.comma()
	c.bytes = append(c.bytes, money.FormatMinor(minor, decimals)...)
}

func (c *csvLine) date(d calendar.Date) {
	c.comma()
	c.bytes = append(c.bytes, d.String()...)
}

// text writes a cell that may hold anything: a spreadsheet must not run it, and a reader must get it back.
func (c *csvLine) text(cell string) {
	c.comma()
	cell = harmless(cell)
	if !strings.ContainsAny(cell, ",\"\r\n") {
		c.bytes = append(c.bytes, cell...)
		return
	}
	c.bytes = append(c.bytes, '"')
	c.bytes = append(c.bytes, strings.ReplaceAll(cell, `"`, `""`)...)
	c.bytes = append(c.bytes, '"')
}

func (c *csvLine) end() []byte { return append(c.bytes, '\n') }

// harmless puts an apostrophe before what a spreadsheet would take for a formula, full-width forms included. A plain
// number stays one.
func harmless(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	switch first {
	case '=', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return "'" + cell
	case '+', '-':
		if _, err := money.ParseMinor(cell, 18); err != nil {
			return "'" + cell
		}
	}
	return cell
}

// lineNumber is a line as people write it.
func lineNumber(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
