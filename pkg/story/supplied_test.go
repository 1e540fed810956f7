package story_test

import "testing"

// nobody is a refund through PayU, by bank transfer, to somebody of whom the name is known and no more.
func (s *stack) nobody(payment, ours string) string {
	s.t.Helper()
	x := colombia()
	r := s.want(201, s.as(ana, "POST", "/v1/refunds", with(x.refund(payment, ours, 20_000_00), "route", "bank_transfer", "beneficiary", doc{"name": "Eva Ruiz"})))
	if str(r["held_reason"]) != "details_asked" {
		s.t.Fatalf("%v", r)
	}
	return str(r["id"])
}

// TestWhoIsToldOfLaterIsCountedToo: what is supplied goes through the rules about documents, stores and sums that a request
// goes through, in the commit that lets the money go, and a person already counted is not counted twice.
func TestWhoIsToldOfLaterIsCountedToo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"documents": []doc{{"country": "CO", "types": []string{"CC"}}}, "screen": doc{"stores": 1},
		"register": []doc{{"country": "CO", "currency": "COP", "single": 10_000_00, "monthly": 30_000_00}}})
	account := doc{"name": "Eva Ruiz", "document_type": "CC", "document_number": "52123456", "email": "eva@example.com", "phone": "+573001112233", "bank": "007", "account": "19112345678901", "account_type": "savings"}
	rows := func() []doc { return list(s.get("/v1/register?month="+s.today()[:7]), "data") }
	payment := s.paidThrough(gateway{provider: "payu", side: colombia()})
	id := s.nobody(payment, "N-1")
	if r := rows(); len(r) != 0 {
		t.Errorf("of nobody: %v", r)
	}
	s.refused(422, "document_invalid", s.resolve(ana, id, "supply", "beneficiary", with(account, "document_type", "CE")))
	s.want(200, s.resolve(ana, id, "supply", "beneficiary", account))
	if r := rows(); len(r) != 0 {
		t.Errorf("of what is only proposed: %v", r)
	}
	for range 2 { // a double click
		s.want(200, s.resolve(beto, id, "supply"))
	}
	r := rows()
	if len(r) != 1 || str(r[0]["id"]) != id || num(r[0]["month"]) != 20_000_00 {
		t.Fatalf("%v", r)
	}
	if got := s.status("/v1/refunds/" + id); got == "held" {
		t.Errorf("one store is not many: %s", got)
	}
	s.rule(doc{"register": []doc{{"country": "CO", "currency": "COP", "monthly": 1}}, "screen": doc{"stores": 1}})
	pe := peru()
	eva := with(account, "document_type", "PAS", "document_number", "AB1234567")
	s.want(201, s.as(ana, "POST", pe.path, with(pe.refund(s.paid(pe), "N-2", 100), "beneficiary", eva)))
	many := s.nobody(payment, "N-3")
	s.want(200, s.resolve(ana, many, "supply", "beneficiary", eva))
	s.want(200, s.resolve(beto, many, "supply"))
	s.settle()
	if r := s.get("/v1/refunds/" + many); str(r["held_reason"]) != "many_stores" || len(s.live("payu", many)) != 0 {
		t.Errorf("paid from two stores: %v", r)
	}
	s.want(200, s.resolve(ana, many, "requeue"))
	s.want(200, s.resolve(beto, many, "requeue"))
	s.settle()
	if got := s.status("/v1/refunds/" + many); got != "accepted" {
		t.Error(got)
	}
	if r := rows(); len(r) != 2 {
		t.Errorf("let go and counted again: %v", r)
	}
	known := str(s.want(201, s.as(ana, "POST", "/v1/refunds", with(colombia().refund(payment, "N-4", 100_00), "route", "bank_transfer", "beneficiary", person())))["id"])
	before := rows()
	s.want(200, s.resolve(ana, known, "supply", "beneficiary", doc{"bank": "007", "account": "19112345678901", "account_type": "savings"}))
	s.want(200, s.resolve(beto, known, "supply"))
	if r := rows(); len(before) != 3 || len(r) != 3 {
		t.Errorf("known from the start, and counted then: %v, %v", before, r)
	}
}
