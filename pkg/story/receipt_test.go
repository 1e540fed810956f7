package story_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// archived is how long a file of the archive is locked, and its digest.
func (s *stack) archived(part string) (until, digest string) {
	s.t.Helper()
	for _, f := range list(s.want(200, s.do("GET", "/_sandbox/archive", nil)), "data") {
		if strings.Contains(str(f["name"]), part) {
			return str(f["locked_until"]), str(f["sha256"])
		}
	}
	return "", ""
}

// noted is the digest that a history has of a receipt.
func noted(d doc, lang string) string {
	for _, step := range list(d, "history") {
		if mark, ok := strings.CutPrefix(str(step["evidence"]), "receipt:"); ok {
			if _, digest, ok := strings.Cut(mark, "-"+lang+":"); ok {
				return digest
			}
		}
	}
	return ""
}

// TestReceipts: none before the end; then one for each language, the same for ever, archived and noted; another once it comes back.
func TestReceipts(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, x := range sides() {
		payment := s.paid(x)
		body := with(x.refund(payment, "RC"+x.network, x.part), "beneficiary", with(person(), "name", "王小明 Ñandú 😀"))
		id := str(s.want(201, s.as(ana, "POST", x.path, body))["id"])
		path := "/v1/refunds/" + id + "/receipt"
		s.refused(409, "receipt_not_ready", s.as(ana, "GET", path, nil))
		s.settle()
		s.move(id, x.finish)
		s.settle()
		for _, lang := range []string{"es", "en", "zh"} {
			first, again := s.as(ana, "GET", path+"?lang="+lang, nil), s.as(beto, "GET", path+"?lang="+lang, nil)
			if first.status != 200 || first.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(first.body, []byte("%PDF-")) || !bytes.Equal(first.body, again.body) {
				t.Fatalf("%s: %d %s", lang, first.status, first.body)
			}
			sum := sha256.Sum256(first.body)
			until, digest := s.archived(id + "/")
			if until == "" || !strings.HasPrefix(until, "2036-11-21") {
				t.Errorf("archived until %q", until)
			}
			if d := noted(s.get("/v1/refunds/"+id), lang); d != hex.EncodeToString(sum[:]) || lang == "es" && d != digest {
				t.Errorf("%s: the journal has %q, the archive %q", lang, d, digest)
			}
		}
		s.refused(422, "language_unknown", s.as(ana, "GET", path+"?lang=de", nil))
		s.refused(404, "not_found", s.as(carla, "GET", path, nil))
		s.refused(404, "not_found", s.as(ana, "GET", "/v1/payouts/"+id+"/receipt", nil))
		s.refused(401, "unauthorized", s.as("sk_test_nobody", "GET", path, nil))
		s.refused(405, "method_not_allowed", s.as(ana, "PUT", path, doc{}))

		before := s.as(ana, "GET", path, nil).body
		s.move(id, "bounce")
		s.settle()
		if back := s.as(ana, "GET", path, nil); str(s.get("/v1/refunds/" + id)["status"]) != "returned" || back.status != 200 || bytes.Equal(back.body, before) {
			t.Errorf("what came back has the receipt of what was paid: %d", back.status)
		}
	}
}

// TestSettledLaterIsTheSameReceipt, asked for before or after.
func TestSettledLaterIsTheSameReceipt(t *testing.T) {
	t.Parallel()
	s, x := start(t), peru()
	payment := s.paid(x)
	id := str(s.want(201, s.as(ana, "POST", x.path, x.refund(payment, "RS", x.part)))["id"])
	s.settle()
	s.move(id, x.finish)
	s.settle()
	first := s.as(ana, "GET", "/v1/refunds/"+id+"/receipt", nil)
	s.closeDay("pagoefectivo")
	s.advance(100 * time.Hour)
	if after := s.as(ana, "GET", "/v1/refunds/"+id+"/receipt", nil); str(s.get("/v1/refunds/" + id)["status"]) != "settled" || !bytes.Equal(first.body, after.body) || after.status != 200 {
		t.Errorf("%d %s", after.status, s.get("/v1/refunds/" + id)["status"])
	}
}

// TestEvidence of a refund from its beginning to its day's settlement, and of a payout: what is told of it, nobody else gets it.
func TestEvidence(t *testing.T) {
	t.Parallel()
	s, x := start(t), peru()
	payment := s.paid(x)
	id := str(s.want(201, s.as(ana, "POST", x.path, x.refund(payment, "EV", x.part)))["id"])
	path := "/v1/refunds/" + id + "/evidence"
	early := s.as(ana, "GET", path, nil)
	s.settle()
	s.move(id, x.finish)
	s.settle()
	s.closeDay("pagoefectivo")
	s.advance(100 * time.Hour)
	late, again := s.as(ana, "GET", path+"?lang=zh", nil), s.as(beto, "GET", path+"?lang=zh", nil)
	if !bytes.Equal(late.body, again.body) || late.header.Get("Content-Type") != "application/zip" {
		t.Errorf("twice is other bytes, or %s", late.header.Get("Content-Type"))
	}
	for what, want := range map[string]string{string(early.body): "it has not ended", string(late.body): "receipts/"} {
		if !strings.HasPrefix(what, "PK") || !strings.Contains(what, want) {
			t.Errorf("no %q in %.300q", want, what)
		}
	}
	for _, part := range []string{"settlement/", "webhooks/", ".headers.txt", `"eventType"`, "seals/2026-11-", "journal.jsonl", `"status": "settled"`} {
		if !bytes.Contains(late.body, []byte(part)) {
			t.Errorf("no %s", part)
		}
	}
	s.refused(404, "not_found", s.as(carla, "GET", path, nil))
	s.refused(404, "not_found", s.as(ana, "GET", "/v1/payouts/"+id+"/evidence", nil))
	s.refused(422, "language_unknown", s.as(ana, "GET", path+"?lang=de", nil))
}

// TestComplianceForms: templates of the documents that a refund may have to bring, before it is asked for and after, as PDF.
func TestComplianceForms(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, x := range sides() {
		payment := s.paid(x)
		id := s.back(x, payment, x.part)
		s.settle() // the provider has named it: a form of a refund that is on its way gains that reference
		for _, of := range []string{"/v1/refunds/" + id, "/v1/payments/" + payment} {
			forms := map[string]bool{}
			for _, form := range []string{"refund_request", "third_party_authorization", "origin_of_funds", "data_consent", "refund_reason"} {
				for _, lang := range []string{"es", "en", "zh"} {
					path := of + "/forms/" + form + "?lang=" + lang
					first, again := s.as(ana, "GET", path, nil), s.as(beto, "GET", path, nil)
					if first.status != 200 || first.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(first.body, []byte("%PDF-")) ||
						!bytes.Equal(first.body, again.body) || forms[string(first.body)] {
						t.Fatalf("%s: %d %.200s", path, first.status, first.body)
					}
					forms[string(first.body)] = true
				}
			}
			s.refused(404, "not_found", s.as(ana, "GET", of+"/forms/poem", nil))
			s.refused(404, "not_found", s.as(carla, "GET", of+"/forms/refund_request", nil))
			s.refused(422, "language_unknown", s.as(ana, "GET", of+"/forms/refund_request?lang=de", nil))
			s.refused(401, "unauthorized", s.as("sk_test_nobody", "GET", of+"/forms/refund_request", nil))
		}
	}
}
