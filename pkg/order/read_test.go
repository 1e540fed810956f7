package order_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
)

// exports is one order in each shape: partly refunded where the shape can say so.
var exports = map[string]struct{ text, want string }{
	"csv": {"order_reference,date,status,currency,total,discount,coupon,outstanding,refunded,method\nA-1,2026-11-20,partly_refunded,PEN,120.50,10,TEN,,50.00,PagoEfectivo\n",
		"A-1 [] 2026-11-20 partly_refunded PEN 12050 1000 TEN -1 5000 PagoEfectivo"},
	"shopify": {"Name,Email,Financial Status,Paid at,Currency,Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Payment Method,Refunded Amount,Outstanding Balance,Id,Lineitem name\n" +
		"#1001,ana@example.pe,partially_refunded,2026-11-20 23:10:00 -0500,PEN,120.50,TEN,10.00,2026-11-20 23:00:00 -0500,1,Cup,PagoEfectivo,50.00,0.00,5512345,\n" +
		"#1001,ana@example.pe,,,,,,,2026-11-20 23:00:00 -0500,2,\"Plate, large\",,,,,\n",
		"1001 [#1001 5512345] 2026-11-20 partly_refunded PEN 12050 1000 TEN 0 5000 PagoEfectivo"},
	"woocommerce": {"order_id,order_number,order_date,status,discount_total,order_total,refunded_total,order_currency,payment_method,payment_method_title\n" +
		"88,1001,2026-11-20 10:15:00,wc-completed,10.00,120.50,0,PEN,pe_cip,PagoEfectivo\n",
		"1001 [88] 2026-11-20 paid PEN 12050 1000  -1 0 PagoEfectivo"},
	"magento": {"\"ID\",\"Purchase Point\",\"Purchase Date\",\"Grand Total (Base)\",\"Grand Total (Purchased)\",\"Status\",\"Subtotal\",\"Shipping and Handling\",\"Payment Method\",\"Total Refunded\"\n" +
		"\"000000042\",\"Main\",\"Nov 20, 2026 10:15:00 AM\",\"120.5000\",\"120.5000\",\"Processing\",\"120.5000\",\"10.0000\",\"Cash\",\"0.0000\"\n",
		"000000042 [] 2026-11-20 paid PEN 12050 1000  -1 0 Cash"},
}

func read(shape, text string, change func(*order.Export)) ([]order.Order, error) {
	x := order.Export{Shape: shape, Shop: "shop", Text: []byte(text)}
	if shape == "magento" {
		x.Currency = money.PEN
	}
	change(&x)
	return order.Read(x)
}

func TestExportsOfShops(t *testing.T) {
	for _, shape := range order.Shapes() {
		list, err := read(shape, exports[shape].text, same)
		if err != nil || len(list) != 1 {
			t.Errorf("%s: %v, %v", shape, list, err)
			continue
		}
		o := list[0]
		got := fmt.Sprintf("%s %v %s %s %s %d %d %s %d %d %s", o.Name, o.Also, o.Day, o.State, o.Currency, o.Total, o.Discount, o.Coupon, o.Due, o.Back, o.Method)
		if got != exports[shape].want {
			t.Errorf("%s: %q, want %q", shape, got, exports[shape].want)
		}
	}
	china := func(x *order.Export) { x.Zone = time.FixedZone("", 8*60*60) }
	late := strings.Replace(exports["woocommerce"].text, "10:15:00", "00:15:00", 1) // of which it is still the day before where the networks are
	if list, err := read("woocommerce", late, china); err != nil || list[0].Day != november(19) {
		t.Errorf("%v, %v", list, err)
	}
}

func TestLinesOfAnExportThatCannotBeRead(t *testing.T) {
	good := exports["csv"].text
	for name, c := range map[string]struct{ shape, text, says string }{
		"empty":             {"csv", "", "line 1: no header"},
		"header alone":      {"csv", "order_reference,date,status,currency,total\n", "no line but the header"},
		"no such shape":     {"wix", good, "no such shape"},
		"a column too few":  {"csv", strings.Replace(good, "currency", "money", 1), `missing column "currency"`},
		"a column twice":    {"csv", strings.Replace(good, "method", "status", 1), "stands twice"},
		"unknown status":    {"csv", strings.Replace(good, "partly_refunded", "wonderful", 1), "line 2: status \"wonderful\""},
		"unknown currency":  {"csv", strings.Replace(good, "PEN", "pesos", 1), "line 2: currency"},
		"letters":           {"csv", strings.Replace(good, "120.50", "12O.50", 1), "line 2: total: \"12O.50\""},
		"too many decimals": {"csv", strings.Replace(good, "120.50", "120.505", 1), "line 2: total"},
		"negative":          {"csv", strings.Replace(good, "120.50", "-1", 1), "line 2: total"},
		"no total":          {"csv", strings.Replace(good, "120.50", "", 1), "line 2: total is empty"},
		"no name":           {"csv", strings.Replace(good, "A-1", "", 1), "line 2: the order's name"},
		"no day":            {"csv", strings.Replace(good, "2026-11-20", "20.11.2026", 1), "line 2: date"},
		"twice":             {"csv", good + strings.SplitAfter(good, "\n")[1], "line 3: order \"A-1\" stands in line 2 too"},
		"not UTF-8":         {"csv", good + "\xff", "not UTF-8"},
		"a quote":           {"csv", good + "\"A", "line 3"},
		"no currency":       {"magento", exports["magento"].text, "the export has no currency"},
	} {
		list, err := order.Read(order.Export{Shape: c.shape, Shop: "shop", Text: []byte(c.text)})
		if err == nil || len(list) > 0 || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
	both := strings.Replace(good, "120.50", "x", 1) + "B,2026-11-20,paid,PEN,y,,,,,\n"
	if _, err := read("csv", both, same); err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("not every line is named: %v", err)
	}
	if _, err := order.ReadReceipts("t", []byte("date,channel,amount,currency,id\n2026-11-20,Card,1,PEN,a\n2026-11-20,Card,2,PEN,a\n")); err == nil || !strings.Contains(err.Error(), "line 3: the id stands twice") {
		t.Error(err)
	}
}

// TestImportingAgainIsImportingOnce: however often and in whatever cuts files are brought, what is kept is what the last ones say.
func TestImportingAgainIsImportingOnce(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		var list []order.Order
		for i := range rapid.IntRange(1, 30).Draw(t, "orders") {
			list = append(list, paid(func(o *order.Order) {
				o.Name, o.Day, o.Total = fmt.Sprint("A-", i), november(rapid.IntRange(1, 3).Draw(t, "day")), rapid.Int64Range(1, 9).Draw(t, "total")
			}))
		}
		receipts, err := order.ReadReceipts("t", []byte("date,channel,amount,currency,order_reference\n"+strings.Repeat("2026-11-02,Card,1.00,PEN,A-1\n", len(list))))
		if err != nil || len(receipts) != len(list) {
			t.Fatal(receipts, err)
		}
		once, often := order.Book{Store: memstore.New(memstore.Options{Now: time.Now})}, order.Book{Store: memstore.New(memstore.Options{Now: time.Now})}
		keep := func(b order.Book, orders []order.Order, receipts []order.Receipt) (int, int) {
			n, err := b.Keep(ctx, "t", orders, "ana", 1)
			m, err2 := b.KeepReceipts(ctx, "t", receipts, "ana", 1)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			return n, m
		}
		if n, m := keep(once, list, receipts); n != len(list) || m != len(receipts) {
			t.Fatalf("%d and %d of %d are new", n, m, len(list))
		}
		for range rapid.IntRange(1, 4).Draw(t, "times") {
			cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
			keep(often, list[cut:], receipts[cut:])
			keep(often, list[:cut], receipts[:cut])
		}
		if n, m := keep(often, list, receipts); n+m != 0 {
			t.Fatalf("%d orders and %d receipts of the same are changed", n, m)
		}
		for _, d := range []int{1, 2, 3} {
			var since []order.Order
			for _, o := range list {
				if !o.Day.Before(november(d)) {
					since = append(since, o)
				}
			}
			slices.SortFunc(since, func(x, y order.Order) int { return strings.Compare(x.Day.String()+x.Name, y.Day.String()+y.Name) })
			a, err := once.Orders(ctx, "t", november(d), november(3))
			b, err2 := often.Orders(ctx, "t", november(d), november(3))
			if err != nil || err2 != nil || fmt.Sprint(a) != fmt.Sprint(b) || fmt.Sprint(a) != fmt.Sprint(since) {
				t.Fatalf("%v, %v\n%v, %v\n%v", a, err, b, err2, since)
			}
			r, err := once.Receipts(ctx, "t", november(d), november(3))
			q, err2 := often.Receipts(ctx, "t", november(d), november(3))
			if err != nil || err2 != nil || !slices.Equal(r, q) || len(r) != map[bool]int{true: len(receipts)}[d < 3] {
				t.Fatalf("%v, %v\n%v, %v", r, err, q, err2)
			}
		}
		list[0].State = order.Refunded
		if n, _ := keep(often, list, nil); n != 1 {
			t.Fatalf("%d are changed by one", n)
		}
	})
}

func TestADayHoldsSoManyOrders(t *testing.T) {
	b := order.Book{Store: memstore.New(memstore.Options{Now: time.Now})}
	var list []order.Order
	for i := range 40_000 {
		list = append(list, paid(func(o *order.Order) { o.Name, o.Method = fmt.Sprint("A-", i), strings.Repeat("x", 100) }))
	}
	if _, err := b.Keep(context.Background(), "t", list[:10_000], "ana", 1); err != nil {
		t.Error(err)
	}
	if _, err := b.Keep(context.Background(), "t", list, "ana", 1); !errors.Is(err, order.ErrTooMany) {
		t.Error(err)
	}
}

// TestDatesOfAnotherCalendar are refused with line and reason, in orders and in receipts.
func TestDatesOfAnotherCalendar(t *testing.T) {
	for name, date := range map[string]string{"Buddhist": "2569-11-20", "Islamic": "1448-06-10", "Persian": "1405-08-29", "Minguo": "0115-11-20", "Hebrew": "5787-09-10"} {
		_, err := order.Read(order.Export{Shape: "csv", Shop: "s", Text: []byte("order_reference,date,status,total,currency\nA1,2026-11-20,paid,10.00,PEN\nA2," + date + ",paid,10.00,PEN\n")})
		if err == nil || !strings.Contains(err.Error(), "line 3: ") || !strings.Contains(err.Error(), "another calendar") {
			t.Errorf("%s in orders: %v", name, err)
		}
		_, err = order.ReadReceipts("demo", []byte("date,channel,amount,currency\n2026-11-20,till,10.00,PEN\n"+date+",till,10.00,PEN\n"))
		if err == nil || !strings.Contains(err.Error(), "line 3: ") || !strings.Contains(err.Error(), "another calendar") {
			t.Errorf("%s in receipts: %v", name, err)
		}
	}
}

// TestAdvancedOrderExport: the labels, the statuses and a line for each product, as that exporter of WooCommerce writes them.
func TestAdvancedOrderExport(t *testing.T) {
	const header = "Order Number,Order Status,Order Date,Item Name,Payment Method Title,Cart Discount Amount,Coupon Code,Order Refund Amount,Order Total Amount,Currency\n"
	x := order.Export{Shape: "woocommerce", Shop: "s", Text: []byte(header +
		"871,Processing,2026-11-20 23:30,Cup,PagoEfectivo,10.00,TEN,0,90.00,PEN\n" +
		"871,Processing,2026-11-20 23:30,Plate,PagoEfectivo,10.00,FIVE,0,90.00,PEN\n" +
		"872,Pending payment,2026-11-21 08:00,Cup,PagoEfectivo,0.00,,0,50.00,PEN\n" +
		"873,Refunded,2026-11-21 09:00,Cup,PagoEfectivo,0.00,,50.00,50.00,PEN\n")}
	list, err := order.Read(x)
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	if o := list[0]; o.Name != "871" || o.Day != november(20) || o.State != order.Paid || o.Total != 9000 || o.Discount != 1000 || o.Coupon != "TEN" || o.Method != "PagoEfectivo" {
		t.Errorf("%+v", o)
	}
	if list[1].State != order.Unpaid || list[2].State != order.Refunded || list[2].Back != 5000 {
		t.Errorf("%+v", list[1:])
	}
	x.Text = append(x.Text, "871,Processing,2026-11-20 23:30,Spoon,PagoEfectivo,10.00,TEN,0,91.00,PEN\n"...)
	if _, err := order.Read(x); err == nil || !strings.Contains(err.Error(), "line 6") {
		t.Errorf("one order with two totals: %v", err)
	}
}

// TestMagentoDates: the exporter writes an hour of twenty-four with AM or PM behind it.
func TestMagentoDates(t *testing.T) {
	for text, want := range map[string]calendar.Date{"Nov 20, 2026 13:04:05 PM": november(20), "Nov 20, 2026 00:04:05 AM": november(20), "Nov 20, 2026 12:04:05 PM": november(20),
		"Nov 20, 2026 1:04:05 PM": november(20), "Nov 20, 2026 23:59:59 PM": november(20), "Nov 2, 2026, 3:04:05 AM": november(2)} {
		list, err := order.Read(order.Export{Shape: "magento", Shop: "s", Currency: "PEN",
			Text: []byte("ID,Purchase Date,Status,Grand Total (Purchased)\n1,\"" + text + "\",Processing,10.00\n")})
		if err != nil || len(list) != 1 || list[0].Day != want {
			t.Errorf("%s: %+v, %v", text, list, err)
		}
	}
}
