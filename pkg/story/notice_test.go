package story_test

import (
	"strings"
	"testing"
	"time"
)

// outbox is what buyers were told, newest first.
func (s *stack) outbox(to string) []doc {
	s.t.Helper()
	return list(s.want(200, s.do("GET", "/_sandbox/outbox?to="+to, nil)), "data")
}

// refundTo asks for cash back to a person.
func (s *stack) refundTo(x side, who doc) string {
	s.t.Helper()
	payment := s.paid(x)
	body := with(x.refund(payment, "N"+payment, x.part), "beneficiary", who)
	id := str(s.want(201, s.as(ana, "POST", "/v1/refunds/cash-withdrawal", body))["id"])
	s.settle()
	return id
}

// TestBuyersAreTold in Spanish, once each: that the cash is ready, with its code, and that it is theirs.
func TestBuyersAreTold(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	id := s.refundTo(x, doc{"name": "Luis Ñandú", "document_type": "CC", "document_number": "1032456789", "email": "luis@example.co", "phone": "300 111 2233"})
	s.settle()
	code := str(s.want(200, s.as(ana, "POST", "/v1/refunds/"+id+"/cash-code", doc{}))["cash_code"])
	mail, sms := s.outbox("luis@example.co"), s.outbox("%2B573001112233")
	if len(mail) != 1 || len(sms) != 1 || code == "" {
		t.Fatalf("code %q; mail %v, sms %v", code, mail, sms)
	}
	for _, want := range []string{"Hola, Luis Ñandú:", "listo para retirar", code, "$ ", "Tienda demo"} {
		if !strings.Contains(str(mail[0]["text"]), want) {
			t.Errorf("no %q in %s", want, mail[0]["text"])
		}
	}
	if text := str(sms[0]["text"]); !strings.Contains(text, code) {
		t.Errorf("sms: %s", text)
	}
	s.move(id, x.finish)
	s.advance(26 * time.Hour)
	if mail = s.outbox("luis@example.co"); len(mail) != 2 || str(mail[0]["subject"]) != "Su dinero fue entregado" {
		t.Errorf("once it is paid: %v", mail)
	}
	if text := string(s.as(ana, "GET", "/v1/events?subject="+id, nil).body); strings.Contains(text, code) || strings.Contains(text, "luis@") {
		t.Errorf("events tell too much: %s", text)
	}
	if strings.Contains(s.log.String(), "luis@") || strings.Contains(s.log.String(), "3001112233") {
		t.Errorf("the log tells too much:\n%s", s.log)
	}
}

// TestNoticesThatDoNotArrive: a refusal and an outage keep nobody else waiting; once no way is left the merchant hears of it.
func TestNoticesThatDoNotArrive(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	who := func(name, email string) doc {
		return doc{"name": name, "document_type": "CC", "document_number": "1032456789", "email": email}
	}
	bounced := s.refundTo(x, who("Ana", "bounce@example.co"))
	away := s.refundTo(x, who("Eva", "away@example.co"))
	hostile := s.refundTo(x, who("Z"+strings.Repeat("\u0301", 110), "ok@example.co"))
	s.settle()
	if got := s.outbox("ok@example.co"); len(got) != 1 || strings.Count(str(got[0]["text"]), "\u0301") > 2 {
		t.Errorf("the good one: %v", got)
	}
	failed := func(id string) int {
		n := 0
		for _, e := range list(s.get("/v1/events?type=notice.failed&limit=100"), "data") {
			if str(e["subject"]) == id {
				n++
			}
		}
		return n
	}
	if failed(bounced) != 1 || failed(away) != 0 || failed(hostile) != 0 {
		t.Errorf("at once: bounced %d, away %d, hostile %d", failed(bounced), failed(away), failed(hostile))
	}
	s.advance(30 * time.Hour)
	if failed(away) != 1 {
		t.Errorf("after all tries it was told %d times", failed(away))
	}
}

// TestBuyersAreRemindedOnce, so long before their code runs out as the rules say, and not if they have the money.
func TestBuyersAreRemindedOnce(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	s.rule(doc{"cash": doc{"remind_hours": 48}})
	who := func(mail string) doc {
		return doc{"name": "Luis", "document_type": "CC", "document_number": "1032456789", "email": mail}
	}
	id, done := s.refundTo(x, who("slow@example.co")), s.refundTo(x, who("quick@example.co"))
	s.settle()
	s.move(done, "collect")
	until, err := time.Parse(time.RFC3339, str(s.get("/v1/refunds/" + id)["cash_code_expires_at"]))
	if err != nil {
		t.Fatal(err)
	}
	s.advance(until.Add(-48*time.Hour - time.Minute).Sub(s.now()))
	if mail := s.outbox("slow@example.co"); len(mail) != 1 {
		t.Fatalf("too early: %v", mail)
	}
	s.advance(10 * time.Minute)
	if mail := s.outbox("slow@example.co"); len(mail) != 2 || str(mail[0]["subject"]) != "Su código de retiro está por vencer" {
		t.Errorf("%v", mail)
	}
	if told := list(s.get("/v1/events?subject="+id), "data"); len(told) == 0 || str(told[0]["type"]) != "refund.code_expiring" {
		t.Errorf("%v", told)
	}
	s.advance(24 * time.Hour)
	if slow, quick := s.outbox("slow@example.co"), s.outbox("quick@example.co"); len(slow) != 2 || len(quick) != 2 || str(quick[0]["subject"]) != "Su dinero fue entregado" {
		t.Errorf("reminded again: %v\n%v", slow, quick)
	}
}

// TestMailsThatComeBack: what the carrier took and brought back has told nobody. With no SMS beside it the merchant hears of it
// once, however often the carrier says so; nothing more goes to that address, nor to one that calls our mails unwanted; all
// others are mailed as before.
func TestMailsThatComeBack(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	who := func(mail, phone string) doc {
		return doc{"name": "Luis", "document_type": "CC", "document_number": "1032456789", "email": mail, "phone": phone}
	}
	alone, both := s.refundTo(x, who("returns@example.co", "")), s.refundTo(x, who("returns.too@example.co", "3001112233"))
	unwanted, fine := s.refundTo(x, who("complains@example.co", "")), s.refundTo(x, who("fine@example.co", ""))
	s.settle()
	s.advance(10 * time.Minute)
	failed := func(id string) int { return len(list(s.get("/v1/events?type=notice.failed&subject="+id), "data")) }
	if failed(alone) != 1 || failed(both) != 0 || failed(unwanted) != 0 || failed(fine) != 0 {
		t.Errorf("alone %d, with an SMS %d, unwanted %d, fine %d", failed(alone), failed(both), failed(unwanted), failed(fine))
	}
	for _, id := range []string{alone, both, unwanted, fine} {
		s.move(id, x.finish)
	}
	again := s.refundTo(x, who("RETURNS@example.co", ""))
	s.settle()
	s.advance(26 * time.Hour)
	for to, want := range map[string]int{"returns@example.co": 1, "RETURNS@example.co": 0, "returns.too@example.co": 1, "%2B573001112233": 2,
		"complains@example.co": 1, "fine@example.co": 2} {
		if got := len(s.outbox(to)); got != want {
			t.Errorf("%s: %d messages, want %d", to, got, want)
		}
	}
	if failed(alone) != 2 || failed(both) != 0 || failed(unwanted) != 1 || failed(fine) != 0 || failed(again) != 1 {
		t.Errorf("later: alone %d, with an SMS %d, unwanted %d, fine %d, again %d", failed(alone), failed(both), failed(unwanted), failed(fine), failed(again))
	}
	if log := s.log.String(); strings.Count(log, "notice came back") != 3 || strings.Contains(log, "returns@") {
		t.Errorf("the log:\n%s", log)
	}
}
