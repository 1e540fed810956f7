package api

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
)

// shownIn are the currencies in which a seller reads what a day came to: each is converted from the one before.
func shownIn() []money.Currency { return []money.Currency{money.USD, money.CNY} }

// converted is an account's net of a day in one currency, and what it is in the others, with the rates that say so.
type converted struct {
	account string
	net     money.Amount
	steps   []step
}

// step is one amount; with none, no rate of the day was known.
type step struct {
	amount money.Amount
	rate   *rate.Rate // nil = it was in this currency, or no rate is known
	known  bool
}

// convert adds to the day what each account's net is worth by the official rates of the settlement day.
func (s *Server) convert(ctx context.Context, tenant string, d *daily) error {
	book := rate.Book{Store: s.Store}
	for _, day := range d.days {
		for _, c := range slices.Sorted(maps.Keys(day.Outcome.Totals)) {
			x := converted{account: day.Account, net: money.New(day.Outcome.Totals[c].Net, money.Currency(c))}
			at := x.net
			known := true
			for _, to := range shownIn() {
				next := step{}
				if known && at.Currency() == to {
					next = step{amount: at, known: true}
				} else if known {
					amount, used, err := book.Convert(ctx, tenant, at, to, d.date)
					switch {
					case err == nil && len(used) == 1:
						next, at = step{amount, &used[0], true}, amount
					case err != nil && !errors.Is(err, rate.ErrNone) && !errors.Is(err, rate.ErrStale) && !errors.Is(err, rate.ErrPair):
						return err
					}
				}
				known = next.known
				x.steps = append(x.steps, next)
			}
			d.shown = append(d.shown, x)
		}
	}
	return nil
}

// worth is the table of what the day is in other currencies, each rate with its source and its day. Numbers are those of columns 2, 3 and 5.
func (d daily) worth() (header []string, lines [][]string) {
	header = d.words("account", "currency", "net")
	for _, c := range shownIn() {
		header = append(header, string(c), d.word("by rate"))
	}
	for _, x := range d.shown {
		line := []string{x.account, string(x.net.Currency()), inMajor(x.net.Minor(), x.net.Currency())}
		for _, st := range x.steps {
			switch {
			case !st.known:
				line = append(line, "", d.word("no rate"))
			case st.rate == nil:
				line = append(line, inMajor(st.amount.Minor(), st.amount.Currency()), "")
			default:
				line = append(line, inMajor(st.amount.Minor(), st.amount.Currency()),
					string(st.rate.Source)+" "+st.rate.Pair()+" "+st.rate.Value()+" ("+st.rate.Day.String()+")")
			}
		}
		lines = append(lines, line)
	}
	return header, lines
}
