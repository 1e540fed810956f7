package story_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sim"
)

// TestLimitsOfOneRefund: one below, exactly, one above each; the dry run says what the request then meets.
func TestLimitsOfOneRefund(t *testing.T) {
	t.Parallel()
	s := startWith(t, func(*stack) sim.Hooks {
		return sim.Hooks{Account: func(a provider.Account) provider.Account {
			if a.ID == "efecty-demo" {
				a.Settings["cash_max"] = "900000000"
			}
			return a
		}}
	})
	x := colombia()
	x.amount = 100_000_000_00
	payment := s.paid(x)
	for _, c := range []struct {
		name  string
		rules doc
		good  []int64
		bad   map[int64]string
	}{
		{"the network's minimum", doc{}, []int64{10_000_00, 10_001_00}, map[int64]string{9_999_00: "limit_exceeded"}},
		{"the network's maximum", doc{}, []int64{8_999_999_00, 9_000_000_00}, map[int64]string{9_000_001_00: "limit_exceeded"}},
		{"whole pesos", doc{}, []int64{20_000_00, 20_001_00}, map[int64]string{20_000_01: "amount_invalid", 20_000_99: "amount_invalid"}},
		{"a minimum of the rules", doc{"roads": []doc{{"currency": "COP", "minimum": 50_000_00}}}, []int64{50_000_00, 50_001_00}, map[int64]string{49_999_00: "limit_exceeded"}},
		{"a maximum of the rules", doc{"roads": []doc{{"currency": "COP", "maximum": 50_000_00}}}, []int64{49_999_00, 50_000_00}, map[int64]string{50_001_00: "limit_exceeded"}},
		{"of one", doc{"limits": []doc{{"currency": "COP", "single": 50_000_00}}}, []int64{49_999_00, 50_000_00}, map[int64]string{50_001_00: "limit_exceeded"}},
	} {
		s.rule(c.rules)
		ask := func(amount int64) doc {
			return with(x.refund(payment, fmt.Sprintf("E-%d", s.serial.Add(1)), amount), "route", "cash_withdrawal")
		}
		for _, amount := range c.good {
			if d := s.dry(ana, ask(amount)); str(d["would"]) == "refused" {
				t.Errorf("%s, %d: %v", c.name, amount, d)
			}
			if r := s.as(ana, "POST", "/v1/refunds", ask(amount)); r.status != 201 {
				t.Errorf("%s, %d: %s", c.name, amount, r.body)
			}
		}
		for amount, code := range c.bad {
			if d := s.dry(ana, ask(amount)); str(d["code"]) != code {
				t.Errorf("%s, %d: %v", c.name, amount, d)
			}
			if fault := s.as(ana, "POST", "/v1/refunds", ask(amount)).problem(422, code); fault != "" {
				t.Errorf("%s, %d: %s", c.name, amount, fault)
			}
		}
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) >= num(p["paid_amount"]) {
		t.Errorf("nothing is left, so that another limit was met: %v", p)
	}
	s.rule(doc{})
	last := s.paid(colombia())
	s.refused(422, "amount_exceeds_refundable", s.as(ana, "POST", x.path, x.refund(last, "ALL+1", colombia().amount+100)))
	s.want(201, s.as(ana, "POST", x.path, x.refund(last, "ALL-1", colombia().amount-10_000_00)))
	s.want(201, s.as(ana, "POST", x.path, x.refund(last, "ALL", 10_000_00)))
	s.refused(422, "amount_exceeds_refundable", s.as(ana, "POST", x.path, x.refund(last, "ALL+", 10_000_00)))
}

// TestLimitsOfADay hold to the last peso, whoever they are of, and however the day's sum is made up.
func TestLimitsOfADay(t *testing.T) {
	t.Parallel()
	const most = 2_000_003_00
	for name, rules := range map[string]doc{
		"of a store":    {"limits": []doc{{"currency": "COP", "store": "store_co", "daily": most}}},
		"of an account": {"limits": []doc{{"currency": "COP", "account": "efecty-demo", "daily": most}}},
		"of a person":   {"limits": []doc{{"currency": "COP", "operator_daily": most}}},
		"of a ramp":     {"ramps": []doc{{"account": "efecty-demo", "since": "2026-11-20", "steps": []doc{{"after_days": 0, "daily": most}}}}},
	} {
		for _, c := range []struct {
			first, second int64
			fits          bool
		}{{1_000_000_00, most - 1_000_000_00 - 100, true}, {1_000_000_00, most - 1_000_000_00, true}, {1_000_000_00, most - 1_000_000_00 + 100, false}} {
			s := start(t)
			x := colombia()
			x.amount = 5_000_000_00
			payment := s.paid(x)
			s.rule(rules)
			s.want(201, s.payout("D-1", c.first))
			r := s.as(ana, "POST", x.path, x.refund(payment, "D-2", c.second))
			if fault := r.problem(422, "limit_exceeded"); (r.status == 201) != c.fits || (fault == "") == c.fits {
				t.Errorf("%s, %d after %d: %s", name, c.second, c.first, r.body)
			}
		}
	}
}

// TestDaysOfARamp: a step holds from its day on, and not the day before.
func TestDaysOfARamp(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"ramps": []doc{{"account": "efecty-demo", "since": "2026-11-20", "steps": []doc{{"after_days": 0, "daily": 1_000_000_00}, {"after_days": 2, "daily": 2_000_000_00}}}}})
	for i, c := range []struct {
		day  string
		fits bool
	}{{"2026-11-21", false}, {"2026-11-22", true}, {"2026-11-23", true}} {
		s.at(c.day, "00:00")
		if r := s.payout(fmt.Sprint("R-", i), 2_000_000_00); (r.status == 201) != c.fits {
			t.Errorf("%s: %s", c.day, r.body)
		}
	}
	s.at("2026-11-23", "23:59")
	s.refused(422, "limit_exceeded", s.payout("R-9", 10_000_00))
}

// TestThresholdsOfTheRules: who must agree, who is checked, whose papers are wanted and what is put into the register changes at
// the amount itself, and not one peso off it.
func TestThresholdsOfTheRules(t *testing.T) {
	t.Parallel()
	const at = 2_000_000_00
	stranger := with(person(), "document_number", "1032450000") // nobody's, as the simulated register of people has it
	for name, c := range map[string]struct {
		rules         doc
		below, on, up string // status, code, or "row" of the register
	}{
		"a tier":        {doc{"approval": doc{"tiers": []doc{{"currency": "COP", "above": at, "role": "approver"}}}}, "queued", "queued", "awaiting_approval"},
		"a check":       {doc{"screen": doc{"kyc": []doc{{"currency": "COP", "from": at}}}}, "queued", "held", "held"},
		"papers":        {doc{"papers": []doc{{"name": "id_copy", "currency": "COP", "from": at}}}, "queued", "documents_missing", "documents_missing"},
		"one payment":   {doc{"register": []doc{{"country": "CO", "currency": "COP", "single": at}}}, "queued", "row", "row"},
		"a month's sum": {doc{"register": []doc{{"country": "CO", "currency": "COP", "monthly": at}}}, "queued", "row", "row"},
	} {
		for amount, want := range map[int64]string{at - 100: c.below, at: c.on, at + 100: c.up} {
			s := start(t)
			s.rule(c.rules)
			if name == "a month's sum" {
				s.want(201, s.payout("M-1", 1_000_000_00, "beneficiary", stranger))
				amount -= 1_000_000_00
			}
			d := s.payout("M-2", amount, "beneficiary", stranger).doc(t)
			got := str(d["status"])
			if d["code"] != nil {
				got = str(d["code"])
			}
			if rows := list(s.get("/v1/register?month=2026-11"), "data"); len(rows) == 1 && str(rows[0]["id"]) == str(d["id"]) {
				got = "row"
			}
			if got != want {
				t.Errorf("%s, %d: %s, want %s: %v", name, amount, got, want, d)
			}
		}
	}
	s := start(t) // the store's own limit, without rules
	for amount, want := range map[int64]string{4_999_999_00: "queued", 5_000_000_00: "queued", 5_000_001_00: "awaiting_approval"} {
		if d := s.want(201, s.payout(fmt.Sprint("S-", amount), amount)); str(d["status"]) != want {
			t.Errorf("%d: %v", amount, d)
		}
	}
}

// TestDaysOfAWindow: the day before the last, the last to its last minute, and the day after; the rules' own days too.
func TestDaysOfAWindow(t *testing.T) {
	t.Parallel()
	for days, rules := range map[int]doc{15: {}, 4: {"roads": []doc{{"account": "efecty-demo", "window_days": 4}}}} {
		s := start(t)
		x := colombia()
		payment := s.paid(x)
		s.rule(rules)
		day := func(n int) string { return friday().AddDate(0, 0, n).Format(time.DateOnly) }
		ask := func(id string) reply {
			return s.as(ana, "POST", x.path, x.refund(payment, fmt.Sprint(id, days), 10_000_00))
		}
		s.at(day(days-1), "12:00")
		s.want(201, ask("before"))
		s.at(day(days), "00:00")
		s.want(201, ask("first minute"))
		s.at(day(days), "23:59")
		s.want(201, ask("last minute"))
		s.at(day(days+1), "00:00")
		s.refused(422, "refund_window_expired", ask("after"))
		// The buyer's bank is not known: it is held and asked for, not lost.
		if r := s.want(201, s.as(ana, "POST", "/v1/refunds", x.refund(payment, "any", 10_000_00))); str(r["status"]) != "held" {
			t.Errorf("by any road: %v", r)
		}
	}
}

// TestEnds: a second before its end a thing is good, a second after it is not.
func TestEnds(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment, amount := s.large(x)
	s.rule(doc{"approval": doc{"expires_hours": 2}})
	near, over := s.back(x, payment, amount), s.back(x, payment, amount)
	asked := instant(t, s.get("/v1/refunds/" + near)["created_at"])
	until := func(at time.Time) { t.Helper(); s.advance(at.Sub(s.now())) }
	until(asked.Add(2*time.Hour - 5*time.Second))
	s.want(200, s.as(beto, "POST", "/v1/refunds/"+near+"/approve", nil))
	until(asked.Add(2*time.Hour + 2*time.Second))
	s.refused(409, "state_conflict", s.as(beto, "POST", "/v1/refunds/"+over+"/approve", nil))

	v := s.want(201, s.as(ana, "POST", "/v1/payments", with(x.payment("V-1", x.amount), "expires_in_hours", 1)))
	id := str(v["id"])
	ends := instant(t, v["voucher"].(doc)["expires_at"])
	until(ends.Add(-5 * time.Second))
	if got := s.status("/v1/payments/" + id); got != "pending" {
		t.Errorf("before its end: %s", got)
	}
	until(ends.Add(10 * time.Minute))
	if got := s.status("/v1/payments/" + id); got != "expired" {
		t.Errorf("after its end: %s", got)
	}

	elsewhere := s.paidThrough(gateway{provider: "payu", side: x})
	held := s.nobody(elsewhere, "E-1")
	link := s.want(200, s.as(ana, "POST", "/v1/refunds/"+held+"/claim-link", doc{"expires_in_hours": 1}))
	path := strings.TrimPrefix(str(link["url"]), s.url)
	given := s.now()
	until(given.Add(time.Hour - 5*time.Second))
	s.page(http.StatusOK, s.do("GET", path, nil))
	until(given.Add(time.Hour + time.Second))
	s.page(http.StatusGone, s.do("GET", path, nil))

	k := s.key()
	second := s.want(201, s.as(str(k["key"]), "POST", "/v1/api-keys/"+str(k["id"])+"/rotate", doc{"overlap_hours": 1}))
	turned := s.now()
	until(turned.Add(time.Hour - 5*time.Second))
	s.want(200, s.as(str(k["key"]), "GET", "/v1/payments", nil))
	until(turned.Add(time.Hour + time.Second))
	s.refused(401, "unauthorized", s.as(str(k["key"]), "GET", "/v1/payments", nil))
	s.want(200, s.as(str(second["key"]), "GET", "/v1/payments", nil))

	taken := s.nobody(elsewhere, "E-2")
	s.want(200, s.as(ana, "POST", "/v1/refunds/"+taken+"/take", nil))
	leased := s.now()
	until(leased.Add(30*time.Minute - 5*time.Second))
	s.refused(409, "assigned_to_other", s.resolve(beto, taken, "cancel"))
	until(leased.Add(30*time.Minute + time.Second))
	s.want(200, s.resolve(beto, taken, "cancel"))
}

// TestNumbersOfRows: as many as may be, and one more.
func TestNumbersOfRows(t *testing.T) {
	t.Parallel()
	s := start(t)
	head, row := "payment,amount,currency,reason_code,merchant_refund_id\n", "p,1,PEN,goodwill,1\n"
	later := "?start_at=" + s.now().Add(48*time.Hour).Format("2006-01-02T15:04:05Z")
	b := s.want(201, s.as(ana, "POST", "/v1/batches"+later, head+strings.Repeat(row, 100_000)))
	if num(b["rows"]) != 100_000 {
		t.Errorf("%v", b)
	}
	s.want(200, s.as(ana, "POST", "/v1/batches/"+str(b["id"])+"/cancel", nil))
	s.refused(413, "batch_too_large", s.as(ana, "POST", "/v1/batches"+later, head+strings.Repeat(row, 100_001)))
	for _, c := range []struct {
		rows, from, tried int
		next              any
	}{{1_000, 1, 1_000, nil}, {1_001, 1, 1_000, 1_001.0}, {1_001, 1_001, 1, nil}, {1_001, 1_002, 0, nil}, {100_000, 98_999, 1_000, 99_999.0}, {100_000, 100_000, 1, nil}} {
		d := s.want(200, s.as(ana, "POST", fmt.Sprint("/v1/batches?dry_run=true&from_row=", c.from), head+strings.Repeat(row, c.rows)))
		all := list(d, "data")
		if len(all) != c.tried || num(d["refused"]) != int64(c.tried) || num(d["rows"]) != int64(c.rows) || num(d["from_row"]) != int64(c.from) || d["next_row"] != c.next {
			t.Errorf("%+v: %d tried, next %v, %v refused of %v from %v", c, len(all), d["next_row"], d["refused"], d["rows"], d["from_row"])
		}
		if len(all) > 0 && (num(all[0]["row"]) != int64(c.from) || num(all[len(all)-1]["row"]) != int64(c.from+c.tried-1)) {
			t.Errorf("%+v: rows %v to %v", c, all[0]["row"], all[len(all)-1]["row"])
		}
	}
	for _, query := range []string{"?dry_run=true&from_row=0", "?dry_run=true&from_row=100001", "?dry_run=true&from_row=x", "?dry_run=true&from_row=", "?from_row=2"} {
		s.refused(422, "field_invalid", s.as(ana, "POST", "/v1/batches"+query, head+row))
	}
	for limit, fits := range map[int]bool{0: false, 1: true, 100: true, 101: false} {
		for _, path := range []string{"/v1/payments", "/v1/refunds", "/v1/payouts", "/v1/manual", "/v1/events", "/v1/batches"} {
			if r := s.as(ana, "GET", fmt.Sprint(path, "?limit=", limit), nil); (r.status == 200) != fits {
				t.Errorf("%s, %d: %s", path, limit, r.body)
			}
		}
	}
	stops := func(n int) []doc {
		all := make([]doc, n)
		for i := range all {
			all[i] = doc{"account": "efecty-demo"}
		}
		return all
	}
	s.want(200, s.as(ana, "PUT", "/v1/rules", doc{"from": s.today(), "stopped": stops(50)}))
	s.refused(422, "rules_invalid", s.as(ana, "PUT", "/v1/rules", doc{"from": s.today(), "stopped": stops(51)}))
}
