package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// daily is a settlement day of a merchant over all its accounts, as a person reads it in a mail.
type daily struct {
	date     calendar.Date
	language settlement.Language
	days     []reconciliation.Reconciliation // by account
	silent   []string                        // accounts without a file
	open     []dailyBreak
	more     int // open breaks beyond those listed
	shown    []converted
	channels []channelSum
}

type dailyBreak struct {
	account string
	breakAnswer
}

// perDaily is how many open breaks a report lists; all of them are in the report of their day.
const perDaily = 500

// dailyReport gives the day of every account in a form that can be sent as it is.
func (s *Server) dailyReport(form, contentType string, render func(daily) ([]byte, error)) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		language, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		var f faults
		date, err := calendar.Parse(r.PathValue("date"))
		f.check(err == nil, "field_invalid", "/date", "is a day as YYYY-MM-DD")
		if err := f.err(); err != nil {
			return nil, err
		}
		d := daily{date: date, language: language}
		if err := s.gather(r.Context(), c, &d); err != nil {
			return nil, err
		}
		body, err := render(d)
		if err != nil {
			return nil, err
		}
		return download{contentType: contentType, name: "settlements-" + date.String() + "." + form, body: body}, nil
	}
}

// gather reads the day's reconciliations and their open breaks.
func (s *Server) gather(ctx context.Context, c request.Caller, d *daily) error {
	q := store.Query{Index: store.List, PK: reconciliation.ListPartition(c.Merchant.ID, d.date.Start(time.UTC)),
		From: d.date.String(), To: d.date.String() + "|~"}
	for {
		page, err := s.Store.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			day, err := reconciliation.Decode(record)
			if err != nil {
				return err
			}
			d.days = append(d.days, day)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	slices.SortFunc(d.days, func(a, b reconciliation.Reconciliation) int { return strings.Compare(a.Account, b.Account) })
	for _, account := range accountsOf(c) {
		if !slices.ContainsFunc(d.days, func(r reconciliation.Reconciliation) bool { return r.Account == account }) {
			d.silent = append(d.silent, account)
		}
	}
	for _, day := range d.days {
		if err := s.openBreaks(ctx, d, day); err != nil {
			return err
		}
	}
	if err := s.channelSums(ctx, c.Merchant.ID, d); err != nil {
		return err
	}
	return s.convert(ctx, c.Merchant.ID, d)
}

// openBreaks adds the breaks of a day that somebody has still to do something about.
func (s *Server) openBreaks(ctx context.Context, d *daily, day reconciliation.Reconciliation) error {
	if len(day.Breaks) == 0 || day.Closed() {
		return nil
	}
	decisions, err := discrepancy.Read(ctx, s.Store, day.Tenant, day.Account, day.ID)
	if err != nil {
		return err
	}
	country, err := settlement.CalendarBook{Store: s.Store}.Of(ctx, day.Tenant, day.Network)
	if err != nil {
		return err
	}
	today := calendar.On(s.Now(), country.Zone())
	for n := range day.Sheet.Pages() {
		if len(d.open) >= perDaily {
			d.more += day.Open
			return nil
		}
		list, err := day.Sheet.Page(ctx, s.Files, n)
		if err != nil {
			return err
		}
		for _, b := range list {
			x := decide.Case{Day: day, Break: b, Decision: decisions[discrepancy.Key(day.Tenant, day.Account, day.ID, b)]}
			if x.Standing(today).Settled() {
				continue
			}
			shown := renderBreak(x, country, today, d.language)
			if len(d.open) < perDaily {
				d.open = append(d.open, dailyBreak{day.Account, shown})
			} else {
				d.more++
			}
		}
	}
	return nil
}
