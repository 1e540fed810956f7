package api

import (
	"context"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

type importAnswer struct {
	Written int `json:"written"`
	Known   int `json:"known"`
}

// importDeposits takes a bank statement, all of it or none: every faulty line is named. The same lines again change nothing.
func (s *Server) importDeposits(r *http.Request, c request.Caller) (any, error) {
	_, text, err := fileOf(r)
	if err != nil {
		return nil, err
	}
	list, err := settlement.ReadDeposits(c.Merchant.ID, text)
	if err != nil {
		return nil, invalidFile(err)
	}
	book := settlement.DepositBook{Store: s.Store}
	written, err := book.Keep(r.Context(), c.Merchant.ID, list, c.Key.Person, calendar.Millis(s.Now()))
	if err != nil {
		return nil, err
	}
	return importAnswer{written, len(list) - written}, nil
}

// legAnswer is what settlement days and deposits come to. Amounts are minor units, signed as the merchant sees them.
type legAnswer struct {
	Status      string          `json:"status"` // matched, pending, break
	Class       string          `json:"class,omitempty"`
	Settlements []payableAnswer `json:"settlements"`
	Deposits    []depositAnswer `json:"deposits"`
	Expected    int64           `json:"expected"`
	Actual      int64           `json:"actual"`
	Difference  int64           `json:"difference"`
	Currency    string          `json:"currency"`
	DueDay      string          `json:"due_day"`
	AgeInDays   int             `json:"age_business_days"`
	Explanation string          `json:"explanation"`
	NextAction  string          `json:"next_action"`
}

type payableAnswer struct {
	Reconciliation string `json:"reconciliation"`
	Account        string `json:"account"`
	Date           string `json:"date"`
	Net            int64  `json:"net"`
}

type depositAnswer struct {
	ID        string `json:"id"`
	Date      string `json:"date"`
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Account   string `json:"account,omitempty"`
	Reference string `json:"reference,omitempty"`
}

// overlap is how many days beside those asked for are compared, so that what belongs together over their edge is found.
const overlap = 14

// listDeposits holds the settlement days of a span against the bank, network by network: what is paid in a country's
// currency follows its calendar.
func (s *Server) listDeposits(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	language, err := languageOf(r)
	if err != nil {
		return nil, err
	}
	var f faults
	from, to := f.span(query.Get("from"), query.Get("to"), calendar.On(s.Now(), calendar.Colombia().Zone()))
	if err := f.err(); err != nil {
		return nil, err
	}
	owed, err := s.payables(r.Context(), c.Merchant.ID, from.AddDays(-overlap), to)
	if err != nil {
		return nil, err
	}
	came, err := settlement.DepositBook{Store: s.Store}.Between(r.Context(), c.Merchant.ID, from.AddDays(-overlap), to.AddDays(overlap))
	if err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	for _, country := range []calendar.Country{calendar.Colombia(), calendar.Peru()} {
		today := calendar.On(s.Now(), country.Zone())
		days, lines := ofCountry(country, owed, came)
		for _, l := range settlement.Bank(today, settlement.Rules{Country: country, Smallest: map[money.Currency]int64{money.COP: 100}}, days, lines) {
			if l.Day().Before(from) || to.Before(l.Day()) {
				continue
			}
			if a := renderLeg(l, country, today, language); matches(query, "status", a.Status) && matches(query, "class", a.Class) {
				out.Data = append(out.Data, a)
			}
		}
	}
	return out, nil
}

// span reads a first and a last day; the last month if nothing is said.
func (f *faults) span(first, last string, today calendar.Date) (from, to calendar.Date) {
	to, err := calendar.Parse(last)
	f.check(err == nil || last == "", "field_invalid", "/to", "is a day as YYYY-MM-DD")
	if to.IsZero() {
		to = today
	}
	from, err = calendar.Parse(first)
	f.check(err == nil || first == "", "field_invalid", "/from", "is a day as YYYY-MM-DD")
	if from.IsZero() {
		from = to.AddDays(-31)
	}
	f.check(!from.Before(to.AddDays(-62)) && !to.Before(from), "field_invalid", "/from", "must be at most 62 days before /to")
	return from, to
}

// payables are what the compared days from one to another come to.
func (s *Server) payables(ctx context.Context, tenant string, from, to calendar.Date) ([]payable, error) {
	var list []payable
	first := calendar.On(from.Start(time.UTC).AddDate(0, 0, 1-from.Start(time.UTC).Day()), time.UTC)
	for month := first.Start(time.UTC); !to.Start(time.UTC).Before(month); month = month.AddDate(0, 1, 0) {
		q := store.Query{Index: store.List, PK: reconciliation.ListPartition(tenant, month), From: from.String(), To: to.String() + "|~"}
		for {
			page, err := s.Store.Query(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, record := range page.Records {
				day, err := reconciliation.Decode(record)
				if err != nil {
					return nil, err
				}
				for currency, total := range day.Outcome.Totals {
					list = append(list, payable{day.Network, settlement.Payable{ID: day.ID, Account: day.Account, Day: day.Date,
						Currency: money.Currency(currency), Net: total.Net}})
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return list, nil
}

// payable is a settlement day with the network that it is of.
type payable struct {
	network string
	settlement.Payable
}

// ofCountry is what is compared by a country's calendar: its networks' days, and the deposits that name one of their accounts or
// are in its own currency. Dollars that name no account are Peru's, the only network that pays them.
func ofCountry(country calendar.Country, owed []payable, came []settlement.Deposit) (days []settlement.Payable, lines []settlement.Deposit) {
	home := map[string]bool{}
	for _, p := range owed {
		c, err := calendar.ByNetwork(p.network)
		mine := err == nil && c.Code() == country.Code()
		if home[p.Account] = mine; mine {
			days = append(days, p.Payable)
		}
	}
	for _, d := range came {
		mine, known := home[d.Account]
		if !known {
			mine = (d.Currency == money.COP) == (country.Code() == calendar.Colombia().Code())
		}
		if mine {
			lines = append(lines, d)
		}
	}
	return days, lines
}

func renderLeg(l settlement.Leg, country calendar.Country, today calendar.Date, in settlement.Language) legAnswer {
	a := legAnswer{Status: "matched", Class: string(l.Class), Settlements: []payableAnswer{}, Deposits: []depositAnswer{}, Expected: l.Expected, Actual: l.Actual,
		Difference: l.Actual - l.Expected, Currency: string(l.Currency), DueDay: l.Due.String(), Explanation: l.Explain(in), NextAction: l.NextAction(in)}
	if l.Class == settlement.CurrencyMismatch {
		a.Difference = 0 // two currencies have no difference
	}
	switch {
	case l.Pending:
		a.Status = "pending"
	case l.Class != "":
		a.Status = "break"
		since := l.Due
		if since.IsZero() {
			since = l.Day()
		}
		a.AgeInDays = max(country.BusinessDaysBetween(since, today), 0)
	}
	for _, p := range l.Owed {
		a.Settlements = append(a.Settlements, payableAnswer{p.ID, p.Account, p.Day.String(), p.Net})
	}
	for _, d := range l.Came {
		a.Deposits = append(a.Deposits, depositAnswer{d.ID, d.Day.String(), d.Minor, string(d.Currency), d.Account, d.Reference})
	}
	return a
}
