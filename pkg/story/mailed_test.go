package story_test

import (
	"strings"
	"testing"
	"time"
)

// TestTheDayIsMailedOnce to everybody whom the rules name, in their language, with the workbook; an address that takes nothing keeps no
// other waiting, and one that is away is tried again.
func TestTheDayIsMailedOnce(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	s.rule(doc{"reports": doc{"to": []string{"finance@shop.example", "bounce@shop.example", "away@shop.example", "cfo@shop.example"}, "language": "zh"}})
	day, gap := s.missed(x)
	date := str(day["date"])
	s.at(date, "23:04")
	if mails := s.outbox("finance@shop.example"); len(mails) == 0 || strings.Contains(str(mails[0]["subject"]), date) {
		t.Fatalf("before the day is over: %v", mails)
	}
	before := len(s.outbox("finance@shop.example"))
	s.advance(10 * time.Minute)
	for _, to := range []string{"finance@shop.example", "cfo@shop.example"} {
		mails := s.outbox(to)
		if len(mails) != before+1 {
			t.Fatalf("%s: %d mails, had %d", to, len(mails), before)
		}
		m := mails[0]
		for field, want := range map[string]string{"subject": "结算日报 " + date + ": 1 未处理差异", "text": x.network + "-demo", "html": str(gap["id"])} {
			if !strings.Contains(str(m[field]), want) {
				t.Errorf("no %q in the %s: %v", want, field, m[field])
			}
		}
		if files := list(m, "files"); len(files) != 1 || str(files[0]["name"]) != "settlements-"+date+".xlsx" || num(files[0]["bytes"]) < 1000 {
			t.Errorf("came with %v", m["files"])
		}
	}
	s.advance(18 * time.Hour)
	for _, to := range []string{"finance@shop.example", "cfo@shop.example"} {
		if n := len(s.outbox(to)); n != before+1 {
			t.Errorf("%s: %d mails, had %d and one", to, n, before)
		}
	}
	log := s.log.String()
	for what, want := range map[string]int{"date=" + date + " outcome=refused attempt=1": 1, "date=" + date + " outcome=failed attempt=5": 1,
		"msg=\"report waits\" tenant=demo date=" + date: 4} {
		if n := strings.Count(log, what); n != want {
			t.Errorf("%q is logged %d times, want %d", what, n, want)
		}
	}
	if strings.Contains(log, "@shop.example") {
		t.Error("an address is in the log")
	}
}

// TestADayIsMailedInEnglishToWhomNoLanguageIsNamed.
func TestADayIsMailedInEnglishToWhomNoLanguageIsNamed(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	s.rule(doc{"reports": doc{"to": []string{"finance@shop.example"}}})
	day, _ := s.missed(x)
	date := str(day["date"])
	s.at(date, "23:06")
	if mails := s.outbox("finance@shop.example"); len(mails) == 0 || !strings.HasPrefix(str(mails[0]["subject"]), "Settlements of "+date+": 1 Open breaks") {
		t.Errorf("%v", mails)
	}
}

// TestWhoMayBeMailed: rules name addresses, each once, and a language.
func TestWhoMayBeMailed(t *testing.T) {
	t.Parallel()
	s := start(t)
	for pointer, reports := range map[string]doc{"/reports/to/0": {"to": []string{"Ana <ana@example.com>"}}, "/reports/to/2": {"to": []string{"a@b.example", "c@d.example", "nobody@nowhere"}}, "/reports/to/1": {"to": []string{"a@b.example", "a@b.example"}},
		"/reports/language": {"language": "fr"}} {
		r := s.as(ana, "PUT", "/v1/rules", doc{"from": s.today(), "reports": reports})
		if s.refused(422, "rules_invalid", r); !strings.Contains(string(r.body), `"`+pointer+`"`) {
			t.Errorf("%s: %s", pointer, r.body)
		}
	}
}
