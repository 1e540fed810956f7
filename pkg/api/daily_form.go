package api

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/sheet"
)

// dailyWords are the titles of the report's columns and parts, in English, Spanish and Chinese.
var dailyWords = map[string][3]string{
	"title": {"Settlements of", "Liquidaciones del", "结算日报"}, "account": {"account", "cuenta", "账户"}, "status": {"status", "estado", "状态"},
	"rows": {"rows", "filas", "行数"}, "entries": {"entries", "asientos", "账目"}, "matched": {"matched", "conciliados", "已对平"},
	"rate": {"match rate, %", "tasa de conciliación, %", "对平率（%）"}, "pending": {"pending", "pendientes", "未到期"}, "breaks": {"breaks", "diferencias", "差异"},
	"open": {"open", "abiertas", "未处理"}, "currency": {"currency", "moneda", "币种"}, "gross": {"gross", "bruto", "总额"}, "fee": {"fee", "comisión", "手续费"},
	"tax": {"tax", "impuesto", "税"}, "net": {"net", "neto", "净额"}, "expected": {"expected", "esperado", "应结算"}, "difference": {"difference", "diferencia", "差额"},
	"fx": {"FX result", "resultado cambiario", "汇兑损益"}, "class": {"class", "clase", "类别"}, "entry": {"entry", "asiento", "账目编号"},
	"reference": {"reference", "referencia", "参考号"}, "age": {"age in business days", "antigüedad en días hábiles", "账龄（工作日）"},
	"why": {"explanation", "explicación", "说明"}, "next": {"next action", "siguiente paso", "下一步"}, "id": {"break", "diferencia", "差异编号"},
	"open breaks": {"Open breaks", "Diferencias abiertas", "未处理差异"}, "no file": {"No file from", "Sin archivo de", "未收到文件"},
	"more": {"more in the reports of their days", "más en los informes de sus días", "条见各结算日报告"}, "closed": {"closed", "cerrado", "已关账"},
	"worth": {"In other currencies", "En otras monedas", "折合其他币种"}, "by rate": {"rate, source and day", "tasa, fuente y día", "汇率、来源与日期"},
	"channels": {"Other channels", "Otros canales", "其他渠道"}, "channel": {"channel", "canal", "渠道"}, "receipts": {"receipts", "recibos", "笔数"},
	"received": {"received", "recibido", "收款"}, "given back": {"given back", "devuelto", "退款"},
	"balanced": {"balanced", "cuadrado", "已平"}, "broken": {"broken", "con diferencias", "有差异"}, "running": {"running", "en curso", "对账中"},
	"held":    {"held", "retenido", "暂挂"},
	"no rate": {"no rate known", "sin tasa conocida", "无可用汇率"},
}

func (d daily) word(name string) string {
	words := dailyWords[name]
	return words[max(0, slices.Index(settlement.Languages(), d.language))]
}

func (d daily) words(names ...string) []string {
	for i, name := range names {
		names[i] = d.word(name)
	}
	return names
}

// summary is the table of accounts: one line for each currency, counts on an account's first. Numbers are those of columns 2 to 8
// and from 10 on.
func (d daily) summary() (header []string, lines [][]string) {
	header = d.words("account", "status", "rows", "entries", "matched", "rate", "pending", "breaks", "open", "currency", "gross", "fee", "tax", "net", "expected", "difference", "fx")
	for _, day := range d.days {
		o, status, broken := day.Outcome, d.word(string(day.Status)), 0
		if day.Closed() {
			status += ", " + d.word("closed")
		}
		for _, n := range day.Breaks {
			broken += n
		}
		counts := []string{strconv.Itoa(o.Rows), strconv.Itoa(o.Entries), strconv.Itoa(o.Matched), matchRate(o), strconv.Itoa(o.Pending), strconv.Itoa(broken), strconv.Itoa(day.Open)}
		line := append([]string{day.Account, status}, counts...)
		currencies := slices.Sorted(maps.Keys(o.Totals))
		for _, c := range currencies {
			t := o.Totals[c]
			line = append(line, c)
			for _, minor := range []int64{t.Gross, t.Fee, t.Tax, t.Net, t.Expected, t.Difference, o.FX[c]} {
				line = append(line, inMajor(minor, money.Currency(c)))
			}
			lines, line = append(lines, line), append([]string{day.Account, status}, make([]string, len(counts))...)
		}
		if len(currencies) == 0 {
			lines = append(lines, append(line, make([]string, 8)...))
		}
	}
	return header, lines
}

// matchRate is the share of entries that are due and found their row, in per cent to one decimal; 100.0 if none was due.
func matchRate(o reconciliation.Outcome) string {
	due := o.Entries - o.Pending
	if due <= 0 {
		return "100.0"
	}
	return money.FormatMinor(int64(o.Matched)*1000/int64(due), 1)
}

func inMajor(minor int64, c money.Currency) string {
	exponent, err := c.Exponent()
	if err != nil {
		exponent = 2
	}
	return money.FormatMinor(minor, exponent)
}

// table is the table of open breaks. Numbers are those of columns 5 and 7.
func (d daily) table() (header []string, lines [][]string) {
	header = d.words("account", "id", "class", "entry", "reference", "difference", "currency", "age", "why", "next")
	for _, b := range d.open {
		lines = append(lines, []string{b.account, b.ID, string(b.Class), b.Entry, b.Reference, inMajor(b.Difference, money.Currency(b.Currency)), b.Currency,
			strconv.Itoa(b.AgeInDays), b.Explanation, b.NextAction})
	}
	return header, lines
}

// note is what stands beside the tables; empty if there is nothing to say.
func (d daily) notes() (notes []string) {
	if len(d.silent) > 0 {
		notes = append(notes, d.word("no file")+": "+strings.Join(d.silent, ", "))
	}
	if d.more > 0 {
		notes = append(notes, fmt.Sprintf("+ %d %s", d.more, d.word("more")))
	}
	return notes
}

// dailyXLSX is the report as a workbook. What a file brought is text, and no cell can be run.
func dailyXLSX(d daily) ([]byte, error) {
	var out bytes.Buffer
	b := sheet.New(&out)
	header, lines := d.summary()
	b.Sheet(d.date.String(), header...)
	rows(b, lines, summaryNumber)
	for _, note := range d.notes() {
		b.Row(sheet.Label(note))
	}
	if len(d.shown) > 0 {
		header, lines = d.worth()
		b.Sheet(d.word("worth"), header...)
		rows(b, lines, worthNumber)
	}
	if len(d.channels) > 0 {
		header, lines = d.others()
		b.Sheet(d.word("channels"), header...)
		rows(b, lines, otherNumber)
	}
	header, lines = d.table()
	b.Sheet(d.word("open breaks"), header...)
	rows(b, lines, openNumber)
	err := b.Close()
	return out.Bytes(), err
}

// Which columns of the tables are numbers.
func summaryNumber(i int) bool { return i >= 2 && i != 9 }
func worthNumber(i int) bool   { return i == 2 || i == 3 || i == 5 }
func otherNumber(i int) bool   { return i == 1 || i >= 3 }
func openNumber(i int) bool    { return i == 5 || i == 7 }

func rows(b *sheet.Book, lines [][]string, number func(column int) bool) {
	for _, line := range lines {
		cells := make([]sheet.Cell, len(line))
		for i, text := range line {
			if cells[i] = sheet.Label(text); number(i) && text != "" {
				cells[i] = sheet.Decimal(text)
			}
		}
		b.Row(cells...)
	}
}

// dailyHTML is the report as one page without anything to load, fit for a mail.
func dailyHTML(d daily) ([]byte, error) {
	var out strings.Builder
	title := escaped(d.word("title") + " " + d.date.String())
	fmt.Fprintf(&out, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s</title></head>\n<body style=\"font:14px sans-serif\"><h1>%s</h1>\n", d.language, title, title)
	tableHTML(&out, d.summary, summaryNumber)
	for _, note := range d.notes() {
		fmt.Fprintf(&out, "<p>%s</p>\n", escaped(note))
	}
	if len(d.shown) > 0 {
		fmt.Fprintf(&out, "<h2>%s</h2>\n", escaped(d.word("worth")))
		tableHTML(&out, d.worth, worthNumber)
	}
	if len(d.channels) > 0 {
		fmt.Fprintf(&out, "<h2>%s</h2>\n", escaped(d.word("channels")))
		tableHTML(&out, d.others, otherNumber)
	}
	if len(d.open) > 0 {
		fmt.Fprintf(&out, "<h2>%s</h2>\n", escaped(d.word("open breaks")))
		tableHTML(&out, d.table, openNumber)
	}
	out.WriteString("</body></html>\n")
	return []byte(out.String()), nil
}

// tableHTML writes a table: numbers stand to the right in one piece, what people read has room, and ids give way. Styles are within the cells, as mail
// programs leave nothing else.
func tableHTML(out *strings.Builder, of func() ([]string, [][]string), number func(column int) bool) {
	header, lines := of()
	out.WriteString("<table border=\"1\" cellpadding=\"4\" style=\"border-collapse:collapse\"><tr>")
	for _, h := range header {
		fmt.Fprintf(out, "<th>%s</th>", escaped(h))
	}
	out.WriteString("</tr>\n")
	for _, line := range lines {
		out.WriteString("<tr>")
		for i, cell := range line {
			style := ""
			switch {
			case number(i):
				style = ` style="text-align:right;white-space:nowrap"`
			case len(cell) > 40:
				style = ` style="min-width:16em"`
			case !strings.Contains(cell, " ") && len(cell) > 20:
				style = ` style="font-size:80%;word-break:break-all;min-width:8em"`
			}
			fmt.Fprintf(out, "<td%s>%s</td>", style, escaped(cell))
		}
		out.WriteString("</tr>\n")
	}
	out.WriteString("</table>\n")
}
