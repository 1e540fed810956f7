package story_test

import (
	"fmt"
	"strings"
	"testing"
)

// orders brings a shop's export.
func (s *stack) orders(query, text string) reply {
	s.t.Helper()
	return s.do("POST", "/v1/orders"+query, text, "Authorization", "Bearer "+ana, "Content-Type", "text/csv")
}

// receipts brings what other channels collected.
func (s *stack) receipts(lines string) reply {
	s.t.Helper()
	return s.do("POST", "/v1/receipts", "date,channel,amount,currency,order_reference,id\n"+lines, "Authorization", "Bearer "+ana, "Content-Type", "text/csv")
}

// TestAShopsOrdersAreHeldAgainstTheBooks: what the shop says was paid and given back, against payments, refunds and other channels' receipts.
func TestAShopsOrdersAreHeldAgainstTheBooks(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	id := s.paid(x)
	name, today := str(s.get("/v1/payments/" + id)["order_reference"]), s.today()
	legs := func(query string) []doc {
		t.Helper()
		return list(s.get("/v1/orders?from="+today+"&to="+today+query), "data")
	}
	if l := legs(""); len(l) != 0 {
		t.Errorf("before anything was brought: %v", l)
	}
	export := func(status, back string) string {
		return "Name,Financial Status,Currency,Total,Discount Code,Discount Amount,Created at,Payment Method,Refunded Amount,Outstanding Balance,Id\n" +
			fmt.Sprintf("%s,%s,PEN,%s,,0.00,%s 10:00:00 -0500,PagoEfectivo,%s,0.00,1\n", name, status, major(x.amount), today, back) +
			fmt.Sprintf("#1002,paid,PEN,30.00,,0.00,%s 11:00:00 -0500,PagoEfectivo,0.00,0.00,2\n#1003,paid,PEN,40.00,,0.00,%s 11:00:00 -0500,Card,0.00,0.00,3\n", today, today)
	}
	for i := range 3 { // however often
		a := s.want(200, s.orders("?shape=shopify", export("paid", "0.00")))
		if want := map[bool]int64{true: 3}[i == 0]; num(a["orders"]) != 3 || num(a["changed"]) != want || str(a["from"]) != today {
			t.Errorf("import %d: %v", i, a)
		}
	}
	if all := legs(""); len(all) != 3 {
		t.Fatalf("%v", all)
	}
	cursor, paged := "", 0
	for range 3 {
		one := s.get("/v1/orders?limit=1&from=" + today + "&to=" + today + "&cursor=" + cursor)
		paged, cursor = paged+len(list(one, "data")), str(one["next_cursor"])
	}
	if paged != 3 {
		t.Errorf("one by one there are %d", paged)
	}
	if l := legs("&status=matched"); len(l) != 1 || str(list(l[0], "payments")[0]["payment"]) != id || num(l[0]["received"]) != x.amount {
		t.Errorf("%v", l)
	}
	if l := legs("&status=other&lang=es"); len(l) != 1 || !strings.Contains(str(l[0]["next_action"]), "Importe los recibos") {
		t.Errorf("%v", l)
	}
	missing := legs("&class=MISSING_IN_BOOKS&lang=zh")
	if len(missing) != 1 || !strings.Contains(str(missing[0]["explanation"]), "30.00 PEN") || !strings.HasPrefix(str(missing[0]["explanation"]), "店铺记已付") {
		t.Fatalf("%v", missing)
	}
	for range 2 {
		s.want(200, s.receipts(today+",card,40.00,PEN,1003,c1\n"+today+",card,7.00,PEN,,c2\n"))
	}
	if l := legs("&status=matched"); len(l) != 2 {
		t.Errorf("%v", l)
	}
	if l := legs("&status=review"); len(l) != 1 || str(l[0]["class"]) != "UNASSIGNED" || l[0]["order"] != nil {
		t.Errorf("%v", l)
	}

	refund := s.back(x, id, x.part)
	if l := legs("&status=break&class=REFUND_MISSING_AT_SHOP"); len(l) != 0 && num(l[0]["on_their_way"]) != x.part {
		t.Errorf("%v", l)
	}
	s.move(refund, x.finish)
	if l := legs("&class=REFUND_MISSING_AT_SHOP"); len(l) != 1 || num(l[0]["given_back"]) != x.part {
		t.Errorf("%v", legs(""))
	}
	s.want(200, s.orders("?shape=shopify", export("partially_refunded", major(x.part))))
	if l := legs("&class=REFUND_MISSING_AT_SHOP"); len(l) != 0 {
		t.Errorf("%v", l)
	}

	at := "/v1/legs/" + str(missing[0]["id"])
	if d := s.want(200, s.as(ana, "POST", at+"/explain", doc{"reason": "paid in the shop"}))["decision"].(doc); str(d["status"]) != "explained" {
		t.Errorf("%v", d)
	}
	if l := legs("&decision=explained"); len(l) != 1 || str(s.get(at)["id"]) != str(l[0]["id"]) {
		t.Errorf("%v", l)
	}
	s.refused(404, "not_found", s.as(carla, "GET", at, nil))
	s.refused(404, "not_found", s.as(ana, "GET", "/v1/legs/sho_x", nil))
	if other := list(s.want(200, s.as(carla, "GET", "/v1/orders", nil)), "data"); len(other) != 0 {
		t.Errorf("another merchant's: %v", other)
	}
}

// TestOrdersThatAreRefused are refused whole, with every faulty line.
func TestOrdersThatAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	good := "order_reference,date,status,currency,total\nA-1,2026-11-20,paid,PEN,1.00\n"
	s.refused(422, "file_invalid", s.orders("", good+"A-2,2026-11-20,paid,PEN,x\n"))
	s.refused(422, "file_invalid", s.receipts("2026-11-20,card,0,PEN,,\n"))
	s.refused(422, "file_invalid", s.orders("?shape=magento", "ID,Purchase Date,Status,Grand Total (Purchased)\n1,\"Nov 20, 2026 10:15:00 AM\",Processing,1.0000\n"))
	for _, q := range []string{"?shape=wix", "?shop=a%7Cb", "?currency=XXX", "?offset=8"} {
		s.refused(422, "field_invalid", s.orders(q, good))
	}
	s.refused(400, "malformed_json", s.orders("", ""))
	s.refused(400, "malformed_json", s.receiptsOf(""))
	s.refused(403, "forbidden", s.do("POST", "/v1/orders", good, "Authorization", "Bearer "+beto))
	s.want(200, s.orders("?shape=magento&currency=COP&offset=%2B08:00", "ID,Purchase Date,Status,Grand Total (Purchased)\n1,\"Nov 20, 2026 10:15:00 AM\",Processing,100.0000\n"))
	if l := list(s.get("/v1/orders?to=2026-11-22"), "data"); len(l) != 1 || str(l[0]["class"]) != "MISSING_IN_BOOKS" || str(l[0]["date"]) != "2026-11-19" || num(l[0]["paid"]) != 10000 {
		t.Errorf("%v", l)
	}
	for _, q := range []string{"?from=x", "?to=x", "?lang=fr", "?from=2026-11-01&to=2026-11-20", "?from=2026-12-01&to=2026-11-01", "?limit=0", "?limit=4001", "?cursor=%21", "?cursor=eHh4"} {
		s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/orders"+q, nil))
	}
}

// receiptsOf brings a body as it is.
func (s *stack) receiptsOf(text string) reply {
	s.t.Helper()
	return s.do("POST", "/v1/receipts", text, "Authorization", "Bearer "+ana, "Content-Type", "text/csv")
}
