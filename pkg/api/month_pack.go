package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// PackPart is a file of a month's pack.
type PackPart struct {
	Name string
	Body []byte
	What string // for people
}

// Binder makes one file of the parts of a closed month. The same parts are the same bytes.
type Binder func(tenant, month string, parts []PackPart) ([]byte, error)

// monthPack gives a closed month as one file: what was archived when it was closed.
func (s *Server) monthPack(r *http.Request, c request.Caller) (any, error) {
	first, err := monthOf(r)
	if err != nil {
		return nil, err
	}
	m, err := s.Decider.Month(r.Context(), c.Merchant.ID, first)
	if err != nil {
		return nil, err
	}
	if !m.Closed() {
		return nil, fmt.Errorf("%w: the month is open", decide.ErrState)
	}
	body, err := s.archived(r.Context(), c, first, m)
	if err != nil {
		return nil, err
	}
	return download{contentType: "application/zip", name: "month-" + m.Month + ".zip", body: body}, nil
}

// packName is where a closing of a month is archived: each has its own.
func packName(m reconciliation.Month) string {
	return fmt.Sprintf("reconciliation/months/%s/%s-%d.zip", m.Tenant, m.Month, len(m.Seals))
}

// archived is the pack of a closed month, from the archive; made, and archived, if it is not there yet. A writer that died is made up for
// by the next one who asks: the parts are what was closed, so that two of them write the same.
func (s *Server) archived(ctx context.Context, c request.Caller, first calendar.Date, m reconciliation.Month) ([]byte, error) {
	body, err := s.Files.Get(ctx, packName(m))
	if !errors.Is(err, file.ErrNotFound) {
		return body, err
	}
	days, err := s.Decider.DaysOf(ctx, c.Merchant.ID, first, expecting(c))
	if err != nil {
		return nil, err
	}
	parts, err := s.monthParts(ctx, m, days)
	if err != nil {
		return nil, err
	}
	if body, err = s.Bind(c.Merchant.ID, m.Month, parts); err != nil {
		return nil, err
	}
	return body, s.Files.Put(ctx, packName(m), body)
}

// monthParts are the month, its days with their reports, their breaks with what people decided, and what was paid in fees and taxes.
func (s *Server) monthParts(ctx context.Context, m reconciliation.Month, days []reconciliation.Reconciliation) ([]PackPart, error) {
	month, err := json.Marshal(renderMonth(m))
	if err != nil {
		return nil, err
	}
	parts := []PackPart{{"month.json", append(month, '\n'), "the month as it was closed, with its totals and the SHA-256 over its days"}}
	var lines, breaks bytes.Buffer
	rows, found := json.NewEncoder(&lines), json.NewEncoder(&breaks)
	for _, day := range days {
		if err := rows.Encode(renderReconciliation(day)); err != nil {
			return nil, err
		}
		if err := s.decided(ctx, day, found.Encode); err != nil {
			return nil, err
		}
		name := day.Reports[string(settlement.English)+".csv"]
		if name == "" {
			name = day.Report
		}
		if name == "" {
			continue
		}
		report, err := s.Files.Get(ctx, name)
		if err != nil {
			return nil, err
		}
		parts = append(parts, PackPart{"reports/" + day.Date.String() + "-" + day.Account + ".csv", report, "the report of " + day.ID})
	}
	shown, err := shownCSV(days)
	if err != nil {
		return nil, err
	}
	fees, err := feesCSV(days)
	return append(parts, PackPart{"days.jsonl", lines.Bytes(), "every day with its files, totals and closings"},
		PackPart{"breaks.jsonl", breaks.Bytes(), "every break with what people decided about it"},
		PackPart{"fees.csv", fees, "fees and taxes by day, account and currency"},
		PackPart{"currencies.csv", shown, "each day's net in other currencies, with rate, source and day"}), err
}

// decided writes the breaks of a day as they were when it was closed.
func (s *Server) decided(ctx context.Context, day reconciliation.Reconciliation, write func(any) error) error {
	decisions, err := s.Decider.Decisions(ctx, day)
	if err != nil {
		return err
	}
	country, err := settlement.CalendarBook{Store: s.Store}.Of(ctx, day.Tenant, day.Network)
	if err != nil {
		return err
	}
	closed := calendar.On(calendar.Instant(day.Seals[len(day.Seals)-1].At), country.Zone())
	for n := range day.Sheet.Pages() {
		page, err := day.Sheet.Page(ctx, s.Files, n)
		if err != nil {
			return err
		}
		for _, b := range page {
			shown := renderBreak(decide.Case{Day: day, Break: b, Decision: decisions[discrepancy.Key(day.Tenant, day.Account, day.ID, b)]}, country, closed, settlement.English)
			if err := write(shown); err != nil {
				return err
			}
		}
	}
	return nil
}

// feesCSV is one line for each day, account and currency, in major units.
func feesCSV(days []reconciliation.Reconciliation) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"date", "account", "currency", "gross", "fee", "tax", "net", "expected", "difference"})
	for _, day := range days {
		for _, c := range slices.Sorted(maps.Keys(day.Outcome.Totals)) {
			t, line := day.Outcome.Totals[c], []string{day.Date.String(), day.Account, c}
			for _, minor := range []int64{t.Gross, t.Fee, t.Tax, t.Net, t.Expected, t.Difference} {
				line = append(line, inMajor(minor, money.Currency(c)))
			}
			_ = w.Write(line)
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}
