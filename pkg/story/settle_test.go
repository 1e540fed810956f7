package story_test

import (
	"testing"
	"time"
)

// day is the reconciliation of a provider's settlement day.
func (s *stack) day(provider, date string) doc {
	s.t.Helper()
	found := list(s.get("/v1/reconciliations?provider="+provider+"&date="+date), "data")
	if len(found) != 1 {
		s.t.Fatalf("%s on %s: %d reconciliations", provider, date, len(found))
	}
	return found[0]
}

func (s *stack) balanced(provider, date string, rows int64) {
	s.t.Helper()
	if d := s.day(provider, date); str(d["status"]) != "balanced" || num(d["rows"]) != rows || num(d["matched"]) != rows {
		breaks := list(s.get("/v1/reconciliations/"+str(d["id"])+"/breaks"), "data")
		s.t.Errorf("%s on %s: %v\n%v", provider, date, d, breaks)
	}
}

// TestADayClosedTwice: the second file holds what the first held and more; nothing is counted twice and nothing breaks.
func TestADayClosedTwice(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		first := s.paid(x)
		day := s.closeDay(x.network)
		second := s.paid(x)
		s.at(day, "08:00")
		s.balanced(x.network, day, 2)
		refund := s.back(x, first, x.part)
		s.settle()
		s.move(refund, x.finish)
		next := s.closeDay(x.network)
		s.at(day, "22:00")
		s.balanced(x.network, day, 2)
		if got := s.status("/v1/refunds/" + refund); got != "paid" {
			t.Errorf("%s: settled before its day: %s", x.network, got)
		}
		s.at(next, "22:00")
		s.balanced(x.network, next, 1)
		for _, id := range []string{first, second} {
			receipts := list(s.get("/v1/payments/"+id), "receipts")
			if len(receipts) != 1 || str(receipts[0]["settled_on"]) != day {
				t.Errorf("%s: %v", x.network, receipts)
			}
		}
	}
}

// TestAFileThatGrows: Friday's file is pulled on Monday, then Saturday is closed and settles on Monday too. The larger file
// takes the smaller one's place.
func TestAFileThatGrows(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		s.paid(x)
		monday := s.closeDay(x.network)
		s.at("2026-11-21", "11:00")
		s.paid(x)
		s.at(monday, "08:00")
		s.want(200, s.do("POST", "/_sandbox/settlements", doc{"provider": x.network, "date": "2026-11-21"}))
		if d := s.day(x.network, monday); str(d["status"]) != "broken" || num(d["breaks"].(doc)["MISSING_AT_NETWORK"]) != 1 {
			t.Errorf("%s: before Saturday is closed: %v", x.network, d)
		}
		s.at(monday, "22:00")
		s.balanced(x.network, monday, 2)
		if d := s.day(x.network, monday); len(list(d, "files")) != 2 {
			t.Errorf("%s: the history of files is lost: %v", x.network, d)
		}
	}
}

// TestCashThatSettlesOddly: paid late, underpaid, overpaid; a day later nothing of it is asked for again.
func TestCashThatSettlesOddly(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		under, over, late := s.voucher(x), s.voucher(x), s.voucher(x)
		s.pay(under, x.amount-10000)
		s.pay(over, x.amount+10000)
		s.want(200, s.as(ana, "POST", "/v1/payments/"+late+"/cancel", nil))
		s.pay(late, 0)
		day := s.closeDay(x.network)
		s.at(day, "22:00")
		s.balanced(x.network, day, 3)
		for _, id := range []string{under, over, late} {
			if r := list(s.get("/v1/payments/"+id), "receipts"); str(r[0]["settled_on"]) != day {
				t.Errorf("%s: %v", x.network, r)
			}
		}
		s.paid(x)
		next := s.closeDay(x.network)
		s.at(next, "22:00")
		s.balanced(x.network, next, 1)
	}
}

// TestMoneyThatComesBackAfterItsFile: a settled refund that is reversed ends returned, and can be given again.
func TestMoneyThatComesBackAfterItsFile(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment := s.paid(x)
		refund := s.back(x, payment, x.part)
		s.settle()
		s.move(refund, x.finish)
		day := s.closeDay(x.network)
		s.at(day, "22:00")
		if got := s.status("/v1/refunds/" + refund); got != "settled" {
			t.Fatalf("%s: %s", x.network, got)
		}
		s.move(refund, "bounce")
		r := s.get("/v1/refunds/" + refund)
		if str(r["status"]) != "returned" || num(r["returned_amount"]) != x.part {
			t.Errorf("%s: %v", x.network, r)
		}
		next := s.closeDay(x.network)
		s.at(next, "22:00")
		if d := s.day(x.network, next); str(d["status"]) != "broken" || num(d["breaks"].(doc)["REVERSED"]) != 1 || num(d["rows"]) != 1 {
			t.Errorf("%s: %v", x.network, d)
		}
		s.back(x, payment, x.amount)
	}
}

// TestCallbacksLostUntilTheFile: the settlement row is evidence like any other; it ends what nobody told us of.
func TestCallbacksLostUntilTheFile(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		payment := s.paid(x)
		refund := s.back(x, payment, x.part)
		s.settle()
		s.arm(x.network, "lost_callback", 1000, "")
		s.arm(x.network, "timeout_before", 1000, "read")
		s.move(refund, x.finish)
		day := s.closeDay(x.network)
		s.at(day, "22:00")
		if r := s.get("/v1/refunds/" + refund); str(r["status"]) != "settled" || num(r["received_amount"]) != x.part {
			t.Errorf("%s: %v", x.network, r)
		}
	}
}

// TestWhatTheFileForgets is missing on its business day, not before, and found when it comes later.
func TestWhatTheFileForgets(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		forged := s.hook(x.network)
		id := s.voucher(x)
		forged.body = x.paidBody(id, str(s.get("/v1/payments/" + id)["reference"]), "GHOST-1", x.amount)
		s.send(forged) // signed all right, but the provider's own book knows no such cash
		s.paid(x)
		day := s.closeDay(x.network)
		s.at(day, "00:01")
		if days := list(s.get("/v1/reconciliations"), "data"); len(days) != 0 {
			t.Errorf("%s: compared before any file came: %v", x.network, days)
		}
		s.at(day, "22:00")
		d := s.day(x.network, day)
		if str(d["status"]) != "broken" || num(d["breaks"].(doc)["MISSING_AT_NETWORK"]) != 1 || num(d["matched"]) != 1 {
			t.Errorf("%s: %v", x.network, d)
		}
		breaks := list(s.get("/v1/reconciliations/"+str(d["id"])+"/breaks"), "data")
		if len(breaks) != 1 || str(breaks[0]["entry"]) != id || num(breaks[0]["expected"]) != x.amount || num(breaks[0]["difference"]) != -x.amount ||
			str(breaks[0]["explanation"]) == "" {
			t.Errorf("%s: %v", x.network, breaks)
		}
	}
}

// TestTheClockOnlyGoesForward, and says what it cannot read.
func TestTheClockOnlyGoesForward(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, body := range []doc{{}, {"advance": "1h", "to": "2026-11-23T22:00:00-05:00"}, {"advance": "-1h"}, {"advance": "soon"}, {"to": "tomorrow"},
		{"to": "2020-01-01T00:00:00Z"}, {"advance": "100000h"}} {
		if r := s.do("POST", "/_sandbox/clock", body); r.status != 422 || str(r.doc(t)["next_step"]) == "" {
			t.Errorf("%v: %d %s", body, r.status, r.body)
		}
	}
	before := s.now()
	s.advance(time.Hour)
	if moved := s.now().Sub(before); moved < time.Hour || moved > time.Hour+time.Minute {
		t.Errorf("an hour is %s", moved)
	}
}
