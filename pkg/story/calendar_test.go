package story_test

import (
	"strings"
	"testing"
)

// TestAStrikeMovesDueDays: what was missing is not due yet, ages count by it, and of what is known nothing changes in passing.
func TestAStrikeMovesDueDays(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := sides()[1]
	send := func(query, lines string) reply {
		return s.do("POST", "/v1/calendar?country="+query, "date,working,source\n"+lines, "Authorization", "Bearer "+ana, "Content-Type", "text/csv")
	}
	day, gap := s.missed(x)
	due := str(gap["due_day"])
	if due != "2026-11-23" || num(day["pending"]) != 0 {
		t.Fatalf("%v\n%v", day, gap)
	}
	s.want(200, send("PE", due+",no,paro\n"))
	s.settle()
	if found := s.breaksOf(s.day(x.network, due), ""); len(found) != 1 {
		t.Errorf("another country's strike moved it: %v", found)
	}
	for range 2 { // the same again changes nothing
		s.want(200, send("CO", due+",no,Decreto 7\n"))
		s.settle()
		if now := s.day(x.network, due); str(now["status"]) != "balanced" || num(now["open_breaks"]) != 0 {
			t.Fatalf("still missing: %v\n%v", now, s.breaksOf(now, ""))
		}
	}
	s.refused(404, "not_found", s.as(ana, "GET", "/v1/breaks/"+str(gap["id"]), nil))
	s.at("2026-11-24", "08:00")
	s.want(200, s.upload("provider="+x.network+"&date=2026-11-24&name=none.csv", fileHeader))
	s.settle()
	next := s.day(x.network, "2026-11-24")
	found := s.breaksOf(next, "")
	if len(found) != 1 || str(found[0]["class"]) != "MISSING_AT_NETWORK" || str(found[0]["due_day"]) != "2026-11-24" || found[0]["entry"] != gap["entry"] {
		t.Fatalf("it is due a business day later: %v\n%v", next, found)
	}
	until := func() string {
		b := s.want(200, s.as(ana, "POST", "/v1/breaks/"+str(found[0]["id"])+"/resolve", doc{"method": "expected", "reason": "the strike goes on", "evidence": "news"}))
		s.want(200, s.as(ana, "POST", "/v1/breaks/"+str(found[0]["id"])+"/reopen", doc{"reason": "again"}))
		return str(b["expected_until"])
	}
	if got := until(); got != "2026-11-25" {
		t.Errorf("expected until %s", got)
	}
	s.want(200, send("CO", "2026-11-25,no,Decreto 8\n"))
	s.settle()
	if got := until(); got != "2026-11-26" {
		t.Errorf("over a strike it is expected until %s", got)
	}
	s.at("2026-11-27", "08:00")
	if b := s.get("/v1/breaks/" + str(found[0]["id"])); num(b["age_business_days"]) != 2 {
		t.Errorf("it is %v business days old, of which one was none", b["age_business_days"])
	}
	s.want(200, send("CO&correct=true", due+",yes,Decreto 9\n"))
	s.settle()
	if found := s.breaksOf(s.day(x.network, due), ""); len(found) != 1 || str(found[0]["due_day"]) != due {
		t.Errorf("the strike did not come about: %v", found)
	}
}

// TestACalendarIsImported whole or not at all, line by line; a known day changes only on purpose.
func TestACalendarIsImported(t *testing.T) {
	t.Parallel()
	s := start(t)
	send := func(query, text string) reply {
		return s.do("POST", "/v1/calendar"+query, text, "Authorization", "Bearer "+ana, "Content-Type", "text/csv")
	}
	const head, two = "date,working,source\n", "2026-12-24,no,Decreto 1\n2026-12-08,yes,Decreto 2\n"
	if a := s.want(200, send("?country=CO", head+two)); num(a["written"]) != 2 || num(a["known"]) != 0 {
		t.Errorf("%v", a)
	}
	if a := s.want(200, send("?country=CO", head+two+"2026-12-31,no,Decreto 3\n")); num(a["written"]) != 1 || num(a["known"]) != 2 {
		t.Errorf("%v", a)
	}
	for text, why := range map[string]string{
		head + two + "2026-13-01,no,a\n":         "line 4: date \"2026-13-01\"",
		head + "2569-12-24,no,a\n":               "line 2: date \"2569-12-24\": a year before 2000 or after 2200",
		head + "2026-12-26,maybe,a\n":            "line 2: working is \"maybe\"",
		head + "2026-12-26,no,\n":                "line 2: the source is empty",
		head + "2026-12-26,no\n":                 "line 2",
		head + two + "2026-12-24,yes,again\n":    "line 4: 2026-12-24 stands twice",
		"date,working\n":                         "line 1: the header needs",
		head + "2026-12-26,no,\xff\n":            "not UTF-8",
		head + "2026-12-26,x,a\n2026-1-1,no,a\n": "line 3: date",
	} {
		r := send("?country=CO", text)
		s.refused(422, "file_invalid", r)
		if !strings.Contains(string(r.body), strings.ReplaceAll(why, `"`, `\"`)) {
			t.Errorf("%q: no %q in %s", text, why, r.body)
		}
	}
	if r := send("?country=CO", head+"2026-12-26,no,new\n2026-12-24,yes,Decreto 4\n"); r.problem(422, "file_invalid") != "" || !strings.Contains(string(r.body), "2026-12-24 is known otherwise, by") {
		t.Errorf("%s", r.body)
	}
	days := func() []doc { return list(s.get("/v1/calendar?country=CO"), "data") }
	if got := days(); len(got) != 3 || str(got[0]["date"]) != "2026-12-08" || got[0]["working"] != true || str(got[1]["source"]) != "Decreto 1" {
		t.Errorf("something of a refused file stayed: %v", got)
	}
	s.want(200, send("?country=CO&correct=true", head+"2026-12-24,yes,Decreto 4\n"))
	if got := days(); len(got) != 3 || got[1]["working"] != true || str(list(got[1], "before")[0]["source"]) != "Decreto 1" || str(got[1]["imported_by"]) != "ana" {
		t.Errorf("%v", got)
	}
	for _, query := range []string{"", "?country=BR"} {
		s.refused(422, "field_invalid", send(query, head+two))
	}
	s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/calendar?country=BR", nil))
	if all := list(s.get("/v1/calendar"), "data"); len(all) != 3 || str(all[0]["country"]) != "CO" {
		t.Errorf("%v", all)
	}
	s.refused(403, "forbidden", s.do("POST", "/v1/calendar?country=CO", head+two, "Authorization", "Bearer "+beto))
	if other := list(s.want(200, s.as(carla, "GET", "/v1/calendar?country=CO", nil)), "data"); len(other) != 0 {
		t.Errorf("another merchant's: %v", other)
	}
}
