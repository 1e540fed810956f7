package api

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Letter is a merchant's day as it is mailed: the page, the same in plain lines, and a workbook.
type Letter struct {
	Subject, Text, HTML string
	FileName, FileType  string
	File                []byte
	Accounts            int // of how many the day has a file
}

// Daily writes a merchant's day, in English if the merchant's rules name no language.
func (s *Server) Daily(ctx context.Context, m merchant.Merchant, date calendar.Date, language string) (Letter, error) {
	l, err := settlement.ParseLanguage(cmp.Or(language, string(settlement.English)))
	if err != nil {
		return Letter{}, err
	}
	d := daily{date: date, language: l}
	if err := s.gather(ctx, request.Caller{Merchant: m}, &d); err != nil {
		return Letter{}, err
	}
	page, err := dailyHTML(d)
	if err != nil {
		return Letter{}, err
	}
	book, err := dailyXLSX(d)
	return Letter{Subject: d.subject(), Text: d.plain(), HTML: string(page), FileName: "settlements-" + date.String() + ".xlsx", FileType: workbook,
		File: book, Accounts: len(d.days)}, err
}

// subject says whether the mail must be opened.
func (d daily) subject() string {
	line := fmt.Sprintf("%s %s: %d %s", d.word("title"), d.date, len(d.open)+d.more, d.word("open breaks"))
	if len(d.silent) > 0 {
		line += fmt.Sprintf(", %d × %s", len(d.silent), d.word("no file"))
	}
	return line
}

// plain are the tables of accounts, of other currencies and of other channels in lines, for who reads mails without pages.
func (d daily) plain() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n", d.subject())
	for _, table := range []func() ([]string, [][]string){d.summary, d.worth, d.others} {
		header, lines := table()
		for _, line := range lines {
			out.WriteString("\n")
			for i, cell := range line {
				if cell != "" {
					fmt.Fprintf(&out, "%s: %s\n", header[i], cell)
				}
			}
		}
	}
	for _, note := range d.notes() {
		fmt.Fprintf(&out, "\n%s\n", note)
	}
	return out.String()
}
