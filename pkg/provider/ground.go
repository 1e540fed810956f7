package provider

import "strings"

// Ground is where some facts of a profile are known from.
type Ground struct {
	Facts     string // their names, with a blank between them; empty = all that no other ground names
	Source    string
	Confirmed bool // read there; otherwise assumed, until the first account shows it
}

// Known is one fact with its ground.
type Known struct {
	Fact      string `json:"fact"`
	Source    string `json:"source"`
	Confirmed bool   `json:"confirmed"`
}

// Facts are the names of what a profile states beside the abilities, as GET /v1/providers spells them.
func Facts() []string {
	return []string{"currencies", "refund_window_days", "partial_refunds", "several_refunds", "honours_idempotency",
		"quiet_period_seconds", "settles_in_business_days"}
}

// Known lists each fact that holds of the account, abilities first, with where it is known from. One without a ground has
// an empty source, which the contract of providers forbids.
func (c *Client) Known() []Known {
	var names []string
	for _, a := range Abilities() {
		if c.Can(a) {
			names = append(names, string(a))
		}
	}
	known := make([]Known, 0, len(names)+len(Facts()))
	for _, name := range append(names, Facts()...) {
		g := groundOf(name, c.profile.Grounds)
		known = append(known, Known{name, g.Source, g.Confirmed})
	}
	return known
}

func groundOf(name string, grounds []Ground) (found Ground) {
	for _, g := range grounds {
		for _, f := range strings.Fields(g.Facts) {
			if f == name {
				return g
			}
		}
		if g.Facts == "" {
			found = g
		}
	}
	return found
}

// TheQuietPeriod is the ground of a quiet period: no network states one.
func TheQuietPeriod() Ground {
	return Ground{Facts: "quiet_period_seconds", Source: "no network states one: the account's setting quiet_minutes, ten minutes by default"}
}
