package order_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Whatever a shop and a channel are called, their lines are there on the first and the last day that is asked for, and on no other.
func TestShopsOfAnyName(t *testing.T) {
	ctx, b := context.Background(), order.Book{Store: memstore.New(memstore.Options{Now: time.Now})}
	for i, shop := range []string{"shop", "~", "店铺", "Ñandú", "a b", "1"} {
		var list []order.Order
		for d := 19; d <= 22; d++ {
			list = append(list, paid(func(o *order.Order) { o.Shop, o.Day, o.Name = shop, november(d), fmt.Sprint("A-", i, "-", d) }))
		}
		if n, err := b.Keep(ctx, "t", list, "ana", 1); n != 4 || err != nil {
			t.Fatal(n, err)
		}
		if got, err := b.Orders(ctx, "t", november(20), november(21)); err != nil || len(got) != 2*(i+1) {
			t.Errorf("with %q there are %d orders: %v", shop, len(got), err)
		}
		receipts, err := order.ReadReceipts("t", []byte("date,channel,amount,currency,id\n2026-11-20,"+shop+",1.00,PEN,r\n2026-11-21,"+shop+",1.00,PEN,s\n2026-11-22,"+shop+",1.00,PEN,x\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.KeepReceipts(ctx, "t", receipts, "ana", 1); err != nil {
			t.Fatal(err)
		}
		got, err := b.Receipts(ctx, "t", november(20), november(21))
		if err != nil || len(got) != 2*(i+1) || got[0].Day != november(20) || !strings.HasPrefix(got[0].ID, "rcp_") {
			t.Errorf("with %q there are %v: %v", shop, got, err)
		}
	}
	if other, err := b.Orders(ctx, "u", november(1), november(30)); len(other) != 0 || err != nil {
		t.Errorf("of another merchant: %v, %v", other, err)
	}
}

// An order that a later export has under another day is as that one says, in whichever order they stand.
func TestAnOrderThatMovedItsDay(t *testing.T) {
	ctx := context.Background()
	for _, days := range [][2]int{{20, 21}, {21, 20}} {
		b := order.Book{Store: memstore.New(memstore.Options{Now: time.Now})}
		for i, day := range days {
			if _, err := b.Keep(ctx, "t", []order.Order{paid(func(o *order.Order) { o.Day = november(day) })}, "ana", int64(i+1)); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := b.Orders(ctx, "t", november(19), november(22)); err != nil || len(got) != 1 || got[0].Day != november(days[1]) || got[0].Shop != "shop" {
			t.Errorf("%v: %v, %v", days, got, err)
		}
	}
}

// What a leg says in numbers is what stands on its two sides.
func TestWhatALegSays(t *testing.T) {
	for want, c := range map[string]struct {
		order order.Order
		money []order.Money
		card  int64
	}{
		"12050 12000 0 0 -50: 120.00 PEN (pe 2026-11-20) came, the shop says 120.50 PEN: they differ by 0.50 PEN": {paid(same), []order.Money{came(func(m *order.Money) { m.Received = 12000 })}, 0},
		"12050 12100 0 0 50: 100.00 PEN (pe 2026-11-20) + 21.00 PEN (Card 2026-11-20) came, the shop says 120.50 PEN: they differ by 0.50 PEN": {paid(same),
			[]order.Money{came(func(m *order.Money) { m.Received = 10000 })}, 2100},
		"12050 12050 4000 5000 -1000: the shop says 40.00 PEN were given back, here 50.00 PEN were, with 0.00 PEN on their way: they differ by 10.00 PEN": {paid(func(o *order.Order) { o.State, o.Back = order.PartlyRefunded, 4000 }),
			[]order.Money{came(func(m *order.Money) { m.Back = 5000 })}, 0},
	} {
		b := order.Books{Money: c.money}
		if c.card != 0 {
			b.Receipts = []order.Receipt{receipt(func(r *order.Receipt) { r.Minor = c.card })}
		}
		legs := order.Compare([]order.Order{c.order}, b)
		if len(legs) != 1 {
			t.Fatal(legs)
		}
		l := legs[0]
		if got := fmt.Sprintf("%d %d %d %d %d: %s", l.Paid, l.Received, l.Back, l.Returned, l.Gap(), l.Explain(settlement.English)); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// Lengths and numbers at their bounds.
func TestBoundsOfAnExport(t *testing.T) {
	line := func(name, coupon, method, total string) string {
		return "order_reference,date,status,currency,total,discount,coupon,outstanding,refunded,method\n" + name + ",2026-11-20,refunded,PEN," + total + ",0," + coupon + ",,0.00," + method + "\n"
	}
	x := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		text string
		good bool
	}{
		"longest":         {line(x(100), x(200), x(100), "1"), true},
		"a longer name":   {line(x(101), "", "", "1"), false},
		"a longer coupon": {line("A", x(201), "", "1"), false},
		"a longer method": {line("A", "", x(101), "1"), false},
		"a mark before":   {"\xef\xbb\xbf" + line("A", "", "", "1"), true},
		"zeros behind":    {line("A", "", "", "1.500000"), true},
	} {
		list, err := read("csv", c.text, same)
		if (err == nil) != c.good || c.good && (list[0].Back != -1 || list[0].Total != map[bool]int64{true: 150, false: 100}[name == "zeros behind"]) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
	head := strings.SplitAfter(line("A", "", "", "1"), "\n")[0]
	many := func(n int, total string) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range n {
			fmt.Fprintf(&b, "A-%d,2026-11-20,paid,PEN,%s,,,,,\n", i, total)
		}
		return b.String()
	}
	if list, err := read("csv", many(order.MaxLines, "1"), same); err != nil || len(list) != order.MaxLines {
		t.Errorf("%d orders: %v", len(list), err)
	}
	if _, err := read("csv", many(order.MaxLines+1, "1"), same); err == nil || !strings.Contains(err.Error(), "more than 20000 lines") {
		t.Errorf("one more: %v", err)
	}
	if _, err := read("csv", many(200, "x"), same); err == nil || strings.Count(err.Error(), "line ") != 100 {
		t.Errorf("%d faults are named", strings.Count(fmt.Sprint(err), "line "))
	}
	short := head + "A\nB,2026-11-20,paid,PEN,x,,,,,\n"
	if _, err := read("csv", short, same); err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("a line with too few fields hides the next: %v", err)
	}
	orphan := strings.Split(exports["shopify"].text, "\n")
	if _, err := read("shopify", orphan[0]+"\n"+orphan[2]+"\n", same); err == nil || !strings.Contains(err.Error(), "status") {
		t.Errorf("an item of no order: %v", err)
	}
}

func TestBoundsOfReceipts(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for line, good := range map[string]bool{
		"2026-11-20," + x(40) + ",1.00,PEN," + x(100) + ",a": true, "2026-11-20," + x(41) + ",1.00,PEN,,a": false, "2026-11-20,,1.00,PEN,,a": false,
		"2026-11-20,Card,1.00,PEN," + x(101) + ",a": false, "2026-11-20,Card,0.00,PEN,,a": false, "2026-11-20,Card,l,PEN,,a": false, "2026-11-20,Card,-1.00,PEN,,a": true,
		"20.11.2026,Card,1.00,PEN,,a": false, "2026-11-20,Card,1.00,pesos,,a": false,
	} {
		list, err := order.ReadReceipts("t", []byte("date,channel,amount,currency,order_reference,id\n"+line+"\n"))
		if (err == nil) != good || good && (list[0].Day != november(20) || list[0].Currency != money.PEN || max(list[0].Minor, -list[0].Minor) != 100) {
			t.Errorf("%s: %v, %v", line, list, err)
		}
	}
	three, err := order.ReadReceipts("t", []byte("date,channel,amount,currency\n"+strings.Repeat("2026-11-20,Card,1.00,PEN\n", 3)))
	if err != nil || len(three) != 3 || three[0].ID == three[2].ID {
		t.Errorf("%v, %v", three, err)
	}
}
