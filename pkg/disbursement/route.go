package disbursement

import (
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Road is one way that a refund could take, with all that is known of it.
type Road struct {
	Route    Route
	Provider string
	Account  string

	Offered   bool          // the provider has such a call
	Closed    bool          // by the merchant's rules
	Until     calendar.Date // last local day; zero = none stated
	Min, Max  int64         // minor units; 0 = none
	Unit      int64         // smallest step in minor units
	WholeOnly bool          // whole payments only
	Missing   []string      // what must still be told of the beneficiary
	Arrives   calendar.Date // when the buyer has it at the latest
	Short     string        // what is known of our balance there, in words, if it does not suffice
}

// Ask is what is asked of the roads.
type Ask struct {
	Route    Route // empty = any
	Amount   money.Amount
	Part     bool // less than the whole payment
	Today    calendar.Date
	Deadline calendar.Date // of a selling platform; zero = none
}

// Obstacle is the first thing that stands in a road's way. The order is that in which they are looked for.
type Obstacle string

const (
	Clear      Obstacle = ""
	NotOffered Obstacle = "not_offered"
	Closed     Obstacle = "closed"
	WindowOver Obstacle = "window_over"
	TooLate    Obstacle = "too_late" // for the deadline
	TooLittle  Obstacle = "minimum"
	TooMuch    Obstacle = "maximum"
	Fraction   Obstacle = "whole_units"
	PartOnly   Obstacle = "whole_payment"
	Lacking    Obstacle = "details"
	NoFunds    Obstacle = "balance" // ours with the provider
)

// amount says the obstacle is one that another amount would not meet.
func (o Obstacle) amount() bool {
	return o == TooLittle || o == TooMuch || o == Fraction || o == PartOnly
}

// Verdict is what was found of one road.
type Verdict struct {
	Road     Road
	Obstacle Obstacle
	Says     string // in words, for people
}

// Choice is the road a refund takes, why, and what was found of all that were looked at.
type Choice struct {
	Road     Road
	Reason   string
	Hold     string   // a person must act first: the reason it is held
	Wants    string   // what they must find out, in words
	Waits    string   // what it waits for by itself, in words
	Refused  *Verdict // no road may be taken
	Verdicts []Verdict
}

// Choose finds the road of a refund; pure. Roads come in the order of preference, the manual one last. What is asked for by
// name is taken or refused. Otherwise the first clear one is taken; failing that one that is only too slow for the deadline;
// then one that waits until our balance suffices; then one that is clear but for details of the buyer, for which it is held. If an amount stands in the way, that is for
// the caller to change. Else the money is given back by hand, documented: no refund is lost because time has passed.
func Choose(ask Ask, roads []Road) Choice {
	var c Choice
	for _, r := range roads {
		if ask.Route == "" || ask.Route == r.Route {
			o, says := ask.meets(r)
			c.Verdicts = append(c.Verdicts, Verdict{r, o, says})
		}
	}
	if len(c.Verdicts) == 0 {
		c.Refused = &Verdict{Obstacle: NotOffered, Says: fmt.Sprintf("nobody offers %s", ask.Route)}
		return c
	}
	if ask.Route != "" {
		return c.named(ask)
	}
	for _, want := range []Obstacle{Clear, TooLate, NoFunds, Lacking} {
		for _, v := range c.Verdicts {
			if v.Obstacle == want && v.Road.Route != Manual {
				return c.take(v)
			}
		}
	}
	for i, v := range c.Verdicts {
		if v.Obstacle.amount() && v.Road.Route != Manual {
			c.Refused = &c.Verdicts[i]
			return c
		}
	}
	last := c.Verdicts[len(c.Verdicts)-1]
	if last.Road.Route == Manual && last.Obstacle == Clear {
		return c.take(last)
	}
	c.Refused = &c.Verdicts[0]
	return c
}

// named takes the road that was asked for, or the next of its name on another account.
func (c Choice) named(ask Ask) Choice {
	for _, want := range []Obstacle{Clear, TooLate, NoFunds, Lacking} {
		for _, v := range c.Verdicts {
			if v.Obstacle == want && (want != Lacking || ask.Route == BankTransfer) {
				return c.take(v)
			}
		}
	}
	c.Refused = &c.Verdicts[0]
	return c
}

// take takes a road and says why in a few words: the record that keeps them is billed by the kilobyte.
func (c Choice) take(v Verdict) Choice {
	c.Road = v.Road
	switch {
	case v.Road.Route == Manual:
		c.Hold = HoldManual
		for _, x := range c.Verdicts {
			if x.Obstacle == WindowOver {
				c.Hold = HoldWindow
			}
		}
	case v.Obstacle == NoFunds:
		c.Waits = v.Says
	case v.Obstacle == Lacking:
		c.Hold, c.Wants = HoldDetails, v.Road.Provider+" "+v.Says
	}
	var passed []string
	for _, x := range c.Verdicts {
		if x.Road.Route == v.Road.Route && x.Road.Account == v.Road.Account {
			break
		}
		passed = append(passed, string(x.Road.Route)+": "+x.Says)
	}
	if v.Obstacle == TooLate || v.Obstacle == NoFunds {
		passed = append(passed, v.Says)
	}
	last := "first open road of " + v.Road.Provider
	switch {
	case v.Road.Route == Manual:
		last = "by hand, documented"
	case c.Waits != "":
		last = "waits at " + v.Road.Provider
	}
	c.Reason = strings.Join(append(passed, last), "; ")
	return c
}

// meets is the first obstacle on a road.
func (a Ask) meets(r Road) (Obstacle, string) {
	sum := func(minor int64) money.Amount { return money.New(minor, a.Amount.Currency()) }
	switch minor := a.Amount.Minor(); {
	case !r.Offered:
		return NotOffered, r.Provider + " does not offer it"
	case r.Closed:
		return Closed, "closed by the rules"
	case !r.Until.IsZero() && r.Until.Before(a.Today):
		return WindowOver, fmt.Sprintf("%s takes refunds until %s", r.Provider, r.Until)
	case r.Min > 0 && minor < r.Min:
		return TooLittle, fmt.Sprintf("at least %s", sum(r.Min))
	case r.Max > 0 && minor > r.Max:
		return TooMuch, fmt.Sprintf("at most %s", sum(r.Max))
	case r.Unit > 1 && minor%r.Unit != 0:
		return Fraction, fmt.Sprintf("in steps of %s", sum(r.Unit))
	case r.WholeOnly && a.Part:
		return PartOnly, r.Provider + " gives back whole payments only"
	case len(r.Missing) > 0:
		return Lacking, "wants the beneficiary's " + strings.Join(r.Missing, ", ")
	case r.Short != "":
		return NoFunds, r.Short
	case !a.Deadline.IsZero() && !r.Arrives.IsZero() && a.Deadline.Before(r.Arrives):
		return TooLate, fmt.Sprintf("may take until %s, wanted by %s", r.Arrives, a.Deadline)
	}
	return Clear, "open"
}
