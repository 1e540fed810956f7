package story_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// ghost is a payment that a signed webhook tells of and that the provider's own book does not have: no file will show it.
func (s *stack) ghost(x side) string {
	s.t.Helper()
	forged := s.hook(x.network)
	id := s.voucher(x)
	forged.body = x.paidBody(id, str(s.get("/v1/payments/" + id)["reference"]), "GHOST-"+id, x.amount)
	s.send(forged)
	s.settle()
	return id
}

// breaksOf are a day's breaks.
func (s *stack) breaksOf(day doc, query string) []doc {
	s.t.Helper()
	return list(s.get("/v1/reconciliations/"+str(day["id"])+"/breaks"+query), "data")
}

// missed is a side with a day closed over one good payment and one that no file shows, and that break.
func (s *stack) missed(x side) (day, gap doc) {
	s.t.Helper()
	s.ghost(x)
	s.paid(x)
	date := s.closeDay(x.network)
	s.at(date, "22:00")
	day = s.day(x.network, date)
	found := s.breaksOf(day, "")
	if len(found) != 1 || str(found[0]["class"]) != "MISSING_AT_NETWORK" || num(day["open_breaks"]) != 1 {
		s.t.Fatalf("%v\n%v", day, found)
	}
	return day, found[0]
}

// TestABreakIsExplained in the reader's language, with what to do next, since when, and by whom.
func TestABreakIsExplained(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		day, gap := s.missed(x)
		if !strings.HasPrefix(str(gap["id"]), "brk_") || str(gap["status"]) != "open" || gap["due"] != true || num(gap["age_business_days"]) != 0 || gap["owner"] != nil {
			t.Errorf("%s: %v", x.network, gap)
		}
		for lang, word := range map[string]string{"en": "no row shows them", "es": "ninguna fila", "zh": "没有任何结算行"} {
			found := s.breaksOf(day, "?lang="+lang)[0]
			if !strings.Contains(str(found["explanation"]), word) || str(found["next_action"]) == "" || (lang != "en" && found["next_action"] == gap["next_action"]) {
				t.Errorf("%s in %s: %v", x.network, lang, found)
			}
		}
		spoken := s.do("GET", "/v1/breaks/"+str(gap["id"]), nil, "Authorization", "Bearer "+ana, "Accept-Language", "zh-CN,en;q=0.5")
		if got := str(s.want(200, spoken)["explanation"]); !strings.Contains(got, "没有任何结算行") {
			t.Errorf("%s: %s", x.network, got)
		}
		s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/reconciliations/"+str(day["id"])+"/breaks?lang=fr", nil))
		if n := len(s.breaksOf(day, "?class=ROUNDING")) + len(s.breaksOf(day, "?status=resolved")); n != 0 {
			t.Errorf("%s: %d breaks of another class or status", x.network, n)
		}
	}
}

// TestTheLifeOfABreak: taken, explained, opened again, disputed, expected, and open again when what was expected has not come.
func TestTheLifeOfABreak(t *testing.T) {
	t.Parallel()
	x := sides()[0]
	s := start(t)
	day, gap := s.missed(x)
	at := "/v1/breaks/" + str(gap["id"])
	do := func(want int, action string, body doc) doc {
		t.Helper()
		return s.want(want, s.as(ana, "POST", at+"/"+action, body))
	}
	if b := do(200, "assign", doc{"owner": "luz"}); str(b["status"]) != "assigned" || str(b["owner"]) != "luz" || num(b["version"]) != 1 {
		t.Errorf("assigned: %v", b)
	}
	if b := do(200, "explain", doc{"reason": "told by phone"}); str(b["status"]) != "explained" || len(list(b, "history")) != 2 {
		t.Errorf("explained: %v", b)
	}
	if d := s.day(x.network, str(day["date"])); num(d["open_breaks"]) != 0 {
		t.Errorf("still open: %v", d)
	}
	s.refused(409, "break_decided", s.as(ana, "POST", at+"/assign", doc{}))
	do(200, "reopen", doc{"reason": "they were wrong"})
	if b := do(200, "resolve", doc{"method": "dispute", "reason": "not in the file", "evidence": "ticket 7"}); str(b["method"]) != "dispute" {
		t.Errorf("disputed: %v", b)
	}
	if b := do(200, "resolve", doc{"method": "dispute", "reason": "not in the file", "evidence": "ticket 7"}); len(list(b, "history")) != 4 {
		t.Errorf("the same again is a step of its own: %v", b)
	}
	s.refused(409, "break_decided", s.as(ana, "POST", at+"/resolve", doc{"method": "dispute", "reason": "me too", "evidence": "ticket 8"}))
	s.refused(409, "break_decided", s.as(ana, "POST", at+"/resolve", doc{"method": "expected", "reason": "r", "version": 1}))
	b := do(200, "resolve", doc{"method": "expected", "reason": "they say tomorrow"})
	if str(b["status"]) != "resolved" || str(b["expected_until"]) != "2026-11-24" {
		t.Errorf("expected: %v", b)
	}
	s.at("2026-11-25", "12:00")
	if b := s.get(at); str(b["status"]) != "open" || b["lapsed"] != true || num(b["age_business_days"]) != 2 {
		t.Errorf("two days on: %v", b)
	}
	s.refused(409, "breaks_open", s.as(ana, "POST", "/v1/reconciliations/"+str(day["id"])+"/close", nil))
}

// TestADecisionIsSeenOnTheNextDay: what no file shows is missing on each day until it comes; what people said of it stays said.
func TestADecisionIsSeenOnTheNextDay(t *testing.T) {
	t.Parallel()
	x := sides()[1]
	s := start(t)
	_, gap := s.missed(x)
	s.want(200, s.as(ana, "POST", "/v1/breaks/"+str(gap["id"])+"/resolve", doc{"method": "dispute", "reason": "lost", "evidence": "mail of Monday"}))
	s.paid(x)
	next := s.closeDay(x.network)
	s.at(next, "22:00")
	day := s.day(x.network, next)
	again := s.breaksOf(day, "")
	if len(again) != 1 || again[0]["entry"] != gap["entry"] || again[0]["id"] == gap["id"] || str(again[0]["method"]) != "dispute" || num(day["open_breaks"]) != 0 {
		t.Fatalf("%v\n%v", day, again)
	}
	s.want(200, s.as(ana, "POST", "/v1/reconciliations/"+str(day["id"])+"/close", nil))
}

// TestBadDecisions are refused with a code, and nothing of them stays.
func TestBadDecisions(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, gap := s.missed(sides()[0])
	at := "/v1/breaks/" + str(gap["id"])
	for _, c := range []struct {
		action string
		body   any
		status int
		code   string
	}{
		{"explain", doc{}, 422, "field_missing"}, {"explain", doc{"reason": strings.Repeat("x", 501)}, 422, "field_invalid"},
		{"explain", doc{"reason": "r", "method": "dispute"}, 422, "field_invalid"}, {"assign", doc{"owner": "a\nb"}, 422, "field_invalid"},
		{"resolve", doc{"method": "shrug", "reason": "r", "evidence": "e"}, 422, "field_invalid"}, {"resolve", doc{"method": "dispute", "reason": "r"}, 422, "field_missing"},
		{"resolve", doc{"method": "write_off", "reason": "r", "evidence": "e"}, 422, "write_off_limit"},
		{"resolve", doc{"method": "force_match", "reason": "r", "evidence": "e"}, 422, "resolution_unfit"},
		{"resolve", doc{"method": "split", "reason": "r", "evidence": "e"}, 422, "field_missing"},
		{"resolve", doc{"method": "split", "reason": "r", "evidence": "e", "entries": []string{"pay_1", "pay_2"}}, 422, "resolution_unfit"},
		{"resolve", doc{"method": "link", "reason": "r", "evidence": "e"}, 422, "field_invalid"},
		{"resolve", doc{"method": "link", "reason": "r", "evidence": "e", "breaks": []string{str(gap["id"])}}, 422, "resolution_unfit"},
		{"resolve", doc{"method": "link", "reason": "r", "evidence": "e", "breaks": []string{"brk_1"}}, 422, "resolution_unfit"},
		{"resolve", doc{"method": "expected", "reason": "r", "until": "2026-11-01"}, 422, "resolution_unfit"},
		{"resolve", doc{"method": "expected", "reason": "r", "until": "soon"}, 422, "field_invalid"},
		{"resolve", doc{"method": "expected", "reason": "r", "until": "2031-11-01"}, 422, "resolution_unfit"},
		{"reopen", doc{"reason": "r"}, 422, "resolution_unfit"}, {"explain", `{"reason":1}`, 400, "malformed_json"}, {"explain", `[]`, 400, "malformed_json"},
		{"explain", `{"reason":"a","reason":"b"}`, 400, "duplicate_key"}, {"explain", doc{"why": "r"}, 400, "unknown_field"},
	} {
		if fault := s.as(ana, "POST", at+"/"+c.action, c.body).problem(c.status, c.code); fault != "" {
			t.Errorf("%s %v: %s", c.action, c.body, fault)
		}
	}
	s.refused(403, "forbidden", s.as(beto, "POST", at+"/explain", doc{"reason": "r"}))
	s.refused(404, "not_found", s.as(carla, "POST", at+"/explain", doc{"reason": "r"}))
	for _, id := range []string{"x", "brk_", "brk_" + strings.Repeat("0", 26), str(gap["id"])[:17] + strings.Repeat("0", 13), str(gap["id"]) + "0"} {
		s.refused(404, "not_found", s.as(ana, "GET", "/v1/breaks/"+id, nil))
	}
	if b := s.get(at); num(b["version"]) != 0 || str(b["status"]) != "open" {
		t.Errorf("%v", b)
	}
}

// TestACrowdDecides: of many who resolve one break at once, one does, the others are told.
func TestACrowdDecides(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, gap := s.missed(sides()[0])
	answers := s.crowd(16, func(i int) (key, path, body string) {
		return ana, "/v1/breaks/" + str(gap["id"]) + "/resolve", `{"method":"dispute","reason":"number ` + string(rune('A'+i)) + `","evidence":"e"}`
	})
	won := 0
	for _, r := range answers {
		switch {
		case r.status == 200:
			won++
		case r.problem(409, "break_decided") != "":
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if b := s.get("/v1/breaks/" + str(gap["id"])); won != 1 || len(list(b, "history")) != 1 || num(b["version"]) != 1 {
		t.Errorf("%d won: %v", won, b)
	}
}

// TestADayIsClosedAndLocked; a file that comes afterwards is kept and changes nothing until somebody reopens, with a reason.
func TestADayIsClosedAndLocked(t *testing.T) {
	t.Parallel()
	x := sides()[0]
	s := start(t)
	day, gap := s.missed(x)
	at, of := "/v1/reconciliations/"+str(day["id"]), "/v1/breaks/"+str(gap["id"])
	if r := s.as(ana, "POST", at+"/close", nil); r.problem(409, "breaks_open") != "" || !strings.Contains(string(r.body), str(gap["id"])) {
		t.Errorf("%d %s", r.status, r.body)
	}
	s.want(200, s.as(ana, "POST", of+"/explain", doc{"reason": "known"}))
	s.refused(403, "forbidden", s.as(beto, "POST", at+"/close", nil))
	s.refused(404, "not_found", s.as(carla, "POST", at+"/close", nil))
	closed := s.want(200, s.as(ana, "POST", at+"/close", nil))
	if again := s.want(200, s.as(ana, "POST", at+"/close", nil)); closed["closed"] != true || len(list(again, "closings")) != 1 {
		t.Errorf("%v\n%v", closed, again)
	}
	if b := s.get(of); str(b["status"]) != "closed" {
		t.Errorf("%v", b)
	}
	s.refused(409, "day_closed", s.as(ana, "POST", of+"/reopen", doc{"reason": "r"}))
	s.refused(422, "field_missing", s.as(ana, "POST", at+"/reopen", doc{}))
	if len(closed["closings"].([]any)) != 1 || len(str(list(closed, "closings")[0]["sha256"])) != 64 || str(list(closed, "closings")[0]["by"]) != "ana" {
		t.Errorf("%v", closed["closings"])
	}
	reopened := s.want(200, s.as(ana, "POST", at+"/reopen", doc{"reason": "a mail came"}))
	if seal := list(reopened, "closings")[0]; reopened["closed"] != false || str(seal["reason"]) != "a mail came" || str(seal["reopened_by"]) != "ana" {
		t.Errorf("%v", reopened)
	}
	s.refused(409, "state_conflict", s.as(ana, "POST", at+"/reopen", doc{"reason": "once more"}))
}

// TestAMonthIsClosed when it is over, every day of it is closed, and silence is accounted for.
func TestAMonthIsClosed(t *testing.T) {
	t.Parallel()
	x := sides()[0]
	s := start(t)
	day, gap := s.missed(x)
	at := "/v1/reconciliations/" + str(day["id"])
	s.refused(422, "field_invalid", s.as(ana, "POST", "/v1/months/november/close", nil))
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/months/2026-11/close", nil)) // it is not over
	s.at("2026-12-01", "09:00")
	if r := s.as(ana, "POST", "/v1/months/2026-11/close", nil); r.problem(409, "breaks_open") != "" || !strings.Contains(string(r.body), str(day["id"])) ||
		!strings.Contains(string(r.body), "2026-11-24 ") {
		t.Errorf("%d %s", r.status, r.body)
	}
	s.want(200, s.as(ana, "POST", "/v1/breaks/"+str(gap["id"])+"/explain", doc{"reason": "known"}))
	s.want(200, s.as(ana, "POST", at+"/close", nil))
	s.refused(409, "breaks_open", s.as(ana, "POST", "/v1/months/2026-11/close", nil))
	s.want(200, s.statement("2026-11-20,5.00,PEN,b1,,counter\n"))
	silent := doc{"accept_silence": "nothing was sold"}
	if r := s.as(ana, "POST", "/v1/months/2026-11/close", silent); r.problem(409, "breaks_open") != "" || !strings.Contains(string(r.body), "MISSING_IN_BOOKS at the bank") {
		t.Errorf("%d %s", r.status, r.body)
	}
	month := s.want(200, s.as(ana, "POST", "/v1/months/2026-11/close", doc{"accept_silence": "nothing was sold", "accept_open_bank": "the counter's own"}))
	if bank := month["bank"].(doc); num(bank["deposits"]) != 1 || num(bank["open"]) != 2 || str(list(month, "closings")[0]["accepted_open_bank"]) != "the counter's own" {
		t.Errorf("%v", month)
	}
	if month["closed"] != true || num(month["days"]) != 1 || month["totals"].(doc)["PEN"] == nil {
		t.Errorf("%v", month)
	}
	s.refused(409, "state_conflict", s.as(ana, "POST", at+"/reopen", doc{"reason": "r"}))
	s.want(200, s.as(ana, "POST", "/v1/months/2026-11/reopen", doc{"reason": "an audit"}))
	s.want(200, s.as(ana, "POST", at+"/reopen", doc{"reason": "an audit"}))
	if m := s.get("/v1/months/2026-11"); m["closed"] != false || str(list(m, "closings")[0]["reason"]) != "an audit" {
		t.Errorf("%v", m)
	}
}

// TestTheReportIsASpreadsheet that another program reads, in the reader's language.
func TestTheReportIsASpreadsheet(t *testing.T) {
	t.Parallel()
	s := start(t)
	day, _ := s.missed(sides()[0])
	for lang, word := range map[string]string{"en": "no row", "es": "ninguna fila", "zh": "没有任何结算行"} {
		r := s.as(ana, "GET", "/v1/reconciliations/"+str(day["id"])+"/report.xlsx?lang="+lang, nil)
		f, err := excelize.OpenReader(bytes.NewReader(r.body))
		if err != nil {
			t.Fatalf("%d %v", r.status, err)
		}
		rows, err := f.GetRows(map[string]string{"en": "breaks", "es": "diferencias", "zh": "差异"}[lang], excelize.Options{RawCellValue: true})
		if err != nil || len(rows) != 2 || !strings.Contains(rows[1][14], word) || !strings.HasPrefix(rows[1][10], "-") {
			t.Errorf("%s: %v %v", lang, rows, err)
		}
		if csv := s.as(ana, "GET", "/v1/reconciliations/"+str(day["id"])+"/report.csv?lang="+lang, nil); !strings.Contains(string(csv.body), word) {
			t.Errorf("%s: %s", lang, csv.body)
		}
	}
}

// TestBreaksComeInPages, and a cursor of one run is none of another.
func TestBreaksComeInPages(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := sides()[0]
	s.ghost(x)
	s.ghost(x)
	day, _ := doc(nil), 0
	s.paid(x)
	date := s.closeDay(x.network)
	s.at(date, "22:00")
	day = s.day(x.network, date)
	at := "/v1/reconciliations/" + str(day["id"]) + "/breaks"
	first := s.get(at + "?limit=1")
	if len(list(first, "data")) != 1 || first["has_more"] != true {
		t.Fatalf("%v", first)
	}
	second := s.get(at + "?limit=1&cursor=" + str(first["next_cursor"]))
	if len(list(second, "data")) != 1 || second["has_more"] != false || list(second, "data")[0]["id"] == list(first, "data")[0]["id"] {
		t.Errorf("%v", second)
	}
	other := base64.RawURLEncoding.EncodeToString([]byte("99/1"))
	s.refused(422, "cursor_outdated", s.as(ana, "GET", at+"?cursor="+other, nil))
	for _, q := range []string{"?cursor=x", "?cursor=" + base64.RawURLEncoding.EncodeToString([]byte("1/-1")), "?limit=0", "?limit=101"} {
		s.refused(422, "field_invalid", s.as(ana, "GET", at+q, nil))
	}
}
