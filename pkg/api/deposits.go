package api

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/settlement"
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
	ID          string          `json:"id"`
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
	Decision    decisionAnswer  `json:"decision"`
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
	list, err := s.decider().Matters(r.Context(), c.Merchant.ID, from, to)
	if err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	for _, x := range list {
		a := s.renderLeg(x, language)
		if matches(query, "status", a.Status) && matches(query, "class", a.Class) && matches(query, "decision", string(a.Decision.Status)) {
			out.Data = append(out.Data, a)
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

func (s *Server) renderLeg(x decide.Matter, in settlement.Language) legAnswer {
	l, today := x.Bank.Leg, x.Today(s.decider())
	a := legAnswer{ID: x.ID, Decision: renderDecision(x, today), Status: "matched", Class: string(l.Class), Settlements: []payableAnswer{}, Deposits: []depositAnswer{}, Expected: l.Expected, Actual: l.Actual,
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
		a.AgeInDays = max(x.Country.BusinessDaysBetween(since, today), 0)
	}
	for _, p := range l.Owed {
		a.Settlements = append(a.Settlements, payableAnswer{p.ID, p.Account, p.Day.String(), p.Net})
	}
	for _, d := range l.Came {
		a.Deposits = append(a.Deposits, depositAnswer{d.ID, d.Day.String(), d.Minor, string(d.Currency), d.Account, d.Reference})
	}
	return a
}
