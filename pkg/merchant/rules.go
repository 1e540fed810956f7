package merchant

import (
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Rules are what a merchant has decided about its money, from a local day on until the next rules begin. Sums are minor
// units of Currency; what is empty says nothing, and nothing said means that only the store's limits hold.
type Rules struct {
	Number int           `json:"number"` // counts up from 1; names the rules in the stories of refunds
	From   calendar.Date `json:"from"`   // first local day on which they hold
	SetBy  string        `json:"set_by,omitempty"`
	SetAt  time.Time     `json:"set_at,omitzero"`

	Roads     []Road     `json:"roads,omitempty"`
	Approval  Approval   `json:"approval,omitzero"`
	Limits    []Limit    `json:"limits,omitempty"`
	Ramps     []Ramp     `json:"ramps,omitempty"`
	Stopped   []Stop     `json:"stopped,omitempty"`
	Documents []Document `json:"documents,omitempty"` // which documents a person of a country may have
	Screen    Screen     `json:"screen,omitzero"`
	Papers    []Paper    `json:"papers,omitempty"`
	Payouts   Payouts    `json:"payouts,omitzero"`
	Register  []Register `json:"register,omitempty"`
	Cash      Cash       `json:"cash,omitzero"`
	FX        FX         `json:"fx,omitzero"`
	Expiries  []Expiry   `json:"expiries,omitempty"`
	Reports   Reports    `json:"reports,omitzero"`
}

// Road narrows a route where its scope fits; every one that fits holds, so that the strictest counts.
type Road struct {
	Network  string         `json:"network,omitempty"`
	Provider string         `json:"provider,omitempty"`
	Account  string         `json:"account,omitempty"`
	Country  string         `json:"country,omitempty"`
	Route    string         `json:"route,omitempty"`
	Currency money.Currency `json:"currency,omitempty"` // of the sums

	Closed     bool  `json:"closed,omitempty"`
	WindowDays int   `json:"window_days,omitempty"` // calendar days after the payment
	Minimum    int64 `json:"minimum,omitempty"`
	Maximum    int64 `json:"maximum,omitempty"`
	WholeUnits bool  `json:"whole_units,omitempty"` // whole pesos, whole soles
	DaysNeeded int   `json:"days_needed,omitempty"` // business days until the buyer has it, held against a platform's deadline
}

// Approval says who must agree to what.
type Approval struct {
	Tiers        []Tier   `json:"tiers,omitempty"`
	ExpiresHours int      `json:"expires_hours,omitempty"` // a request that nobody agrees to is cancelled; 0 = it waits
	Every        []string `json:"every,omitempty"`         // accounts whose automatic refunds are switched off: each waits for a person
}

// Tier is an amount above which a role must agree; of those that fit, the highest counts.
type Tier struct {
	Store    string         `json:"store,omitempty"`
	AskedBy  Role           `json:"asked_by,omitempty"` // holds for what this role asks for; empty = for everybody
	Currency money.Currency `json:"currency"`
	Above    int64          `json:"above"`
	Role     Role           `json:"role"`
}

// Limit bounds one refund or payout, and the sums of one local day, where its scope fits.
type Limit struct {
	Store         string         `json:"store,omitempty"`
	Account       string         `json:"account,omitempty"`
	Currency      money.Currency `json:"currency"`
	Single        int64          `json:"single,omitempty"`
	Daily         int64          `json:"daily,omitempty"`
	OperatorDaily int64          `json:"operator_daily,omitempty"` // of what one person asks for
}

// Ramp is a daily cap that grows with the age of an account.
type Ramp struct {
	Account string        `json:"account"`
	Since   calendar.Date `json:"since"` // first day of the account
	Steps   []Step        `json:"steps"` // in order of days; after the last one's days that cap stays
}

// Step is the cap of an account that is at least so old.
type Step struct {
	AfterDays int   `json:"after_days"`
	Daily     int64 `json:"daily"`
}

// Stop is a kill-switch: nothing new is handed over where it fits, and what was is asked about as ever.
type Stop struct {
	Network  string `json:"network,omitempty"`
	Provider string `json:"provider,omitempty"`
	Account  string `json:"account,omitempty"`
	Why      string `json:"why,omitempty"`
}

// Document lists the types of document that a beneficiary in a country may name, all of them checked.
type Document struct {
	Country string   `json:"country"`
	Types   []string `json:"types"`
}

// Screen is what is looked up about a beneficiary before money leaves.
type Screen struct {
	Blocked bool  `json:"blocked,omitempty"` // the merchant's own list
	Stores  int   `json:"stores,omitempty"`  // paid from more stores in a month than this: a person looks; 0 = not counted
	KYC     []Sum `json:"kyc,omitempty"`     // from this amount on the beneficiary is checked
}

// Sum is an amount of a currency.
type Sum struct {
	Currency money.Currency `json:"currency"`
	From     int64          `json:"from"`
}

// Paper is a compliance document that a refund or payout must bring.
type Paper struct {
	Kind     string         `json:"kind"` // refund or payout; empty = both
	Name     string         `json:"name"` // id_copy, power_of_attorney …
	Currency money.Currency `json:"currency"`
	From     int64          `json:"from"` // from this amount on
	Reasons  []string       `json:"reasons,omitempty"`
}

// Payouts is how payouts behave.
type Payouts struct {
	Purposes  []string `json:"purposes,omitempty"`   // empty = any
	Failure   Bearing  `json:"failure,omitempty"`    // empty = wait
	WaitHours int      `json:"wait_hours,omitempty"` // how long one waits for balance before it is cancelled; 0 = as long as for any answer
}

// Bearing is who bears a payout that failed until the money is back. Stored strings: append only.
type Bearing string

const (
	Wait    Bearing = "wait"    // the person waits for its return
	Advance Bearing = "advance" // the merchant pays again at once and waits for the return itself
)

// Register is a threshold of the anti-money-laundering register.
type Register struct {
	Country  string         `json:"country"`
	Currency money.Currency `json:"currency"`
	Single   int64          `json:"single,omitempty"`  // one payment to a person from this on
	Monthly  int64          `json:"monthly,omitempty"` // all of a month to one person
}

// Cash is about codes that a buyer collects.
type Cash struct {
	RemindHours int `json:"remind_hours,omitempty"` // so long before the code runs out the buyer is due a reminder
}

// FX is who bears the difference of a refund that is asked for in another currency than was paid. Stored strings: append only.
type FX struct {
	Bears string `json:"bears,omitempty"` // merchant, at today's rate; buyer, at that of the day of payment; empty = none is taken
}

// Reports says who is mailed the report of each settlement day, and in which language.
type Reports struct {
	To       []string `json:"to,omitempty"`       // addresses of people of the merchant
	Language string   `json:"language,omitempty"` // en, es or zh; empty = en
}

// Expiry is when something ends without which an account stops working. People say it; they are reminded thirty days, a week
// and a day before, and when it is over.
type Expiry struct {
	Account string        `json:"account"`
	What    string        `json:"what"` // credentials, certificate, merchant_kyc
	On      calendar.Date `json:"on"`   // last local day
}

// Near says which reminder of an expiry is due on a day: 30, 7, 1 or 0 days before, the last that was reached.
func (x Expiry) Near(today calendar.Date) (days int, near bool) {
	for _, days := range []int{0, 1, 7, 30} {
		if !today.Before(x.On.AddDays(-days)) {
			return days, true
		}
	}
	return 0, false
}

// RulesOn are the rules that hold on a local day; the zero value if none do.
func (m Merchant) RulesOn(day calendar.Date) Rules {
	var found Rules
	for _, r := range m.Rules {
		if !day.Before(r.From) && r.Number > found.Number {
			found = r
		}
	}
	return found
}

// RoadFor merges what the rules say of one road.
func (r Rules) RoadFor(network, provider, account, country, route string, currency money.Currency) Road {
	var all Road
	for _, x := range r.Roads {
		if !fits(x.Network, network) || !fits(x.Provider, provider) || !fits(x.Account, account) || !fits(x.Country, country) ||
			!fits(x.Route, route) || !fits(string(x.Currency), string(currency)) {
			continue
		}
		all.Closed, all.WholeUnits = all.Closed || x.Closed, all.WholeUnits || x.WholeUnits
		all.WindowDays, all.Maximum = least(all.WindowDays, x.WindowDays), least(all.Maximum, x.Maximum)
		all.Minimum, all.DaysNeeded = max(all.Minimum, x.Minimum), max(all.DaysNeeded, x.DaysNeeded)
	}
	return all
}

// Needs is the role that must agree to an amount, empty if nobody must; why names what asks for it.
func (r Rules) Needs(shop Store, account string, asker Role, amount money.Amount) (role Role, why string) {
	if shop.Limits.WithoutApproval > 0 && amount.Minor() > shop.Limits.WithoutApproval {
		role, why = Approver, "more than "+money.New(shop.Limits.WithoutApproval, shop.Currency).String()
	}
	for _, a := range r.Approval.Every {
		if a == account && role == "" {
			role, why = Approver, "automatic refunds of "+account+" are switched off"
		}
	}
	most := int64(-1)
	for _, t := range r.Approval.Tiers {
		if fits(t.Store, shop.ID) && fits(string(t.AskedBy), string(asker)) && t.Currency == amount.Currency() &&
			amount.Minor() > t.Above && t.Above > most {
			most, role, why = t.Above, t.Role, "more than "+money.New(t.Above, t.Currency).String()
		}
	}
	return role, why
}

// SingleLimit is the most that one refund or payout may be; 0 = no limit.
func (r Rules) SingleLimit(shop, account string, currency money.Currency) (most int64) {
	for _, l := range r.Limits {
		if l.fits(shop, account, currency) {
			most = least(most, l.Single)
		}
	}
	return most
}

// Cap is a sum that one local day allows within a scope.
type Cap struct {
	Scope string // "" = the store's own limit; else what its counters are filed under
	Limit int64
	What  string // in words
}

// Caps lists the sums of a day that a refund or payout takes its share of.
func (r Rules) Caps(shop Store, account, person string, currency money.Currency, day calendar.Date) []Cap {
	var all []Cap
	add := func(scope string, limit int64, what string) {
		for i := range all {
			if all[i].Scope == scope {
				all[i].Limit = least(all[i].Limit, limit)
				return
			}
		}
		if limit > 0 {
			all = append(all, Cap{scope, limit, what})
		}
	}
	add("", shop.Limits.Daily, "the store's daily limit")
	for _, l := range r.Limits {
		if !l.fits(shop.ID, account, currency) {
			continue
		}
		scope := l.Store + "|" + l.Account + "|" + string(l.Currency)
		add("day|"+scope, l.Daily, "the daily limit of the rules")
		add("person|"+scope+"|"+person, l.OperatorDaily, "the daily limit of "+person)
	}
	for _, x := range r.Ramps {
		if x.Account == account {
			add("ramp|"+account, x.On(day), "the cap of the account "+account)
		}
	}
	return all
}

// On is the cap of a day; 0 = none yet, before the account's first day.
func (x Ramp) On(day calendar.Date) (limit int64) {
	for _, s := range x.Steps {
		if !day.Before(x.Since.AddDays(s.AfterDays)) {
			limit = s.Daily
		}
	}
	return limit
}

// StoppedAt says why nothing may be handed over to an account; empty if it may.
func (r Rules) StoppedAt(network, provider, account string) string {
	for _, s := range r.Stopped {
		if fits(s.Network, network) && fits(s.Provider, provider) && fits(s.Account, account) {
			if s.Why == "" {
				return "stopped by the merchant's rules"
			}
			return s.Why
		}
	}
	return ""
}

// Covers says whether somebody of this role may agree where the other is asked for.
func (r Role) Covers(needed Role) bool {
	return needed == "" || r == needed || r == Admin
}

func (l Limit) fits(shop, account string, currency money.Currency) bool {
	return fits(l.Store, shop) && fits(l.Account, account) && l.Currency == currency
}

func fits(wanted, is string) bool { return wanted == "" || wanted == is }

// least is the smaller of two limits, of which zero is none.
func least[T int | int64](a, b T) T {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}
