package story_test

import (
	"strings"
	"testing"
)

// TestTheContractOfTheDayCounts: what a movement may cost is what was agreed for its day, and what is charged beyond shows with
// its arithmetic.
func TestTheContractOfTheDayCounts(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := sides()[1]
	enter := func(query string, body doc) reply { return s.as(ana, "POST", "/v1/fees"+query, body) }
	contract := func(from string, parts int) doc {
		return doc{"account": x.network + "-demo", "from": from, "kind": "payment", "fees": doc{"per_ten_thousand": parts, "fixed": 500, "tax_per_hundred": 19, "unit": 100}}
	}
	now := s.now()
	today, tomorrow := now.Format("2006-01-02"), now.AddDate(0, 0, 1).Format("2006-01-02")
	for range 2 {
		s.want(200, enter("", contract("2026-01-01", 100)))
	}
	s.refused(409, "contract_differs", enter("", contract("2026-01-01", 120)))
	s.want(200, enter("", contract(tomorrow, 900))) // of later movements
	s.want(200, enter("", doc{"account": x.network + "-demo", "from": today, "kind": "refund", "fees": doc{"fixed": 1}}))
	s.refused(403, "forbidden", s.as(beto, "POST", "/v1/fees", contract("2026-01-02", 1)))
	for _, bad := range []doc{contract("x", 1), contract(today, -1), contract(today, 10001), {"account": x.network + "-other", "from": today, "fees": doc{"fixed": 1}},
		{"account": x.network + "-demo", "from": today, "kind": "gift", "fees": doc{"fixed": 1}}} {
		s.refused(422, "field_invalid", enter("", bad))
	}
	s.refused(422, "field_missing", enter("", doc{"account": x.network + "-demo", "from": today}))

	id := s.paid(x)
	row := s.rowOf(id, 5000000, 60000, 11400) // agreed: 1 % and 5 pesos are 50,500 centavos, and 19 % of it, to the peso
	s.at("2026-11-23", "08:00")
	s.want(200, s.upload("provider="+x.network+"&date=2026-11-23&name=report.csv", fileHeader+row))
	s.settle()
	found := s.breaksOf(s.day(x.network, "2026-11-23"), "")
	if len(found) != 1 || str(found[0]["class"]) != "FEE_DIFFERENCE" || str(found[0]["also"]) != "TAX_DIFFERENCE" {
		t.Fatalf("%v", found)
	}
	if got := str(found[0]["explanation"]); !strings.HasSuffix(got, "settled 49,286 = 50,000 − fee 600 − IVA 114; expected fee 505, expected IVA 96") {
		t.Errorf("%s", got)
	}
	s.want(200, enter("?correct=true", contract("2026-01-01", 120)))
	s.settle() // the open day is compared again
	found = s.breaksOf(s.day(x.network, "2026-11-23"), "")
	if len(found) != 1 || !strings.HasSuffix(str(found[0]["explanation"]), "expected fee 605, expected IVA 115") {
		t.Errorf("by the corrected contract: %v", found)
	}
	list := list(s.get("/v1/fees?provider="+x.network), "data")
	if len(list) != 3 || num(list[0]["fees"].(doc)["per_ten_thousand"]) != 120 || list[0]["before"] == nil {
		t.Errorf("%v", list)
	}
	s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/fees?account=efecty-other", nil))
}
