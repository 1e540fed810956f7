package decide

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// ShopLegs holds a shop's orders of a span against the books: payments, what was given back of them, and receipts of other channels. It looks at
// so many that time and memory hold whatever the span has, and says from where to go on; empty if there is no more. An order's payment is found by
// its reference, whenever it was made; which payments and receipts no order names is known of the orders within overlap days. Errors: store.ErrInvalid
// for a place that is none.
func (d *Decider) ShopLegs(ctx context.Context, m merchant.Merchant, x Span) ([]order.Leg, string, error) {
	p := shopPage{Decider: d, tenant: m.ID, span: x, books: order.Books{Ours: ours(m)}, asked: map[string][]order.Line{}, unclaimed: map[string]bool{}}
	for _, step := range []func(context.Context) error{p.gather, p.claims, p.loose, p.others, p.paid, p.received} {
		if err := step(ctx); err != nil {
			return nil, "", err
		}
		if len(p.orders)+len(p.listed)+len(p.receipts) == 0 {
			return nil, p.next.String(), nil
		}
	}
	var list []order.Leg
	for _, l := range order.Compare(p.compared, p.books) {
		if x.Only == "" || l.ID(m.ID) == x.Only {
			list = append(list, l)
		}
	}
	return list, p.next.String(), nil
}

// ours are the words by which a shop may name what is paid through us.
func ours(m merchant.Merchant) []string {
	var words []string
	for _, s := range m.Stores {
		words = append(words, s.Network)
		for _, a := range s.Accounts {
			words = append(words, a.Provider)
		}
	}
	return append(words, "vuelto")
}

// called are the order references under which a payment of a name may stand: with the sign that shops put before a number, or without.
func called(name string) []string { return []string{name, "#" + name} }

// names are those of an order that a payment or a receipt may carry.
func names(all []string) []string {
	for i, name := range all {
		all[i] = strings.TrimPrefix(name, "#")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// moneyOf is the payment of an order reference with what became of its refunds; false if there is none that has a voucher.
func (d *Decider) moneyOf(ctx context.Context, tenant, id string) (order.Money, bool, error) {
	record, err := d.Store.Get(ctx, payment.Key(tenant, id))
	if errors.Is(err, store.ErrNotFound) {
		return order.Money{}, false, nil
	}
	if err != nil {
		return order.Money{}, false, err
	}
	p, err := payment.Decode(record)
	if err != nil || p.Voucher.Code == "" {
		return order.Money{}, false, err
	}
	m := order.Money{Payment: p.ID, Order: p.Order, Account: p.Account, Day: calendar.On(p.CreatedAt, calendar.Colombia().Zone()), State: string(p.State),
		Asked: p.Amount.Minor(), Received: p.PaidMinor(), Currency: p.Amount.Currency(), Odd: p.Situation() != payment.Usual}
	for _, id := range p.Refunds {
		record, err := d.Store.Get(ctx, disbursement.Key(p.Tenant, id))
		if err != nil {
			return m, false, err
		}
		r, err := disbursement.Decode(record)
		if err != nil {
			return m, false, err
		}
		switch {
		case r.State == disbursement.Paid, r.State == disbursement.Settled:
			m.Back += max(r.Amount.Minor()-r.Returned, 0)
		case !r.State.Final():
			m.Going += r.Amount.Minor()
		}
	}
	return m, true, nil
}

// moneyCalled is what came for orders of some names, each payment once, in the order of the names.
func (d *Decider) moneyCalled(ctx context.Context, tenant string, names []string) ([][]order.Money, error) {
	found := make([][]order.Money, len(names))
	err := d.together(len(names), func(i int) error {
		for _, reference := range called(names[i]) {
			m, ok, err := d.moneyOf(ctx, tenant, payment.ID(tenant, reference))
			if err != nil {
				return err
			}
			if ok {
				found[i] = append(found[i], m)
			}
		}
		return nil
	})
	return found, err
}

// ShopMatters are the legs of a merchant's shops with what was decided about them, and from where to go on: see ShopLegs.
func (d *Decider) ShopMatters(ctx context.Context, m merchant.Merchant, x Span) ([]Matter, string, error) {
	legs, next, err := d.ShopLegs(ctx, m, x)
	if err != nil {
		return nil, "", err
	}
	var list []Matter
	for _, l := range legs {
		list = append(list, ofShop(m.ID, l))
	}
	return list, next, d.decidedAbout(ctx, m.ID, list)
}

func ofShop(tenant string, l order.Leg) Matter {
	x := Matter{ID: l.ID(tenant), Mark: l.Mark(), Shop: &l, Country: calendar.Peru(), open: l.Class != "", currency: l.Currency, gap: l.Gap(),
		priced: l.Class != order.CurrencyMismatch, sided: l.Order != nil && len(l.Money)+len(l.Receipts) > 0}
	if l.Currency == money.COP {
		x.Country = calendar.Colombia()
	}
	if len(l.Money) > 0 {
		x.account = l.Money[0].Account
	}
	return x
}
