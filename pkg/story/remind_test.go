package story_test

import (
	"strings"
	"testing"
	"time"
)

// told counts the events of a type about something.
func (s *stack) told(kind, subject string) (n int) {
	s.t.Helper()
	for _, e := range list(s.get("/v1/events?limit=100&type="+kind), "data") {
		if str(e["subject"]) == subject {
			n++
		}
	}
	return n
}

// TestOverdueIsToldOnce whatever it waits for, on the first day after the last business day that was promised, and not before.
func TestOverdueIsToldOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	pe, co := peru(), colombia()
	payu := s.paidThrough(gateway{provider: "payu", side: co})
	withProvider := s.back(pe, s.paid(pe), 1000)
	done := s.back(pe, s.paid(pe), 1000)
	s.move(done, pe.finish)
	heldBack := s.nobody(payu, "O-held")
	s.rule(doc{"approval": doc{"every": []string{"efecty-demo"}}, "stopped": []doc{{"account": "payu-co-demo"}}, "roads": []doc{{"account": "dlocal-pe-demo", "days_needed": 1}}})
	waiting := str(s.want(201, s.as(ana, "POST", co.path, co.refund(s.paid(co), "O-wait", 1000000)))["id"])
	if r := s.get("/v1/refunds/" + waiting); str(r["status"]) != "awaiting_approval" || str(r["expected_by"]) != "2026-12-01" || str(r["due_at"]) != "2026-12-02T05:00:00.000Z" {
		t.Errorf("%v", r)
	}
	paid := s.want(201, s.payout("O-pay", 3000000))
	payout := str(paid["id"])
	if str(paid["expected_by"]) != "2026-12-01" {
		t.Errorf("%v", paid)
	}
	s.at("2026-12-01", "23:59")
	for _, id := range []string{withProvider, heldBack, waiting} {
		if n := s.told("refund.overdue", id); n != 0 {
			t.Errorf("%s is overdue before its day is over", id)
		}
	}
	s.at("2026-12-02", "09:00") // the round at eight tells of what is held; a provider is asked every twelve hours at least
	s.advance(16 * time.Hour)
	s.advance(48 * time.Hour)
	for name, id := range map[string]string{"with the provider": withProvider, "held": heldBack, "awaiting approval": waiting} {
		if n := s.told("refund.overdue", id); n != 1 {
			t.Errorf("%s: told %d times: %v", name, n, s.get("/v1/refunds/"+id))
		}
	}
	if n := s.told("payout.overdue", payout); n != 1 {
		t.Errorf("payout: told %d times", n)
	}
	if n := s.told("refund.overdue", done); n != 0 {
		t.Errorf("paid, and told %d times", n)
	}
	if n := strings.Count(s.log.String(), "msg=overdue"); n != 4 {
		t.Errorf("%d lines for the alarm", n)
	}
}

// TestWhatIsStoppedIsOverdueToo: it is queued, nobody is asked, and time passes all the same.
func TestWhatIsStoppedIsOverdueToo(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	s.rule(doc{"stopped": []doc{{"network": "pagoefectivo"}}, "roads": []doc{{"network": "pagoefectivo", "days_needed": 1}}})
	id := str(s.want(201, s.as(ana, "POST", x.path, x.refund(s.paid(x), "O-stop", 1000)))["id"])
	if r := s.get("/v1/refunds/" + id); str(r["expected_by"]) != "2026-11-23" {
		t.Errorf("%v", r)
	}
	s.at("2026-11-23", "23:50")
	if n := s.told("refund.overdue", id); n != 0 {
		t.Error("a minute too soon")
	}
	s.advance(time.Hour)
	if n := s.told("refund.overdue", id); n != 1 {
		t.Errorf("told %d times: %v", n, s.get("/v1/refunds/"+id))
	}
}

// TestAPlatformsDeadlineIsToldABusinessDayBefore, over a weekend too, and not if the buyer has it.
func TestAPlatformsDeadlineIsToldABusinessDayBefore(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	ask := func(id string) string {
		r := s.want(201, s.as(ana, "POST", x.path, with(x.refund(s.paid(x), id, 1000), "platform_deadline", "2026-11-30"))) // a Monday
		if str(r["platform_deadline"]) != "2026-11-30" {
			t.Errorf("%v", r)
		}
		return str(r["id"])
	}
	slow, quick := ask("P-1"), ask("P-2")
	s.settle()
	s.move(quick, x.finish)
	s.at("2026-11-26", "23:59")
	if n := s.told("refund.deadline_near", slow); n != 0 {
		t.Error("a day too soon")
	}
	s.at("2026-11-27", "13:00")
	s.advance(24 * time.Hour)
	if n, m := s.told("refund.deadline_near", slow), s.told("refund.deadline_near", quick); n != 1 || m != 0 {
		t.Errorf("told %d and %d times", n, m)
	}
	if !strings.Contains(s.log.String(), "deadline near") {
		t.Error("no line for the alarm")
	}
	midweek := str(s.want(201, s.as(ana, "POST", x.path, with(x.refund(s.paid(x), "P-3", 1000), "platform_deadline", "2026-12-03")))["id"]) // a Thursday
	s.at("2026-12-01", "23:59")
	if n := s.told("refund.deadline_near", midweek); n != 0 {
		t.Error("two business days before")
	}
	s.at("2026-12-02", "23:59")
	if n := s.told("refund.deadline_near", midweek); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// TestWhatRunsOutIsTold at 30, 7 and 1 days and when it is over, once each; and only the last that was reached.
func TestWhatRunsOutIsTold(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"expiries": []doc{{"account": "efecty-demo", "what": "certificate", "on": "2026-12-22"}, {"account": "pagoefectivo-demo", "what": "merchant_kyc", "on": "2026-11-24"}}})
	days := func(account string) (all []int64) {
		for _, e := range list(s.get("/v1/events?limit=100&type=account.expiring"), "data") {
			if d := e["data"].(doc); str(d["id"]) == account {
				all = append([]int64{num(d["days_left"])}, all...)
			}
		}
		return all
	}
	same := func(got []int64, want ...int64) bool {
		if len(got) != len(want) {
			return false
		}
		for i := range got {
			if got[i] != want[i] {
				return false
			}
		}
		return true
	}
	for _, x := range []struct {
		day           string
		efecty, other []int64
	}{{"2026-11-21", nil, []int64{7}}, {"2026-11-22", []int64{30}, []int64{7}}, {"2026-11-23", []int64{30}, []int64{7, 1}},
		{"2026-11-25", []int64{30}, []int64{7, 1, 0}}, {"2026-12-14", []int64{30}, []int64{7, 1, 0}}, {"2026-12-15", []int64{30, 7}, []int64{7, 1, 0}}} {
		s.at(x.day, "08:10")
		if e, p := days("efecty-demo"), days("pagoefectivo-demo"); !same(e, x.efecty...) || !same(p, x.other...) {
			t.Errorf("%s: %v and %v", x.day, e, p)
		}
	}
	if log := s.log.String(); strings.Contains(log, "not reminded") {
		t.Errorf("what has been told before is no fault:\n%s", log)
	}
	if n := strings.Count(s.log.String(), "expires soon"); n != 5 {
		t.Errorf("%d lines for the alarm", n)
	}
	for name, bad := range map[string]doc{"/expiries/0/account": {"account": "nobodys", "what": "certificate", "on": "2026-12-22"}, "/expiries/0/what": {"account": "efecty-demo", "what": "hope", "on": "2026-12-22"}, "/expiries/0/on": {"account": "efecty-demo", "what": "certificate"}} {
		r := s.as(ana, "PUT", "/v1/rules", doc{"from": s.today(), "expiries": []doc{bad}})
		if r.status != 422 || !strings.Contains(string(r.body), name) {
			t.Errorf("%s: %s", name, r.body)
		}
	}
}

// TestStaleRatesAreTold before what rests on them is refused, once for each last day.
func TestStaleRatesAreTold(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.at("2026-11-21", "09:00")
	if n := s.told("rates.stale", "TRM"); n != 0 {
		t.Error("nobody rests on them")
	}
	s.rule(doc{"fx": doc{"bears": "merchant"}})
	s.at("2026-11-22", "09:00")
	if n, m := s.told("rates.stale", "TRM"), s.told("rates.stale", "SBS"); n != 1 || m != 1 {
		t.Errorf("none has ever come: told %d and %d times", n, m)
	}
	s.want(200, s.do("POST", "/v1/rates", "date,source,pair,rate\n2026-11-20,TRM,USD/COP,4100\n2026-11-24,SBS,USD/PEN,3.75\n", "Authorization", "Bearer "+ana, "Content-Type", "text/csv"))
	s.at("2026-11-24", "09:00") // two business days after Friday
	if n := s.told("rates.stale", "TRM"); n != 1 {
		t.Error("a day too soon")
	}
	s.at("2026-11-25", "09:00")
	if n, m := s.told("rates.stale", "TRM"), s.told("rates.stale", "SBS"); n != 2 || m != 1 {
		t.Errorf("told %d and %d times", n, m)
	}
	if n := strings.Count(s.log.String(), "exchange rates are stale"); n != 3 {
		t.Errorf("%d lines for the alarm", n)
	}
}
