package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"maps"
	"slices"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/reconciliation"
)

// shownAnswer is a net in another currency, in minor units, and by which rate; without a rate it was in that currency, or, without a net, nobody
// knows one.
type shownAnswer struct {
	Currency string           `json:"currency"`
	Net      *int64           `json:"net"`
	Rate     *shownRateAnswer `json:"rate"`
}

type shownRateAnswer struct {
	Source string `json:"source"`
	Pair   string `json:"pair"`
	Rate   string `json:"rate"`
	Date   string `json:"date"`
}

func renderShown(all map[string][]reconciliation.Shown) map[string][]shownAnswer {
	if len(all) == 0 {
		return nil
	}
	out := map[string][]shownAnswer{}
	for c, steps := range all { // any order: each currency has a list of its own
		for _, s := range steps {
			a := shownAnswer{Currency: s.Currency}
			if !s.Unknown {
				a.Net = &s.Net
			}
			if s.Pair != "" {
				a.Rate = &shownRateAnswer{s.Source, s.Pair, s.Rate, s.Day.String()}
			}
			out[c] = append(out[c], a)
		}
	}
	return out
}

// converted is an account's net of a day in one currency, and what it is in the others, with the rates that say so.
type converted struct {
	account string
	net     money.Amount
	steps   []reconciliation.Shown
}

// convert adds to the day what each account's net is worth, as its run found it; of a run before there was this, by the rates as they are.
func (s *Server) convert(ctx context.Context, tenant string, d *daily) error {
	book := rate.Book{Store: s.Store}
	for _, day := range d.days {
		for _, c := range slices.Sorted(maps.Keys(day.Outcome.Totals)) {
			x := converted{account: day.Account, net: money.New(day.Outcome.Totals[c].Net, money.Currency(c)), steps: day.Outcome.Shown[c]}
			if x.steps == nil {
				steps, err := rate.Steps(x.net, func(from, to money.Currency) (rate.Rate, error) {
					return book.Between(ctx, tenant, from, to, d.date)
				})
				if err != nil {
					return err
				}
				x.steps = reconciliation.Show(steps)
			}
			d.shown = append(d.shown, x)
		}
	}
	return nil
}

// worth is the table of what the day is in other currencies, each rate with its source and its day. Numbers are those of columns 2, 3 and 5.
func (d daily) worth() (header []string, lines [][]string) {
	header = d.words("account", "currency", "net")
	for _, c := range rate.Shown() {
		header = append(header, string(c), d.word("by rate"))
	}
	for _, x := range d.shown {
		line := []string{x.account, string(x.net.Currency()), inMajor(x.net.Minor(), x.net.Currency())}
		for _, st := range x.steps {
			switch sum := inMajor(st.Net, money.Currency(st.Currency)); {
			case st.Unknown:
				line = append(line, "", d.word("no rate"))
			case st.Pair == "":
				line = append(line, sum, "")
			default:
				line = append(line, sum, st.Source+" "+st.Pair+" "+st.Rate+" ("+st.Day.String()+")")
			}
		}
		lines = append(lines, line)
	}
	return header, lines
}

// shownCSV is a line for each day, account, currency and currency that it is shown in, in major units.
func shownCSV(days []reconciliation.Reconciliation) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"date", "account", "currency", "net", "shown_in", "amount", "source", "pair", "rate", "rate_date"})
	for _, day := range days {
		for _, c := range slices.Sorted(maps.Keys(day.Outcome.Shown)) {
			for _, s := range day.Outcome.Shown[c] {
				sum := ""
				if !s.Unknown {
					sum = inMajor(s.Net, money.Currency(s.Currency))
				}
				_ = w.Write([]string{day.Date.String(), day.Account, c, inMajor(day.Outcome.Totals[c].Net, money.Currency(c)), s.Currency, sum,
					s.Source, s.Pair, s.Rate, s.Day.String()})
			}
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}
