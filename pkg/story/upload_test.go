package story_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
)

// upload brings a settlement file of Efecty's demo account, as it is.
func (s *stack) upload(query, body string) reply {
	s.t.Helper()
	return s.do("POST", "/v1/settlements?"+query, body, "Authorization", "Bearer "+ana, "Content-Type", "text/csv")
}

const fileHeader = "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n"

// rowOf is a settlement row of a payment's cash, as a generic file has it, with a difference.
func (s *stack) rowOf(payment string, minor, fee, tax int64) string {
	s.t.Helper()
	p := s.get("/v1/payments/" + payment)
	at := s.now().Add(-5*60*60*1e9).Format("2006-01-02") + " 10:00:00"
	return fmt.Sprintf("%s,%s,PAYMENT,%s,%s,%s,%s,%s,%s,SETTLED\n", str(p["network_transaction_id"]), str(p["reference"]), major(minor), major(fee), major(tax),
		major(minor-fee-tax), str(p["currency"]), at)
}

func major(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }

// TestAFileIsUploaded as a body or as a form, counts once however often it comes, and corrects the one of its name.
func TestAFileIsUploaded(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := sides()[0]
	id := s.paid(x)
	row := s.rowOf(id, x.amount, 0, 0)
	s.at("2026-11-23", "08:00")
	query := "provider=" + x.network + "&date=2026-11-23&name=report.csv"
	first := s.want(200, s.upload(query, fileHeader+row))
	if str(first["outcome"]) != "new" || num(first["rows"]) != 1 || num(first["unreadable"]) != 0 || len(str(first["sha256"])) != 64 {
		t.Errorf("%v", first)
	}
	for range 3 {
		if again := s.want(200, s.upload(query, fileHeader+row)); str(again["outcome"]) != "known" || again["reconciliation"] != first["reconciliation"] {
			t.Errorf("%v", again)
		}
	}
	s.settle()
	if d := s.day(x.network, "2026-11-23"); num(d["rows"]) != 1 || len(list(d, "files")) != 1 {
		t.Errorf("%v", d)
	}
	cut := s.want(200, s.upload(query, fileHeader+row+"T9,C9,PAYM"))
	if str(cut["outcome"]) != "new" || num(cut["unreadable"]) != 1 || !strings.Contains(str(cut["first_problem"]), "line 3") {
		t.Errorf("%v", cut)
	}
	s.settle()
	if d := s.day(x.network, "2026-11-23"); str(d["status"]) != "broken" || num(d["unreadable"]) != 1 || num(d["rows"]) != 2 {
		t.Errorf("a file cut short is green: %v", d)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("note", "whole again")
	part, _ := w.CreateFormFile("file", "report.csv")
	_, _ = part.Write([]byte(fileHeader + row + "\n"))
	_ = w.Close()
	whole := s.do("POST", "/v1/settlements?account="+x.network+"-demo&date=2026-11-23", form.String(), "Authorization", "Bearer "+ana, "Content-Type", w.FormDataContentType())
	if a := s.want(200, whole); str(a["outcome"]) != "new" || str(a["name"]) != "report.csv" {
		t.Errorf("%v", a)
	}
	s.settle()
	if d := s.day(x.network, "2026-11-23"); num(d["unreadable"]) != 0 || num(d["rows"]) != 1 {
		t.Errorf("%v", d)
	}
	if r := list(s.get("/v1/payments/"+id), "receipts"); str(r[0]["settled_on"]) != "2026-11-23" {
		t.Errorf("%v", r)
	}
}

// TestFilesThatAreNone are refused with a reason, and nothing of them is kept.
func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.at("2026-11-23", "08:00")
	good := "provider=efecty&date=2026-11-23"
	for _, c := range []struct {
		query, body string
		status      int
		code        string
	}{
		{good, "", 400, "malformed_json"}, {good, "<html>503</html>\n", 422, "settlement_unreadable"}, {good, "\x1f\x8b\x08\x00", 422, "settlement_unreadable"},
		{good, "\xff\xfeT\x00r\x00", 422, "settlement_unreadable"}, {good, fileHeader + "x\n", 422, "settlement_unreadable"}, {good, strings.Repeat("x", 4<<20+1), 413, "file_too_large"},
		{"provider=efecty&date=2026-11-24", fileHeader, 422, "settlement_day"}, {"provider=efecty&date=2020-01-01", fileHeader, 422, "settlement_day"},
		{"provider=efecty&date=monday", fileHeader, 422, "field_invalid"}, {"date=2026-11-23", fileHeader, 422, "field_invalid"},
		{"provider=visa&date=2026-11-23", fileHeader, 422, "field_invalid"}, {"account=efecty-other&date=2026-11-23", fileHeader, 422, "field_invalid"},
		{good + "&name=" + strings.Repeat("x", 201), fileHeader, 422, "field_invalid"},
	} {
		if fault := s.upload(c.query, c.body).problem(c.status, c.code); fault != "" {
			t.Errorf("%s %.40q: %s", c.query, c.body, fault)
		}
	}
	r := s.do("POST", "/v1/settlements?"+good, "--x\r\n\r\n", "Authorization", "Bearer "+ana, "Content-Type", "multipart/form-data; boundary=x")
	s.refused(400, "malformed_json", r)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, _ := w.CreateFormFile("file", strings.Repeat("x", 300)+".csv")
	_, _ = part.Write([]byte(fileHeader))
	_ = w.Close()
	r = s.do("POST", "/v1/settlements?"+good, form.String(), "Authorization", "Bearer "+ana, "Content-Type", w.FormDataContentType())
	s.refused(422, "field_invalid", r)
	s.refused(403, "forbidden", s.do("POST", "/v1/settlements?"+good, fileHeader, "Authorization", "Bearer "+beto))
	if days := list(s.get("/v1/reconciliations"), "data"); len(days) != 0 {
		t.Errorf("%v", days)
	}
	for _, name := range s.server.World.Files.Names() {
		t.Errorf("kept: %s", name)
	}
}

// TestAFileIsDropped into the bucket's inbox, without anybody calling the API.
func TestAFileIsDropped(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := sides()[1]
	id := s.paid(x)
	row := s.rowOf(id, x.amount, 0, 0)
	s.at("2026-11-23", "08:00")
	s.want(200, s.do("POST", "/_sandbox/inbox/"+x.network+"-demo/2026-11-23/mail.csv", fileHeader+row))
	s.want(200, s.do("POST", "/_sandbox/inbox/nobody/2026-11-23/mail.csv", fileHeader+row)) // ends with the dead letters
	s.settle()
	if d := s.day(x.network, "2026-11-23"); num(d["rows"]) != 1 || str(list(d, "files")[0]["name"]) != "mail.csv" {
		t.Errorf("%v", d)
	}
}

// TestRatesAreImported whole or not at all; a known rate changes only on purpose.
func TestRatesAreImported(t *testing.T) {
	t.Parallel()
	s := start(t)
	send := func(query, body string) reply {
		return s.do("POST", "/v1/rates"+query, body, "Authorization", "Bearer "+ana, "Content-Type", "text/csv")
	}
	week := "date,source,pair,rate\n2026-11-19,TRM,USD/COP,4100.10\n2026-11-20,TRM,USD/COP,4123.45\n2026-11-20,SBS,USD/PEN,3.75\n"
	if a := s.want(200, send("", week)); num(a["written"]) != 3 || num(a["known"]) != 0 {
		t.Errorf("%v", a)
	}
	if a := s.want(200, send("", week)); num(a["written"]) != 0 || num(a["known"]) != 3 {
		t.Errorf("twice: %v", a)
	}
	s.refused(422, "file_invalid", send("", week+"2026-11-21,TRM,USD/COP,\"4.123,45\"\n"))
	s.refused(422, "file_invalid", send("", "<html>"))
	s.refused(409, "rate_differs", send("", "date,source,pair,rate\n2026-11-18,TRM,USD/COP,4000\n2026-11-20,TRM,USD/COP,4124\n"))
	if got := list(s.get("/v1/rates?source=TRM&from=2026-11-01&to=2026-11-30"), "data"); len(got) != 2 || str(got[1]["rate"]) != "4123.45" || str(got[1]["inverse"]) == "" {
		t.Errorf("something of a refused file stayed: %v", got)
	}
	s.want(200, send("?correct=true", "date,source,pair,rate\n2026-11-20,TRM,USD/COP,4124\n"))
	got := list(s.get("/v1/rates?source=TRM&from=2026-11-20&to=2026-11-20"), "data")
	if len(got) != 1 || str(got[0]["rate"]) != "4124" || str(list(got[0], "before")[0]["rate"]) != "4123.45" {
		t.Errorf("%v", got)
	}
	for _, q := range []string{"?source=BANK", "?source=TRM&base=XXX", "?from=x", "?to=x", "?from=2020-01-01", "?from=2026-12-01&to=2026-11-01"} {
		s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/rates"+q, nil))
	}
	s.refused(403, "forbidden", s.do("POST", "/v1/rates", week, "Authorization", "Bearer "+beto))
	if other := list(s.want(200, s.as(carla, "GET", "/v1/rates?to=2026-11-30", nil)), "data"); len(other) != 0 {
		t.Errorf("another merchant's: %v", other)
	}
}
