package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/vuelto/vuelto/pkg/recon"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// printSummary shows a person, or a script, what came out.
func printSummary(to io.Writer, s *recon.Summary, f reconFlags) error {
	if f.output == "json" {
		text, err := s.JSON()
		if err == nil {
			_, err = to.Write(text)
		}
		return err
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	words := summaryWords(settlement.Language(f.lang))
	line := func(what string, n int64) { fmt.Fprintf(w, "%d\t %s\n", n, what) }
	for i, n := range []int64{s.Rows, s.Entries, s.Matched, s.Pending, s.Unreadable} {
		line(words[i], n)
	}
	var breaks int64
	for _, n := range s.Breaks {
		breaks += n
	}
	line(words[5], breaks)
	for _, c := range settlement.Classes() {
		if n := s.Breaks[c]; n > 0 {
			line("  "+string(c), n)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	w = tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%s\t", words[6])
	for _, c := range slices.Sorted(maps.Keys(s.Totals)) {
		fmt.Fprintf(w, "%s\t", c)
	}
	for i, of := range []func(recon.Sums) string{
		func(t recon.Sums) string { return t.Gross }, func(t recon.Sums) string { return t.Fee },
		func(t recon.Sums) string { return t.Tax }, func(t recon.Sums) string { return t.Net },
		func(t recon.Sums) string { return t.Expected }, func(t recon.Sums) string { return t.Difference },
	} {
		fmt.Fprintf(w, "\n%s\t", words[7+i])
		for _, c := range slices.Sorted(maps.Keys(s.Totals)) {
			fmt.Fprintf(w, "%s\t", of(s.Totals[c]))
		}
	}
	fmt.Fprintln(w)
	if err := w.Flush(); err != nil {
		return err
	}
	if err := printShown(to, s, settlement.Language(f.lang)); err != nil || s.Calendar == nil {
		return err
	}
	for _, m := range s.Calendar.Moved {
		if _, err := fmt.Fprintf(to, "%s %s → %s (%s → %s)\n", settlement.Titles(settlement.Language(f.lang), "due_day")[0], m.Day, m.Due, m.BuiltIn, strings.Join(m.By, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// printShown shows each net in other currencies, with the rate, its source and its day.
func printShown(to io.Writer, s *recon.Summary, l settlement.Language) error {
	if len(s.Shown) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%s\t", settlement.Titles(l, "in other currencies")[0])
	for _, c := range slices.Sorted(maps.Keys(s.Shown)) {
		fmt.Fprintf(w, "\n%s\t%s\t", c, s.Totals[c].Net)
		for _, x := range s.Shown[c] {
			switch {
			case x.Net == "":
				fmt.Fprintf(w, "\n%s\t\t %s", x.Currency, settlement.Titles(l, "no rate known")[0])
			case x.Pair == "":
				fmt.Fprintf(w, "\n%s\t%s\t", x.Currency, x.Net)
			default:
				fmt.Fprintf(w, "\n%s\t%s\t %s %s %s (%s)", x.Currency, x.Net, x.Source, x.Pair, x.Rate, x.Date)
			}
		}
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// summaryWords name the lines of the table.
func summaryWords(l settlement.Language) []string {
	switch l {
	case settlement.Spanish:
		return []string{"filas", "asientos", "asientos conciliados", "asientos pendientes", "filas ilegibles", "diferencias",
			"totales", "bruto", "comisión", "impuesto", "neto", "esperado", "diferencia"}
	case settlement.Chinese:
		return []string{"结算行", "账目", "已对平账目", "未到期账目", "无法读取的行", "差异", "合计", "总额", "手续费", "税", "净额", "应结算", "差额"}
	}
	return []string{"rows", "entries", "entries matched", "entries pending", "rows unreadable", "breaks",
		"totals", "gross", "fee", "tax", "net", "expected", "difference"}
}
