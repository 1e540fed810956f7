package decide_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// voucher is a payment of an order, made on a day and paid.
func voucher(reference string, day calendar.Date, minor int64) payment.Payment {
	at := day.Start(calendar.Colombia().Zone()).Add(time.Duration(minor) * time.Second)
	p := payment.Payment{Tenant: "demo", ID: payment.ID("demo", reference), Order: reference, Account: "pe", Network: "pagoefectivo", Amount: money.New(minor, money.PEN),
		State: payment.Pending, Voucher: payment.Voucher{Code: "C" + reference}, CreatedAt: at}
	if minor%3 > 0 {
		p.State, p.Receipts = payment.Paid, []payment.Receipt{{TransactionID: "T" + reference, Minor: minor, At: at}}
	}
	return p
}

// sold are orders, payments and receipts of a few names, so that many of them are about the same.
type sold struct {
	orders   []order.Order
	payments []payment.Payment
	receipts []order.Receipt
}

func draw(t *rapid.T) (s sold) {
	name := rapid.IntRange(1, 5)
	day := rapid.IntRange(9, 13)
	amount := rapid.Int64Range(1, 5)
	for i := range rapid.IntRange(0, 6).Draw(t, "orders") {
		n := name.Draw(t, "order")
		o := order.Order{Shop: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "shop"), Day: november(day.Draw(t, "day")), Name: fmt.Sprint(n), State: order.Paid, Currency: money.PEN,
			Total: amount.Draw(t, "total"), Due: -1, Back: -1}
		if i%3 == 0 {
			o.Also = []string{fmt.Sprint("#", n), fmt.Sprint(name.Draw(t, "also"))}
		}
		s.orders = append(s.orders, o)
	}
	references := map[string]bool{}
	for range rapid.IntRange(0, 5).Draw(t, "payments") {
		reference := rapid.SampledFrom([]string{"", "#"}).Draw(t, "sign") + fmt.Sprint(name.Draw(t, "payment"))
		if !references[reference] { // an order reference is used once
			references[reference] = true
			s.payments = append(s.payments, voucher(reference, november(day.Draw(t, "day")), amount.Draw(t, "paid")))
		}
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "receipts") {
		r := order.Receipt{ID: fmt.Sprint("rcp_", i), Day: november(day.Draw(t, "day")), Channel: "card", Minor: amount.Draw(t, "minor"), Currency: money.PEN}
		if i%4 > 0 {
			r.Order = fmt.Sprint(name.Draw(t, "names"))
		}
		s.receipts = append(s.receipts, r)
	}
	return s
}

// bring puts everything where it is kept; later orders are brought later.
func (r *rig) bring(s sold) {
	ctx, book := context.Background(), order.Book{Store: r.Store}
	for i, o := range s.orders {
		_, err := book.Keep(ctx, "demo", []order.Order{o}, "ana", int64(i))
		r.must(err)
	}
	_, err := book.KeepReceipts(ctx, "demo", s.receipts, "ana", 1)
	r.must(err)
	for _, p := range s.payments {
		r.must(r.Store.Commit(ctx, store.Put{Record: payment.Encode(p)}))
	}
}

// all is what comparing everything at once comes to, of the days asked for.
func (r *rig) all(s sold, from, to calendar.Date) (legs []string) {
	ctx, book := context.Background(), order.Book{Store: r.Store}
	orders, err := book.Orders(ctx, "demo", november(1), november(30))
	r.must(err)
	b := order.Books{Receipts: s.receipts}
	for _, o := range s.orders {
		b.Told = append(b.Told, o.Day)
	}
	for _, p := range s.payments {
		b.Money = append(b.Money, order.Money{Payment: p.ID, Order: p.Order, Account: p.Account, Day: calendar.On(p.CreatedAt, calendar.Colombia().Zone()), State: string(p.State),
			Asked: p.Amount.Minor(), Received: p.PaidMinor(), Currency: p.Amount.Currency(), Odd: p.Situation() != payment.Usual})
	}
	for _, l := range order.Compare(orders, b) {
		if !l.Day.Before(from) && !to.Before(l.Day) {
			legs = append(legs, l.ID("demo")+" "+l.Mark())
		}
	}
	slices.Sort(legs)
	return legs
}

// TestPagesOfAShopAreOneAnswer: however few are looked at at once, page by page every leg comes once, as comparing everything at once has it; and each is
// found by its id.
func TestPagesOfAShopAreOneAnswer(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, r, ctx := draw(rt), open(t, 0), context.Background()
		r.bring(s)
		r.decide.Readers = rapid.IntRange(0, 2).Draw(rt, "readers") // one takes one after the other, 0 = as many as there are in a stack
		x := decide.Span{From: november(10), To: november(12), Limit: rapid.IntRange(1, 6).Draw(rt, "limit")}
		var got []string
		for range 200 {
			legs, next, err := r.decide.ShopLegs(ctx, shop(), x)
			r.must(err)
			for _, l := range legs {
				got = append(got, l.ID("demo")+" "+l.Mark())
				matter, err := r.decide.Matter(ctx, shop(), l.ID("demo"))
				if err != nil || matter.Mark != l.Mark() {
					rt.Errorf("by its id: %v", err)
				}
			}
			if x.After = next; next == "" {
				break
			}
		}
		slices.Sort(got)
		if want := r.all(s, x.From, x.To); !slices.Equal(got, want) {
			rt.Errorf("%d at a time:\n%q\nnot\n%q", x.Limit, got, want)
		}
	})
	r := open(t, 0)
	for _, after := range []string{"x", "2026-11-10", "2026-11-10|3|", "2026-11-09|0|", "2026-11-13|0|"} {
		if _, _, err := r.decide.ShopLegs(context.Background(), shop(), decide.Span{From: november(10), To: november(12), After: after}); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q: %v", after, err)
		}
	}
}
