package story_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// payout asks for one at Efecty.
func (s *stack) payout(id string, amount int64, changes ...any) reply {
	s.t.Helper()
	return s.as(ana, "POST", "/v1/payouts", with(doc{"network": "efecty", "store": "store_co", "amount": amount, "currency": "COP",
		"purpose": "prize", "merchant_payout_id": id, "beneficiary": person()}, changes...))
}

// TestTheBlockList holds money back from a person, until two people let it go; also if the person was blocked meanwhile.
func TestTheBlockList(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"screen": doc{"blocked": true}})
	x := colombia()
	payment := s.paid(x)
	entry := doc{"country": "CO", "document_type": "cc", "document_number": "1.032.456.789", "why": "charge-backs"}
	b := s.want(200, s.as(beto, "POST", "/v1/blocked", entry))
	if strings.Contains(strings.ReplaceAll(str(b["number"]), ".", ""), "1032456") || str(b["by"]) != "beto" {
		t.Errorf("%v", b)
	}
	s.refused(422, "field_invalid", s.as(ana, "POST", "/v1/blocked", with(entry, "country", "AR")))
	s.refused(422, "field_missing", s.as(ana, "POST", "/v1/blocked", with(entry, "why", nil)))
	r := s.want(201, s.as(ana, "POST", x.path, x.refund(payment, "B-1", 1000000)))
	id := str(r["id"])
	if str(r["status"]) != "held" || str(r["held_reason"]) != "blocked" || str(r["manual"].(doc)["safe_action"]) != "cancel" {
		t.Fatalf("%v", r)
	}
	other := with(x.refund(payment, "B-2", 1000000), "beneficiary", doc{"name": "Eva", "document_type": "CC", "document_number": "52123456"})
	s.want(201, s.as(ana, "POST", x.path, other))
	s.want(200, s.resolve(ana, id, "requeue", "evidence", "talked to the buyer"))
	s.want(200, s.resolve(beto, id, "requeue"))
	s.settle()
	if got := s.status("/v1/refunds/" + id); got != "collectable" {
		t.Errorf("let go by two people: %s", got)
	}
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/blocked/"+str(b["id"])+"/lift", nil))
	if theirs := list(s.want(200, s.as(carla, "GET", "/v1/blocked", nil)), "data"); len(theirs) != 0 {
		t.Errorf("another merchant sees %v", theirs)
	}
	s.want(200, s.as(ana, "POST", "/v1/blocked/"+str(b["id"])+"/lift", nil))
	if l := list(s.get("/v1/blocked"), "data"); len(l) != 1 || str(l[0]["lifted_by"]) != "ana" {
		t.Errorf("%v", l)
	}
	// Blocked between acceptance and hand-over.
	s.arm("efecty", "outage", 1, "")
	late := str(s.want(201, s.payout("B-3", 3000000))["id"])
	s.settle()
	s.want(200, s.as(ana, "POST", "/v1/blocked", entry))
	s.advance(10 * time.Minute)
	if p := s.get("/v1/payouts/" + late); str(p["held_reason"]) != "blocked" || len(s.live("efecty", late)) != 0 {
		t.Errorf("%v", p)
	}
}

// TestDocumentsThatTheRulesTake are checked at the request, by country.
func TestDocumentsThatTheRulesTake(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"documents": []doc{{"country": "CO", "types": []string{"CC", "NIT"}}}})
	who := func(kind, number string) doc { return with(person(), "document_type", kind, "document_number", number) }
	s.want(201, s.payout("D-1", 3000000))
	s.want(201, s.payout("D-2", 3000000, "beneficiary", who("NIT", "830.140.299-6")))
	for n, bad := range []doc{who("NIT", "830140299-7"), who("CE", "1234567"), who("CC", "12345"), who("CC", "12345678901"), who("", "1032456789"), who("DNI", "10117410")} {
		if fault := s.payout("D-3", 3000000, "beneficiary", bad).problem(422, "document_invalid"); fault != "" {
			t.Errorf("%d: %s", n, fault)
		}
	}
	x := colombia()
	s.refused(422, "document_invalid", s.as(ana, "POST", x.path, with(x.refund(s.paid(x), "D-4", 1000000), "beneficiary", who("CE", "1234567"))))
}

// TestTheRegister: what reaches a threshold of the day's rules is a row, to the last unit; the month is summed by person.
func TestTheRegister(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"register": []doc{{"country": "CO", "currency": "COP", "single": 2_000_000_00, "monthly": 5_000_000_00}}, "screen": doc{"stores": 1}})
	rows := func() []doc { return list(s.get("/v1/register?month=2026-11"), "data") }
	s.want(201, s.payout("A-1", 1_999_999_00))
	if r := rows(); len(r) != 0 {
		t.Errorf("below both: %v", r)
	}
	single := str(s.want(201, s.payout("A-2", 2_000_000_00))["id"])
	if r := rows(); len(r) != 1 || str(r[0]["id"]) != single || str(r[0]["threshold"]) != "single" || num(r[0]["month"]) != 3_999_999_00 {
		t.Errorf("at one: %v", r)
	}
	s.want(201, s.payout("A-3", 1_000_000_00))
	monthly := str(s.want(201, s.payout("A-4", 10_000_00))["id"])
	r := rows()
	if len(r) != 2 {
		t.Fatalf("%v", r)
	}
	for _, row := range r {
		if str(row["id"]) == monthly && (str(row["threshold"]) != "monthly" || num(row["month"]) != 5_009_999_00) {
			t.Errorf("%v", row)
		}
		if strings.Contains(str(row["number"]), "10324567") {
			t.Errorf("somebody's number: %v", row)
		}
	}
	s.want(201, s.payout("A-5", 1_000_000_00, "beneficiary", doc{"name": "Eva", "document_type": "CC", "document_number": "52123456"}))
	if r := rows(); len(r) != 2 {
		t.Errorf("another person: %v", r)
	}
	s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/register?month=november", nil))
	if theirs := list(s.want(200, s.as(carla, "GET", "/v1/register?month=2026-11", nil)), "data"); len(theirs) != 0 {
		t.Errorf("another merchant sees %v", theirs)
	}
}

// TestOnePersonManyStores: the second store is one too many here, and a person looks.
func TestOnePersonManyStores(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"screen": doc{"stores": 1}})
	buyer := doc{"name": "Eva", "document_type": "PAS", "document_number": "AB1234567"}
	pe, co := peru(), colombia()
	first := s.want(201, s.as(ana, "POST", pe.path, with(pe.refund(s.paid(pe), "M-1", 100), "beneficiary", buyer)))
	second := s.want(201, s.as(ana, "POST", co.path, with(co.refund(s.paid(co), "M-2", 1000000), "beneficiary", buyer)))
	other := s.want(201, s.as(ana, "POST", co.path, co.refund(s.paid(co), "M-3", 1000000)))
	if str(first["status"]) != "queued" || str(second["held_reason"]) != "many_stores" || str(second["manual"].(doc)["safe_action"]) != "requeue" || str(other["status"]) != "queued" {
		t.Errorf("%v\n%v\n%v", first, second, other)
	}
	s.want(200, s.resolve(ana, str(second["id"]), "requeue"))
	s.want(200, s.resolve(beto, str(second["id"]), "requeue"))
	s.settle()
	if got := s.status("/v1/refunds/" + str(second["id"])); got != "collectable" {
		t.Error(got)
	}
}

// TestPapers: a document is kept as it is, named by its digest, and demanded where the rules say so.
func TestPapers(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"papers": []doc{{"name": "id_copy", "currency": "COP", "from": 2_000_000_00, "kind": "payout"}}})
	pdf := "%PDF-1.7 a copy of a card"
	up := s.want(201, s.as(ana, "POST", "/v1/documents", pdf))
	digest := str(up["digest"])
	if again := s.want(201, s.as(ana, "POST", "/v1/documents", pdf)); str(again["digest"]) != digest || str(up["content_type"]) != "application/pdf" {
		t.Errorf("%v %v", up, again)
	}
	if r := s.as(ana, "GET", "/v1/documents/"+digest, nil); r.status != 200 || string(r.body) != pdf || r.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%d %s", r.status, r.body)
	}
	s.refused(404, "not_found", s.as(carla, "GET", "/v1/documents/"+digest, nil))
	s.refused(422, "document_kind_invalid", s.as(ana, "POST", "/v1/documents", "<html>"))
	s.refused(413, "body_too_large", s.as(ana, "POST", "/v1/documents", "%PDF-"+strings.Repeat("x", 4<<20)))
	named := []doc{{"name": "id_copy", "digest": digest}}
	s.want(201, s.payout("P-1", 1_999_999_00))
	s.refused(422, "documents_missing", s.payout("P-2", 2_000_000_00))
	s.refused(422, "documents_missing", s.payout("P-2", 2_000_000_00, "documents", []doc{{"name": "letter", "digest": digest}}))
	s.refused(404, "not_found", s.payout("P-2", 2_000_000_00, "documents", []doc{{"name": "id_copy", "digest": strings.Repeat("0", 64)}}))
	s.refused(422, "field_invalid", s.payout("P-2", 2_000_000_00, "documents", []doc{{"name": "id_copy", "digest": "../../secret"}}))
	if p := s.want(201, s.payout("P-2", 2_000_000_00, "documents", named)); len(list(p, "documents")) != 1 {
		t.Errorf("%v", p)
	}
}

// TestPurposesAndWaiting: a payout has a purpose of the merchant's own; one that cannot leave in time is cancelled, unsent.
func TestPurposesAndWaiting(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"payouts": doc{"purposes": []string{"commission", "freight"}, "wait_hours": 6}})
	s.refused(422, "purpose_invalid", s.payout("W-1", 3000000))
	s.arm("efecty", "rate_limit", 2, "")
	soon := str(s.want(201, s.payout("W-1", 3000000, "purpose", "freight"))["id"])
	s.advance(time.Hour)
	if got := s.status("/v1/payouts/" + soon); got != "collectable" {
		t.Errorf("the provider had room again: %s", got)
	}
	s.arm("efecty", "rate_limit", 999, "")
	late := str(s.want(201, s.payout("W-2", 3000000, "purpose", "commission"))["id"])
	s.advance(5 * time.Hour)
	if got := s.status("/v1/payouts/" + late); got != "queued" {
		t.Errorf("it waits: %s", got)
	}
	s.advance(time.Hour + time.Minute)
	if p := s.get("/v1/payouts/" + late); str(p["status"]) != "cancelled" || len(s.live("efecty", late)) != 0 {
		t.Errorf("%v", p)
	}
}

// TestWhoBearsABounce: by default the person waits until a settlement file shows the money; a merchant may decide to advance it.
func TestWhoBearsABounce(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := str(s.want(201, s.payout("B-1", 3000000))["id"])
	s.settle()
	s.move(id, "collect")
	s.move(id, "bounce")
	if p := s.get("/v1/payouts/" + id); str(p["status"]) != "returned" {
		t.Fatalf("%v", p)
	}
	again := doc{"merchant_payout_id": "B-2"}
	s.refused(409, "return_awaited", s.as(ana, "POST", "/v1/payouts/"+id+"/reissue", again))
	s.rule(doc{"payouts": doc{"failure": "advance"}})
	s.want(201, s.as(ana, "POST", "/v1/payouts/"+id+"/reissue", again))
}

// TestAThresholdIsNotPassedUnseen: of many payouts to one person at once each is summed on top of those before, so that none
// passes a threshold unseen.
func TestAThresholdIsNotPassedUnseen(t *testing.T) {
	t.Parallel()
	s := start(t)
	const many, each = 24, 50_000_00
	s.rule(doc{"register": []doc{{"country": "CO", "currency": "COP", "monthly": 1}}})
	ask := func(n int) (string, string, string) {
		return fmt.Sprint("T-", n), "/v1/payouts", fmt.Sprintf(`{"network":"efecty","store":"store_co","amount":%d,"currency":"COP","purpose":"prize",
			"merchant_payout_id":"T-%d","beneficiary":{"name":"Ana","document_type":"CC","document_number":"1032456789"}}`, each, n)
	}
	for accepted := 0; accepted < many; { // who is told that another was at it asks again
		accepted = 0
		for _, r := range s.crowd(many, ask) {
			if r.status == 201 {
				accepted++
			} else if fault := r.problem(409, "payment_busy"); fault != "" {
				t.Fatal(fault)
			}
		}
	}
	sums := map[int64]bool{}
	for _, row := range list(s.get("/v1/register?month=2026-11"), "data") {
		sums[num(row["month"])] = true
	}
	if len(sums) != many || !sums[many*each] {
		t.Errorf("sums %v, want %d different ones", sums, many)
	}
}

// TestWhoIsCheckedBeforeMoneyLeaves: from the amount of the rules on, to the unit. Whoever is not found, or not answered for,
// waits for two people, and what was accepted before the rule is looked at before it leaves.
func TestWhoIsCheckedBeforeMoneyLeaves(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.arm("efecty", "outage", 1, "")
	before := str(s.want(201, s.payout("K-0", 3_000_000_00))["id"])
	s.settle()
	s.rule(doc{"screen": doc{"kyc": []doc{{"currency": "COP", "from": 2_000_000_00}}}})
	s.advance(10 * time.Minute)
	if p := s.get("/v1/payouts/" + before); str(p["held_reason"]) != "kyc" || len(s.live("efecty", before)) != 0 {
		t.Errorf("accepted before the rule: %v", p)
	}
	who := func(number string) doc { return with(person(), "document_number", number) }
	if p := s.want(201, s.payout("K-1", 1_999_999_00, "beneficiary", who("1032450000"))); str(p["status"]) != "queued" {
		t.Errorf("below: %v", p)
	}
	if p := s.want(201, s.payout("K-2", 2_000_000_00)); str(p["status"]) != "queued" {
		t.Errorf("found: %v", p)
	}
	for i, number := range []string{"1032450000", "1032459999"} {
		p := s.want(201, s.payout(fmt.Sprint("K-3-", i), 2_000_000_00, "beneficiary", who(number)))
		id := str(p["id"])
		if str(p["status"]) != "held" || str(p["held_reason"]) != "kyc" || str(p["manual"].(doc)["safe_action"]) != "requeue" {
			t.Errorf("%s: %v", number, p)
		}
		s.advance(time.Hour)
		if len(s.live("efecty", id)) != 0 {
			t.Errorf("%s was paid", number)
		}
		path := "/v1/payouts/" + id
		s.want(200, s.as(ana, "POST", path+"/resolve", doc{"action": "requeue", "evidence": "saw the card"}))
		s.want(200, s.as(beto, "POST", path+"/resolve", doc{"action": "requeue"}))
		s.settle()
		if got := s.status(path); got != "collectable" || len(s.live("efecty", id)) != 1 {
			t.Errorf("%s after two people: %s", number, got)
		}
	}
}

// TestPapersGoAlong with a new code, and may come with one, or with what is given back.
func TestPapersGoAlong(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	odd := s.odd(x, "overpaid")
	s.rule(doc{"papers": []doc{{"name": "id_copy", "currency": "COP", "from": 1}, {"name": "id_copy", "currency": "PEN", "from": 1}}})
	digest := func(text string) []doc {
		return []doc{{"name": "id_copy", "digest": str(s.want(201, s.as(ana, "POST", "/v1/documents", "%PDF-1.7 "+text))["digest"])}}
	}
	first, second := digest("a card"), digest("a better scan")
	id := str(s.want(201, s.payout("P-1", 3000000, "documents", first))["id"])
	for _, step := range []struct {
		ours  string
		more  []any
		wants []doc
	}{{"P-2", nil, first}, {"P-3", []any{"documents", second}, second}} {
		s.settle()
		s.move(id, "expire")
		r := s.want(201, s.as(ana, "POST", "/v1/payouts/"+id+"/reissue", with(doc{"merchant_payout_id": step.ours}, step.more...)))
		if l := list(r, "documents"); len(l) != 1 || str(l[0]["digest"]) != str(step.wants[0]["digest"]) {
			t.Errorf("%s: %v", step.ours, r)
		}
		id = str(r["id"])
	}
	path := "/v1/payments/" + odd + "/give-back"
	s.refused(422, "documents_missing", s.as(ana, "POST", path, doc{}))
	s.refused(404, "not_found", s.as(ana, "POST", path, doc{"documents": []doc{{"name": "id_copy", "digest": strings.Repeat("0", 64)}}}))
	s.refused(422, "field_invalid", s.as(ana, "POST", path, doc{"documents": []doc{{"name": "id_copy", "digest": "x"}}}))
	if r := s.want(201, s.as(ana, "POST", path, doc{"documents": first})); len(list(r, "documents")) != 1 {
		t.Errorf("%v", r)
	}
}
