package request

import (
	"context"
	"fmt"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// trip is what the roads of one refund have in common.
type trip struct {
	shop    merchant.Store
	rules   merchant.Rules
	country calendar.Country
	amount  money.Amount
	paid    calendar.Date // local day of the payment
	today   calendar.Date
	who     identity.Person
}

// choose finds the road of a refund. Other accounts of the store are looked at only if the payment's own has no clear road: the
// ordinary refund reads nothing more, and money goes back out of the balance that it came into.
func (r *Requester) choose(ctx context.Context, q Refund, p payment.Payment, t trip) (disbursement.Choice, error) {
	client, err := r.Clients.Client(ctx, p.Account)
	if err != nil {
		return disbursement.Choice{}, err
	}
	ask := disbursement.Ask{Route: q.Route, Amount: q.Amount, Part: q.Amount.Minor() < p.PaidMinor(), Today: t.today, Deadline: q.Deadline}
	roads := make([]disbursement.Road, 0, 4)
	for _, route := range []disbursement.Route{disbursement.Original, disbursement.CashWithdrawal, disbursement.BankTransfer} {
		roads = append(roads, r.road(ctx, t, client, route))
	}
	if !client.Account().Serves(p.Provider, p.Network) { // it knows nothing of the payment
		roads = nil
	}
	byHand := disbursement.Road{Route: disbursement.Manual, Provider: p.Provider, Account: p.Account, Offered: true,
		Closed: t.rule(client, disbursement.Manual).Closed}
	choice := disbursement.Choose(ask, append(roads, byHand))
	named := q.Route == disbursement.CashWithdrawal || q.Route == disbursement.BankTransfer
	if (q.Route != "" && !named) || (choice.Hold == "" && choice.Waits == "" && (choice.Refused == nil || !named)) {
		return choice, nil
	}
	var cash, bank []disbursement.Road
	for _, a := range t.shop.Accounts {
		if a.Account == p.Account {
			continue
		}
		other, err := r.Clients.Client(ctx, a.Account)
		if err != nil {
			return disbursement.Choice{}, err
		}
		if handsOut(other) {
			cash = append(cash, r.road(ctx, t, other, disbursement.CashWithdrawal))
		}
		if offers(other, disbursement.BankTransfer) {
			bank = append(bank, r.road(ctx, t, other, disbursement.BankTransfer))
		}
	}
	return disbursement.Choose(ask, slices.Concat(roads, cash, bank, []disbursement.Road{byHand})), nil
}

// handsOut says whether an account pays cash for what was paid elsewhere. One that issues vouchers gives back its own payments
// only; one that issues none, as a cash-out through D24, knows no payment and pays whom it is told to.
func handsOut(client *provider.Client) bool {
	return offers(client, disbursement.CashWithdrawal) && !client.Can(provider.CanCreatePayment)
}

func (t trip) rule(client *provider.Client, route disbursement.Route) merchant.Road {
	a := client.Account()
	return t.rules.RoadFor(a.Network, a.Provider, a.ID, t.country.Code(), string(route), t.amount.Currency())
}

// road is a road with what is known of our balance there. Where the provider has no such call nobody looks.
func (r *Requester) road(ctx context.Context, t trip, client *provider.Client, route disbursement.Route) disbursement.Road {
	road := t.road(client, route)
	if road.Offered && !road.Closed {
		road.Short = short(r.Funds.Short(ctx, client.Account(), t.amount))
	}
	return road
}

// short says in a few words that a balance did not suffice; empty if that is not known.
func short(s provider.Shortage) string {
	if s.At.IsZero() {
		return ""
	}
	return "our balance did not suffice at " + s.At.UTC().Format("2006-01-02T15:04Z")
}

// road is what is known of one road: by the provider's profile, the store's limits and the merchant's rules.
func (t trip) road(client *provider.Client, route disbursement.Route) disbursement.Road {
	profile, rule := client.Profile(), t.rule(client, route)
	currency, carried := profile.Currency(t.amount.Currency())
	road := disbursement.Road{Route: route, Provider: profile.Name, Account: client.Account().ID,
		Offered: carried && offers(client, route), Closed: rule.Closed,
		Min: max(currency.Min, rule.Minimum), Max: currency.Max, Unit: 1,
		WholeOnly: route == disbursement.Original && !profile.PartialOK}
	if window := shorter(profile.RefundWindow, rule.WindowDays); window > 0 {
		road.Until = t.paid.AddDays(window)
	}
	if rule.Maximum > 0 && (road.Max == 0 || rule.Maximum < road.Max) {
		road.Max = rule.Maximum
	}
	exponent, _ := t.amount.Currency().Exponent() // of a known currency
	for d := currency.Decimals; d < exponent; d++ {
		road.Unit *= 10
	}
	if rule.WholeUnits {
		road.Unit = max(road.Unit, 100)
	}
	if route == disbursement.CashWithdrawal {
		road.Min = max(road.Min, t.shop.Limits.CashMinimum)
	}
	for _, f := range lacking(client, disbursement.Refund, route, t.who) {
		road.Missing = append(road.Missing, string(f))
	}
	days := disbursement.Patience
	if rule.DaysNeeded > 0 {
		days = rule.DaysNeeded
	}
	road.Arrives = t.country.AddBusinessDays(t.today, days)
	return road
}

// offers says whether a provider has the call. A payout is cash with one and a bank transfer with another: the profile knows.
func offers(client *provider.Client, route disbursement.Route) bool {
	return client.CanSubmit(disbursement.Refund, route) &&
		(route != disbursement.BankTransfer || slices.Contains(client.Profile().Routes, disbursement.BankTransfer))
}

// lacking names what must still be told of a person: a counter looks at a document whatever the provider says.
func lacking(client *provider.Client, kind disbursement.Kind, route disbursement.Route, who identity.Person) []identity.Field {
	fields := client.Missing(kind, route, who).Needed
	if route == disbursement.CashWithdrawal {
		for _, f := range who.Lacks(identity.FieldName, identity.FieldDocumentNumber) {
			if !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

func shorter(a, b int) int {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}

// refusal is the decision that an obstacle amounts to.
func refusal(v disbursement.Verdict) error {
	kind := map[disbursement.Obstacle]error{
		disbursement.NotOffered: ErrRoute, disbursement.Closed: ErrRoute, disbursement.PartOnly: ErrRoute, disbursement.WindowOver: ErrWindow,
		disbursement.TooLittle: ErrLimit, disbursement.TooMuch: ErrLimit, disbursement.Fraction: ErrAmount, disbursement.Lacking: ErrDetails,
	}[v.Obstacle]
	if kind == nil {
		kind = ErrRoute
	}
	return fmt.Errorf("%w: %s %s", kind, v.Road.Route, v.Says)
}
