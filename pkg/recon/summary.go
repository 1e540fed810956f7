package recon

import (
	"encoding/json"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Engine names the rules that made a result; it changes when the same inputs would give another one.
const Engine = "vuelto-recon/1"

// Summary is summary.json. ElapsedMS and PeakRSS are the caller's to fill; nothing else differs between two runs on the
// same inputs.
type Summary struct {
	Network    string                     `json:"network"`
	Date       calendar.Date              `json:"date"`
	Rows       int64                      `json:"rows"`
	Entries    int64                      `json:"entries"`
	Matched    int64                      `json:"matched"` // entries
	Pending    int64                      `json:"pending"`
	Unreadable int64                      `json:"unreadable"`
	Breaks     map[settlement.Class]int64 `json:"breaks"`
	Totals     map[string]Sums            `json:"totals"`       // by currency
	FX         map[string]string          `json:"fx,omitempty"` // gains and losses by exchange, signed decimals by currency
	// Shown are the nets in other currencies, one after the other, by the rates of the day; only where rates are given.
	Shown map[string][]Shown `json:"in_other_currencies,omitempty"`
	// Calendar is by which tables due days were counted; only where days are overridden.
	Calendar  *Calendar         `json:"calendar,omitempty"`
	Digests   map[string]string `json:"digests"` // SHA-256 of each input, in hex, by base name
	Engine    string            `json:"engine"`
	ElapsedMS int64             `json:"elapsed_ms"`
	PeakRSS   int64             `json:"peak_rss_bytes"`
}

// Sums are signed decimals in major units.
type Sums struct {
	Gross      string `json:"gross"`
	Fee        string `json:"fee"`
	Tax        string `json:"tax"`
	Net        string `json:"net"`
	Expected   string `json:"expected"`
	Difference string `json:"difference"`
}

// Shown is a net in another currency, and by which rate. Without a Pair it was in that currency, or, without a Net, no rate of the day is known.
type Shown struct {
	Currency string `json:"currency"`
	Net      string `json:"net,omitempty"`
	Source   string `json:"source,omitempty"`
	Pair     string `json:"pair,omitempty"` // "USD/COP" is pesos for a dollar
	Rate     string `json:"rate,omitempty"`
	Date     string `json:"date,omitempty"` // that the rate was published for
}

// Broken says that there are breaks.
func (s *Summary) Broken() bool { return len(s.Breaks) > 0 }

func (r *run) summary(t *tally) *Summary {
	s := &Summary{Network: r.Network, Date: r.Date, Rows: t.rows, Entries: t.entries, Matched: t.matched, Pending: t.pending,
		Unreadable: t.unreadable, Breaks: t.breaks, Totals: map[string]Sums{}, Calendar: r.calendar, Digests: r.digests, Engine: Engine}
	for _, x := range t.totals {
		s.Totals[currencyText(x.currency)] = Sums{money.FormatMinor(x.Gross, 2), money.FormatMinor(x.Fee, 2), money.FormatMinor(x.Tax, 2),
			money.FormatMinor(x.Net, 2), money.FormatMinor(x.Expected, 2), money.FormatMinor(x.Difference, 2)}
	}
	for c, minor := range t.exchanged { // any order: each currency has a place of its own
		if s.FX == nil {
			s.FX = map[string]string{}
		}
		s.FX[string(c)] = money.FormatMinor(minor, 2)
	}
	if len(r.Rates) > 0 {
		s.Shown = map[string][]Shown{}
	}
	for _, x := range t.totals {
		if len(r.Rates) > 0 {
			s.Shown[currencyText(x.currency)] = r.shown(x)
		}
	}
	return s
}

// shown is a currency's net in others. What is not known stays empty: a run fails over nothing that it only shows.
func (r *run) shown(x total) (list []Shown) {
	steps, err := rate.Steps(money.New(x.Net, money.Currency(currencyText(x.currency))), func(from, to money.Currency) (rate.Rate, error) {
		found, ok := rate.Among(r.Rates, from, to, r.Date)
		if !ok {
			return found, rate.ErrNone
		}
		return found, nil
	})
	if err != nil {
		return nil // nothing but ErrNone comes of a list
	}
	for _, s := range steps {
		shown := Shown{Currency: string(s.In)}
		if s.Known {
			shown.Net = money.FormatMinor(s.Amount.Minor(), 2)
		}
		if s.Rate != nil {
			shown.Source, shown.Pair, shown.Rate, shown.Date = string(s.Rate.Source), s.Rate.Pair(), s.Rate.Value(), s.Rate.Day.String()
		}
		list = append(list, shown)
	}
	return list
}

// JSON is the summary as it is written.
func (s *Summary) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	return append(text, '\n'), err
}
