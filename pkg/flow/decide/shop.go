package decide

import (
	"context"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// ShopLegs holds a shop's orders of a span against the books: payments, what was given back of them, and receipts of other channels. A payment
// is looked for among those that were asked for within overlap days of the span.
func (d *Decider) ShopLegs(ctx context.Context, m merchant.Merchant, from, to calendar.Date) ([]order.Leg, error) {
	book := order.Book{Store: d.Store}
	first, last := from.AddDays(-overlap), to.AddDays(overlap)
	orders, err := book.Orders(ctx, m.ID, first, last)
	if err != nil {
		return nil, err
	}
	b := order.Books{Ours: ours(m)}
	if b.Receipts, err = book.Receipts(ctx, m.ID, first, last); err != nil {
		return nil, err
	}
	if len(orders)+len(b.Receipts) == 0 {
		return nil, nil
	}
	within := func(day calendar.Date) bool { return !day.Before(from) && !to.Before(day) }
	asked := map[string]bool{}
	for _, o := range orders {
		for _, name := range o.Names() {
			asked[name] = asked[name] || within(o.Day)
		}
	}
	if b.Money, err = d.moneyOf(ctx, m.ID, first, last, func(x order.Money) bool { return within(x.Day) || asked[x.Name()] }); err != nil {
		return nil, err
	}
	var list []order.Leg
	for _, l := range order.Compare(orders, b) {
		if within(l.Day) {
			list = append(list, l)
		}
	}
	return list, nil
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

// moneyOf are the payments that were asked for from one local day to another; what became of their refunds is read of those that
// matter alone.
func (d *Decider) moneyOf(ctx context.Context, tenant string, from, to calendar.Date, matters func(order.Money) bool) ([]order.Money, error) {
	const layout = "2006-01-02T15:04:05.000Z"
	zone := calendar.Colombia().Zone()
	start, end := from.Start(zone).UTC(), to.AddDays(1).Start(zone).UTC()
	var list []order.Money
	for month := time.Date(start.Year(), start.Month(), 1, 0, 0, 0, 0, time.UTC); month.Before(end); month = month.AddDate(0, 1, 0) {
		q := store.Query{Index: store.List, PK: payment.ListPartition(tenant, month), From: start.Format(layout), To: end.Format(layout), Limit: 1000}
		for {
			page, err := d.Store.Query(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, record := range page.Records {
				m, err := d.money(ctx, record, matters)
				if err != nil {
					return nil, err
				}
				list = append(list, m)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return list, nil
}

// money is a payment, with what became of its refunds if it matters.
func (d *Decider) money(ctx context.Context, record store.Record, matters func(order.Money) bool) (order.Money, error) {
	p, err := payment.Decode(record)
	if err != nil {
		return order.Money{}, err
	}
	m := order.Money{Payment: p.ID, Order: p.Order, Account: p.Account, Day: calendar.On(p.CreatedAt, calendar.Colombia().Zone()), State: string(p.State),
		Asked: p.Amount.Minor(), Received: p.PaidMinor(), Currency: p.Amount.Currency(), Odd: p.Situation() != payment.Usual}
	if !matters(m) {
		return m, nil
	}
	for _, id := range p.Refunds {
		record, err := d.Store.Get(ctx, disbursement.Key(p.Tenant, id))
		if err != nil {
			return m, err
		}
		r, err := disbursement.Decode(record)
		if err != nil {
			return m, err
		}
		switch {
		case r.State == disbursement.Paid, r.State == disbursement.Settled:
			m.Back += max(r.Amount.Minor()-r.Returned, 0)
		case !r.State.Final():
			m.Going += r.Amount.Minor()
		}
	}
	return m, nil
}

// ShopMatters are the legs of a merchant's shops in a span with what was decided about them.
func (d *Decider) ShopMatters(ctx context.Context, m merchant.Merchant, from, to calendar.Date) ([]Matter, error) {
	legs, err := d.ShopLegs(ctx, m, from, to)
	if err != nil {
		return nil, err
	}
	var list []Matter
	for _, l := range legs {
		list = append(list, ofShop(m.ID, l))
	}
	return list, d.decidedAbout(ctx, m.ID, list)
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
