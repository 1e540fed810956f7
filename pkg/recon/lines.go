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
	c := &to.line
	c.bytes = c.bytes[:0]
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
	e, w := &m.Entry, &m.Row
	to.line.match(e.ID, string(e.Kind), e.Reference, w.TransactionID, w.File, w.Line, [4]int64{w.Amount, w.Fee, w.Tax, w.Net}, string(w.Currency))
	to.line.date(calendar.On(w.At, zone))
	to.line.date(r.Rules.Due(e.OccurredAt))
	return to.add(r.ranks[w.File], uint32(w.Line), e.ID, to.line.end())
}

// keepPlain does the same with a row and an entry as they are packed.
func (j *joiner) keepPlain() error {
	e, w, to := &j.e, &j.r, j.matches
	file := j.files[w.file]
	to.line.match(string(e.id), string(kinds[e.kind]), string(e.reference), string(w.transaction), file, int(w.line),
		[4]int64{w.amount, w.fee, w.tax, w.net}, currencyText(w.currency))
	to.line.date(dateOf(int32(floor(w.seconds, secondsOfDay))))
	to.line.date(dateOf(j.dues.of(e.day)))
	return to.add(j.ranks[file], w.line, string(e.id), to.line.end())
}

func (c *csvLine) match(id, kind, reference, transaction, file string, line int, amounts [4]int64, currency string) {
	c.bytes = c.bytes[:0]
	c.text(id)
	c.text(kind)
	c.text(reference)
	c.text(transaction)
	c.text(file)
	c.number(int64(line), 0)
	for _, minor := range amounts {
		c.number(minor, 2)
	}
	c.text(currency)
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

func (c *csvLine) end() []byte {
	c.bytes = append(c.bytes, '\n')
	return c.bytes
}

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
