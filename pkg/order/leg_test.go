package order_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/settlement"
)

func november(day int) calendar.Date { return calendar.Date{Year: 2026, Month: 11, Day: day} }

// paid is an order as a shop has it, of 120.50 that are paid.
func paid(change func(*order.Order)) order.Order {
	o := order.Order{Shop: "shop", Day: november(20), Name: "A-1", State: order.Paid, Currency: money.PEN, Total: 12050, Due: -1, Back: -1}
	change(&o)
	return o
}

func came(change func(*order.Money)) order.Money {
	m := order.Money{Payment: "pay_1", Order: "A-1", Account: "pe", Day: november(20), State: "paid", Asked: 12050, Received: 12050, Currency: money.PEN}
	change(&m)
	return m
}

func same[T any](*T) {}

func receipt(change func(*order.Receipt)) order.Receipt {
	r := order.Receipt{ID: "rcp_1", Day: november(20), Channel: "Card", Order: "A-1", Minor: 12050, Currency: money.PEN}
	change(&r)
	return r
}

// TestWhatDiffersBetweenShopAndBooks: one case for each class and bucket, in words in each language.
func TestWhatDiffersBetweenShopAndBooks(t *testing.T) {
	type O = []order.Order
	type M = []order.Money
	type R = []order.Receipt
	for name, c := range map[string]struct {
		orders   O
		money    M
		receipts R
		want     string
	}{
		"agree":                         {O{paid(same)}, M{came(same)}, nil, "matched"},
		"by another name":               {O{paid(func(o *order.Order) { o.Name, o.Also = "1001", []string{"#1001", "A-1"} })}, M{came(same)}, nil, "matched"},
		"paid at the shop alone":        {O{paid(same)}, nil, nil, "break MISSING_IN_BOOKS"},
		"not paid anywhere":             {O{paid(func(o *order.Order) { o.State = order.Unpaid })}, M{came(func(m *order.Money) { m.Received = 0 })}, nil, "matched"},
		"cancelled, nothing came":       {O{paid(func(o *order.Order) { o.State = order.Void })}, nil, nil, "matched"},
		"cancelled, and paid":           {O{paid(func(o *order.Order) { o.State = order.Void })}, M{came(same)}, nil, "break STATUS_MISMATCH"},
		"paid there, a voucher here":    {O{paid(same)}, M{came(func(m *order.Money) { m.Received = 0 })}, nil, "break STATUS_MISMATCH"},
		"no order":                      {O{paid(func(o *order.Order) { o.Name, o.State = "B", order.Void })}, M{came(same)}, nil, "break MISSING_AT_SHOP; matched"},
		"no order on a day not brought": {O{paid(func(o *order.Order) { o.Name, o.State, o.Day = "B", order.Void, november(19) })}, M{came(same)}, nil, "matched"},
		"too little":                    {O{paid(same)}, M{came(func(m *order.Money) { m.Received = 12000 })}, nil, "break AMOUNT_UNDER"},
		"too much":                      {O{paid(same)}, M{came(func(m *order.Money) { m.Received = 12100 })}, nil, "break AMOUNT_OVER"},
		"a cent":                        {O{paid(same)}, M{came(func(m *order.Money) { m.Received = 12051 })}, nil, "break ROUNDING"},
		"the coupon":                    {O{paid(func(o *order.Order) { o.Discount, o.Coupon = 1000, "TEN" })}, M{came(func(m *order.Money) { m.Received = 13050 })}, nil, "review COUPON"},
		"not the coupon":                {O{paid(func(o *order.Order) { o.Discount = 1000 })}, M{came(func(m *order.Money) { m.Received = 13051 })}, nil, "break AMOUNT_OVER"},
		"a part, said":                  {O{paid(func(o *order.Order) { o.State, o.Due = order.PartlyPaid, 2050 })}, M{came(func(m *order.Money) { m.Received, m.Odd = 10000, true })}, nil, "matched"},
		"a part, not said":              {O{paid(func(o *order.Order) { o.State = order.PartlyPaid })}, M{came(func(m *order.Money) { m.Received, m.Odd = 10000, true })}, nil, "review PARTIAL"},
		"underpaid at the counter":      {O{paid(same)}, M{came(func(m *order.Money) { m.Received, m.Odd = 10000, true })}, nil, "review PARTIAL"},
		"on hold":                       {O{paid(func(o *order.Order) { o.State = order.Unclear })}, M{came(same)}, nil, "review PARTIAL"},
		"on hold, nothing came":         {O{paid(func(o *order.Order) { o.State = order.Unclear })}, nil, nil, "pending"},
		"another currency":              {O{paid(same)}, M{came(func(m *order.Money) { m.Currency = money.USD })}, nil, "break CURRENCY_MISMATCH"},
		"refunded there alone":          {O{paid(func(o *order.Order) { o.State = order.Refunded })}, M{came(same)}, nil, "break REFUND_MISSING_IN_BOOKS"},
		"refunded here alone":           {O{paid(same)}, M{came(func(m *order.Money) { m.Back = 5000 })}, nil, "break REFUND_MISSING_AT_SHOP"},
		"another sum refunded":          {O{paid(func(o *order.Order) { o.State, o.Back = order.PartlyRefunded, 4000 })}, M{came(func(m *order.Money) { m.Back = 5000 })}, nil, "break REFUND_DIFFERS"},
		"the same refunded":             {O{paid(func(o *order.Order) { o.State, o.Back = order.PartlyRefunded, 5000 })}, M{came(func(m *order.Money) { m.Back = 5000 })}, nil, "matched"},
		"on its way":                    {O{paid(func(o *order.Order) { o.State, o.Back = order.PartlyRefunded, 5000 })}, M{came(func(m *order.Money) { m.Going = 5000 })}, nil, "pending"},
		"a refund of an unsaid sum":     {O{paid(func(o *order.Order) { o.State = order.PartlyRefunded })}, M{came(func(m *order.Money) { m.Back = 5000 })}, nil, "review PARTIAL"},
		"another channel":               {O{paid(func(o *order.Order) { o.Method = "Card" })}, nil, nil, "other"},
		"its receipt":                   {O{paid(func(o *order.Order) { o.Method = "Card" })}, nil, R{receipt(same)}, "matched"},
		"its receipt is missing":        {O{paid(func(o *order.Order) { o.Method = "Card" })}, nil, R{receipt(func(r *order.Receipt) { r.Order, r.Day = "B", november(19) })}, "break MISSING_IN_BOOKS"},
		"ours, by name":                 {O{paid(func(o *order.Order) { o.Method = "Pago Efectivo (CIP)" })}, nil, nil, "break MISSING_IN_BOOKS"},
		"card and counter":              {O{paid(same)}, M{came(func(m *order.Money) { m.Received = 10000 })}, R{receipt(func(r *order.Receipt) { r.Minor = 2050 })}, "matched"},
		"given back by card":            {O{paid(func(o *order.Order) { o.State, o.Back = order.PartlyRefunded, 50 })}, M{came(same)}, R{receipt(func(r *order.Receipt) { r.Minor = -50 })}, "matched"},
		"given back whole, no order":    {O{paid(func(o *order.Order) { o.Name, o.State = "B", order.Void })}, M{came(func(m *order.Money) { m.Back = 12050 })}, nil, "break MISSING_AT_SHOP; matched"},
		"the coupon, the other way":     {O{paid(func(o *order.Order) { o.Discount = 1000 })}, M{came(func(m *order.Money) { m.Received = 11050 })}, nil, "review COUPON"},
		"half is there, half comes":     {O{paid(func(o *order.Order) { o.State, o.Back = order.PartlyRefunded, 5000 })}, M{came(func(m *order.Money) { m.Back, m.Going = 5000, 3000 })}, nil, "pending"},
		"more refunded than both":       {O{paid(func(o *order.Order) { o.State, o.Back = order.PartlyRefunded, 9000 })}, M{came(func(m *order.Money) { m.Back, m.Going = 3000, 3000 })}, nil, "break REFUND_DIFFERS"},
		"a receipt of nothing":          {nil, nil, R{receipt(func(r *order.Receipt) { r.Order = "" })}, "review UNASSIGNED"},
		"paid twice, no order":          {O{paid(func(o *order.Order) { o.Name, o.State = "B", order.Void })}, M{came(same), came(func(m *order.Money) { m.Payment, m.Order = "pay_2", "#A-1" })}, nil, "break MISSING_AT_SHOP; matched"},
		"two receipts, no order":        {O{paid(func(o *order.Order) { o.Name, o.State = "B", order.Void })}, nil, R{receipt(same), receipt(func(r *order.Receipt) { r.ID = "rcp_2" })}, "break MISSING_AT_SHOP; matched"},
		"a payment and a receipt alone": {O{paid(func(o *order.Order) { o.Name, o.State = "B", order.Void })}, M{came(same)}, R{receipt(same)}, "break MISSING_AT_SHOP; matched"},
		"two receipts of nothing":       {nil, nil, R{receipt(func(r *order.Receipt) { r.Order = "" }), receipt(func(r *order.Receipt) { r.ID, r.Order = "rcp_2", "" })}, "review UNASSIGNED; review UNASSIGNED"},
		"a receipt in another currency": {O{paid(same)}, M{came(same)}, R{receipt(func(r *order.Receipt) { r.Currency = money.USD })}, "break CURRENCY_MISMATCH"},
		"the first currency is another": {O{paid(same)}, nil, R{receipt(func(r *order.Receipt) { r.Currency = money.USD }), receipt(func(r *order.Receipt) { r.ID = "rcp_2" })}, "break CURRENCY_MISMATCH"},
		"a receipt, no order":           {O{paid(func(o *order.Order) { o.Name, o.State = "B", order.Void })}, nil, R{receipt(same)}, "matched; break MISSING_AT_SHOP"},
	} {
		var got []string
		for _, l := range order.Compare(c.orders, order.Books{Money: c.money, Receipts: c.receipts, Ours: []string{"efecty", "pagoefectivo"}}) {
			got = append(got, strings.TrimSpace(string(l.Status)+" "+string(l.Class)))
			for _, in := range settlement.Languages() {
				if text := l.Explain(in); text == "" || strings.ContainsAny(text, "{}") || l.NextAction(in) == "" {
					t.Errorf("%s in %s: %q, %q", name, in, text, l.NextAction(in))
				}
			}
			if (l.Class == "") != (l.Status == order.Matched || l.Status == order.Pending || l.Status == order.Other) || (l.Class != "" && !slices.Contains(order.Classes(), l.Class)) {
				t.Errorf("%s: %s with class %q", name, l.Status, l.Class)
			}
		}
		slices.Sort(got)
		want := strings.Split(c.want, "; ")
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestEveryLineIsInOneLeg whatever comes in whatever order, under a name that outlives what joins it.
func TestEveryLineIsInOneLeg(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SampledFrom([]string{"A", "B", "C", ""})
		day := rapid.Custom(func(t *rapid.T) calendar.Date { return november(rapid.IntRange(19, 21).Draw(t, "day")) })
		var orders []order.Order
		for i := range rapid.IntRange(0, 4).Draw(t, "orders") {
			orders = append(orders, paid(func(o *order.Order) {
				o.Name, o.Day, o.State = string(rune('A'+i)), day.Draw(t, "day"), rapid.SampledFrom(order.States()).Draw(t, "state")
				o.Back, o.Method = rapid.Int64Range(-1, 2).Draw(t, "back"), rapid.SampledFrom([]string{"", "card"}).Draw(t, "method")
			}))
		}
		b := order.Books{Ours: []string{"efecty"}}
		for i := range rapid.IntRange(0, 4).Draw(t, "money") {
			b.Money = append(b.Money, came(func(m *order.Money) {
				m.Payment, m.Order, m.Day = "pay_"+string(rune('a'+i)), string(rune('A'+i)), day.Draw(t, "day")
				m.Received = rapid.Int64Range(1, 3).Draw(t, "minor")
			}))
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "receipts") {
			b.Receipts = append(b.Receipts, receipt(func(r *order.Receipt) {
				r.ID, r.Order, r.Day, r.Minor = "rcp_"+string(rune('a'+i)), names.Draw(t, "order"), day.Draw(t, "day"), rapid.Int64Range(1, 3).Draw(t, "minor")
			}))
		}
		brought := map[calendar.Date]bool{}
		for _, o := range orders {
			brought[o.Day] = true
		}
		as := slices.Clone(orders)
		defer func() {
			if slices.Reverse(orders); !slices.EqualFunc(as, orders, func(x, y order.Order) bool { return x.Name == y.Name }) {
				t.Fatal("the caller's orders were moved")
			}
		}()
		legs, seen, ids := order.Compare(orders, b), map[string]int{}, map[string]bool{}
		for _, l := range legs {
			if ids[l.ID("t")] {
				t.Fatalf("two legs have one name: %+v", l)
			}
			ids[l.ID("t")] = true
			if l.Order != nil {
				seen[l.Order.Name]++
			}
			for _, m := range l.Money {
				seen[m.Payment]++
			}
			for _, r := range l.Receipts {
				seen[r.ID]++
			}
		}
		for _, o := range orders {
			if seen[o.Name] != 1 {
				t.Fatalf("order %s is in %d legs", o.Name, seen[o.Name])
			}
		}
		for _, m := range b.Money {
			if n := seen[m.Payment]; n > 1 || (n == 0 && brought[m.Day] && len(b.Receipts) == 0) {
				t.Fatalf("payment %s is in %d legs", m.Payment, n)
			}
		}
		slices.Reverse(orders)
		slices.Reverse(b.Money)
		slices.Reverse(b.Receipts)
		again := order.Compare(orders, b)
		if !slices.EqualFunc(legs, again, func(x, y order.Leg) bool { return x.ID("t") == y.ID("t") && x.Mark() == y.Mark() }) {
			t.Fatalf("%+v\nin another order %+v", legs, again)
		}
	})
}
